"""Public pages of the programme: the whole programme, its changes, a session, a speaker."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.forms import zone_asked
from eventapp.core.pages import page
from eventapp.core.parameters import a_day, one_of, parameters, several, text
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.public import event_page
from eventapp.media import queries as media
from eventapp.media.card_answer import answer as card_answer
from eventapp.media.cards import CardFacts
from eventapp.programme import cards, changes, programme_page, queries
from eventapp.programme.models import Release
from eventapp.programme.published import Document, Neighbours, neighbours
from eventapp.programme.queries import SessionFilter
from eventapp.programme.rules import SessionKind, link_kind
from eventapp.programme.session_cards import ALL_PEOPLE, SHOWN_PEOPLE, SessionCardWriter

FEED_LENGTH = 50

views = Blueprint("programme", __name__, url_prefix="/events/<slug>")

FILTERS = {
    "view": one_of(["list", "print"]),
    "day": a_day,
    "track": several(80, most=30),
    "room": text(80),
    "kind": one_of(SessionKind),
    "language": text(16),
    "q": text(100),
    "zone": text(60),
}


def _session_filter() -> SessionFilter:
    kind = request.args.get("kind", "")
    return SessionFilter(
        tracks=frozenset(filter(None, request.args.get("track", "").split(","))),
        room=request.args.get("room", ""),
        kind=SessionKind(kind) if kind in set(SessionKind) else None,
        language=request.args.get("language", ""),
        text=request.args.get("q", "").strip(),
    )


@views.get("/programme")
@parameters(**FILTERS)
@event_page()
def programme(event: Event) -> Response:
    """The programme by day: a grid of rooms on wide screens, one column on narrow ones."""
    return _programme(event, None)


@views.get("/programme/<int:number>")
@parameters(**FILTERS)
@event_page()
def version(event: Event, number: int) -> Response:
    """The programme as of an earlier version."""
    return _programme(event, or_404(queries.release(event, number)))


def _programme(event: Event, older: Release | None) -> Response:
    wanted = _session_filter()
    view = request.args.get("view", "")
    zone, problem = zone_asked(request.args.get("zone", ""))
    people = ALL_PEOPLE if view == "print" else SHOWN_PEOPLE
    write = SessionCardWriter(event.zone, languages.reader(), zone if zone != event.zone else "", most_people=people)
    latest = queries.latest(event)
    shown_release = older or latest
    document = queries.content(shown_release.id, event.uid, shown_release.at) if shown_release else Document()
    asked = request.args.get("day")
    day = date.fromisoformat(asked) if asked else None
    answer = page(
        "programme/programme.html",
        event=event,
        page=programme_page.build(event, document, wanted, write=write, day=day, whole=view == "print"),
        other_zone=write.other_zone,
        zone_problem=problem,
        view=view,
        release=shown_release,
        latest=latest,
        wanted=wanted,
        rooms=document.rooms,
        one_track=next((one for one in document.tracks if wanted.tracks == {one.slug}), None),
        one_room=next((one for one in document.rooms if one.slug == wanted.room), None),
    )
    if problem:
        answer.status_code = 422
    return answer


@views.get("/changes")
@parameters()
@event_page()
def changelog(event: Event) -> Response:
    """The changes of each version of the programme, latest first."""
    return page("programme/changelog.html", event=event, **_history(event))


@views.get("/changes.atom")
@parameters()
@event_page()
def changes_feed(event: Event) -> Response:
    """The changes as an Atom feed (RFC 4287)."""
    text = render_template("programme/changes.atom", event=event, **_history(event))
    return Response(text, content_type="application/atom+xml; charset=utf-8")


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
@event_page()
def session(event: Event, code: str) -> Response:
    """One session. A cancelled one keeps its page, marked as cancelled."""
    document = queries.document(event)
    (shown,) = queries.named(event, [or_404(document.by_code.get(code))])
    day = clock.local_day(shown.starts_at, event.zone)
    pictures = media.pictures(event)
    photos = pictures.speakers
    card = cards.of_session(event, shown, cover=pictures.cover, language=languages.interface())
    return page(
        "programme/session.html",
        event=event,
        session=shown,
        day=day,
        photos=photos,
        card=card,
        around_it=neighbours(shown, document.listed) if event.timed else Neighbours(),
        links=[(link, link_kind(link["url"], link.get("title", ""))) for link in shown.links],
    )


@views.get("/sessions/<code>/cards/<language>/<digest>.jpg")
def session_card(slug: str, code: str, language: str, digest: str) -> ResponseReturnValue:
    """The card that other sites show for a link to a session."""
    event = _shown_with_card(slug, language)

    def facts() -> CardFacts:
        shown = or_404(queries.public_session(event, code))
        return cards.of_session(event, shown, cover=media.pictures(event).cover, language=language)

    return card_answer(
        str(event.id),
        digest,
        facts,
        lambda now: url_for(".session_card", slug=slug, code=code, language=language, digest=now),
    )


@views.get("/speakers/<code>/cards/<language>/<digest>.jpg")
def speaker_card(slug: str, code: str, language: str, digest: str) -> ResponseReturnValue:
    """The card that other sites show for a link to a speaker."""
    event = _shown_with_card(slug, language)

    def facts() -> CardFacts:
        people = queries.speakers(queries.public_sessions(event))
        person = or_404(next((one for one in people if one.person.code == code), None)).person
        photo = media.of_speakers(event, [person.id]).get(person.id)
        return cards.of_speaker(event, person, photo=photo, language=language)

    return card_answer(
        str(event.id),
        digest,
        facts,
        lambda now: url_for(".speaker_card", slug=slug, code=code, language=language, digest=now),
    )


def _shown_with_card(slug: str, language: str) -> Event:
    event = events.by_slug(slug)
    return or_404(event if event is not None and event.public and language in languages.INTERFACE else None)


@views.get("/speakers/<code>")
@parameters()
@event_page()
def speaker(event: Event, code: str) -> Response:
    """One person: position at the event's date, biography, sessions here and elsewhere."""
    people = queries.speakers(queries.public_sessions(event))
    shown = or_404(next((one for one in people if one.person.code == code), None))
    elsewhere = queries.appearances(shown.person, besides=event)
    photo = media.of_speakers(event, [shown.person.id]).get(shown.person.id)
    return page(
        "programme/speaker.html",
        event=event,
        speaker=shown,
        elsewhere=elsewhere,
        photo=photo,
        card=cards.of_speaker(event, shown.person, photo=photo, language=languages.interface()),
        day=event.first_day,
    )
