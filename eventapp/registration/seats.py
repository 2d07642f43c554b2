"""Seats of an option: take one, give one back, and give free ones to those who wait."""

from __future__ import annotations

from sqlalchemy import or_, update

from eventapp.core.db import db
from eventapp.events.rules import EventStatus
from eventapp.registration import emails, queries
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import Access, RegistrationStatus


def take(option: AttendanceOption) -> bool:
    """Take one place in one statement; False when there is none."""
    result = db.session.execute(
        update(AttendanceOption)
        .where(AttendanceOption.id == option.id)
        .where(or_(AttendanceOption.capacity.is_(None), AttendanceOption.taken < AttendanceOption.capacity))
        .values(taken=AttendanceOption.taken + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(option, ["taken"])
    return bool(result.rowcount)  # type: ignore[attr-defined]


def give_back(option: AttendanceOption) -> None:
    db.session.execute(
        update(AttendanceOption)
        .where(AttendanceOption.id == option.id)
        .values(taken=AttendanceOption.taken - 1)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(option, ["taken"])


def promote(option: AttendanceOption) -> list[Registration]:
    """Give free places to those who have waited longest, and tell them. Returns who got one.

    Whoever calls it has locked the option: else two would give the same person a place each.
    """
    moved: list[Registration] = []
    if option.event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED} or option.event.over:
        return moved
    while (waiting := queries.next_waiting(option)) is not None and take(option):
        approve_first = option.access is Access.APPROVAL
        waiting.status = RegistrationStatus.PENDING if approve_first else RegistrationStatus.CONFIRMED
        waiting.waiting_since = None
        waiting.sequence += 1
        db.session.flush()
        if not approve_first:
            emails.confirmed(waiting)
        moved.append(waiting)
    return moved
