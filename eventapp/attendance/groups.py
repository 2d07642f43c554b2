"""The people of an event in groups of equal ones, read by one statement: tables then count groups instead of people.

Whether somebody has come is what costs: it is asked once for each person, and not again for each state and table. What
most tables count by (options, modes, and what people represent) is grouped at once, for all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Enum, Select, String, bindparam, case, false, func, select, true, type_coerce

from eventapp.attendance import kept, parties
from eventapp.attendance.population import NAMED
from eventapp.attendance.states import LiveState
from eventapp.check_in.came import came_otherwise, counts_as_come, counts_elsewhere, was_checked_in
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import REGISTERED, RegistrationStatus

# The columns by which people are grouped at once.
USUAL: tuple[Any, ...] = (Registration.option_id, AttendanceOption.mode, *parties.COLUMNS)


class PeopleGroup(NamedTuple):
    """People with the same `values` of some columns. `come`: the person was let in, which is known of those who are
    confirmed; `counts`: it is this registration with which somebody who was let in is counted.
    """

    values: tuple[Any, ...]
    option: int
    status: RegistrationStatus
    come: bool
    counts: bool
    people: int

    def is_in(self, state: LiveState | None, over: Collection[int]) -> bool:
        """Whether they are in a state, or registered if there is none; `over` are the options whose last day is over.

        As population.who says it to the database.
        """
        match state:
            case LiveState.CHECKED_IN:
                return self.counts
            case LiveState.NO_SHOW:
                return self.status is RegistrationStatus.CONFIRMED and self.option in over and not self.come
            case None:
                return self.status in REGISTERED
        return self.status in state.statuses


def is_usual(columns: Iterable[Any]) -> bool:
    """Whether people are grouped by these columns at once."""
    return all(any(column is one for one in USUAL) for column in columns)


def usual(event: Event, version: Hashable) -> list[PeopleGroup]:
    """The people by the USUAL columns. One statement, none if they were read before."""
    return kept.rows((version, "usual"), lambda: _read(_usual(), USUAL, event))


def by(event: Event, columns: Sequence[Any], joined: Any, state: LiveState | None) -> list[PeopleGroup]:
    """The people in a state, or all, by other columns; `joined` adds the tables that these need. One statement."""
    return _read(_statement(columns, joined, state), columns, event)


def picked(groups: list[PeopleGroup], columns: Sequence[Any]) -> list[PeopleGroup]:
    """The groups of `usual`, as if they were grouped by some of the columns only."""
    places = [next(at for at, one in enumerate(USUAL) if one is column) for column in columns]
    if not places:
        return [group._replace(values=()) for group in groups]
    pick = itemgetter(*places)
    if len(places) == 1:
        return [group._replace(values=(pick(group.values),)) for group in groups]
    return [group._replace(values=pick(group.values)) for group in groups]


def counted(
    groups: Iterable[PeopleGroup], state: LiveState | None, over: Collection[int]
) -> list[tuple[tuple[Any, ...], int]]:
    """(values, number of people) of those in a state. Without a state: of registered people, with the state of the
    registration as the last value.
    """
    found: Counter[tuple[Any, ...]] = Counter()
    for group in groups:
        if group.is_in(state, over):
            found[(*group.values, group.status) if state is None else group.values] += group.people
    return list(found.items())


@cache
def _usual() -> Select[Any]:
    return _statement(USUAL, lambda statement: statement, None)


def _statement(columns: Sequence[Any], joined: Any, state: LiveState | None) -> Select[Any]:
    """The people of an event, which is a parameter. Enumerations are left as the database has them (`_value`).

    For one state, only what tells it is asked.
    """
    among: list[Any] = []
    confirmed = Registration.status == RegistrationStatus.CONFIRMED  # of others, nobody asks whether they are missing
    come: tuple[Any, ...] = was_checked_in(), case((confirmed, came_otherwise()), else_=false()), counts_elsewhere()
    if state is LiveState.CHECKED_IN:
        among, come = [counts_as_come()], (true(), false(), false())
    elif state is not None and state is not LiveState.NO_SHOW:
        among, come = [Registration.status.in_(state.statuses)], (false(), false(), false())
    facts = (Registration.option_id, Registration.status, *come)
    plain = [type_coerce(one, String) if isinstance(one.type, Enum) else one for one in (*columns, *facts)]
    statement: Any = (
        select(*(one.label(f"c{at}") for at, one in enumerate(plain)))
        .select_from(Registration)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
    )
    people: Select[Any] = joined(statement).where(Registration.event_id == bindparam("event"), NAMED, *among)
    return people


def _read(statement: Select[Any], columns: Sequence[Any], event: Event) -> list[PeopleGroup]:
    if db.engine.dialect.name == "sqlite":  # groups by sorting, which takes three times as long as counting here
        found = Counter(tuple(row) for row in db.session.execute(statement, {"event": event.id}))
    else:
        people = statement.subquery()
        grouped = select(*people.c, func.count()).group_by(*people.c)
        found = Counter({tuple(row[:-1]): row[-1] for row in db.session.execute(grouped, {"event": event.id})})
    kinds = [column.type.enum_class if isinstance(column.type, Enum) else None for column in columns]
    return [
        PeopleGroup(
            tuple(_value(kind, value) for kind, value in zip(kinds, values, strict=True)),
            option,
            RegistrationStatus(status),
            bool(come or otherwise),
            bool(come and not elsewhere),
            number,
        )
        for (*values, option, status, come, otherwise, elsewhere), number in found.items()
    ]


def _value(kind: Any, value: Any) -> Any:
    return value if kind is None or value is None else kind(value)
