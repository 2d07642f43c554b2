"""What the desk at the door shows: who is found, what was done last, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, distinct, exists, func, not_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from eventapp.check_in.came import counts_elsewhere, registrations_of
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.record import Point
from eventapp.check_in.rules import Admission, PointKind
from eventapp.core.db import db
from eventapp.core.statements import QuickRead
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, Registration, SessionSignup
from eventapp.registration.queries import with_words
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import RegistrationStatus

# Where a word is looked for as it is typed.
_SEARCHED = (Registration.family_name, Registration.given_name, Registration.organization_name)
# Lines of the log, and people, that a page shows.
LINES = 20
PEOPLE = 20


@dataclass(frozen=True)
class FoundPerson:
    """Somebody whom a search has found; `inside` is None for who has not come yet."""

    registration: Registration
    inside: bool | None


def people(event: Event, text: str) -> list[FoundPerson]:
    """People by parts of their name, its reading or the organization, in any script; confirmed ones come first.

    E-mail addresses are not searched: who stands at the door does not see them. One statement.
    """
    inside = (
        select(func.max(case((Presence.inside, 1), else_=0)))
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .where(Presence.registration_id == Registration.id)
        .scalar_subquery()
    )
    confirmed = case((Registration.status == RegistrationStatus.CONFIRMED, 0), else_=1)
    query = (
        select(Registration, inside)
        .join(Registration.option)
        .options(contains_eager(Registration.option))
        .where(Registration.event_id == event.id, *with_words(text, *_SEARCHED))
        .order_by(confirmed, Registration.family_name, Registration.given_name, Registration.id)
        .limit(PEOPLE)
    )
    return [FoundPerson(person, None if now is None else bool(now)) for person, now in db.session.execute(query)]


@dataclass(frozen=True)
class ShownLine:
    """A line of the log, and whether it can be taken back."""

    line: CheckIn
    undoable: bool


def latest(event: Event, number: int | None = None) -> list[ShownLine]:
    """The last lines of the log, the newest first; or the one of this number. One statement."""
    back = aliased(CheckIn)
    undone = exists().where(back.undoes == CheckIn.nonce, back.undoes != "", back.event_id == CheckIn.event_id)
    query = (
        select(CheckIn, and_(CheckIn.accepted, ~undone))
        .options(joinedload(CheckIn.registration).joinedload(Registration.option), joinedload(CheckIn.user))
        .where(CheckIn.event_id == event.id)
        .order_by(CheckIn.id.desc())
        .limit(LINES)
    )
    if number is not None:
        query = query.where(CheckIn.id == number)
    return [ShownLine(line, bool(undoable)) for line, undoable in db.session.execute(query)]


@dataclass(frozen=True)
class DoorNumbers:
    """Confirmed people who attend in person; distinct people who were checked in at any door; those inside now."""

    expected: int
    checked_in: int
    inside: int


def numbers(event: Event) -> DoorNumbers:
    """The numbers of an event over all its doors, from the rows as they are now. Two statements."""
    return _numbers(event.id, "", Admission())


def numbers_at(point: Point) -> DoorNumbers:
    """The numbers of a point: of one door, who was checked in there, but who is inside by any door of its area. Two
    statements.
    """
    return _numbers(point.event_id, point.area, point.admission, point=point)


def _numbers(event_id: int, area: str, admission: Admission, *, point: Point | None = None) -> DoorNumbers:
    came: ColumnElement[bool] = Presence.first_in.is_not(None)
    if point is not None:
        came &= Presence.point_id == point.id
    elif not area:
        came &= CheckInPoint.kind != PointKind.ONLINE  # who came to a session has come to the event
    who = person()
    inside = and_(Presence.inside, CheckInPoint.area == area, not_(_left(who, event_id, area)))
    counted = select(func.count(distinct(case((came, who)))), func.count(distinct(case((inside, who)))))
    row = db.session.execute(once(of_event(counted, event_id))).one()
    return DoorNumbers(expected=_expected(event_id, admission, point), checked_in=row[0], inside=row[1])


def _left(who: ColumnElement[int], event_id: int, area: str) -> ColumnElement[bool]:
    """Whether somebody was at a door of an area later on: a person who comes in by one and leaves by another one
    is outside.
    """
    found = []
    for merged in (None, aliased(MergedRegistration)):
        later, where = aliased(Presence), aliased(CheckInPoint)
        theirs = [later.registration_id == who]
        if merged is not None:
            theirs = [merged.into_id == who, later.registration_id == merged.registration_id]
        there = where.id == later.point_id, where.event_id == event_id, where.area == area
        found.append(exists().where(*theirs, later.last_at > Presence.last_at, *there))
    return or_(*found)


def _expected(event_id: int, admission: Admission, point: Point | None) -> int:
    online = admission.kind is PointKind.ONLINE
    query = (
        select(func.count())
        .select_from(Registration)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .where(
            Registration.event_id == event_id,
            Registration.status == RegistrationStatus.CONFIRMED,
            AttendanceOption.mode != Mode.IN_PERSON if online else AttendanceOption.mode == Mode.IN_PERSON,
        )
    )
    if admission.options:
        query = query.where(Registration.option_id.in_(admission.options))
    if admission.seat_holders and point is not None:
        seat = SessionSignup.registration_id == Registration.id, SessionSignup.session_id == point.session_id
        query = query.where(exists().where(*seat))
    return db.session.scalar(query) or 0


def person() -> ColumnElement[int]:
    """The registration that a person has now: the one that was kept, if two were merged."""
    return func.coalesce(MergedRegistration.into_id, Presence.registration_id)


def once(query: Any) -> Any:
    """Without those who have registered again and came with the new registration, too."""
    return query.join(Registration, Registration.id == person()).where(not_(counts_elsewhere()))


def of_event(query: Any, event_id: int) -> Any:
    return (
        query.select_from(Presence)
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == Presence.registration_id)
        .where(CheckInPoint.event_id == event_id)
    )


def checked_in(event: Event) -> set[int]:
    """The registrations of the people who were checked in at any door. One statement."""
    query = once(of_event(select(person()).distinct(), event.id)).where(Presence.first_in.is_not(None))
    return set(db.session.scalars(query))


def was_there(registration_id: int) -> bool:
    """Whether the person of a registration was checked in anywhere, with this or a registration that was merged into
    it. One statement.
    """
    return _came.row(registration=registration_id) is not None


_came = QuickRead(
    select(Presence.point_id)
    .where(
        Presence.registration_id.in_(registrations_of(bindparam("registration", 0, type_=Integer()))),
        Presence.first_in.is_not(None),
    )
    .limit(1)
)


def has_check_ins(event: Event) -> bool:
    """Whether anybody was checked in. One statement."""
    came = of_event(select(Presence.registration_id), event.id).where(Presence.first_in.is_not(None))
    return bool(db.session.scalar(select(came.exists())))
