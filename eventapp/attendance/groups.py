"""The people of an event in groups of equal ones, read by one statement: tables then count groups instead of people.

Whether somebody has come is what costs: it is asked once for each person, and not again for each state and table. Who
is in which state and option is some ten groups, however many people there are; what people represent is asked for only
by tables that need it, because there it can be a group for nearly each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Enum, String, bindparam, literal, select, type_coerce

from eventapp.attendance import kept, parties
from eventapp.attendance.population import NAMED
from eventapp.attendance.states import LiveState
from eventapp.attendance.tallies import tally, tally_in_order
from eventapp.check_in.came import Came, came, counts_as_come
from eventapp.events.models import Event
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import REGISTERED, RegistrationStatus

# By these columns people are grouped at once if one of them is asked for, and in the order of their registration.
REPRESENTED: tuple[Any, ...] = (*parties.COLUMNS, AttendanceOption.mode, Registration.generated)
OPTION = Registration.option_id.key  # it is among the traits, so no column is needed for it


class Traits(NamedTuple):
    """What tells in which states people are. Of somebody who is not `named`, only the organization counts."""

    option: int
    status: RegistrationStatus
    came: Came
    named: bool

    def is_in(self, state: LiveState | None, over: Collection[int]) -> bool:
        """Whether they are in a state, or registered if there is none; `over` are the options whose last day is over.

        As population.who says it to the database.
        """
        match state:
            case LiveState.CHECKED_IN:
                return self.named and self.came is Came.COUNTS
            case LiveState.NO_SHOW:
                confirmed = self.status is RegistrationStatus.CONFIRMED
                return self.named and confirmed and self.option in over and self.came is Came.NOT
            case None:
                return self.named and self.status in REGISTERED
        return self.named and self.status in state.statuses


class PeopleGroup(NamedTuple):
    """People with the same `values` of some columns, and the same traits."""

    values: tuple[Any, ...]
    traits: Traits
    people: int


def names(columns: Iterable[Any]) -> tuple[str, ...]:
    """What tells columns of registrations apart."""
    return tuple(column.key for column in columns)


def usual(event: Event, version: Hashable, columns: Sequence[Any]) -> tuple[Sequence[Any], list[PeopleGroup]]:
    """The people of an event by at least these columns of registrations, and by which ones. One statement, none if
    they were read before.
    """
    asked = [column for column in columns if column.key != OPTION]
    known = set(names(REPRESENTED))
    if known.intersection(names(asked)) or (not asked and kept.has((version, names(REPRESENTED)))):
        asked = [*REPRESENTED, *(column for column in asked if column.key not in known)]

    def build() -> list[PeopleGroup]:
        if names(asked) == names(REPRESENTED):
            return _read(tally_in_order(_represented(came=True), event=event.id), asked)
        statement = _statement(asked, _with_option if known.intersection(names(asked)) else _plain)
        return _read(tally(statement, event=event.id), asked)

    return asked, kept.rows((version, names(asked)), build)


def represented(event: Event, version: Hashable, *, came: bool) -> list[PeopleGroup]:
    """Everybody by the REPRESENTED columns, in the order of the first registration of each group. One statement, none
    if they were read before. Without `came`, it is not asked who has come, which is half of its cost.
    """
    if came or kept.has((version, names(REPRESENTED))):
        return usual(event, version, REPRESENTED)[1]
    return kept.rows(
        (version, "registered", names(REPRESENTED)),
        lambda: _read(tally_in_order(_represented(came=False), event=event.id), REPRESENTED),
    )


def by(event: Event, columns: Sequence[Any], joined: Any, state: LiveState | None) -> list[PeopleGroup]:
    """The people in a state, or all, by columns of other tables, which `joined` adds. One statement."""
    return _read(tally(_statement(columns, joined, state), event=event.id), columns)


def picked(groups: list[PeopleGroup], grouped_by: Sequence[Any], columns: Sequence[Any]) -> list[PeopleGroup]:
    """The groups, which are by some columns, by fewer of them."""
    known, wanted = (*names(grouped_by), OPTION), names(columns)
    if wanted == known[:-1]:
        return groups
    places = [known.index(name) for name in wanted]
    found: Counter[tuple[Any, ...]] = Counter()
    if not places:
        for _values, traits, people in groups:
            found[(), traits] += people
    elif len(places) == 1:
        place = places[0]
        for values, traits, people in groups:
            found[((*values, traits.option)[place],), traits] += people
    else:
        pick = itemgetter(*places)
        for values, traits, people in groups:
            found[pick((*values, traits.option)), traits] += people
    return [PeopleGroup(values, traits, people) for (values, traits), people in found.items()]


def counted(
    groups: Iterable[PeopleGroup], state: LiveState | None, over: Collection[int]
) -> list[tuple[tuple[Any, ...], int]]:
    """(values, number of people) of those in a state. Without a state: of registered people, with the state of the
    registration as the last value.
    """
    found: Counter[tuple[Any, ...]] = Counter()
    known: dict[Traits, bool] = {}
    for values, traits, people in groups:
        inside = known.get(traits)
        if inside is None:
            inside = known[traits] = traits.is_in(state, over)
        if inside:
            found[(*values, traits.status) if state is None else values] += people
    return list(found.items())


@cache
def _represented(*, came: bool) -> Any:
    return _statement(REPRESENTED, _with_option, numbered=True, how=None if came else literal(int(Came.NOT)))


def _with_option(statement: Any) -> Any:
    return statement.join(AttendanceOption, AttendanceOption.id == Registration.option_id)


def _plain(statement: Any) -> Any:
    return statement


def _statement(
    columns: Sequence[Any], joined: Any, state: LiveState | None = None, *, numbered: bool = False, how: Any = None
) -> Any:
    """The registrations of an event, which is a parameter: columns, traits, and their numbers if they are `numbered`.
    `how` takes the place of the trait `came`.

    For one state, only what tells it is asked. Enumerations are left as the database has them.
    """
    among: list[Any] = []
    how = came() if how is None else how
    if state is LiveState.CHECKED_IN:
        among, how = [counts_as_come()], literal(int(Came.COUNTS))
    elif state is not None and state is not LiveState.NO_SHOW:
        among, how = [Registration.status.in_(state.statuses)], literal(int(Came.NOT))
    traits = (Registration.option_id, Registration.status, how, NAMED, *([Registration.id] if numbered else []))
    plain = [type_coerce(one, String) if isinstance(one.type, Enum) else one for one in (*columns, *traits)]
    statement = select(*(one.label(f"c{at}") for at, one in enumerate(plain))).select_from(Registration)
    return joined(statement).where(Registration.event_id == bindparam("event"), *among)


def _read(rows: Mapping[tuple[Any, ...], int], columns: Sequence[Any]) -> list[PeopleGroup]:
    """The groups of rows of a statement, with the number of each."""
    kinds = [(at, _members(one)) for at, one in enumerate(columns) if isinstance(one.type, Enum)]
    known: dict[tuple[Any, ...], Traits] = {}
    groups = []
    for row, people in rows.items():
        values, facts = row[:-4], row[-4:]
        traits = known.get(facts)
        if traits is None:
            option, status, how, named = facts
            traits = known[facts] = Traits(option, RegistrationStatus(status), Came(how), bool(named))
        for at, members in kinds:
            values = (*values[:at], members[values[at]], *values[at + 1 :])
        groups.append(PeopleGroup(values, traits, people))
    return groups


def _members(column: Any) -> dict[str | None, Any]:
    return {None: None} | {member.value: member for member in column.type.enum_class}
