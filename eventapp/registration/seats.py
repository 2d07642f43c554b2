"""Seats of an option or of a pool: take some, give them back, and give free ones to the waiting list."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from eventapp.core import actors, revisions
from eventapp.core.db import attempt, db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.statements import QuickWrite
from eventapp.registration import notices, queries, waiting_list
from eventapp.registration.models import AttendanceOption, Registration, SeatPool
from eventapp.registration.rules import (
    IN_LINE,
    Access,
    Notice,
    RegistrationStatus,
    promoted_status,
    seats_shown,
)


class _Changes(NamedTuple):
    """The statements that change the number of seats taken, for one table."""

    by_newcomer: QuickWrite
    past_the_line: QuickWrite
    back: QuickWrite


def _changes(table: type[AttendanceOption] | type[SeatPool], *newcomer: ColumnElement[bool]) -> _Changes:
    """The statements for a table, and what must hold besides free seats for a newcomer to get some."""
    number: ColumnElement[int] = bindparam("number", 0)
    free = or_(table.capacity.is_(None), table.seats_taken + number <= table.capacity)

    def by(*conditions: ColumnElement[bool]) -> QuickWrite:
        statement = update(table).where(table.id == bindparam("row", 0), *conditions)
        changed = statement.values(seats_taken=table.seats_taken + number).returning(table.seats_taken, table.capacity)
        return QuickWrite(lambda insert: changed)

    return _Changes(by(free, *newcomer), by(free), by())


_waits = Registration.status.in_(IN_LINE)
# A newcomer may have read the option from memory, before it got shared seats or became a lottery.
_OF_OPTION = _changes(
    AttendanceOption,
    ~exists().where(Registration.option_id == AttendanceOption.id, _waits),
    AttendanceOption.pool_id.is_(None),
    or_(AttendanceOption.access != Access.LOTTERY, AttendanceOption.drawn_at.is_not(None)),
)
_sharing = select(AttendanceOption.id).where(AttendanceOption.pool_id == SeatPool.id)
_OF_POOL = _changes(SeatPool, ~exists().where(Registration.option_id.in_(_sharing), _waits))


def take(option: AttendanceOption, number: int = 1, *, past_the_line: bool = False) -> bool:
    """Take seats, all of them or none; False if there are not enough.

    While people are waiting, only the team and the waiting list itself can take some (`past_the_line`). An option
    without limit has its own count of the seats that are held with it.
    """
    if option.draws:
        return False
    if option.pool is None:
        return _change(option, _OF_OPTION.past_the_line if past_the_line else _OF_OPTION.by_newcomer, number)
    # The option first: an operation that has locked the options waits for the pool.
    _change(option, _OF_OPTION.past_the_line, number)
    if _change(option.pool, _OF_POOL.past_the_line if past_the_line else _OF_POOL.by_newcomer, number):
        return True
    _change(option, _OF_OPTION.back, -number)
    return False


def _change(holder: AttendanceOption | SeatPool, statement: QuickWrite, by: int) -> bool:
    """Run a change of the seats taken; False if its conditions did not hold."""
    row = statement.row(row=holder.id, number=by)
    if row is None:
        if holder in db.session:
            db.session.expire(holder, ["seats_taken"])
        return False
    taken, capacity = row
    if holder in db.session:
        set_committed_value(holder, "seats_taken", taken)
    if capacity is not None and seats_shown(capacity - taken) != seats_shown(capacity - taken + by):
        revisions.changed(f"event:{holder.event_id}:seats")
    return True


def take_for_newcomer(option: AttendanceOption, number: int = 1) -> bool:
    """Take seats for newcomers; False if there are not enough after serving the waiting list.

    Seats may be free although people are waiting: nobody is promoted while an event is postponed. They come first,
    unless they are parties that need more seats and smaller ones may pass.
    """
    if option.pool is None and attempt(lambda: take(option, number)):
        return True
    option = _reread(option)
    if option.draws or (option.pool is None and option.seats_left == 0):
        return False
    lock(option)
    served = _serve(option)
    return take(option, number, past_the_line=served.all_asked)


def _reread(option: AttendanceOption) -> AttendanceOption:
    """The option in this session, as it is now; it may be from memory. Raises Refused if it was deleted."""
    now = db.session.get(AttendanceOption, option.id, populate_existing=True)
    if now is None:
        raise _deleted()
    return now


def lock(option: AttendanceOption, *, refusal: type[Refused] = Refused) -> None:
    """Lock the options of its event, and reread them. Raises the refusal if this one was deleted in the meantime."""
    if option not in queries.lock_options(option.event_id):
        raise _deleted(refusal)


def lock_pool(pool: SeatPool, *, refusal: type[Refused] = Refused) -> None:
    """Lock shared seats, after the options. Raises the refusal if they were deleted in the meantime."""
    if not queries.lock_pool(pool):
        raise refusal(_("These shared seats were deleted in the meantime."), field="pool")


def _deleted(refusal: type[Refused] = Refused) -> Refused:
    return refusal(_("This option was deleted in the meantime."), field="option")


def add(option: AttendanceOption, number: int = 1) -> bool:
    """Add seats to an option, or to those that it shares, and take them, past the waiting list.

    False if the seats of the option are still to be drawn: everybody takes part in that.
    """
    if option not in db.session:
        option = _reread(option)
    lock(option)
    if option.draws:
        return False
    holder = option if option.pool is None else option.pool
    if holder.capacity is not None:
        holder.capacity = max(holder.capacity, holder.seats_taken) + number
        db.session.flush()
    return take(option, number, past_the_line=True)


def move(old: AttendanceOption, new: AttendanceOption) -> bool:
    """Keep a seat that another option shares; False if it does not. Nobody who waits loses anything by this.

    The caller must have locked the event's options.
    """
    if old.pool_id is None or old.pool_id != new.pool_id:
        return False
    for option, number in sorted(((old, -1), (new, 1)), key=lambda one: one[0].id):
        _change(option, _OF_OPTION.back, number)
    return True


def check_capacity(capacity: int | None, taken: int) -> None:
    """Raise Refused for fewer seats than are taken, and for none."""
    if capacity is None or capacity >= max(taken, 1):
        return
    message = _("Enter at least 1, or leave empty for no limit.")
    if taken:
        message = _(
            "%(number)d seats are already taken. Enter at least %(number)d, or cancel registrations first.",
            number=taken,
        )
    raise Refused(message, field="capacity")


def give_back(option: AttendanceOption, number: int = 1) -> None:
    """Give seats back; the caller must then promote from the waiting list."""
    _change(option, _OF_OPTION.back, -number)
    if option.pool is not None:
        _change(option.pool, _OF_POOL.back, -number)


class _Served(NamedTuple):
    """Who got a seat, and whether everybody was asked: the others need more seats, and smaller parties may pass."""

    moved: list[Registration]
    all_asked: bool


def promote(option: AttendanceOption) -> list[Registration]:
    """Give free seats to the first on the waiting list, or offer them, and notify them. Returns who got one.

    Nobody is promoted at an event that is cancelled, postponed, over or not public; `tasks.seat_waiting` tries again.
    The caller must have locked the event's options, or two transactions could promote the same person.
    """
    return _serve(option).moved


def _serve(option: AttendanceOption) -> _Served:
    moved: list[Registration] = []
    if not option.promotes:
        return _Served(moved, all_asked=False)
    for party in waiting_list.line(option):
        chosen = party[0].option
        if chosen.promotes and take(chosen, len(party), past_the_line=True):
            for one in party:
                _move_up(one)
            moved += party
        elif option.seats_left == 0 or not chosen.smaller_may_pass:
            return _Served(moved, all_asked=False)
    return _Served(moved, all_asked=True)


def _move_up(registration: Registration) -> None:
    option, before = registration.option, registration.status
    approval = option.access is Access.APPROVAL
    registration.status = promoted_status(before, offer=option.offers, approval=approval)
    registration.waiting_since = registration.party = None
    if registration.status is RegistrationStatus.OFFERED:
        registration.held_until = option.offered_until
    registration.sequence += 1
    with actors.acting(actors.SYSTEM):  # it follows from what somebody else does
        db.session.flush()
    if registration.status is not RegistrationStatus.UNCONFIRMED:
        notices.notify(registration, _NOTICES.get(registration.status, Notice.CONFIRMED))


_NOTICES = {RegistrationStatus.OFFERED: Notice.OFFERED, RegistrationStatus.PENDING: Notice.NEXT_IN_LINE}
