"""Error responses: a message for a person, in their language, with the right status."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request, session
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, NotFound
from werkzeug.routing import IntegerConverter, Map

from eventapp.core import csrf
from eventapp.core.db import OnlyReads, db, undo
from eventapp.core.languages import gettext as _
from eventapp.core.links import host_name
from eventapp.core.outages import Unavailable, cause_of
from eventapp.core.refusals import Refused, WasDeleted
from eventapp.core.rows import is_deleted, is_there_already, refers_to_nothing
from eventapp.core.running import settings

T = TypeVar("T")
E = TypeVar("E", bound=Exception)


# Seconds until a retry makes sense when something we depend on does not work.
RETRY_AFTER = 30

# Fields that are never sent back in a page: secrets, and tokens that belong to one page.
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_NOT_KEPT = re.compile(r"passw|csrf|token|secret", re.IGNORECASE)


class Application(Flask):
    """Flask, but an error after the view (at COMMIT) is handled like one inside it.

    Flask's own handler logs the URL, and a URL can contain a secret.
    """

    def handle_exception(self, error: Exception) -> Response:
        # The message for the next page is about something that did not happen.
        session.pop("_flashes", None)
        return self.finalize_request(self.handle_user_exception(error), from_error_handler=True)


def or_404(thing: T | None) -> T:
    """Return the object; raises NotFound for None."""
    if thing is None:
        raise NotFound
    return thing


class Number(IntegerConverter):
    """URL converter `<int:number>`: at most what a column can hold; a larger number matches no URL."""

    regex = r"\d{1,10}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


def _refuse_what_cannot_be() -> None:
    hosts = settings().hosts
    if hosts and host_name(request.environ) not in hosts and request.path not in {"/healthz", "/readyz"}:
        raise BadRequest
    # No text of ours contains NUL, and PostgreSQL rejects it: a URL with one leads nowhere.
    if "\x00" in request.path or b"%00" in request.query_string:
        raise NotFound


def wants_json() -> bool:
    """Whether the client prefers JSON to HTML."""
    accept = request.accept_mimetypes
    return request.path.endswith(".json") or accept.best_match(["text/html", "application/json"]) == "application/json"


def answers_one() -> bool:
    """Whether this request has failed, and the page that says so is being written."""
    return bool(g.get("is_error"))


def _answer(status: int, *, message: str = "", again: list[tuple[str, str]] | None = None) -> Response:
    if wants_json():
        return make_response(jsonify(error=message or status, request=g.get("request_id")), status)
    g.is_error = True
    html = render_template("core/error.html", status=status, message=message, again=again)
    return make_response(html, status)


def _typed() -> list[tuple[str, str]] | None:
    """What was typed into the form of this request, to be sent again: (field, value), without secrets and files.

    None if no form was sent, or if it did not come from our page: another site's values get no button of ours.
    """
    ours = g.get("csrf_valid") or csrf.outdated()
    if request.method != "POST" or request.mimetype not in _FORMS or not ours:
        return None
    return [(name, value) for name, value in request.form.items(multi=True) if not _NOT_KEPT.search(name)]


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(error.get_response().data, error.code or 302, error.get_headers())
    undo()
    if error.code == 404 and request.method == "POST" and (event := _desk()) is not None:
        return _within(event, _("This was deleted in the meantime."), 404)  # by who was faster, in another window
    response = _answer(error.code, again=_typed() if error.code in {401, 429, 503} else None)
    if error.code in {408, 503}:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def undoing(handler: Callable[[E], Response]) -> Callable[[E], Response]:
    """Decorate an error handler: what the request has written is undone before the answer."""

    @wraps(handler)
    def answering(error: E) -> Response:
        undo()
        return handler(error)

    return answering


@undoing
def _outdated(error: OnlyReads) -> Response:
    """Offer a button again that was on a page open for too long."""
    if not csrf.outdated():
        raise error
    return _answer(400, message=csrf.sentence(), again=_typed())


@undoing
def _stale(error: StaleDataError | ObjectDeletedError | IntegrityError) -> Response:
    """Another request has deleted what this one changes, or changed it first."""
    current_app.logger.warning("stale data", extra={"facts": {"route": route()}})
    return _refused(WasDeleted(_("Someone else changed this in the meantime. Your changes were not saved.")))


@undoing
def _twice(error: IntegrityError) -> Response:
    """Another request has just added what this one adds, and there is one of it: often the same button, pressed
    twice.
    """
    # Not its text, which may say who it is about.
    current_app.logger.warning("added twice", extra={"facts": {"route": route(), "cause": _constraint(error)}})
    return _refused(
        Refused(
            _(
                "This, or something with the same name, has just been saved, perhaps because the button was pressed "
                "twice. Nothing was saved a second time."
            )
        )
    )


def _constraint(error: IntegrityError) -> str:
    """The constraint that an error is about; of SQLite, its columns."""
    diagnosed = getattr(error.orig, "diag", None)
    return str(error.orig).rpartition(": ")[2] if diagnosed is None else str(diagnosed.constraint_name)


def _constrained(error: IntegrityError) -> Response:
    if refers_to_nothing(error):
        return _stale(error)
    return _twice(error) if is_there_already(error) else crashed(error)


@undoing
def _later(error: Unavailable) -> Response:
    response = _answer(503, again=_typed())
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def refused_as_json(refusal: Refused, **more: Any) -> Response:
    """Undo what the operation did, and answer a script: 422 with `error`, `field` and more values."""
    response = make_response(jsonify(error=refusal.message, field=refusal.field, **more), 422)
    undo()
    return response


@undoing
def _refused(refusal: Refused) -> Response:
    event = _desk()
    if event is None:
        return _answer(422, message=refusal.message)
    if isinstance(refusal, WasDeleted):
        return _within(event, refusal.message, 422)
    # Link back to where the user was, for example inside the desk of an event.
    back = request.referrer if csrf.from_our_page() and request.referrer else request.path.rpartition("/")[0]
    return _within(event, refusal.message, 422, back=urlsplit(back).path)


def _desk() -> Any:
    """The event within whose desk a page can say what was not done; None outside of one, and if the event is gone."""
    event = g.get("desk_event")
    return event if event is not None and not wants_json() and not is_deleted(event) else None


def _within(event: Any, message: str, status: int, *, back: str = "") -> Response:
    """A page of the desk that leads `back`, without an address to the page of the desk where things are listed."""
    return make_response(render_template("core/refused.html", event=event, message=message, back=back), status)


def crashed(error: Exception) -> Response:
    """The answer to an error that nobody expects."""
    # The session may be in any state; the error page must not run its queries in it.
    db.session.rollback()
    cause = cause_of(error)
    if cause is not None:
        return _unavailable(cause)
    current_app.logger.exception("unhandled error")
    if current_app.testing:
        raise error
    return _answer(500)


def _unavailable(cause: str) -> Response:
    """A 503 for a temporary failure that is not a bug; the page holds what was typed, to be sent again."""
    current_app.logger.error("database unavailable", extra={"facts": {"cause": cause, "route": route()}})
    response = _answer(503, again=_typed())
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.cache_control.no_store = True
    return response


def route() -> str | None:
    """The URL rule of the request, which contains no secret, unlike the URL."""
    return request.url_rule.rule if request.url_rule else None


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = Number
    app.before_request(_refuse_what_cannot_be)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, lambda error: _answer(400))
    app.register_error_handler(OnlyReads, _outdated)
    app.register_error_handler(Unavailable, _later)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(ObjectDeletedError, _stale)
    app.register_error_handler(IntegrityError, _constrained)
    app.register_error_handler(InternalServerError, lambda error: _answer(500))
    app.register_error_handler(Exception, crashed)
