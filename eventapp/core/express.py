"""Answers that are kept are given before Flask is asked.

A page or feed that is the same for everybody costs Flask's whole round (hooks, context, session) although its bytes
are known. A view that has such an answer offers it here, with the one quick question that tells whether it is still
right. The next visitor with the same address and language gets it after that question: about a tenth of the cost.

Where the database does not answer, what is kept goes on being given for STALE seconds after its time, marked as stale
(RFC 9211), and the database is asked again every PAUSE seconds by one of the visitors.
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

log = logging.getLogger("eventapp.express")

# Made anew for each answer.
_OWN = {"content-length", "content-encoding", "etag", "x-request-id"}


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer for everybody: its bytes plain and packed, its ETag, and whether it is `still` the present one.

    `still` says None where the database does not answer.
    """

    etag: str
    body: bytes
    packed: bytes
    still: Callable[[], bool | None]
    until: float
    route: str | None
    known: Known


@dataclass(frozen=True, slots=True)
class _Kept:
    offer: Offer
    headers: list[tuple[str, str]]


def _weight(key: Key, offer: Offer) -> int:
    """Bytes of an answer and of what it was asked with: a stranger's query may be longer than the answer."""
    return len(offer.body) + len(offer.packed) + sum(len(part) for part in key)


def offer(*, etag: str, body: bytes, packed: bytes, still: Callable[[], bool | None], until: float) -> None:
    """Offer the answer of this request to those who ask the same until then (seconds since 1970).

    Raises LookupError for a view that does not say which parameters it reads (core/parameters.py).
    """
    known = _parameters(current_app.view_functions.get(request.endpoint or ""))
    if known is None:
        raise LookupError(f"{request.endpoint} keeps answers, and does not say for which parameters")
    rule = request.url_rule.rule if request.url_rule else None
    request.environ["eventapp.offer"] = Offer(etag, body, packed, still, until, rule, known)


def _parameters(view: object) -> Known | None:
    found: Known | None = getattr(view, "parameters", None)
    return found


class Express:
    """WSGI middleware. Least recently asked goes first when the budget of bytes is used up."""

    def __init__(self, app: Flask, budget: int = 48 * 1024 * 1024, hosts: frozenset[str] = frozenset()) -> None:
        self._inner = app.wsgi_app
        self._app = app
        self._hosts = hosts
        self._budget = budget
        self._size = 0
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._known: dict[str, Known] = {}  # of the paths that something is kept of
        self._lock = Lock()
        self._ask_again = 0.0  # when the database may be asked again (monotonic); 0 while it answers

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._known.clear()
            self._size = 0
            self._ask_again = 0.0

    def has(self, environ: dict[str, Any]) -> bool:
        """Whether an answer to this request is kept, right or not. The event loop asks, so no address is looked up."""
        if environ["QUERY_STRING"] and environ["PATH_INFO"] not in self._known:
            return False
        return self._may_be_kept(environ) and self._key(environ) in self._kept

    def give(self, environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
        """The kept answer, if it is still right or nobody can tell just now; else None."""
        kept = self._kept.get(self._key(environ)) if self._may_be_kept(environ) else None
        return None if kept is None else self._give(kept, environ, start)

    def _give(self, kept: _Kept, environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
        still = self._still(kept)
        usable = still is not False and time() < kept.offer.until + STALE
        environ[logs.QUIET_503] = usable
        if still and kept.offer.until > time():
            self._asked(self._key(environ))
            return self._answer(kept, environ, start)
        if still is None and usable:
            return self._answer(kept, environ, start, stale=True)
        return None

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._inner(environ, start)
        key = self._key(environ)
        if not self._may_be_kept(environ):
            return self._inner(environ, start)
        kept = self._kept.get(key)
        given = None if kept is None else self._give(kept, environ, start)
        if given is not None:
            return given
        answered: list[tuple[str, list[tuple[str, str]]]] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], Any]:
            answered[:] = [(status, headers)]
            return start(status, headers, *rest) if kept is None else _no_write

        result = self._inner(environ, listen)
        status, headers = answered[0]
        if kept is not None and environ[logs.QUIET_503] and status.startswith("503"):
            _close(result)
            return self._answer(kept, environ, start, stale=True)
        made: Offer | None = environ.get("eventapp.offer")
        if made is not None and status.startswith("200") and _for_everybody(headers):
            self._keep(key, _Kept(made, [(n, v) for n, v in headers if n.lower() not in _OWN]))
        elif kept is not None:
            self._drop(key)
        if kept is not None:
            start(status, headers)
        return result

    def _may_be_kept(self, environ: dict[str, Any]) -> bool:
        """Whether an answer for everybody can answer this; one asked for under another name is for Flask to refuse."""
        return _plain(environ) and (not self._hosts or host_name(environ) in self._hosts)

    def _key(self, environ: dict[str, Any]) -> Key:
        """Under which an answer is kept. Takes out of the query what the view at this address does not read."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if query and "eventapp.asked" not in environ:
            if (known := self._known.get(path) or self._asked_for(environ)) is not None:
                environ["QUERY_STRING"] = query = canonical(query, known)
            environ["eventapp.asked"] = True
        return (path, query, environ.get("HTTP_ACCEPT_LANGUAGE", ""))

    def _asked_for(self, environ: dict[str, Any]) -> Known | None:
        """The parameters of the view at this address, where it names them."""
        try:
            endpoint, _values = self._app.url_map.bind_to_environ(environ).match()
        except (HTTPException, ValueError):
            return None
        return _parameters(self._app.view_functions.get(endpoint))

    def _still(self, kept: _Kept) -> bool | None:
        """Whether the answer is the present one; None where the database does not tell, or did not a moment ago."""
        if self._ask_again:
            with self._lock:
                if monotonic() < self._ask_again:
                    return None
                self._ask_again = monotonic() + PAUSE  # this visitor asks, the others do not wait for it
        still = kept.offer.still()
        if still is None:
            if not self._ask_again:
                log.warning("database does not answer, kept pages are given", extra={"facts": {"seconds": STALE}})
            self._ask_again = monotonic() + PAUSE
        elif self._ask_again:
            self._ask_again = 0.0
        return still

    def _asked(self, key: Key) -> None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)

    def _keep(self, key: Key, kept: _Kept) -> None:
        weight = _weight(key, kept.offer)
        if weight > self._budget // 4:
            return
        with self._lock:
            self._forget(key)
            self._kept[key] = kept
            self._size += weight
            if len(self._known) >= MOST_PATHS:
                self._known.clear()  # it is only a shortcut
            self._known[key[0]] = kept.offer.known
            while self._size > self._budget:
                self._forget(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        with self._lock:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._size -= _weight(key, old.offer)

    def _answer(self, kept: _Kept, environ: dict[str, Any], start: Start, *, stale: bool = False) -> Iterable[bytes]:
        begun = perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        number = given if given and logs.REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        plain, zipped = f'"{kept.offer.etag}"', f'"{kept.offer.etag}-gz"'
        packed = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = [*kept.headers, ("ETag", zipped if packed else plain), ("X-Request-ID", number)]
        if stale:
            headers.append(("Cache-Status", f"eventapp; hit; ttl={min(0, round(kept.offer.until - time()))}"))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and _names(known, plain, zipped):
            status, body = "304 Not Modified", b""
        else:
            status, body = "200 OK", kept.offer.packed if packed else kept.offer.body
            headers.append(("Content-Length", str(len(body))))
            if packed:
                headers.append(("Content-Encoding", "gzip"))
        start(status, headers)
        logs.answered(number, environ["REQUEST_METHOD"], kept.offer.route, int(status[:3]), begun)
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
    """Whether gzip is named and not refused (RFC 9110 §12.5.3); the full grammar is Flask's to read."""
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _names(header: str, *etags: str) -> bool:
    """Whether If-None-Match names one of these, weakly compared (RFC 9110 §13.1.2)."""
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") in etags for part in header.split(","))


def init_app(app: Flask) -> None:
    """Stand between the server and Flask."""
    express = Express(app, hosts=app.config["SETTINGS"].hosts)
    app.wsgi_app = express  # type: ignore[method-assign,assignment]
    app.extensions["express"] = express
