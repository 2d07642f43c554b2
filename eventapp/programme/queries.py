"""Reading the programme."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.core import languages
from eventapp.core.clock import local_day
from eventapp.core.db import db
from eventapp.directory.models import Person, Position
from eventapp.events.models import Event, Site
from eventapp.programme import rules
from eventapp.programme.conflicts import Finding, Frame, Place, Slot, check
from eventapp.programme.models import Participation, Room, Session, Track
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus

SHOWN = [status for status in SessionStatus if rules.shown(status)]

_PEOPLE = (
    selectinload(Session.participations)
    .joinedload(Participation.person)
    .selectinload(Person.positions)
    .joinedload(Position.organization)
)


@dataclass(frozen=True)
class Filter:
    """What a reader wants to see of a programme; empty values mean all."""

    track: str = ""
    room: str = ""
    kind: SessionKind | None = None
    language: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return self != Filter()


def tracks(event: Event) -> list[Track]:
    """Tracks in order."""
    return list(db.session.scalars(select(Track).where(Track.event_id == event.id).order_by(Track.position, Track.id)))


def rooms(event: Event) -> list[Room]:
    """Rooms in order, with their sites."""
    query = select(Room).where(Room.event_id == event.id).options(joinedload(Room.site))
    return list(db.session.scalars(query.order_by(Room.position, Room.id)))


def sessions(event: Event, *, drafts: bool = False, people: bool = True) -> list[Session]:
    """All sessions of an event in the order of time; unscheduled drafts last. One query per table."""
    query = select(Session).where(Session.event_id == event.id)
    if not drafts:
        query = query.where(Session.status.in_(SHOWN))
    options = [selectinload(Session.rooms), joinedload(Session.track)]
    query = query.options(*options, _PEOPLE) if people else query.options(*options)
    return list(db.session.scalars(query.order_by(Session.starts_at.nulls_last(), Session.ends_at, Session.id)))


def public_sessions(event: Event, wanted: Filter | None = None) -> list[Session]:
    """Scheduled sessions that the public may see, filtered."""
    found = [session for session in sessions(event) if session.starts_at is not None]
    return [session for session in found if matches(session, wanted)] if wanted else found


def matches(session: Session, wanted: Filter) -> bool:
    """Whether a session is one that a reader asked for."""
    if wanted.track and (session.track is None or session.track.slug != wanted.track):
        return False
    if wanted.room and wanted.room not in {room.slug for room in session.rooms}:
        return False
    if wanted.kind and session.kind is not wanted.kind:
        return False
    if wanted.language and wanted.language not in {*session.spoken, *session.interpreted}:
        return False
    if wanted.text:
        people = [p.person for p in session.participations]
        texts = [*session.title.values(), *session.abstract.values()]
        texts += [part for person in people for part in (*person.family.values(), *person.given.values())]
        if wanted.text.casefold() not in "\n".join(texts).casefold():
            return False
    return True


def by_day(found: Iterable[Session], zone: str) -> dict[date, list[Session]]:
    """Sessions by the calendar day on which they start at the venue."""
    days: dict[date, list[Session]] = {}
    for session in found:
        if session.starts_at is not None:
            days.setdefault(local_day(session.starts_at, zone), []).append(session)
    return days


def by_code(event: Event, code: str, *, drafts: bool = False) -> Session | None:
    """One session with its people."""
    query = select(Session).where(Session.event_id == event.id, Session.code == code)
    if not drafts:
        query = query.where(Session.status.in_(SHOWN))
    return db.session.scalar(query.options(selectinload(Session.rooms).joinedload(Room.site), _PEOPLE))


@dataclass
class Speaker:
    """A person and the sessions of one event that the person takes part in."""

    person: Person
    parts: list[tuple[Session, Participation]] = field(default_factory=list)


def speakers(found: Iterable[Session]) -> list[Speaker]:
    """Everybody who takes part in these sessions, in order of the programme; interpreters are not listed."""
    known: dict[int, Speaker] = {}
    for session in found:
        if session.status is SessionStatus.CANCELLED:
            continue
        for part in session.participations:
            if part.role is not ParticipationRole.INTERPRETER:
                known.setdefault(part.person_id, Speaker(part.person)).parts.append((session, part))
    return list(known.values())


def _takes_part(event: Event) -> ColumnElement[bool]:
    return (
        select(Participation.id)
        .join(Session)
        .where(Participation.person_id == Person.id, Session.event_id == event.id)
        .exists()
    )


def people_of(event: Event) -> list[Person]:
    """Everybody with a part in any session of the event, drafts included."""
    query = (
        select(Person)
        .where(_takes_part(event))
        .options(selectinload(Person.positions).joinedload(Position.organization))
    )
    return sorted(db.session.scalars(query), key=lambda person: person.name("en").text.casefold())


def person_in_event(event: Event, code: str) -> Person | None:
    """A person by code who has a part in a session of the event, drafts included."""
    query = select(Person).where(Person.code == code, _takes_part(event))
    return db.session.scalar(query.options(selectinload(Person.positions)))


def appearances(person: Person, *, besides: Event) -> list[Session]:
    """Sessions that the public sees at other listed events, latest first."""
    from_events = (
        select(Session)
        .join(Participation)
        .join(Event)
        .where(Participation.person_id == person.id, Session.event_id != besides.id)
        .where(Session.status == SessionStatus.PUBLISHED, Session.starts_at.is_not(None))
        .options(joinedload(Session.event))
        .order_by(Session.starts_at.desc())
    )
    found = list(db.session.scalars(from_events))
    return [session for session in found if session.event.public and session.event.visibility == "public"]


def elsewhere(event: Event, start: datetime, end: datetime) -> list[tuple[Session, Participation]]:
    """What the public sees at other events, at an overlapping time, of people who take part in this one."""
    here = select(Participation.person_id).join(Session).where(Session.event_id == event.id)
    query = (
        select(Session, Participation)
        .join(Participation, Participation.session_id == Session.id)
        .where(Session.event_id != event.id, Participation.person_id.in_(here))
        .where(Session.status == SessionStatus.PUBLISHED, Session.starts_at < end, Session.ends_at > start)
        .options(joinedload(Session.event))
    )
    return [(row[0], row[1]) for row in db.session.execute(query) if row[0].event.public]


def findings(event: Event, every: Iterable[Session] | None = None) -> list[Finding]:
    """What is wrong with the programme as the team has it, drafts included. `every`: its sessions, if they are read.

    Of people's parts at other events only what is public counts and is named.
    """
    known = sessions(event, drafts=True) if every is None else every
    own = [s for s in known if s.starts_at is not None and s.status is not SessionStatus.CANCELLED]
    names = {part.person_id: part.person.name(languages.reader()).text for s in own for part in s.participations}
    slots = [_slot(session) for session in own]
    if names:
        first, last = min(slot.starts for slot in slots), max(slot.ends for slot in slots)
        for session, part in elsewhere(event, first, last):
            if part.person_id not in names:
                continue
            if session.starts_at is not None and session.ends_at is not None:
                title = languages.say(session.event.title).text
                people = frozenset({part.person_id})
                slots.append(Slot(session.code, "", session.starts_at, session.ends_at, people=people, elsewhere=title))
    every_site = db.session.scalars(select(Site).where(Site.event_id == event.id))
    ways = {(site.slug, to): int(way) for site in every_site for to, way in site.travel_minutes.items()}
    frame = Frame(event.starts_at, event.ends_at, event.zone, tuple(event.working_languages), ways)
    places = {
        room.id: Place(languages.say(room.name).text, room.site.slug if room.site else None, room.capacity)
        for room in rooms(event)
    }
    return check(slots, frame=frame, rooms=places, people=names)


def _slot(session: Session) -> Slot:
    assert session.starts_at is not None and session.ends_at is not None
    return Slot(
        code=session.code,
        title=languages.say(session.title).text,
        starts=session.starts_at,
        ends=session.ends_at,
        rooms=frozenset(room.id for room in session.rooms),
        people=frozenset(part.person_id for part in session.participations),
        places=session.capacity,
        spoken=tuple(session.spoken),
        understood=tuple(session.interpreted),
        pause=session.kind.pause,
    )
