"""How large the body of a request may be: little everywhere, more only where files are uploaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, abort
from werkzeug.routing import RequestRedirect

from eventapp.core.gateway import REFUSED

V = TypeVar("V", bound=Callable[..., Any])

# Bytes. The longest form, an event told in ten languages, has less than a third of the first.
SMALL = 512 * 1024
UPLOAD = 8 * 1024 * 1024


def takes_uploads(view: V) -> V:
    """Mark a view whose form has a file field: its requests may have UPLOAD bytes instead of SMALL."""
    view.__dict__["max_body"] = UPLOAD
    return view


def _of_endpoint(app: Flask, endpoint: str | None) -> int:
    return getattr(app.view_functions.get(endpoint or ""), "max_body", SMALL)


def limit_of(app: Flask) -> Callable[[dict[str, Any]], int]:
    """The question how many bytes the body of a request may have, asked with its WSGI environ before it is read."""

    def limit(environ: dict[str, Any]) -> int:
        try:
            endpoint, _ = app.url_map.bind_to_environ(environ).match()
        except (HTTPException, RequestRedirect):
            return SMALL
        return _of_endpoint(app, endpoint)

    return limit


def _check() -> None:
    """Refuse what the gateway refused, and hold the same limit where another server is in front of us."""
    if REFUSED in request.environ:
        abort(request.environ[REFUSED])
    request.max_content_length = _of_endpoint(current_app, request.endpoint)


def init_app(app: Flask) -> None:
    app.config.update(MAX_CONTENT_LENGTH=SMALL, MAX_FORM_MEMORY_SIZE=SMALL)
    app.before_request(_check)
