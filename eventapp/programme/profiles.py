"""Access to people of the shared directory: whom a user may find, and whose profile they may change.

A user finds people who are publicly announced or known to the team of one of the user's events. The shared profile of a
person can be changed by users who own all events that know the person; others change what their event shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, case, or_, select, true
from sqlalchemy.orm import selectinload

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role
from eventapp.core.db import db
from eventapp.core.localized import fold
from eventapp.directory.models import Person, Position
from eventapp.events import rules as event_rules
from eventapp.events.models import Event, TeamMember
from eventapp.events.rules import EventStatus, Visibility
from eventapp.programme.models import EventPerson, OnProgramme, Participation, Session

_LISTED = [status for status in EventStatus if event_rules.listed(status, Visibility.PUBLIC)]
MOST_FOUND = 10


@dataclass(frozen=True)
class Found:
    """Matches of a search, best first, with positions; and whether there are `more`."""

    people: list[Person]
    more: bool = False


def visible(user: User | None) -> ColumnElement[bool]:
    """The condition that a user may find a person; administrators and the command line (None) find everybody."""
    if user is None or user.admin:
        return true()
    announced = (
        select(OnProgramme.person_id)
        .join(Event, Event.id == OnProgramme.event_id)
        .where(OnProgramme.person_id == Person.id)
        .where(Event.status.in_(_LISTED), Event.visibility == Visibility.PUBLIC)
    )
    mine = select(TeamMember.event_id).where(TeamMember.user_id == user.id)
    takes_part = (
        select(Participation.id)
        .join(Session, Session.id == Participation.session_id)
        .where(Participation.person_id == Person.id, Session.event_id.in_(mine))
    )
    known = select(EventPerson.person_id).where(EventPerson.person_id == Person.id, EventPerson.event_id.in_(mine))
    return or_(*(one.correlate(Person).exists() for one in (announced, takes_part, known)))


def find(user: User | None, text: str, *, limit: int = MOST_FOUND) -> Found:
    """People by any part of the name, in any language and order, ignoring case and accents."""
    parts = [fold(part) for part in text.split()]
    parts = [part for part in dict.fromkeys(parts) if part]
    if not parts:
        return Found([])
    whole = "".join(parts)
    # Names that begin with the text come first. Folded text contains no % and no _.
    rank = case((Person.sought.like(f"{whole}%"), 0), (Person.sought.like(f"%\n{whole}%"), 0), else_=1)
    query = (
        select(Person)
        .where(*(Person.sought.contains(part) for part in parts), visible(user))
        .order_by(rank, Person.sought, Person.id)
        .limit(limit + 1)
        .options(selectinload(Person.positions).joinedload(Position.organization))
    )
    rows = list(db.session.scalars(query))
    return Found(rows[:limit], len(rows) > limit)


def named_so(people: Iterable[Person], text: str) -> list[Person]:
    """The people whose whole name is the text."""
    return [person for person in people if fold(text) in person.sought.split("\n")]


def by_codes(user: User | None, codes: Iterable[str]) -> dict[str, Person]:
    """People by code, among the people that the user may find."""
    wanted = sorted(set(codes) - {""})
    if not wanted:
        return {}
    rows = db.session.scalars(select(Person).where(Person.code.in_(wanted), visible(user)))
    return {person.code: person for person in rows}


def _known(people: Iterable[int]) -> Subquery:
    """(event, person) for every event that announces one of the people, plans with them, or lists them."""
    wanted = sorted(people)
    takes_part = (
        select(Session.event_id, Participation.person_id)
        .join(Participation, Participation.session_id == Session.id)
        .where(Participation.person_id.in_(wanted))
    )
    announced = select(OnProgramme.event_id, OnProgramme.person_id).where(OnProgramme.person_id.in_(wanted))
    listed = select(EventPerson.event_id, EventPerson.person_id).where(EventPerson.person_id.in_(wanted))
    return takes_part.union(announced, listed).subquery()


def events_that_know(person: Person) -> set[int]:
    """Ids of the events that know a person."""
    return set(db.session.scalars(select(_known([person.id]).c.event_id)))


def known_elsewhere(event: Event, people: Iterable[int]) -> set[int]:
    """Ids of those people whom another event knows."""
    known = _known(people)
    return set(db.session.scalars(select(known.c.person_id).where(known.c.event_id != event.id)))


def only_here(event: Event, person: Person) -> bool:
    """Whether no other event knows the person, so that this event may change the shared profile."""
    return events_that_know(person) <= {event.id}


def may_change_shared(user: User, event: Event, person: Person) -> bool:
    """Whether a user who edits the event's programme may change a person's shared profile."""
    everywhere = events_that_know(person) | {event.id}
    if user.admin or everywhere == {event.id}:
        return True
    owned = select(TeamMember.event_id).where(
        TeamMember.user_id == user.id, TeamMember.role == Role.OWNER, TeamMember.event_id.in_(sorted(everywhere))
    )
    return everywhere == set(db.session.scalars(owned))
