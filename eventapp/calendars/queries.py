"""What a calendar needs to know: the event's row, its venues, the released programme and the names in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from eventapp.core import clock
from eventapp.core.db import QuickRead, db
from eventapp.core.revisions import Revision
from eventapp.core.words import Words
from eventapp.directory.models import SCOPE as DIRECTORY
from eventapp.directory.models import Person
from eventapp.directory.rules import NameOrder, full_name
from eventapp.events import rules as event_rules
from eventapp.events.models import Event, FormerSlug, Site
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision, Visibility
from eventapp.programme import queries as programme_queries
from eventapp.programme.models import Release, is_latest
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus

# How long after the event an entry stays that says a session is off: longer than anybody's calendar program sleeps.
KEEP_GONE = timedelta(days=30)
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
    spoken: tuple[str, ...]
    interpreted: tuple[str, ...]
    updated_at: datetime
    track: Words
    rooms: list[RoomRow] = field(default_factory=list)
    people: list[PartRow] = field(default_factory=list)

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
            track=session.track.name if session.track else Words(),
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
    content: tuple[int, str, datetime] | None = field(default=None, compare=False)
    keeps_gone: bool = field(default=True, compare=False)


_says, _directory, _listing = aliased(Revision), aliased(Revision), aliased(Revision)
_release = aliased(Release)

_former = select(FormerSlug.event_id).where(FormerSlug.slug == bindparam("slug", "")).scalar_subquery()

# Revisions rise with all that is shown. The UID and the time tell a database that was restored, where a number may
# come a second time with other content.
_state: Rows = (
    select(
        Event.id, Event.slug, Event.status, Event.visibility, Event.uid, Event.updated_at, Event.ends_at,
        Event.precision, _says.number, _says.at, _directory.number, _directory.at, _release.id, _release.at,
    )
    .outerjoin(_says, _says.scope == literal("event:") + cast(Event.id, String))
    .outerjoin(_directory, _directory.scope == DIRECTORY)
    .outerjoin(_release, (_release.event_id == Event.id) & is_latest(_release))
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


_event_state = QuickRead(_state)
_people = select(Person.id, Person.family, Person.given, Person.order, Person.code)


def state(slug: str) -> State | None:
    """The state of an event's calendars by its present or a former slug; None where there is no such event."""
    row = _event_state.row(slug=slug)
    if row is None:
        return None
    (number, present, status, visibility, uid, updated, ends, precision, says, said_at, directory, changed_at,
     release, released_at) = row  # fmt: skip
    modified = max(filter(None, (updated, said_at, changed_at)))
    keeps_gone = clock.now() < ends + KEEP_GONE
    return State(
        number,
        present,
        event_rules.public(status, visibility),
        (uid, says or 0, directory or 0, modified, keeps_gone),
        modified,
        content=(release, uid, released_at) if release and precision is Precision.DAY else None,
        keeps_gone=keeps_gone,
    )


def listed_state() -> State:
    """The state of the calendar of all events."""
    count, uid, says, modified = _listed_state.row() or (0, None, 0, None)
    return State(None, "", True, (count, uid, says or 0, modified), modified)


def listed() -> list[EventRow]:
    """All listed events whose day is known, by time."""
    return [EventRow(*row) for row in db.session.execute(_listed)]


def _load(state: State, sessions: Iterable[PublishedSession]) -> Programme:
    sessions = list(sessions)
    head = db.session.execute(_event, {"event": state.id}).one()
    venues = [Venue.of(row) for row in db.session.execute(_venues, {"event": state.id})]
    names = names_of(sessions)
    return Programme(EventRow(*head), venues, [SessionRow.of(session, names) for session in sessions])


def names_of(sessions: Iterable[PublishedSession]) -> dict[int, Any]:
    """Rows of everybody in the sessions, by number, as `SessionRow.of` takes them."""
    wanted = sorted({part.person_id for session in sessions for part in session.participations})
    return {row.id: row for row in db.session.execute(_people.where(Person.id.in_(wanted)))} if wanted else {}


def document(state: State) -> Document:
    """The released programme; empty before the first release, and of an event whose days are not known."""
    return programme_queries.content(*state.content) if state.content else Document()


def programme(state: State, wanted: Callable[[PublishedSession], bool] | None = None) -> Programme:
    """An event with its released programme: three statements, and a fourth where the release is new to the process.

    A session that is gone is an entry that says so, until a month after the event.
    """
    sessions = [one for one in document(state).sessions if state.keeps_gone or not one.gone]
    return _load(state, [one for one in sessions if wanted(one)] if wanted else sessions)


def speaks(session: PublishedSession, person: int) -> bool:
    """Whether the person is announced with the session; interpreters are not."""
    return any(
        part.person_id == person and part.role is not ParticipationRole.INTERPRETER for part in session.participations
    )


def speaker(state: State, code: str) -> tuple[int, Words] | None:
    """Number and name of somebody who is or was announced; None for everybody else."""
    row = db.session.execute(_people.where(Person.code == code)).one_or_none()
    if row is None or not any(speaks(session, row.id) for session in document(state).sessions):
        return None
    said = [full_name(row.family, row.given, row.order, tag) for tag in {*row.family, *row.given}]
    return row.id, Words({one.language: one.text for one in said})


def has_session(state: State, code: str) -> bool:
    """Whether the public sees such a session, or saw it once."""
    return code in document(state).by_code


def one_session(state: State, code: str) -> Programme:
    """An event with one session of it. Raises KeyError where `has_session` says no."""
    return _load(state, [document(state).by_code[code]])
