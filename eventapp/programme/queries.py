"""Reading the programme: the team's draft and the releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.core.caching import memoized
from eventapp.core.clock import programme_day
from eventapp.core.db import db
from eventapp.core.statements import QuickSelect
from eventapp.directory.models import Person, Position, ShownPerson
from eventapp.events.models import Event
from eventapp.programme import published, rules
from eventapp.programme.models import EventPerson, OnProgramme, Participation, Release, Room, Session, Track, is_latest
from eventapp.programme.published import Document, PublishedPart, PublishedSession, with_people
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus

READY = [status for status in SessionStatus if rules.ready(status)]

_PEOPLE = (
    selectinload(Session.participations).options(
        joinedload(Participation.person).selectinload(Person.positions).joinedload(Position.organization),
        joinedload(Participation.at_event),
    ),
)


@dataclass(frozen=True)
class SessionFilter:
    """The filters of a programme page; empty values mean all."""

    tracks: frozenset[str] = frozenset()
    room: str = ""
    kind: SessionKind | None = None
    language: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return self != SessionFilter()


def tracks(event: Event) -> list[Track]:
    """Tracks in order."""
    return list(db.session.scalars(select(Track).where(Track.event_id == event.id).order_by(Track.position, Track.id)))


def rooms(event: Event) -> list[Room]:
    """Rooms in order, with their venues."""
    query = select(Room).where(Room.event_id == event.id).options(joinedload(Room.venue))
    return list(db.session.scalars(query.order_by(Room.position, Room.id)))


def sessions(event: Event, *, drafts: bool = False, people: bool = True) -> list[Session]:
    """The team's sessions by time, unscheduled ones last. One query per table.

    Without `drafts`, only those that are part of the next release.
    """
    query = select(Session).where(Session.event_id == event.id)
    if not drafts:
        query = query.where(Session.status.in_(READY))
    options = [selectinload(Session.rooms), joinedload(Session.track)]
    query = query.options(*options, *_PEOPLE) if people else query.options(*options)
    return list(db.session.scalars(query.order_by(Session.starts_at.nulls_last(), Session.ends_at, Session.id)))


def latest(event: Event) -> Release | None:
    """The latest release, without its content."""
    query = select(Release).where(Release.event_id == event.id).order_by(Release.number.desc()).limit(1)
    return db.session.scalar(query)


def releases(event: Event) -> list[Release]:
    """All releases, latest first, without their content."""
    query = select(Release).where(Release.event_id == event.id).options(joinedload(Release.user))
    return list(db.session.scalars(query.order_by(Release.number.desc())))


def release(event: Event, number: int) -> Release | None:
    """One release by its number."""
    return db.session.scalar(select(Release).where(Release.event_id == event.id, Release.number == number))


_latest = (
    select(Release.id, Release.at)
    .where(Release.event_id == bindparam("event"))
    .order_by(Release.number.desc())
    .limit(1)
)


def document(event: Event) -> Document:
    """The public programme of an event; empty before the first release."""
    row = db.session.execute(_latest, {"event": event.id}).one_or_none()
    return content(row.id, event.uid, row.at) if row else Document()


def document_at(event: Event, moment: datetime) -> Document:
    """The public programme of an event at a moment; empty if nothing had been released."""
    query = select(Release.id, Release.at).where(Release.event_id == event.id, Release.at <= moment)
    row = db.session.execute(query.order_by(Release.number.desc()).limit(1)).one_or_none()
    return content(row.id, event.uid, row.at) if row else Document()


def documents(event_ids: Iterable[int]) -> list[tuple[Event, Document]]:
    """The public programmes of several events, for those with a release. One query."""
    wanted = sorted(set(event_ids))
    return _documents(Event.id.in_(wanted)) if wanted else []


def _documents(of: ColumnElement[bool]) -> list[tuple[Event, Document]]:
    query = select(Event, Release.id, Release.at).join(Release, Release.event_id == Event.id)
    rows = db.session.execute(query.where(of, is_latest(Release))).all()
    return [(event, content(number, event.uid, at)) for event, number, at in rows]


def _weight(document: Document) -> int:
    """An estimate of a document's size in bytes: its texts, up to four bytes a character, and the objects around
    them.
    """
    texts = [
        text
        for one in document.sessions
        for localized in (one.title, one.subtitle, one.abstract)
        for text in localized.values()
    ]
    return 4 * sum(map(len, texts)) + 6_000 * len(document.sessions)


@memoized(budget=64 * 1024 * 1024, weigh=lambda asked, document: _weight(document))
def content(release_id: int, _uid: str, _at: datetime) -> Document:
    """The content of a release. It never changes, so each process reads it once.

    The event's UID and the time tell releases of a restored database apart, in which an id may occur a second time.
    """
    return published.from_json(db.session.scalars(select(Release.content).where(Release.id == release_id)).one())


def people_by_id(event: Event, numbers: Iterable[int], *, positions: bool = True) -> dict[int, ShownPerson]:
    """People as an event shows them, by id: one query, and another for their `positions`."""
    wanted = sorted(set(numbers))
    rows = _as_shown(event, Person.id.in_(wanted), positions=positions) if wanted else ()
    return {person.id: shown for person, shown in rows}


def _as_shown(event: Event, which: ColumnElement[bool], *, positions: bool = True) -> list[tuple[Person, ShownPerson]]:
    """Pairs of a person and the same person as the event shows them."""
    own = and_(EventPerson.person_id == Person.id, EventPerson.event_id == event.id, EventPerson.differs)
    query = select(Person, EventPerson).outerjoin(EventPerson, own).where(which)
    if positions:
        query = query.options(selectinload(Person.positions).joinedload(Position.organization))
    rows = db.session.execute(query.options(joinedload(EventPerson.organization)))
    return [(person, row.profile(person) if row is not None else person) for person, row in rows]


def named(event: Event, sessions: Iterable[PublishedSession]) -> list[PublishedSession]:
    """The sessions of an event with their people. Two queries, and one more for the organizations."""
    found = list(sessions)
    numbers = (part.person_id for session in found for part in session.participations)
    return with_people(found, people_by_id(event, numbers))


def public_sessions(event: Event) -> list[PublishedSession]:
    """The published sessions by time, including cancelled ones, with people."""
    return named(event, document(event).listed)


def public_session(event: Event, code: str) -> PublishedSession | None:
    """A session that is or was public, with its people. A removed one is still found, marked as such."""
    shown = document(event).by_code.get(code)
    if shown is None:
        return None
    return named(event, [shown])[0]


def join_links(event: Event) -> dict[str, str]:
    """The links for joining sessions online, by session code. Only for registered attendees.

    They are not part of a release, because a changed link must take effect at once.
    """
    query = select(Session.code, Session.join_url).where(Session.event_id == event.id, Session.join_url != "")
    return {code: url for code, url in db.session.execute(query)}


def has_join_links(event_id: int) -> bool:
    """Whether a session of an event, by its id, has a link for joining online."""
    return _any_join_link.row(event=event_id) is not None


_any_join_link = QuickSelect(
    lambda insert: select(Session.id).where(Session.event_id == bindparam("event", 0), Session.join_url != "").limit(1)
)


def matches(session: PublishedSession, wanted: SessionFilter, people: Mapping[int, ShownPerson]) -> bool:
    """Whether a session passes a filter; `people` are those of the programme by id, if the filter has a text."""
    if wanted.tracks and (session.track is None or session.track.slug not in wanted.tracks):
        return False
    if wanted.room and wanted.room not in {room.slug for room in session.rooms}:
        return False
    if wanted.kind and session.kind is not wanted.kind:
        return False
    if wanted.language and wanted.language not in {*session.spoken, *session.interpreted}:
        return False
    if wanted.text:
        texts = [*session.title.values(), *session.subtitle.values(), *session.abstract.values()]
        named = [people[part.person_id] for part in session.participations if part.person_id in people]
        texts += [part for person in named for part in (*person.family.values(), *person.given.values())]
        if wanted.text.casefold() not in "\n".join(texts).casefold():
            return False
    return True


class Timed(Protocol):
    """A session of the team or of the public."""

    @property
    def starts_at(self) -> datetime | None: ...

    @property
    def timed(self) -> bool: ...


S = TypeVar("S", bound=Timed)


def by_day(found: Iterable[S], event: Event) -> dict[date, list[S]]:
    """Sessions by the programme day on which they start at the venue.

    A programme day starts at the event's `day_starts`: a session after midnight may belong to the evening before.
    """
    days: dict[date, list[S]] = {}
    for session in found:
        if session.starts_at is not None:
            begins = event.day_starts if session.timed else 0
            days.setdefault(programme_day(session.starts_at, event.zone, begins), []).append(session)
    return days


def by_code(event: Event, code: str) -> Session | None:
    """One of the team's sessions, with its people."""
    query = select(Session).where(Session.event_id == event.id, Session.code == code)
    return db.session.scalar(query.options(selectinload(Session.rooms).joinedload(Room.venue), *_PEOPLE))


@dataclass
class Speaker:
    """A person and their sessions at one event."""

    person: ShownPerson
    parts: list[tuple[PublishedSession, PublishedPart]] = field(default_factory=list)


def speakers(found: Iterable[PublishedSession]) -> list[Speaker]:
    """Everybody who takes part in these sessions, in programme order; without interpreters."""
    known: dict[int, Speaker] = {}
    for session in found:
        if session.status is SessionStatus.CANCELLED:
            continue
        for part in session.participations:
            if part.role is not ParticipationRole.INTERPRETER and part.person is not None:
                known.setdefault(part.person_id, Speaker(part.person)).parts.append((session, part))
    return list(known.values())


def speakers_of(event: Event) -> list[Speaker]:
    """The speakers of an event, like `speakers`; the people of their sessions are not filled in."""
    shown = document(event)
    people = people_by_id(event, shown.person_ids)
    known: dict[int, Speaker] = {}
    for session in shown.listed:
        for part in () if session.cancelled else sorted(session.participations, key=lambda part: rules.rank(part.role)):
            if part.role is not ParticipationRole.INTERPRETER and part.person_id in people:
                speaker = known.setdefault(part.person_id, Speaker(people[part.person_id]))
                speaker.parts.append((session, part))
    return list(known.values())


def _takes_part(event: Event) -> ColumnElement[bool]:
    return (
        select(Participation.id)
        .join(Session)
        .where(Participation.person_id == Person.id, Session.event_id == event.id)
        .exists()
    )


def known_at(event: Event) -> ColumnElement[bool]:
    """The condition that the event's team knows a person, with or without a part."""
    known = select(EventPerson.person_id).where(EventPerson.person_id == Person.id, EventPerson.event_id == event.id)
    return or_(_takes_part(event), known.correlate(Person).exists())


def people_of(event: Event) -> list[Person]:
    """Everybody with a part in any session of the event, drafts included."""
    query = (
        select(Person)
        .where(_takes_part(event))
        .options(selectinload(Person.positions).joinedload(Position.organization))
    )
    return sorted(db.session.scalars(query), key=lambda person: person.name("en").text.casefold())


def shown_people(event: Event) -> list[ShownPerson]:
    """Everybody known to the event's team, as the event shows them."""
    people = [shown for _person, shown in _as_shown(event, known_at(event))]
    return sorted(people, key=lambda person: person.name("en").text.casefold())


def known_people(event: Event) -> list[Person]:
    """Everybody known to the event's team, as in the directory."""
    return list(db.session.scalars(select(Person).where(known_at(event)).order_by(Person.id)))


def person_in_event(event: Event, code: str) -> Person | None:
    """A person known to the event's team, by code; with or without a part."""
    query = select(Person).where(Person.code == code, known_at(event))
    return db.session.scalar(query.options(selectinload(Person.positions)))


def takes_part(event: Event, person: Person) -> bool:
    """Whether the person has a part in a session of the event, drafts included."""
    return db.session.scalar(select(Person.id).where(Person.id == person.id, _takes_part(event))) is not None


def event_person(event: Event, person: Person) -> EventPerson | None:
    """The event's own row about a person, reread from the database."""
    return db.session.get(EventPerson, (event.id, person.id), populate_existing=True)


def appearances(person: ShownPerson, *, besides: Event) -> list[tuple[Event, PublishedSession]]:
    """The person's public sessions at other listed events, latest first."""
    found = [
        (event, session) for event, session, _person in elsewhere({person.id}, besides) if event.visibility == "public"
    ]
    return sorted(found, key=lambda pair: pair[1].starts_at, reverse=True)


def elsewhere(people: Iterable[int], besides: Event) -> Iterable[tuple[Event, PublishedSession, int]]:
    """The people's public sessions at other events, each with the person's id."""
    wanted = set(people)
    on = select(OnProgramme.event_id).where(OnProgramme.person_id.in_(wanted), OnProgramme.event_id != besides.id)
    for event, document in _documents(Event.id.in_(on)):
        for session in document.listed if event.public else ():
            for person in wanted & {part.person_id for part in session.participations}:
                if not session.cancelled:
                    yield event, session, person
