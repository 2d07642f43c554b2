"""WSGI middleware that answers from a cache before Flask runs.

Without it, a page or feed that is the same for everybody costs a whole Flask request (hooks, context, session) although
its bytes are known. A view offers such a response here, together with one quick query that tells whether it is still
fresh. The next request with the same path, query and language is answered after that query, at about a tenth of the
cost.

If the database does not answer, cached responses are served for up to STALE seconds after they expire, marked as stale
(RFC 9211). One request every PAUSE seconds tries the database again.
"""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from time import monotonic, perf_counter, time
from typing import Any

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from eventapp.core import logs
from eventapp.core.links import host_name
from eventapp.core.parameters import Known, canonical

Start = Callable[..., Any]
Key = tuple[str, str, str]

MOST_PATHS = 10_000
STALE = 15 * 60.0
PAUSE = 5.0

log = logging.getLogger("eventapp.cache_middleware")

# Set anew for each response.
_OWN = {"content-length", "content-encoding", "etag", "x-request-id"}


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A public response: its body plain and gzipped, its ETag, and a query that tells whether it is still fresh.

    `is_fresh()` returns None if the database does not answer.
    """

    etag: str
    body: bytes
    gzipped: bytes
    is_fresh: Callable[[], bool | None]
    until: float
    route: str | None
    known: Known


@dataclass(frozen=True, slots=True)
class _StoredEntry:
    entry: CacheEntry
    headers: list[tuple[str, str]]


def _weight(key: Key, entry: CacheEntry) -> int:
    """Bytes of a response and its key. The key counts because a client can send a query longer than the response."""
    return len(entry.body) + len(entry.gzipped) + sum(len(part) for part in key)


def offer(*, etag: str, body: bytes, gzipped: bytes, is_fresh: Callable[[], bool | None], until: float) -> None:
    """Offer the response to this request for equal requests, until a time in seconds since 1970.

    Raises LookupError for a view that does not declare which parameters it reads (core/parameters.py).
    """
    known = _parameters(current_app.view_functions.get(request.endpoint or ""))
    if known is None:
        raise LookupError(f"{request.endpoint} caches its responses but does not declare its parameters")
    rule = request.url_rule.rule if request.url_rule else None
    request.environ["eventapp.cache_entry"] = CacheEntry(etag, body, gzipped, is_fresh, until, rule, known)


def _parameters(view: object) -> Known | None:
    found: Known | None = getattr(view, "parameters", None)
    return found


class CacheMiddleware:
    """Holds responses within a budget of bytes; the least recently used one is evicted first.

    `login` names the cookie of those who are logged in.
    """

    def __init__(
        self, app: Flask, budget: int = 48 * 1024 * 1024, hosts: frozenset[str] = frozenset(), login: str = ""
    ) -> None:
        self._inner = app.wsgi_app
        self._app = app
        self._hosts = hosts
        self._login = login
        self._budget = budget
        self._size = 0
        self._entries: OrderedDict[Key, _StoredEntry] = OrderedDict()
        self._known: dict[str, Known] = {}  # of paths with a cached response
        self._lock = Lock()
        self._ask_again = 0.0  # monotonic time at which to query the database again; 0 while it answers

    def clear(self) -> None:
        """Empty the cache."""
        with self._lock:
            self._entries.clear()
            self._known.clear()
            self._size = 0
            self._ask_again = 0.0

    def has(self, environ: dict[str, Any]) -> bool:
        """Whether a response to this request is cached, fresh or not. Runs in the event loop, so it does no URL
        routing.
        """
        if environ["QUERY_STRING"] and environ["PATH_INFO"] not in self._known:
            return False
        return self._is_cacheable(environ) and self._key(environ) in self._entries

    def give(self, environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
        """The cached response if it is fresh, or if the database can't tell at the moment; otherwise None."""
        stored = self._entries.get(self._key(environ)) if self._is_cacheable(environ) else None
        return None if stored is None else self._answer_if_fresh(stored, environ, start)

    def _answer_if_fresh(self, stored: _StoredEntry, environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
        is_fresh = self._is_fresh(stored)
        usable = is_fresh is not False and time() < stored.entry.until + STALE
        environ[logs.QUIET_503] = usable
        if is_fresh and stored.entry.until > time():
            self._mark_used(self._key(environ))
            return self._answer(stored, environ, start)
        if is_fresh is None and usable:
            return self._answer(stored, environ, start, stale=True)
        return None

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._inner(environ, start)
        key = self._key(environ)
        if not self._is_cacheable(environ):
            return self._inner(environ, start)
        stored = self._entries.get(key)
        given = None if stored is None else self._answer_if_fresh(stored, environ, start)
        if given is not None:
            return given
        answered: list[tuple[str, list[tuple[str, str]]]] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], Any]:
            answered[:] = [(status, headers)]
            return start(status, headers, *rest) if stored is None else _no_write

        result = self._inner(environ, listen)
        status, headers = answered[0]
        if stored is not None and environ[logs.QUIET_503] and status.startswith("503"):
            _close(result)
            return self._answer(stored, environ, start, stale=True)
        made: CacheEntry | None = environ.get("eventapp.cache_entry")
        if made is not None and status.startswith("200") and _for_everybody(headers):
            self._store(key, _StoredEntry(made, [(n, v) for n, v in headers if n.lower() not in _OWN]))
        elif stored is not None:
            self._drop(key)
        if stored is not None:
            start(status, headers)
        return result

    def _is_cacheable(self, environ: dict[str, Any]) -> bool:
        """Whether a public response can answer this request. Flask must refuse requests for another host name, and show
        more to those who are logged in.
        """
        if self._login and f"{self._login}=" in environ.get("HTTP_COOKIE", ""):
            return False
        return _plain(environ) and (not self._hosts or host_name(environ) in self._hosts)

    def _key(self, environ: dict[str, Any]) -> Key:
        """The cache key of a request. Removes the parameters that the view does not read from its query string."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if query and "eventapp.asked" not in environ:
            if (known := self._known.get(path) or self._parameters_of(environ)) is not None:
                environ["QUERY_STRING"] = query = canonical(query, known)
            environ["eventapp.asked"] = True
        return (path, query, environ.get("HTTP_ACCEPT_LANGUAGE", ""))

    def _parameters_of(self, environ: dict[str, Any]) -> Known | None:
        """The parameters that the view of this path declares."""
        try:
            endpoint, _values = self._app.url_map.bind_to_environ(environ).match()
        except (HTTPException, ValueError):
            return None
        return _parameters(self._app.view_functions.get(endpoint))

    def _is_fresh(self, stored: _StoredEntry) -> bool | None:
        """Whether the response is fresh; None if the database does not answer, or did not a moment ago."""
        if self._ask_again:
            with self._lock:
                if monotonic() < self._ask_again:
                    return None
                self._ask_again = monotonic() + PAUSE  # this request tries; the others don't wait for it
        is_fresh = stored.entry.is_fresh()
        if is_fresh is None:
            if not self._ask_again:
                log.warning("database does not answer, serving cached pages", extra={"facts": {"seconds": STALE}})
            self._ask_again = monotonic() + PAUSE
        elif self._ask_again:
            self._ask_again = 0.0
        return is_fresh

    def _mark_used(self, key: Key) -> None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)

    def _store(self, key: Key, stored: _StoredEntry) -> None:
        weight = _weight(key, stored.entry)
        if weight > self._budget // 4:
            return
        with self._lock:
            self._evict(key)
            self._entries[key] = stored
            self._size += weight
            if len(self._known) >= MOST_PATHS:
                self._known.clear()  # only a shortcut, so it may be dropped
            self._known[key[0]] = stored.entry.known
            while self._size > self._budget:
                self._evict(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        with self._lock:
            self._evict(key)

    def _evict(self, key: Key) -> None:
        old = self._entries.pop(key, None)
        if old is not None:
            self._size -= _weight(key, old.entry)

    def _answer(
        self, stored: _StoredEntry, environ: dict[str, Any], start: Start, *, stale: bool = False
    ) -> Iterable[bytes]:
        begun = perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        number = given if given and logs.REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        plain, zipped = f'"{stored.entry.etag}"', f'"{stored.entry.etag}-gz"'
        gzipped = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = [*stored.headers, ("ETag", zipped if gzipped else plain), ("X-Request-ID", number)]
        if stale:
            headers.append(("Cache-Status", f"eventapp; hit; ttl={min(0, round(stored.entry.until - time()))}"))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and _names(known, plain, zipped):
            status, body = "304 Not Modified", b""
        else:
            status, body = "200 OK", stored.entry.gzipped if gzipped else stored.entry.body
            headers.append(("Content-Length", str(len(body))))
            if gzipped:
                headers.append(("Content-Encoding", "gzip"))
        start(status, headers)
        logs.answered(number, environ["REQUEST_METHOD"], stored.entry.route, int(status[:3]), begun)
        return [] if environ["REQUEST_METHOD"] == "HEAD" or not body else [body]


def _no_write(data: bytes) -> None:
    raise NotImplementedError("Flask answers with an iterable")


def _plain(environ: dict[str, Any]) -> bool:
    return environ["REQUEST_METHOD"] in {"GET", "HEAD"} and "HTTP_IF_MODIFIED_SINCE" not in environ


def _close(result: Iterable[bytes]) -> None:
    close = getattr(result, "close", None)
    if close is not None:
        close()


def _for_everybody(headers: list[tuple[str, str]]) -> bool:
    return not any(name.lower() == "set-cookie" for name, _ in headers)


def _takes_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding names gzip and does not refuse it (RFC 9110 §12.5.3). Flask reads the full grammar."""
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _names(header: str, *etags: str) -> bool:
    """Whether If-None-Match names one of these ETags, by weak comparison (RFC 9110 §13.1.2)."""
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") in etags for part in header.split(","))


def init_app(app: Flask) -> None:
    """Put the middleware in front of Flask."""
    cache_middleware = CacheMiddleware(app, hosts=app.config["SETTINGS"].hosts, login=app.config["SESSION_COOKIE_NAME"])
    app.wsgi_app = cache_middleware  # type: ignore[method-assign,assignment]
    app.extensions["cache_middleware"] = cache_middleware
