"""The waiting list of an option, or of the options that share a pool: who is next, and who has waited too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, bindparam, exists, func, literal, or_, select, tuple_

from eventapp.core import clock
from eventapp.core.db import Moment, db, locked
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.registration.models import AttendanceOption, Contact, Registration, SeatPool
from eventapp.registration.rules import HELD, IN_LINE, Access


def _shares_line(option: AttendanceOption) -> ColumnElement[bool]:
    """Whether a registration is for this option, or for another one with the same pool."""
    if option.pool_id is None:
        return Registration.option_id == option.id
    same = select(AttendanceOption.id).where(AttendanceOption.pool_id == option.pool_id)
    return Registration.option_id.in_(same)


_in_order = (Registration.waiting_since, Registration.id)


def _place(since: datetime, number: int) -> ColumnElement[Any]:
    return tuple_(literal(since, Moment()), literal(number))


# Registrations that are read from a waiting list at a time.
_CHUNK = 50


def line(option: AttendanceOption) -> Iterator[list[Registration]]:
    """The parties on the waiting list of an option or of its pool, in order, each locked for this transaction.

    Somebody who wants a seat on their own is a party of one.
    """
    first = select(Registration).where(_shares_line(option), Registration.status.in_(IN_LINE)).order_by(*_in_order)
    last: tuple[datetime, int] | None = None
    seen: set[str] = set()
    while True:
        query = first if last is None else first.where(tuple_(*_in_order) > _place(*last))
        chunk = db.session.scalars(locked(query.limit(_CHUNK), Registration.contact)).all()
        if chunk:
            # Where they are now: people who get a seat leave the list.
            last = cast(datetime, chunk[-1].waiting_since), chunk[-1].id
        for registration, party in [(one, one.party) for one in chunk]:
            if party is None:
                yield [registration]
            elif party not in seen:
                seen.add(party)
                together = first.where(Registration.party == party, Registration.option_id == registration.option_id)
                yield list(db.session.scalars(locked(together, Registration.contact)))
        if len(chunk) < _CHUNK:
            return


def options_with_seats_for_waiting() -> list[tuple[int, int]]:
    """(option, event) ids where a seat is free and somebody is waiting, at upcoming events."""
    moment = clock.now()
    limit = func.coalesce(SeatPool.capacity, AttendanceOption.capacity)
    taken = func.coalesce(SeatPool.seats_taken, AttendanceOption.seats_taken)
    query = (
        select(AttendanceOption.id, AttendanceOption.event_id)
        .join(Event, Event.id == AttendanceOption.event_id)
        .outerjoin(SeatPool, SeatPool.id == AttendanceOption.pool_id)
        .where(Event.status == EventStatus.PUBLISHED, Event.starts_at > moment)
        .where(or_(AttendanceOption.access != Access.LOTTERY, AttendanceOption.drawn_at.is_not(None)))
        .where(or_(limit.is_(None), taken < limit))
        .where(exists().where(Registration.option_id == AttendanceOption.id, Registration.status.in_(IN_LINE)))
        .order_by(AttendanceOption.id)
    )
    return [(option, event) for option, event in db.session.execute(query)]


def expired() -> list[int]:
    """Ids of the registrations whose time to confirm or to accept is over."""
    query = (
        select(Registration.id)
        .where(Registration.held_until <= clock.now(), Registration.status.in_(HELD))
        .order_by(Registration.held_until, Registration.id)
    )
    return list(db.session.scalars(query))


def party_since(contact: Contact, option: AttendanceOption, since: datetime) -> str | None:
    """The party of those who share a contact and have waited for an option since this very moment; None without one."""
    query = select(Registration.party).where(
        Registration.contact_id == contact.id,
        Registration.option_id == option.id,
        Registration.status.in_(IN_LINE),
        Registration.waiting_since == since,
        Registration.party.is_not(None),
    )
    return db.session.scalar(query.limit(1))


def number_waiting(option: AttendanceOption) -> int:
    """The length of the waiting list of an option or of its pool."""
    query = select(func.count()).where(_shares_line(option), Registration.status.in_(IN_LINE))
    return db.session.scalar(query) or 0


def numbers_waiting(event: Event) -> dict[int, int]:
    """The number of people waiting for each option for which somebody waits, by its id."""
    query = (
        select(Registration.option_id, func.count())
        .where(Registration.event_id == event.id, Registration.status.in_(IN_LINE))
        .group_by(Registration.option_id)
    )
    return {option: number for option, number in db.session.execute(query)}


# Built once: building a select takes longer than running it.
_before = select(func.count()).where(
    Registration.status.in_(IN_LINE),
    tuple_(*_in_order) < tuple_(bindparam("since", type_=Moment()), bindparam("number", type_=Integer())),
)
_before_with_pool = _before.where(
    Registration.option_id.in_(select(AttendanceOption.id).where(AttendanceOption.pool_id == bindparam("line")))
)
_before_with_option = _before.where(Registration.option_id == bindparam("line"))


def position(registration: Registration) -> int:
    """The position on the waiting list, starting at 1."""
    pool = registration.option.pool_id
    line = registration.option_id if pool is None else pool
    values = {"since": registration.waiting_since, "number": registration.id, "line": line}
    return (db.session.scalar(_before_with_option if pool is None else _before_with_pool, values) or 0) + 1
