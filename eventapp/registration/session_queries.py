"""Seats in sessions, and the waiting lists for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, null, select
from sqlalchemy.orm import aliased

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme import queries as programme
from eventapp.programme.models import Session
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration, SessionSignup
from eventapp.registration.records import SessionWaitlistEntry
from eventapp.registration.rules import HOLDS_SEAT


def is_on_site(session: PublishedSession) -> bool:
    """Whether a seat in the session is a seat in a room that one has to come to."""
    return bool(session.rooms) and not any(room.online for room in session.rooms)


def overlap(one: PublishedSession, other: PublishedSession) -> bool:
    """Whether two different sessions are at the same time, as far as their hours are known."""
    return (
        one.timed
        and other.timed
        and one.id != other.id
        and other.starts_at < one.ends_at
        and one.starts_at < other.ends_at
    )


@dataclass(frozen=True)
class SessionOffer:
    """A session that takes or took sign-ups: `seats_left` (None: no longer limited), and whether one is `mine`.

    `place` is this person's position on the waiting list, if they wait. `overlaps` are the sessions at the same time in
    which they have a seat, `clashes` those for which they wait.
    """

    session: PublishedSession
    seats_left: int | None
    mine: bool
    over: bool
    overlaps: list[PublishedSession]
    place: int | None = None
    clashes: list[PublishedSession] = field(default_factory=list)
    # It is in a room, and the person takes part from elsewhere.
    elsewhere: bool = False

    @property
    def open(self) -> bool:
        """Whether this person can take a seat."""
        return self._wanted and bool(self.seats_left) and not self.overlaps

    @property
    def full(self) -> bool:
        """Whether this person can join the waiting list."""
        return self._wanted and self.seats_left == 0 and self.place is None

    @property
    def exchangeable(self) -> bool:
        """Whether this person can take a seat by giving up the one that they have at the same time."""
        return self._wanted and bool(self.seats_left) and bool(self.overlaps) and self.place is None

    @property
    def _wanted(self) -> bool:
        return not (self.mine or self.over or self.elsewhere)


_earlier = aliased(SessionWaitlistEntry)
_place = (
    select(func.count())
    .where(_earlier.session_id == SessionWaitlistEntry.session_id, _earlier.id <= SessionWaitlistEntry.id)
    .scalar_subquery()
)
_of_person = (
    select(SessionSignup.session_id, null().label("place"))
    .where(SessionSignup.registration_id == bindparam("person"))
    .union_all(
        select(SessionWaitlistEntry.session_id, _place).where(
            SessionWaitlistEntry.registration_id == bindparam("person")
        )
    )
)
_taken = (
    select(SessionSignup.session_id, func.count())
    .join(Registration, Registration.id == SessionSignup.registration_id)
    .where(SessionSignup.session_id.in_(bindparam("sessions", expanding=True)), Registration.status.in_(HOLDS_SEAT))
    .group_by(SessionSignup.session_id)
)


def of_person(registration: Registration) -> tuple[set[int], dict[int, int]]:
    """(ids of the sessions in which a person has a seat, positions on waiting lists by the id of the session)."""
    rows: list[tuple[int, int | None]] = [
        (row[0], row[1]) for row in db.session.execute(_of_person, {"person": registration.id})
    ]
    return {number for number, place in rows if place is None}, {number: place for number, place in rows if place}


def seats_taken(session_ids: Iterable[int]) -> dict[int, int]:
    """The number of people with a seat, by the id of the session; those without any are missing."""
    rows = db.session.execute(_taken, {"sessions": sorted(session_ids)})
    return {session_id: number for session_id, number in rows}


def offers(registration: Registration, document: Document | None = None, *, seated: bool = True) -> list[SessionOffer]:
    """The published sessions with limited seats, and those in which this person has or awaits a seat, by time.

    `document` is the public programme, if it is known; not `seated`: the person is known to have and await no seat.
    """
    document = programme.document(registration.event) if document is None else document
    listed = [one for one in document.listed if not one.cancelled]
    if not listed:
        return []
    mine, waiting = of_person(registration) if seated else (set(), {})
    known = mine | waiting.keys()
    offered = [one for one in listed if (one.capacity is not None and not one.kind.is_break) or one.id in known]
    if not offered:
        return []
    taken = seats_taken(one.id for one in offered)
    moment, remote = clock.now(), registration.option.mode is not Mode.IN_PERSON
    own = [one for one in offered if one.id in mine]
    awaited = [one for one in offered if one.id in waiting]
    return [
        SessionOffer(
            one,
            None if one.capacity is None else max(one.capacity - taken.get(one.id, 0), 0),
            one.id in mine,
            one.starts_at <= moment,
            [other for other in own if overlap(one, other)],
            waiting.get(one.id),
            [other for other in awaited if overlap(one, other)],
            remote and is_on_site(one),
        )
        for one in offered
    ]


def signed_up_for(registration: Registration) -> list[str]:
    """Codes of the sessions in which the person has a seat; a registration that is pending again keeps them."""
    if registration.status not in HOLDS_SEAT:
        return []
    query = (
        select(Session.code)
        .join(SessionSignup, SessionSignup.session_id == Session.id)
        .where(SessionSignup.registration_id == registration.id)
    )
    return list(db.session.scalars(query))


def number_signed_up(session_id: int) -> int:
    """The number of people with a seat in a session."""
    return seats_taken([session_id]).get(session_id, 0)


def next_waiting(session_id: int) -> tuple[SessionWaitlistEntry, Registration] | None:
    """The first on the waiting list of a session."""
    query = (
        select(SessionWaitlistEntry, Registration)
        .join(Registration, Registration.id == SessionWaitlistEntry.registration_id)
        .where(SessionWaitlistEntry.session_id == session_id, Registration.status.in_(HOLDS_SEAT))
        .order_by(SessionWaitlistEntry.id)
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def waited_for(event_id: int) -> set[int]:
    """Ids of the sessions of an event for which people wait."""
    query = select(SessionWaitlistEntry.session_id).join(Session, Session.id == SessionWaitlistEntry.session_id)
    return set(db.session.scalars(query.where(Session.event_id == event_id).distinct()))


def numbers_waiting(event_id: int) -> dict[str, int]:
    """The length of each waiting list that is not empty, by the code of the session."""
    query = (
        select(Session.code, func.count())
        .join(SessionWaitlistEntry, SessionWaitlistEntry.session_id == Session.id)
        .where(Session.event_id == event_id)
        .group_by(Session.code)
    )
    return {code: number for code, number in db.session.execute(query)}


def events_with_waiting() -> list[Event]:
    """Events, not over, where people wait for a seat in a session."""
    waiting = select(SessionWaitlistEntry.id).join(Session, Session.id == SessionWaitlistEntry.session_id)
    some = waiting.where(Session.event_id == Event.id).exists()
    query = select(Event).where(some, Event.status == EventStatus.PUBLISHED, Event.ends_at > clock.now())
    return list(db.session.scalars(query.order_by(Event.id)))


def has_seats_for_waiting(event: Event) -> bool:
    """Whether there is a seat in a session for somebody who waits for it."""
    waited = waited_for(event.id)
    return any(promotes(one, event) and one.id in waited and has_seat(one) for one in programme.document(event).listed)


def has_seat(session: PublishedSession) -> bool:
    """Whether a seat in a session is free, or it takes everybody."""
    return session.capacity is None or number_signed_up(session.id) < session.capacity


def promotes(session: PublishedSession, event: Event) -> bool:
    """Whether a free seat in a session now goes to the first on its waiting list: until it starts."""
    off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    return event.public and not (off or session.cancelled or session.removed) and clock.now() < session.starts_at
