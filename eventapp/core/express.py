"""Answers that are kept are given before Flask is asked.

A page or feed that is the same for everybody costs Flask's whole round (hooks, context, session) although its bytes
are known. A view that has such an answer offers it here, with the one quick question that tells whether it is still
right. The next visitor with the same address and language gets it after that question: about a tenth of the cost.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from time import perf_counter, time
from typing import Any

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from eventapp.core import logs
from eventapp.core.parameters import Known, canonical

Start = Callable[..., Any]
Key = tuple[str, str, str]

MOST_PATHS = 10_000

# Made anew for each answer.
_OWN = {"content-length", "content-encoding", "etag", "x-request-id"}


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer for everybody: its bytes plain and packed, its ETag, and whether it is `still` the present one."""

    etag: str
    body: bytes
    packed: bytes
    still: Callable[[], bool]
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


def offer(*, etag: str, body: bytes, packed: bytes, still: Callable[[], bool], until: float) -> None:
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

    def __init__(self, app: Flask, budget: int = 48 * 1024 * 1024) -> None:
        self._inner = app.wsgi_app
        self._views = app.view_functions
        self._map = app.url_map
        self._budget = budget
        self._size = 0
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._known: dict[str, Known] = {}  # of the paths that something is kept of
        self._lock = Lock()

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._known.clear()
            self._size = 0

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_IF_MODIFIED_SINCE" in environ:
            return self._inner(environ, start)
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if query and (known := self._known.get(path) or self._asked_for(environ)) is not None:
            environ["QUERY_STRING"] = query = canonical(query, known)
        key = (path, query, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        kept = self._kept.get(key)
        if kept is not None:
            if kept.offer.until > time() and kept.offer.still():
                self._asked(key)
                return self._answer(kept, environ, start)
            self._drop(key)
        answered: list[tuple[str, list[tuple[str, str]]]] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            answered.append((status, headers))
            return start(status, headers, *rest)

        result = self._inner(environ, listen)
        made: Offer | None = environ.get("eventapp.offer")
        if made is not None and answered and answered[0][0].startswith("200") and _for_everybody(answered[0][1]):
            self._keep(key, _Kept(made, [(n, v) for n, v in answered[0][1] if n.lower() not in _OWN]))
        return result

    def _asked_for(self, environ: dict[str, Any]) -> Known | None:
        """The parameters of the view at this address, where it names them."""
        try:
            endpoint, _values = self._map.bind_to_environ(environ).match()
        except (HTTPException, ValueError):
            return None
        return _parameters(self._views.get(endpoint))

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

    def _answer(self, kept: _Kept, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        begun = perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        number = given if given and logs.REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        plain, zipped = f'"{kept.offer.etag}"', f'"{kept.offer.etag}-gz"'
        packed = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = [*kept.headers, ("ETag", zipped if packed else plain), ("X-Request-ID", number)]
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
    express = Express(app)
    app.wsgi_app = express  # type: ignore[method-assign,assignment]
    app.extensions["express"] = express
