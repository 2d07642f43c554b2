"""A visitor's own agenda: created from the stars on a device, opened by its private link."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.agenda import calendar as agenda_calendar
from eventapp.agenda import operations, queries
from eventapp.agenda.models import Agenda
from eventapp.agenda.queries import ListedSession
from eventapp.agenda.rules import star_of
from eventapp.core import clock
from eventapp.core.db import finish_writing
from eventapp.core.errors import or_404, wants_json
from eventapp.core.headers import cookie_name
from eventapp.core.limits import limit, visitor
from eventapp.core.links import absolute
from eventapp.core.pages import page, private
from eventapp.events.access import moved
from eventapp.events.models import Event
from eventapp.feeds.answer import FeedOptions, answer
from eventapp.programme import queries as programme
from eventapp.proposals import queries as proposals
from eventapp.registration import queries as registrations

views = Blueprint("agenda", __name__)

COOKIE = "agenda"
YEARS = 2 * 365 * 24 * 3600


@views.route("/agenda", methods=["GET", "POST"])
def start() -> ResponseReturnValue:
    """Create an agenda from the stars on this device; redirect visitors who have one."""
    if request.method == "POST":
        limit("60/minute", "agenda")
        return _led_to(operations.open_agenda(request.form.getlist("star"), source=visitor()))
    known = _of_cookie()
    if known is not None:
        return redirect(url_for(".agenda", token=known.token), 303)
    return private(page("agenda/start.html"))


@views.get("/agenda/<token>")
def agenda(token: str) -> ResponseReturnValue:
    """The starred sessions by day, with overlaps. The URL contains the secret, so the response is marked as private."""
    shown = or_404(queries.by_token(token))
    speaks = queries.speaking(shown)
    entries = queries.entries(shown, speaks)
    own = queries.registrations(shown)
    return private(
        page(
            "agenda/agenda.html",
            agenda=shown,
            days=[(day, list(rows)) for day, rows in groupby(entries, _day)],
            number=len(entries),
            only=_only([*(one.event for one in entries), *(one.event for one in own)]),
            registrations=own,
            speaking=[part.link for part in speaks if part.link.event.public],
        )
    )


def _day(entry: ListedSession) -> date:
    return clock.programme_day(entry.session.starts_at, entry.event.zone, entry.event.day_starts)


def _only(events: Iterable[Event]) -> Event | None:
    """The event, if all sessions are of the same one: its name is then not repeated for each session."""
    named = {event.id: event for event in events}
    return next(iter(named.values())) if len(named) == 1 else None


@views.get("/agenda/<token>.ics")
def feed(token: str) -> Response:
    """The feed of the agenda. It also works while empty, so that people can subscribe early."""
    shown = or_404(queries.by_token(token))
    options = FeedOptions.of_request(f"/agenda/{token}.ics")
    version, modified = queries.version(shown)
    page_address = absolute("agenda.agenda", token=token)

    def write() -> bytes:
        return agenda_calendar.calendar(shown, options, page=page_address)

    response = answer(options, version, modified, write, name="agenda.ics", personal=True)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@views.post("/agenda/<token>/<any(renew, close):verb>")
def change(token: str, verb: str) -> ResponseReturnValue:
    """Give the agenda a new link, or delete it."""
    shown = or_404(queries.by_token(token))
    if verb == "renew":
        operations.new_address(shown)
        return _led_to(shown)
    operations.close(shown)
    response = make_response(redirect(url_for(".start"), 303))
    for name in {COOKIE, _cookie()}:
        response.delete_cookie(name, secure=_secure(), httponly=True, samesite="Lax")
    return private(response)


@views.route("/agenda/registrations/<token>", methods=["GET", "POST"])
def registration(token: str) -> ResponseReturnValue:
    """Add one's own registration to this browser's agenda, or to a new one."""
    own = or_404(registrations.by_token(token))

    def put(shown: Agenda | None) -> Agenda:
        return operations.add_registration(shown, own, source=visitor())

    return _put_in("agenda/registration.html", own.event, token, put)


@views.route("/agenda/speaking/<token>", methods=["GET", "POST"])
def speaking(token: str) -> ResponseReturnValue:
    """Add the sessions in which one speaks to this browser's agenda, or to a new one."""
    link = or_404(proposals.link_by_token(token))

    def put(shown: Agenda | None) -> Agenda:
        return operations.add_part(shown, link, source=visitor())

    return _put_in("agenda/speaking.html", link.event, token, put)


def _put_in(template: str, event: Event, token: str, put: Callable[[Agenda | None], Agenda]) -> Response:
    known = _of_cookie()
    if request.method == "POST":
        limit("60/minute", "agenda")
        return _led_to(put(known))
    return private(page(template, event=event, token=token, known=known is not None))


@views.route("/agenda/<token>/stars", methods=["GET", "POST"])
def stars(token: str) -> ResponseReturnValue:
    """Return the stars for the device; or set (`on=1`) or remove (`on=0`) one."""
    shown = or_404(queries.by_token(token))
    if request.method == "POST":
        limit("600/minute", "stars")
        slug, code = or_404(star_of(request.form.get("star", "")))
        event = or_404(queries.public_events([slug]).get(slug))
        operations.set_star(shown, event, code, on=request.form.get("on", "1") == "1", source=visitor())
        if not wants_json():
            return redirect(url_for(".agenda", token=token), 303)
        finish_writing()
    listed = [f"{event.slug}/{session.code}" for event, session in queries.starred(shown)]
    return private(make_response(jsonify(stars=listed)))


@views.route("/events/<slug>/sessions/<code>/star", methods=["GET", "POST"])
def star(slug: str, code: str) -> ResponseReturnValue:
    """Star a session without JavaScript: in this browser's agenda, or in a new one."""
    event = queries.public_events([slug]).get(slug)
    if event is None:
        return moved(".star", slug, code=code)
    session = or_404(programme.document(event).by_code.get(code))
    known = _of_cookie()
    if request.method == "POST":
        limit("60/minute", "agenda")
        if known is None:
            return _led_to(operations.open_agenda([f"{slug}/{code}"], source=visitor()))
        operations.set_star(known, event, code, on=True, source=visitor())
        return _led_to(known)
    return private(page("agenda/star.html", event=event, session=session, known=known is not None))


def _of_cookie() -> Agenda | None:
    token = request.cookies.get(_cookie(), "") or request.cookies.get(COOKIE, "")
    return queries.by_token(token) if token else None


def _led_to(shown: Agenda) -> Response:
    response = make_response(redirect(url_for("agenda.agenda", token=shown.token), 303))
    response.set_cookie(
        _cookie(), shown.token, max_age=YEARS, httponly=True, samesite="Lax", secure=_secure(), path="/"
    )
    return private(response)


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _cookie() -> str:
    return cookie_name(COOKIE, secure=_secure())
