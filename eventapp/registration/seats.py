"""Seats of an option: take one, give it back, and give free ones to the waiting list."""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, exists, or_, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningUpdate

from eventapp.core import revisions
from eventapp.core.db import db
from eventapp.registration import notices, queries
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import Access, Notice, RegistrationStatus, seats_shown


def take(option: AttendanceOption, *, past_the_line: bool = False) -> bool:
    """Take one seat with a single statement; False if there is none.

    While people are waiting, only the team can take one (`past_the_line`).
    """
    return _change(option, _take_past_the_line if past_the_line else _take, 1)


def _changed_by(number: int, *conditions: ColumnElement[bool]) -> ReturningUpdate[int, int | None]:
    seats = update(AttendanceOption).where(AttendanceOption.id == bindparam("number"), *conditions)
    values = {"seats_taken": AttendanceOption.seats_taken + number}
    changed = seats.values(values).returning(AttendanceOption.seats_taken, AttendanceOption.capacity)
    return changed.execution_options(synchronize_session=False)


_free = or_(AttendanceOption.capacity.is_(None), AttendanceOption.seats_taken < AttendanceOption.capacity)
_nobody_waits = ~exists().where(
    Registration.option_id == AttendanceOption.id, Registration.status == RegistrationStatus.WAITLISTED
)
_take = _changed_by(1, _free, _nobody_waits)
_take_past_the_line = _changed_by(1, _free)
_give_back = _changed_by(-1)


def _change(option: AttendanceOption, statement: ReturningUpdate[int, int | None], by: int) -> bool:
    """Run a change of the seats taken; False if its conditions did not hold."""
    row = db.session.execute(statement, {"number": option.id}).one_or_none()
    if row is None:
        db.session.expire(option, ["seats_taken"])
        return False
    taken, capacity = row
    set_committed_value(option, "seats_taken", taken)
    if capacity is not None and seats_shown(capacity - taken) != seats_shown(capacity - taken + by):
        revisions.changed(f"event:{option.event_id}:seats")
    return True


def take_for_newcomer(option: AttendanceOption) -> bool:
    """Take a seat for a newcomer; False if there is none left after serving the waiting list.

    A seat may be free although people are waiting: nobody is promoted while an event is postponed. They come first.
    """
    if take(option):
        return True
    if option.seats_left == 0:
        return False
    queries.lock_options(option.event_id)
    promote(option)
    return take(option)


def give_back(option: AttendanceOption) -> None:
    """Give one seat back; the caller must then promote from the waiting list."""
    _change(option, _give_back, -1)


def promote(option: AttendanceOption) -> list[Registration]:
    """Give free seats to the first on the waiting list and notify them. Returns who got one.

    Nobody is promoted after the closing time, or at an event that is cancelled, postponed, over or not public;
    `tasks.seat_waiting` tries again. The caller must have locked the option, or two transactions could promote the same
    person.
    """
    moved: list[Registration] = []
    if not option.promotes:
        return moved
    while (waiting := queries.next_waiting(option)) is not None and take(option, past_the_line=True):
        approve_first = option.access is Access.APPROVAL
        waiting.status = RegistrationStatus.PENDING if approve_first else RegistrationStatus.CONFIRMED
        waiting.waiting_since = None
        waiting.sequence += 1
        db.session.flush()
        notices.notify(waiting, Notice.NEXT_IN_LINE if approve_first else Notice.CONFIRMED)
        moved.append(waiting)
    return moved
