"""How the product says no: to a person, in their language, with the right status."""

from __future__ import annotations

from typing import TypeVar

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.routing import IntegerConverter, Map

from eventapp.core.db import db, undo

T = TypeVar("T")


class Refused(Exception):
    """An operation says no. `message` is a sentence for a person; `field` names the form field it is about."""

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.field = field


def found(thing: T | None) -> T:
    """The thing, or 404."""
    if thing is None:
        raise NotFound
    return thing


class Number(IntegerConverter):
    """`<int:number>` in an address: at most what a column can hold; anything larger is no address of ours."""

    regex = r"\d{1,10}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


def _refuse_what_cannot_be() -> None:
    # No text of ours holds NUL, and PostgreSQL takes none: an address with one leads nowhere.
    if "\x00" in request.path or b"%00" in request.query_string:
        raise NotFound


def wants_json() -> bool:
    """True where the caller reads JSON rather than pages."""
    accept = request.accept_mimetypes
    return request.path.endswith(".json") or accept.best_match(["text/html", "application/json"]) == "application/json"


def _answer(status: int, *, message: str = "") -> Response:
    if wants_json():
        return make_response(jsonify(error=message or status, request=g.get("request_id")), status)
    html = render_template("core/error.html", status=status, message=message)
    return make_response(html, status)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(error.get_response().data, error.code or 302, error.get_headers())
    undo()
    response = _answer(error.code)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _refused(refusal: Refused) -> Response:
    undo()
    return _answer(422, message=refusal.message)


def _crash(error: Exception) -> Response:
    # The session may be half way through anything; the page must not run its queries in it.
    db.session.rollback()
    current_app.logger.exception("unhandled error")
    if current_app.testing:
        raise error
    return _answer(500)


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = Number
    app.before_request(_refuse_what_cannot_be)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, lambda error: _answer(400))
    app.register_error_handler(InternalServerError, lambda error: _answer(500))
    app.register_error_handler(Exception, _crash)
