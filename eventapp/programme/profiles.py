"""People of the directory, which all teams share: whom somebody of a team may find, and whose profile they may change.

Somebody is found who is announced in public, or whom the team of one of one's own events knows. What all events share
of a person is changed by whoever owns all events that know the person; everybody else changes what their event shows.
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
    """Who fits a search, the likeliest first, with positions; and whether there are `more`."""

    people: list[Person]
    more: bool = False


def visible(user: User | None) -> ColumnElement[bool]:
    """The condition that a user may know of a person; an administrator, and who sits at the terminal (None), of all."""
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
    """People by any part of the name, in any of its languages, either part first, whatever the case and accents."""
    parts = [fold(part) for part in text.split()]
    parts = [part for part in dict.fromkeys(parts) if part]
    if not parts:
        return Found([])
    whole = "".join(parts)
    # Whose name begins with what is typed comes first. Folded text holds no % and no _.
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
    """Those of the people whose whole name is the text."""
    return [person for person in people if fold(text) in person.sought.split("\n")]


def by_codes(user: User | None, codes: Iterable[str]) -> dict[str, Person]:
    """People by code, those that a user may know of."""
    wanted = sorted(set(codes) - {""})
    if not wanted:
        return {}
    rows = db.session.scalars(select(Person).where(Person.code.in_(wanted), visible(user)))
    return {person.code: person for person in rows}


def _known(people: Iterable[int]) -> Subquery:
    """(event, person) wherever an event shows one of the people, plans with them, or keeps them in its list."""
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
    """The numbers of the events that know a person."""
    return set(db.session.scalars(select(_known([person.id]).c.event_id)))


def known_elsewhere(event: Event, people: Iterable[int]) -> set[int]:
    """Those of the people, by number, whom another event knows."""
    known = _known(people)
    return set(db.session.scalars(select(known.c.person_id).where(known.c.event_id != event.id)))


def only_here(event: Event, person: Person) -> bool:
    """Whether no other event knows the person, so that what all events share is this event's."""
    return events_that_know(person) <= {event.id}


def may_change_shared(user: User, event: Event, person: Person) -> bool:
    """Whether somebody who works on the programme of the event may change what all events share of a person."""
    everywhere = events_that_know(person) | {event.id}
    if user.admin or everywhere == {event.id}:
        return True
    owned = select(TeamMember.event_id).where(
        TeamMember.user_id == user.id, TeamMember.role == Role.OWNER, TeamMember.event_id.in_(sorted(everywhere))
    )
    return everywhere == set(db.session.scalars(owned))
