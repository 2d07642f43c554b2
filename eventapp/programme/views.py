"""Public pages of the programme: the whole, a session, the speakers, a speaker."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core import clock, languages
from eventapp.core.errors import found
from eventapp.core.forms import zone_asked
from eventapp.core.pages import page, remembered
from eventapp.core.parameters import one_of, parameters, words
from eventapp.events import access
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.programme import changes, grid, queries, wiring
from eventapp.programme.boxes import Writer
from eventapp.programme.models import Release
from eventapp.programme.published import Document
from eventapp.programme.queries import Filter
from eventapp.programme.rules import SessionKind

FEED_LENGTH = 50

views = Blueprint("programme", __name__, url_prefix="/events/<slug>")

FILTERS = {
    "view": one_of(["list"]),
    "track": words(80),
    "room": words(80),
    "kind": one_of(SessionKind),
    "language": words(16),
    "q": words(100),
    "zone": words(60),
}


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
    return remembered(key, build, still=state.still)


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
@parameters(**FILTERS)
def programme(slug: str) -> ResponseReturnValue:
    """The programme by day: a grid of rooms where there is room, one column elsewhere."""
    return _answer(slug, ".programme", lambda: _programme(found(events.by_slug(slug)), None))


@views.get("/programme/<int:number>")
@parameters(**FILTERS)
def version(slug: str, number: int) -> ResponseReturnValue:
    """The programme as an earlier version had it."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        return _programme(event, found(queries.release(event, number)))

    return _answer(slug, ".version", build, number=number)


def _programme(event: Event, older: Release | None) -> Response:
    wanted = _wanted()
    zone, problem = zone_asked(request.args.get("zone", ""))
    write = Writer(event.zone, zone if zone != event.zone else "")
    latest = queries.latest(event)
    shown_release = older or latest
    document = queries.content(shown_release.id, event.uid, shown_release.at) if shown_release else Document()
    every = queries.named(event, document.listed)
    shown = [session for session in every if queries.matches(session, wanted)] if wanted else every
    answer = page(
        "programme/programme.html",
        event=event,
        boxes={session.code: write.box(session) for session in shown},
        other_zone=write.other_zone,
        zone_problem=problem,
        view=request.args.get("view", ""),
        release=shown_release,
        latest=latest,
        days=[(day, grid.lay_out(rows, document.rooms)) for day, rows in queries.by_day(shown, event).items()],
        wanted=wanted,
        tracks=document.tracks,
        rooms=document.rooms,
        kinds=sorted({session.kind for session in every}, key=list(SessionKind).index),
        spoken=sorted({tag for session in every for tag in (*session.spoken, *session.interpreted)}),
        total=len(every),
        number=len(shown),
    )
    if problem:
        answer.status_code = 422
    return answer


@views.get("/changes")
@parameters()
def changelog(slug: str) -> ResponseReturnValue:
    """What each version of the programme changed, the latest first."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        return page("programme/changelog.html", event=event, **_history(event))

    return _answer(slug, ".changelog", build)


@views.get("/changes.atom")
@parameters()
def changes_feed(slug: str) -> ResponseReturnValue:
    """The same as an Atom feed (RFC 4287)."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        text = render_template("programme/changes.atom", event=event, **_history(event))
        return Response(text, content_type="application/atom+xml; charset=utf-8")

    return _answer(slug, ".changes_feed", build)


def _history(event: Event) -> dict[str, Any]:
    history = [
        (one, [changes.Change.from_json(row) for row in one.changes]) for one in queries.releases(event)[:FEED_LENGTH]
    ]
    people = queries.people_by_id(event, changes.person_ids(change for _one, rows in history for change in rows))
    return {
        "history": [
            (one, [(kind, list(same)) for kind, same in groupby(rows, lambda change: change.kind)])
            for one, rows in history
        ],
        "names": {number: person.name(languages.reader()).text for number, person in people.items()},
        "entry_id": lambda one: uuid5(UUID(event.uid), str(one.number)),
    }


@views.get("/sessions/<code>")
@parameters()
def session(slug: str, code: str) -> ResponseReturnValue:
    """One session. A cancelled one keeps its page and says so."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        shown = found(queries.public_session(event, code))
        return page(
            "programme/session.html", event=event, session=shown, day=clock.local_day(shown.starts_at, event.zone)
        )

    return _answer(slug, ".session", build, code=code)


@views.get("/speakers")
@parameters()
def speakers(slug: str) -> ResponseReturnValue:
    """Everybody with a part in the programme."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        people = queries.speakers(queries.public_sessions(event))
        call = wiring.open_call_of(event)
        return page("programme/speakers.html", event=event, speakers=people, day=event.first_day, call=call)

    return _answer(slug, ".speakers", build)


@views.get("/speakers/<code>")
@parameters()
def speaker(slug: str, code: str) -> ResponseReturnValue:
    """One person: position at the date, biography, parts here and elsewhere."""

    def build() -> Response:
        event = found(events.by_slug(slug))
        people = queries.speakers(queries.public_sessions(event))
        shown = found(next((one for one in people if one.person.code == code), None))
        elsewhere = queries.appearances(shown.person, besides=event)
        return page("programme/speaker.html", event=event, speaker=shown, elsewhere=elsewhere, day=event.first_day)

    return _answer(slug, ".speaker", build, code=code)
