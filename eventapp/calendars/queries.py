"""What a calendar needs to know: the event's row, its venues, the released programme and the names in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from eventapp.calendars.names import names_of
from eventapp.calendars.state import LISTED, State, shown
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import NameOrder
from eventapp.events import rules
from eventapp.events.models import Event, Site
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision, Visibility
from eventapp.programme import queries as programme_queries
from eventapp.programme.models import Release
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus

KEEP_GONE = rules.KEEP_GONE


@dataclass(frozen=True, slots=True)
class Venue:
    """A site: name, address, and (latitude, longitude) in degrees where they are known."""

    name: LocalizedText
    address: LocalizedText
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
    title: LocalizedText
    subtitle: LocalizedText
    purpose: LocalizedText
    description: LocalizedText
    starts_at: datetime
    ends_at: datetime
    zone: str
    precision: Precision
    date_note: LocalizedText
    format: EventFormat
    place: LocalizedText
    status: EventStatus
    status_note: LocalizedText
    updated_at: datetime

    @classmethod
    def of(cls, event: Any) -> EventRow:
        """From an Event or a row with its columns."""
        return cls(*(getattr(event, name) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room with its site."""

    name: LocalizedText
    online: bool
    venue: Venue | None


@dataclass(frozen=True, slots=True)
class PartRow:
    """Who takes part in a session, and as what."""

    family: LocalizedText
    given: LocalizedText
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
    title: LocalizedText
    abstract: LocalizedText
    starts_at: datetime
    ends_at: datetime
    spoken: tuple[str, ...]
    interpreted: tuple[str, ...]
    updated_at: datetime
    track: LocalizedText
    colour: int | None
    rooms: list[RoomRow] = field(default_factory=list)
    people: list[PartRow] = field(default_factory=list)
    undated: bool = False
    left: bool = False

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
            track=session.track.name if session.track else LocalizedText(),
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


_GONE_COLUMNS: list[Any] = [
    Event.uid,
    func.coalesce(Event.told_sequence, 0),
    Event.told_starts_at,
    Event.told_ends_at,
    Event.told_zone,
    Event.told_precision,
]
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


def programme_of(event: int, sessions: Iterable[PublishedSession], path: str = "") -> Programme:
    """An event, by its number, with these sessions of it, as the feed of a part has them: three statements."""
    sessions = list(sessions)
    head = db.session.execute(_event, {"event": event}).one()
    venues = venues_of(event)
    names = names_of(event, sessions)
    return Programme(EventRow(*head), venues, [within(SessionRow.of(one, names), one, path) for one in sessions])


def document(state: State) -> Document:
    """The released programme; empty before the first release, and of an event whose days never were known."""
    shown = programme_queries.content(*state.content) if state.content else Document()
    return shown.undated(state.undated) if state.undated else shown


def programme(state: State, path: str = "") -> Programme:
    """An event with its released programme: three statements, and a fourth where the release is new to the process.

    `path` narrows it to a part. A session that is gone, or has left the part, is an entry that says so, until a month
    after the event.
    """
    sessions = [one for one in document(state).sessions if state.keeps_gone or not (one.gone or _left(one, path))]
    return programme_of(state.id or 0, [one for one in sessions if is_in(one, path)], path)


def within(row: SessionRow, session: PublishedSession, path: str) -> SessionRow:
    """The row of a session as the feed of a part has it."""
    return replace(row, sequence=row.sequence + session.rise_in(path), left=_left(session, path)) if path else row


def is_in(session: PublishedSession, path: str) -> bool:
    """Whether a session is in the feed of a part, or was; every one is in that of the event, which has no path."""
    return not path or path in session.turns or path in session.paths


def _left(session: PublishedSession, path: str) -> bool:
    return path in session.turns and path not in session.paths


def has_session(state: State, code: str) -> bool:
    """Whether the public sees such a session, or saw it once."""
    return code in document(state).by_code


def one_session(state: State, code: str) -> Programme:
    """An event with one session of it. Raises KeyError where `has_session` says no."""
    return programme_of(state.id or 0, [document(state).by_code[code]])
