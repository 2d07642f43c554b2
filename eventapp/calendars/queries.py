"""What a calendar needs to know: the event's row, its venues, the released programme and the names in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from eventapp.calendars.names import name_by_code, name_of, names_of
from eventapp.calendars.state import LISTED, State, shown
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.words import Words, fold
from eventapp.directory.rules import NameOrder
from eventapp.events import rules
from eventapp.events.models import Event, Site
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision, Visibility
from eventapp.programme import queries as programme_queries
from eventapp.programme.models import Release
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus

KEEP_GONE = rules.KEEP_GONE
# Whether a session is in a feed.
Has = Callable[[PublishedSession], bool]


@dataclass(frozen=True, slots=True)
class Venue:
    """A site: name, address, and (latitude, longitude) in degrees where they are known."""

    name: Words
    address: Words
    geo: tuple[float, float] | None

    @classmethod
    def of(cls, site: Any) -> Venue:
        """From a Site or a row with its columns."""
        known = site.latitude is not None and site.longitude is not None
        return cls(site.name, site.address, (site.latitude, site.longitude) if known else None)


@dataclass(frozen=True, slots=True)
class EventRow:
    """The columns of an event that calendars show. The link to join is not among them."""

    id: int
    slug: str
    uid: str
    sequence: int
    kind: EventKind
    title: Words
    subtitle: Words
    purpose: Words
    description: Words
    starts_at: datetime
    ends_at: datetime
    zone: str
    precision: Precision
    date_note: Words
    format: EventFormat
    place: Words
    status: EventStatus
    status_note: Words
    updated_at: datetime

    @classmethod
    def of(cls, event: Any) -> EventRow:
        """From an Event or a row with its columns."""
        return cls(*(getattr(event, name) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room with its site."""

    name: Words
    online: bool
    venue: Venue | None


@dataclass(frozen=True, slots=True)
class PartRow:
    """Who takes part in a session, and as what."""

    family: Words
    given: Words
    order: NameOrder
    role: ParticipationRole
    code: str


@dataclass(slots=True)
class SessionRow:
    """A scheduled session that the public may see."""

    id: int
    code: str
    uid: str
    sequence: int
    kind: SessionKind
    status: SessionStatus
    title: Words
    abstract: Words
    starts_at: datetime
    ends_at: datetime
    spoken: tuple[str, ...]
    interpreted: tuple[str, ...]
    updated_at: datetime
    track: Words
    colour: int | None
    rooms: list[RoomRow] = field(default_factory=list)
    people: list[PartRow] = field(default_factory=list)
    undated: bool = False

    @classmethod
    def of(cls, session: PublishedSession, names: Mapping[int, Any]) -> SessionRow:
        """From a released session and rows of people by their number."""
        return cls(
            id=session.id,
            code=session.code,
            uid=session.uid,
            sequence=session.sequence,
            kind=session.kind,
            status=session.status,
            title=session.title,
            abstract=session.abstract,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            spoken=session.spoken,
            interpreted=session.interpreted,
            updated_at=session.updated_at,
            undated=session.undated,
            track=session.track.name if session.track else Words(),
            colour=session.track.colour if session.track else None,
            rooms=[RoomRow(r.name, r.online, Venue.of(r.site) if r.site else None) for r in session.rooms],
            people=[
                PartRow(row.family, row.given, row.order, part.role, row.code)
                for part in session.participations
                if (row := names.get(part.person_id)) is not None
            ],
        )

    @property
    def cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED


@dataclass(frozen=True)
class Programme:
    """An event with its venues and its public sessions in the order of time."""

    event: EventRow
    venues: list[Venue]
    sessions: list[SessionRow]


_EVENT_COLUMNS = [getattr(Event, name) for name in EventRow.__slots__]
_event = select(*_EVENT_COLUMNS).where(Event.id == bindparam("event"))
_listed = (
    select(*_EVENT_COLUMNS)
    .where(Event.status.in_(LISTED), Event.visibility == Visibility.PUBLIC, Event.precision == Precision.DAY)
    .order_by(Event.starts_at, Event.id)
)
_SITE_COLUMNS = [Site.name, Site.address, Site.latitude, Site.longitude]
_venues = select(*_SITE_COLUMNS).where(Site.event_id == bindparam("event")).order_by(Site.position, Site.id)


def listed() -> list[EventRow]:
    """All listed events whose day is known, by time."""
    return [EventRow(*row) for row in db.session.execute(_listed)]


@dataclass(frozen=True, slots=True)
class GoneRow:
    """An event as it was told last, before it was taken back `at` a moment."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    precision: Precision
    at: datetime


_GONE_COLUMNS: list[Any] = [Event.uid, func.coalesce(Event.told_sequence, 0), Event.told_starts_at, Event.told_ends_at,
                 Event.told_zone, Event.told_precision]  # fmt: skip
_unlisted: Select[*tuple[Any, ...]] = (
    select(*_GONE_COLUMNS, Event.unlisted_at)
    .where(Event.unlisted_at.is_not(None), Event.told_ends_at > bindparam("since"))
    .order_by(Event.told_starts_at, Event.id)
)


def unlisted() -> list[GoneRow]:
    """Events that were taken out of the list, as long as its calendar says so."""
    return [GoneRow(*row) for row in db.session.execute(_unlisted, {"since": clock.now() - KEEP_GONE})]


def gone_row(state: State) -> GoneRow:
    """What calendars know of a withdrawn event (`state.withdrawn`)."""
    assert state.withdrawn is not None
    columns: list[Any] = [*_GONE_COLUMNS, Event.withdrawn_at]
    row = db.session.execute(select(*columns).where(Event.id == state.id)).one()
    return replace(GoneRow(*row), at=state.withdrawn)


def told_deadlines(event_id: int) -> list[dict[str, Any]]:
    """The deadlines of a withdrawn event as they were told last (see `Event.told_deadlines`)."""
    return list(db.session.scalars(select(Event.told_deadlines).where(Event.id == event_id)).one())


_withdrawn: Select[*tuple[Any, ...]] = (
    select(Event.id, Release.id, Release.at, *_GONE_COLUMNS, Event.withdrawn_at)
    .join(Release, (Release.event_id == Event.id) & shown(Release))
    .where(Event.id.in_(bindparam("events", expanding=True)), Event.withdrawn_at.is_not(None))
    .where(Event.told_ends_at > bindparam("since"))
    .where((Event.told_precision == Precision.DAY) | Event.undated_at.is_not(None))
)


_undated: Select[*tuple[Any, ...]] = (
    select(Event.id, Event.undated_at, Event.uid, Release.id, Release.at)
    .join(Release, (Release.event_id == Event.id) & shown(Release))
    .where(Event.id.in_(bindparam("events", expanding=True)), Event.undated_at.is_not(None))
)


def undated(events: Iterable[int]) -> dict[int, Document]:
    """By number, those of the public events whose day is not known any more, with the programme they had last.

    One statement where there are events, however many, and one more for a release new to the process.
    """
    wanted = sorted(set(events))
    rows = db.session.execute(_undated, {"events": wanted}) if wanted else ()
    return {
        number: programme_queries.content(release, uid, at).undated(since) for number, since, uid, release, at in rows
    }


def withdrawn(events: Iterable[int]) -> list[tuple[int, GoneRow, Document]]:
    """Those of the events, by number, that were withdrawn, with the programme that the public saw last.

    As long as calendars say so. One statement, however many events, and one more for a release new to the process.
    """
    known = {"events": sorted(set(events)), "since": clock.now() - KEEP_GONE}
    return [
        (number, row := GoneRow(*columns), programme_queries.content(release, row.uid, at))
        for number, release, at, *columns in db.session.execute(_withdrawn, known)
    ]


def venues_of(event: int) -> list[Venue]:
    """The sites of an event, by its number, in order. One statement."""
    return [Venue.of(row) for row in db.session.execute(_venues, {"event": event})]


def programme_of(event: int, sessions: Iterable[PublishedSession]) -> Programme:
    """An event, by its number, with these sessions of it: three statements."""
    sessions = list(sessions)
    head = db.session.execute(_event, {"event": event}).one()
    venues = venues_of(event)
    names = names_of(event, sessions)
    return Programme(EventRow(*head), venues, [SessionRow.of(session, names) for session in sessions])


def document(state: State) -> Document:
    """The released programme; empty before the first release, and of an event whose days never were known."""
    shown = programme_queries.content(*state.content) if state.content else Document()
    return shown.undated(state.undated) if state.undated else shown


def programme(state: State, wanted: Has | None = None) -> Programme:
    """An event with its released programme: three statements, and a fourth where the release is new to the process.

    A session that is gone is an entry that says so, until a month after the event.
    """
    sessions = [one for one in document(state).sessions if state.keeps_gone or not one.gone]
    return programme_of(state.id or 0, [one for one in sessions if wanted(one)] if wanted else sessions)


def announced(session: PublishedSession) -> set[int]:
    """Who is announced with a session, by number; interpreters are not."""
    return {part.person_id for part in session.participations if part.role is not ParticipationRole.INTERPRETER}


def speaks(session: PublishedSession, person: int) -> bool:
    """Whether the person is announced with the session."""
    return person in announced(session)


class PartKind(StrEnum):
    """What a calendar can be narrowed to."""

    TRACKS = "tracks"
    ROOMS = "rooms"
    SPEAKERS = "speakers"


# What a feed is narrowed to: its name and which sessions are in it, or None where the public knows of no such thing.
Part = Callable[[State], tuple[Words, Has] | None]


@dataclass(frozen=True)
class Narrowed:
    """A part of a programme that has a feed: its path without ending, its name, and the codes of its sessions."""

    path: str
    name: Words
    codes: frozenset[str]


def of_track(slug: str) -> Part:
    """The sessions of a track."""

    def part(state: State) -> tuple[Words, Has] | None:
        name = next((one.name for one in document(state).tracks if one.slug == slug), None)
        return None if name is None else (name, lambda s: s.track is not None and s.track.slug == slug)

    return part


def of_room(slug: str) -> Part:
    """The sessions in a room."""

    def part(state: State) -> tuple[Words, Has] | None:
        name = next((one.name for one in document(state).rooms if one.slug == slug), None)
        return None if name is None else (name, lambda s: any(one.slug == slug for one in s.rooms))

    return part


def of_speaker(code: str) -> Part:
    """The sessions of somebody who is or was announced."""

    def part(state: State) -> tuple[Words, Has] | None:
        row = name_by_code(state.id or 0, code)
        if row is None or not any(speaks(session, row.id) for session in document(state).sessions):
            return None
        return name_of(row), lambda s: speaks(s, row.id)

    return part


def parts(event: int, shown: Document) -> list[tuple[PartKind, list[Narrowed]]]:
    """What a calendar of the event can be narrowed to, by kind, where there is any.

    Only what the programme has now: a feed of something that is gone still answers, but nobody needs to choose it.
    """
    found: dict[PartKind, dict[Any, set[str]]] = {kind: defaultdict(set) for kind in PartKind}
    live: set[tuple[PartKind, Any]] = set()
    for session in shown.sessions:
        keys: list[tuple[PartKind, Any]] = [(PartKind.TRACKS, session.track.slug)] if session.track else []
        keys += [(PartKind.ROOMS, room.slug) for room in session.rooms]
        keys += [(PartKind.SPEAKERS, person) for person in announced(session)]
        for kind, key in keys:
            found[kind][key].add(session.code)
        if not (session.gone or session.cancelled):
            live.update(keys)

    people = names_of(event, (session for session in shown.sessions if not (session.gone or session.cancelled)))
    speakers = [(number, row.code, name_of(row)) for number, row in people.items()]
    # (key, last part of the path, name) of all that a programme names.
    named: dict[PartKind, list[tuple[Any, str, Words]]] = {
        PartKind.TRACKS: [(one.slug, one.slug, one.name) for one in shown.tracks],
        PartKind.ROOMS: [(one.slug, one.slug, one.name) for one in shown.rooms],
        PartKind.SPEAKERS: sorted(speakers, key=lambda one: fold(one[2].say("en").text)),
    }
    every = [
        (kind, [Narrowed(f"{kind}/{path}", name, frozenset(found[kind][key])) for key, path, name in rows
                if (kind, key) in live])
        for kind, rows in named.items()
    ]  # fmt: skip
    return [(kind, rows) for kind, rows in every if rows]


def has_session(state: State, code: str) -> bool:
    """Whether the public sees such a session, or saw it once."""
    return code in document(state).by_code


def one_session(state: State, code: str) -> Programme:
    """An event with one session of it. Raises KeyError where `has_session` says no."""
    return programme_of(state.id or 0, [document(state).by_code[code]])
