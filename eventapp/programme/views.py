"""Public pages of the programme: the whole, a session, the speakers, a speaker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core import clock
from eventapp.core.errors import found
from eventapp.core.pages import page, remembered
from eventapp.events import access
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.programme import grid, queries
from eventapp.programme.queries import Filter
from eventapp.programme.rules import SessionKind

views = Blueprint("programme", __name__, url_prefix="/events/<slug>")


def _answer(slug: str, endpoint: str, build: Callable[[], Response], **values: Any) -> ResponseReturnValue:
    """A kept page of a public event; a fresh one of a draft, for its team; a redirect from a former address."""
    state = events.page_state(slug)
    if state is None:
        return redirect(url_for(endpoint, slug=found(events.present_slug(slug)), **values), 301)
    if not state.public:
        found(access.preview(slug))
        return build()
    says, _people, directory = state.revisions
    key = f"{endpoint} {state.id} {says} {directory}"
    return remembered(key, build, still=lambda: events.page_state(slug) == state)


def _wanted() -> Filter:
    kind = request.args.get("kind", "")
    return Filter(
        track=request.args.get("track", ""),
        room=request.args.get("room", ""),
        kind=SessionKind(kind) if kind in set(SessionKind) else None,
        language=request.args.get("language", ""),
        text=request.args.get("q", "").strip(),
    )


@views.get("/programme")
def programme(slug: str) -> ResponseReturnValue:
    """The programme by day: a grid of rooms where there is room, one column elsewhere."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        wanted = _wanted()
        every = queries.public_sessions(event)
        shown = [session for session in every if queries.matches(session, wanted)] if wanted else every
        rooms = queries.rooms(event)
        days = [(day, grid.lay_out(sessions, rooms)) for day, sessions in queries.by_day(shown, event.zone).items()]
        return page(
            "programme/programme.html",
            event=event,
            days=days,
            wanted=wanted,
            tracks=queries.tracks(event),
            rooms=rooms,
            kinds=sorted({session.kind for session in every}, key=list(SessionKind).index),
            spoken=sorted({tag for session in every for tag in (*session.spoken, *session.interpreted)}),
            total=len(every),
            number=len(shown),
            now=clock.now(),
        )

    return _answer(slug, ".programme", build)


@views.get("/sessions/<code>")
def session(slug: str, code: str) -> ResponseReturnValue:
    """One session. A cancelled one keeps its page and says so."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        shown = found(queries.by_code(event, code))
        return page("programme/session.html", event=event, session=shown, day=_day(event, shown.starts_at))

    return _answer(slug, ".session", build, code=code)


@views.get("/speakers")
def speakers(slug: str) -> ResponseReturnValue:
    """Everybody with a part in the programme."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        people = queries.speakers(queries.public_sessions(event))
        return page("programme/speakers.html", event=event, speakers=people, day=event.first_day)

    return _answer(slug, ".speakers", build)


@views.get("/speakers/<code>")
def speaker(slug: str, code: str) -> ResponseReturnValue:
    """One person: position at the date, biography, parts here and elsewhere."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        people = queries.speakers(queries.public_sessions(event))
        shown = found(next((one for one in people if one.person.code == code), None))
        elsewhere = queries.appearances(shown.person, besides=event)
        return page("programme/speaker.html", event=event, speaker=shown, elsewhere=elsewhere, day=event.first_day)

    return _answer(slug, ".speaker", build, code=code)


def _day(event: Event, moment: datetime | None) -> date:
    return clock.local_day(moment, event.zone) if moment else event.first_day
