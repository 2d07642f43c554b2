"""What a calendar needs to know, read with a constant number of prebuilt Core statements.

Building a statement costs more than running it, and ORM objects cost four times as much as rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, Select, String, bindparam, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from eventapp.core.db import QuickRead, db
from eventapp.core.revisions import Revision
from eventapp.core.words import Words
from eventapp.directory.models import SCOPE as DIRECTORY
from eventapp.directory.models import Person
from eventapp.directory.rules import NameOrder
from eventapp.events import rules as event_rules
from eventapp.events.models import Event, FormerSlug, Site
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision, Visibility
from eventapp.programme import rules as programme_rules
from eventapp.programme.models import Participation, Room, Session, Track, session_room
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus

_SHOWN = [status for status in SessionStatus if programme_rules.shown(status)]
_LISTED = [status for status in EventStatus if event_rules.listed(status, Visibility.PUBLIC)]

Rows = Select[*tuple[Any, ...]]


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
    spoken: list[str]
    interpreted: list[str]
    updated_at: datetime
    track: Words
    rooms: list[RoomRow] = field(default_factory=list)
    people: list[PartRow] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED


@dataclass(frozen=True)
class Programme:
    """An event with its venues and its public sessions in the order of time."""

    event: EventRow
    venues: list[Venue]
    sessions: list[SessionRow]


@dataclass(frozen=True)
class State:
    """Which version of a feed is the present one, and since when. Equal `version`: equal content.

    `id` and `slug` (the present one) are the event's, or None and empty for the feed of all events.
    """

    id: int | None
    slug: str
    public: bool
    version: tuple[object, ...]
    modified: datetime | None


_says, _directory, _listing = aliased(Revision), aliased(Revision), aliased(Revision)

_former = select(FormerSlug.event_id).where(FormerSlug.slug == bindparam("slug", "")).scalar_subquery()

# Revisions rise with all that is shown. The UID and the time tell a database that was restored, where a number may
# come a second time with other content.
_state: Rows = (
    select(
        Event.id, Event.slug, Event.status, Event.visibility, Event.uid, Event.updated_at,
        _says.number, _says.at, _directory.number, _directory.at,
    )
    .outerjoin(_says, _says.scope == literal("event:") + cast(Event.id, String))
    .outerjoin(_directory, _directory.scope == DIRECTORY)
    .where(or_(Event.slug == bindparam("slug", ""), Event.id == _former))
    .order_by(Event.slug != bindparam("slug", ""))
    .limit(1)
)  # fmt: skip

_listed_state = QuickRead(
    select(func.count(), func.max(Event.uid), func.max(_listing.number), func.max(_listing.at))
    .select_from(Event)
    .outerjoin(_listing, _listing.scope == "events")
    .where(Event.status.in_(_LISTED), Event.visibility == Visibility.PUBLIC)
)

_EVENT_COLUMNS = [getattr(Event, name) for name in EventRow.__slots__]
_event = select(*_EVENT_COLUMNS).where(Event.id == bindparam("event"))
_listed = (
    select(*_EVENT_COLUMNS)
    .where(Event.status.in_(_LISTED), Event.visibility == Visibility.PUBLIC, Event.precision == Precision.DAY)
    .order_by(Event.starts_at, Event.id)
)
_SITE_COLUMNS = [Site.name, Site.address, Site.latitude, Site.longitude]
_venues = select(*_SITE_COLUMNS).where(Site.event_id == bindparam("event")).order_by(Site.position, Site.id)


def _public(statement: Rows, *, one: bool) -> Rows:
    """Restrict a statement that has Session in it to public, scheduled sessions of an event, or to one of them."""
    statement = statement.where(
        Session.event_id == bindparam("event", type_=Integer),
        Session.status.in_(_SHOWN),
        Session.starts_at.is_not(None),
        # Of an event known by its month only, no session's time is known: a calendar must not make one up.
        select(Event.id).where(Event.id == Session.event_id, Event.precision == Precision.DAY).exists(),
    )
    return statement.where(Session.code == bindparam("code", "")) if one else statement


_SESSION_COLUMNS = [
    Session.id, Session.code, Session.uid, Session.sequence, Session.kind, Session.status, Session.title,
    Session.abstract, Session.starts_at, Session.ends_at, Session.spoken, Session.interpreted, Session.updated_at,
]  # fmt: skip


def _statements(*, one: bool) -> tuple[Rows, Rows, Rows]:
    sessions: Rows = select(*_SESSION_COLUMNS, Track.name).outerjoin(Track, Track.id == Session.track_id)
    rooms: Rows = (
        select(session_room.c.session_id, Room.name.label("room"), Room.online, Room.site_id, *_SITE_COLUMNS)
        .select_from(session_room)
        .join(Session, Session.id == session_room.c.session_id)
        .join(Room, Room.id == session_room.c.room_id)
        .outerjoin(Site, Site.id == Room.site_id)
    )
    people: Rows = (
        select(Participation.session_id, Person.family, Person.given, Person.order, Participation.role, Person.code)
        .join(Session, Session.id == Participation.session_id)
        .join(Person, Person.id == Participation.person_id)
    )
    return (
        _public(sessions, one=one).order_by(Session.starts_at, Session.ends_at, Session.id),
        _public(rooms, one=one).order_by(Room.position, Room.id),
        _public(people, one=one).order_by(Participation.position, Participation.id),
    )


_ALL, _ONE = _statements(one=False), _statements(one=True)
_event_state = QuickRead(_state)
_session_state = QuickRead(
    _state.where(
        Event.precision == Precision.DAY,
        select(Session.id)
        .where(
            Session.event_id == Event.id,
            Session.code == bindparam("code", ""),
            Session.status.in_(_SHOWN),
            Session.starts_at.is_not(None),
        )
        .exists(),
    )
)


def state(slug: str, code: str | None = None) -> State | None:
    """The state of an event's calendars by its present or a former slug; None where there is no such event.

    With a `code`, None also where the public sees no such session.
    """
    row = _event_state.row(slug=slug) if code is None else _session_state.row(slug=slug, code=code)
    if row is None:
        return None
    number, present, status, visibility, uid, updated, says, said_at, directory, changed_at = row
    modified = max(filter(None, (updated, said_at, changed_at)))
    return State(
        number, present, event_rules.public(status, visibility), (uid, says or 0, directory or 0, modified), modified
    )


def listed_state() -> State:
    """The state of the calendar of all events."""
    count, uid, says, modified = _listed_state.row() or (0, None, 0, None)
    return State(None, "", True, (count, uid, says or 0, modified), modified)


def listed() -> list[EventRow]:
    """All listed events whose day is known, by time."""
    return [EventRow(*row) for row in db.session.execute(_listed)]


def _load(event: int, statements: tuple[Rows, Rows, Rows], values: dict[str, Any]) -> Programme:
    head = db.session.execute(_event, {"event": event}).one()
    venues = [Venue.of(row) for row in db.session.execute(_venues, {"event": event})]
    sessions, rooms, people = (db.session.execute(statement, values).all() for statement in statements)
    found = [SessionRow(*row) for row in sessions]
    by_id = {session.id: session for session in found}
    for row, room in zip(rooms, _rooms(rooms), strict=True):
        by_id[row.session_id].rooms.append(room)
    for session_id, *part in people:
        by_id[session_id].people.append(PartRow(*part))
    return Programme(EventRow(*head), venues, found)


def _rooms(rows: Iterable[Row[Any]]) -> Iterable[RoomRow]:
    for row in rows:
        yield RoomRow(row.room, row.online, Venue.of(row) if row.site_id is not None else None)


def programme(event: int) -> Programme:
    """An event with its public programme: five statements, however many sessions it has."""
    return _load(event, _ALL, {"event": event})


def one_session(event: int, code: str) -> Programme | None:
    """An event with one public, scheduled session of it, or None."""
    found = _load(event, _ONE, {"event": event, "code": code})
    return found if found.sessions else None
