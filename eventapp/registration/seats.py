"""Seats of an option: take one, give one back, and give free ones to those who wait."""

from __future__ import annotations

from sqlalchemy import exists, or_, update

from eventapp.core.db import db
from eventapp.registration import notices, queries
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import Access, Notice, RegistrationStatus


def take(option: AttendanceOption, *, past_the_line: bool = False) -> bool:
    """Take one seat in one statement; False when there is none.

    Nobody is seated past those who wait, unless the team (`past_the_line`) says so.
    """
    statement = (
        update(AttendanceOption)
        .where(AttendanceOption.id == option.id)
        .where(or_(AttendanceOption.capacity.is_(None), AttendanceOption.seats_taken < AttendanceOption.capacity))
    )
    if not past_the_line:
        statement = statement.where(
            ~exists().where(
                Registration.option_id == AttendanceOption.id, Registration.status == RegistrationStatus.WAITLISTED
            )
        )
    result = db.session.execute(
        statement.values(seats_taken=AttendanceOption.seats_taken + 1).execution_options(synchronize_session=False)
    )
    db.session.expire(option, ["seats_taken"])
    return bool(result.rowcount)  # type: ignore[attr-defined]


def take_for_newcomer(option: AttendanceOption) -> bool:
    """Take a seat for somebody who comes now; False where there is none, or those who wait have a better claim.

    A seat may be free although somebody waits: while an event is postponed nobody is promoted. They come first.
    """
    if take(option):
        return True
    if option.seats_left == 0:
        return False
    queries.lock_options(option.event_id)
    promote(option)
    return take(option)


def give_back(option: AttendanceOption) -> None:
    """Give one seat back; whoever calls it promotes those who wait."""
    db.session.execute(
        update(AttendanceOption)
        .where(AttendanceOption.id == option.id)
        .values(seats_taken=AttendanceOption.seats_taken - 1)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(option, ["seats_taken"])


def promote(option: AttendanceOption) -> list[Registration]:
    """Give free seats to those who have waited longest, and tell them. Returns who got one.

    Nobody is promoted after the closing, or at an event that is off, over or not public: `tasks.seat_waiting` looks
    again. Whoever calls it has locked the option: else two would give the same person a seat each.
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
