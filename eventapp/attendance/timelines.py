"""Numbers over time: when people arrived, and when they registered, beside earlier editions of the event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, bindparam, case, cast, func, not_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from eventapp.attendance import kept
from eventapp.attendance.population import NAMED
from eventapp.attendance.tallies import tally
from eventapp.check_in.came import counts_elsewhere
from eventapp.check_in.models import CheckInPoint, Presence
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.registration.models import Registration
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import REGISTERED

QUARTER, DAY = 15 * 60, 24 * 60 * 60  # in seconds
# Other editions beside this one; more lines can't be told apart.
EDITIONS = 3


class unix_time(FunctionElement[int]):  # noqa: N801  it reads like a function of the database
    """The whole seconds since 1970 of a moment."""

    type = BigInteger()
    inherit_cache = True


@compiles(unix_time)
def _unix_time(element: Any, compiler: Any, **values: Any) -> str:
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **values)})) AS BIGINT)"


@compiles(unix_time, "sqlite")
def _unix_time_of_sqlite(element: Any, compiler: Any, **values: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **values)}) AS INTEGER)"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """People who were checked in for the first time, in the quarter of an hour from `at` on."""

    at: datetime
    people: int


def arrivals(event: Event) -> dict[date, list[Arrivals]]:
    """The arrivals of each day, in order; quarters without any between two others are there, too. At most two
    statements.

    A person arrives once, at whichever door: the sum is the number of people who were checked in.
    """
    found = kept.rows(
        (kept.version(event), "arrivals"),
        lambda: [tuple(row) for row in db.session.execute(_arrivals(), {"event": event.id})],
    )
    days: dict[date, list[Arrivals]] = defaultdict(list)
    for number, people in found:
        at = datetime.fromtimestamp(number * QUARTER, UTC)
        day = days[clock.local_day(at, event.zone)]
        while day and day[-1].at + timedelta(seconds=QUARTER) < at:
            day.append(Arrivals(day[-1].at + timedelta(seconds=QUARTER), 0))
        day.append(Arrivals(at, people))
    return dict(days)


@cache
def _arrivals() -> Select[int, int]:
    """(quarter of an hour since 1970, people who arrived in it); the event is a parameter."""
    first = (
        select(
            cast(func.coalesce(MergedRegistration.into_id, Presence.registration_id), Integer).label("person"),
            func.min(Presence.first_in).label("at"),
        )
        .select_from(Presence)
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == Presence.registration_id)
        .where(CheckInPoint.event_id == bindparam("event"), Presence.first_in.is_not(None))
        .group_by("person")
        .subquery()
    )
    quarter = (unix_time(first.c.at) // QUARTER).label("quarter")
    return (
        select(quarter, func.count())
        .join(Registration, Registration.id == first.c.person)
        .where(NAMED, not_(counts_elsewhere()))
        .group_by(quarter)
        .order_by(quarter)
    )


@dataclass(frozen=True)
class Pace:
    """How many people had registered so many days before the start; negative days are after it.

    `steps` are (days before the start, people until then), from the earliest day to the start or today.
    """

    event: Event
    steps: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """The people who have registered by now."""
        return self.steps[-1][1] if self.steps else 0

    def by(self, days: int) -> int | None:
        """The people who had registered so many days before the start; None if that day has not come."""
        if self.steps and days < self.steps[-1][0] and self.event.starts_at - timedelta(days=days) > clock.now():
            return None
        return next((people for at, people in reversed(self.steps) if at >= days), 0)


def pace(event: Event, editions: Sequence[Event]) -> list[Pace]:
    """The registrations of an event over time, and of other editions: those that are still active. One statement,
    and one for each event.

    A day before the start is a whole one: 1 begins 48 hours before the start.
    """

    def build() -> list[tuple[Any, ...]]:
        days = tally(_days_before([event, *editions]))
        return sorted(((*row, people) for row, people in days.items()), key=lambda row: -row[1])

    steps: dict[int, list[tuple[int, int]]] = defaultdict(list)
    key = tuple((kept.version_of_people(one), one.starts_at) for one in (event, *editions))
    for number, before, people in kept.rows(key, build):
        so_far = steps[number][-1][1] if steps[number] else 0
        steps[number].append((before, so_far + people))
    return [Pace(one, tuple(steps[one.id])) for one in (event, *editions)]


def _days_before(events: Sequence[Event]) -> Select[int, int]:
    """(event, days before its start) of each registration that is still active."""
    shift = 40_000  # so that the numbers to divide are positive, which engines round in different ways
    start = case({one.id: int(one.starts_at.timestamp()) for one in events}, value=Registration.event_id)
    day = ((start - unix_time(Registration.created_at) + shift * DAY) // DAY - shift).label("day")
    return (
        select(Registration.event_id, day)
        .where(Registration.event_id.in_([one.id for one in events]), NAMED)
        .where(Registration.status.in_(REGISTERED))
    )


def earlier_editions(event: Event, among: Sequence[Event]) -> list[Event]:
    """The editions of the series before an event, the latest first, among those that somebody may see."""
    if event.series_id is None:
        return []
    same = [one for one in among if one.series_id == event.series_id and one.starts_at < event.starts_at]
    return sorted(same, key=lambda one: one.starts_at, reverse=True)[:EDITIONS]
