"""One line of JSON per request: what the person on call needs, and nothing personal.

The URL is logged as its rule (`/registrations/<token>`), so no token, search text or name gets into the log.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, has_request_context, request

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
access = logging.getLogger("eventapp.access")


class JsonFormatter(logging.Formatter):
    """Format a log record as one line of JSON. Of an exception only type and location: its text may quote form
    input.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": _second(int(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "facts", {}))
        if has_request_context():
            line.setdefault("request", g.get("request_id"))
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            frames = []
            trace = record.exc_info[2]
            while trace is not None:
                code = trace.tb_frame.f_code
                frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
                trace = trace.tb_next
            line["trace"] = frames[-12:]
        return _encode(line)


# json.dumps creates a new encoder for every line that is not plain ASCII.
_encode = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=4)
def _second(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(moment))


def answered(number: str | None, method: str, route: str | None, status: int, started: float) -> None:
    """Log a response; `started` is the perf_counter at its beginning.

    Skips finding the caller, which is always this module and would cost as much as the rest of the line.
    """
    if access.isEnabledFor(logging.INFO):
        facts = {
            "request": number,
            "method": method,
            "route": route,
            "status": status,
            "ms": round((perf_counter() - started) * 1000, 1),
        }
        extra = {"facts": facts}
        access.handle(access.makeRecord(access.name, logging.INFO, __file__, 0, "request", (), None, extra=extra))


class AccessLog:
    """WSGI middleware around Flask: one line per request, with the status that the visitor got, even after an error."""

    def __init__(self, app: Flask) -> None:
        self._inner = app.wsgi_app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        began = perf_counter()
        statuses = [500]

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            statuses.append(int(status[:3]))
            return start(status, headers, *rest)

        try:
            return self._inner(environ, listen)
        finally:
            if statuses[-1] != 503 or not environ.get(QUIET_503):
                number, route = environ.get(_ASKED, (None, None))
                answered(number, environ["REQUEST_METHOD"], route, statuses[-1], began)


# Where a request stores what its log line needs: its number, and its URL rule.
_ASKED = "eventapp.asked"
# True in the environ if a cached page replaces a 503, which is logged separately.
QUIET_503 = "eventapp.quiet_503"


def _start() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    request.environ[_ASKED] = (g.request_id, request.url_rule.rule if request.url_rule else None)


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    return response


def configure() -> None:
    """Send the logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Both log statements with their values at INFO and below.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    app.wsgi_app = AccessLog(app)  # type: ignore[method-assign,assignment]
    app.before_request(_start)
    app.after_request(_finish)
