"""Who is in each state, as conditions of a SELECT over registrations, and the days on which people are expected."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, not_, select

from eventapp.attendance.rules import Basis
from eventapp.attendance.states import LiveState
from eventapp.check_in.came import counts_as_come, has_come
from eventapp.check_in.models import CheckInPoint
from eventapp.check_in.rules import PointKind
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import RegistrationStatus

# A delegation of which nobody is named is nobody: it counts only with its organization.
NAMED = Registration.name_key != ""


@dataclass(frozen=True)
class Expected:
    """The days of an event, and those on which people with each option (by number) are expected at its doors."""

    days: tuple[date, ...]
    by_option: dict[int, tuple[date, ...]]
    over: frozenset[int]  # options whose last day is over

    def days_of(self, option: int) -> tuple[date, ...]:
        """The days of an option."""
        return self.by_option.get(option, ())


def expected(event: Event, options: Iterable[AttendanceOption]) -> Expected:
    """When people are expected: on all days, unless the doors for their option are open on some only. One statement."""
    query = select(CheckInPoint.options, CheckInPoint.days).where(
        CheckInPoint.event_id == event.id, ~CheckInPoint.closed, CheckInPoint.kind == PointKind.DOOR
    )
    doors = [(frozenset(numbers), frozenset(days)) for numbers, days in db.session.execute(query)]
    days, today = event.days, clock.local_day(clock.now(), event.zone)
    by_option, over = {}, set()
    for option in options:
        if option.mode is not Mode.IN_PERSON:
            continue  # nobody notes who joins online
        opened = [on for numbers, on in doors if not numbers or option.id in numbers]
        everyday = not opened or any(not on for on in opened)
        mine = tuple(day for day in days if everyday or any(day.isoformat() in on for on in opened))
        by_option[option.id] = mine
        last = mine[-1] if mine else days[-1]
        if event.over or (last < today and event.status is not EventStatus.POSTPONED):
            over.add(option.id)
    return Expected(days, by_option, frozenset(over))


def who(state: LiveState, over: Collection[int] = ()) -> ColumnElement[bool]:
    """Who is in a state; `over` are the options whose last day is over."""
    match state:
        case LiveState.CHECKED_IN:
            return counts_as_come()
        case LiveState.NO_SHOW:
            confirmed = Registration.status == RegistrationStatus.CONFIRMED
            return and_(confirmed, Registration.option_id.in_(over), not_(has_come())) if over else false()
        case _:
            return Registration.status.in_(state.statuses)


STATE_OF = {
    Basis.REGISTERED: LiveState.REGISTERED,
    Basis.CONFIRMED: LiveState.CONFIRMED,
    Basis.CHECKED_IN: LiveState.CHECKED_IN,
}
