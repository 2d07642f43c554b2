"""Bodies of requests: limits on their size, small by default and larger for views that accept uploads, and forms
without NUL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, abort
from werkzeug.routing import RequestRedirect

from eventapp.core.gateway import REFUSED

V = TypeVar("V", bound=Callable[..., Any])

# Bytes. The longest form, an event described in ten languages, needs less than a third of the first.
SMALL = 512 * 1024
UPLOAD = 8 * 1024 * 1024


def takes_uploads(view: V) -> V:
    """Mark a view whose form has a file field: its request bodies may have UPLOAD bytes instead of SMALL."""
    view.__dict__["max_body"] = UPLOAD
    return view


def takes_files(largest: int) -> Callable[[V], V]:
    """Mark a view whose form has a file field for files of at most so many bytes."""

    def mark(view: V) -> V:
        view.__dict__["max_body"] = largest + SMALL
        return view

    return mark


class CleanRequest(Request):
    """A request whose form has no NUL, also not in the name of a file: no text of ours contains one, and PostgreSQL
    refuses a statement that does, also where a view reads a button's value without a field.
    """

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        sent = self.__dict__["form"]
        if any("\x00" in name or "\x00" in value for name, value in sent.items(multi=True)):
            clean = [tuple(part.replace("\x00", "") for part in pair) for pair in sent.items(multi=True)]
            self.__dict__["form"] = ImmutableMultiDict(clean)
        for _name, file in self.__dict__["files"].items(multi=True):
            file.filename = (file.filename or "").replace("\x00", "")


def _of_endpoint(app: Flask, endpoint: str | None, content_type: str) -> int:
    """The limit of a view. A form that is no multipart one has no file, and is read as a whole."""
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        return SMALL
    return getattr(app.view_functions.get(endpoint or ""), "max_body", SMALL)


def limit_of(app: Flask) -> Callable[[dict[str, Any]], int]:
    """Return a function from a WSGI environ to the largest body allowed, in bytes; called before the body is read."""

    def limit(environ: dict[str, Any]) -> int:
        try:
            endpoint, _ = app.url_map.bind_to_environ(environ).match()
        except (HTTPException, RequestRedirect):
            return SMALL
        return _of_endpoint(app, endpoint, environ.get("CONTENT_TYPE", ""))

    return limit


def _check() -> None:
    """Answer with the error that the gateway found, and apply the same limit when the app runs behind another
    server.
    """
    if REFUSED in request.environ:
        abort(request.environ[REFUSED])
    request.max_content_length = _of_endpoint(current_app, request.endpoint, request.mimetype)


def init_app(app: Flask) -> None:
    app.request_class = CleanRequest
    app.config.update(MAX_CONTENT_LENGTH=SMALL, MAX_FORM_MEMORY_SIZE=SMALL)
    app.before_request(_check)
