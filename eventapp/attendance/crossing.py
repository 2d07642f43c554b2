"""Counts people by one or two dimensions: grouped by the database, a few statements for any number of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from eventapp.attendance import groups
from eventapp.attendance.dimensions import Dimension, Dimensions, Raw
from eventapp.attendance.groups import PeopleGroup
from eventapp.attendance.states import BY_STATUS, LiveState
from eventapp.attendance.tables import CountTable, Part, built
from eventapp.programme.rules import Mode
from eventapp.registration.rules import REGISTERED, RegistrationStatus


@dataclass(frozen=True)
class LiveNumbers:
    """The people of an event in each state, and of those in each attendance mode."""

    totals: dict[LiveState, int]
    by_mode: dict[LiveState, dict[Mode, int]]


_STATES = {state: Part(state.value, "", rank) for rank, state in enumerate(LiveState)}
# The columns in which a registration counts by its status alone.
_COLUMNS_OF = {
    status: [_STATES[state] for state in BY_STATUS if status in state.statuses] for status in RegistrationStatus
}


def state_of(column: Part) -> LiveState:
    """The state that a column of `by_state` counts."""
    return LiveState(column.key)


def by_state(dimensions: Dimensions, key: str, totals: dict[LiveState, int] | None = None) -> CountTable | None:
    """The people in each state, by a dimension; None if there is none with this key. One or two statements, and what
    the dimension reads.

    `totals` are those of the states, for dimensions whose parts overlap.
    """
    cells: dict[tuple[Part, Part], int] = defaultdict(int)
    dimension = dimensions.get(key, LiveState.REGISTERED)
    come = dimensions.get(key, LiveState.CHECKED_IN)
    if dimension is None or come is None:
        return None
    same = len(dimension.columns) == len(come.columns) == len(_columns([dimension, come]))
    people = _groups(dimensions, [dimension])
    of_those = people if same else _groups(dimensions, [come], LiveState.CHECKED_IN)
    over = dimensions.expected.over
    registered, missing = groups.counted(people, None, over), groups.counted(people, LiveState.NO_SHOW, over)
    come_rows = groups.counted(of_those, LiveState.CHECKED_IN, over)
    raw = {row[:-1] for row, _number in registered} | {row for row, _number in missing}
    of_come = {row for row, _number in come_rows}
    parts = dimension.parts(raw | of_come if same else raw)  # so that organizations are looked up once
    parts_of_come = parts if same else come.parts(of_come)
    for row, number in registered:
        _add(cells, parts[row[:-1]], _COLUMNS_OF[row[-1]], number)
    for row, number in missing:
        _add(cells, parts[row], [_STATES[LiveState.NO_SHOW]], number)
    for row, number in come_rows:
        _add(cells, parts_of_come[row], [_STATES[LiveState.CHECKED_IN]], number)
    known = {_STATES[state]: number for state, number in totals.items()} if totals and dimension.overlaps else None
    return replace(_table(cells, dimension.by_size, known), overlapping_rows=dimension.overlaps)


def _add(cells: dict[tuple[Part, Part], int], parts: Iterable[Part], columns: Iterable[Part], number: int) -> None:
    for part in parts:
        for column in columns:
            cells[part, column] += number


def _table(cells: dict[tuple[Part, Part], int], by_size: bool, totals: dict[Part, int] | None) -> CountTable:
    """Columns are states, of which one person has several: a row's total is that of its registered people."""
    registered = _STATES[LiveState.REGISTERED]
    rows = {row for row, _column in cells}
    for column in _STATES.values():
        for row in rows:
            cells.setdefault((row, column), 0)
    heads = {row: cells[row, registered] for row in rows}
    columns = totals or {column: sum(cells[row, column] for row in rows) for column in _STATES.values()}
    return built(cells, row_totals=heads, column_totals=columns, total=columns.get(registered, 0), by_size=by_size)


def numbers(dimensions: Dimensions) -> LiveNumbers:
    """The numbers of the event as a whole. One statement."""
    table = by_state(dimensions, "mode")
    assert table is not None
    by_mode: dict[LiveState, dict[Mode, int]] = {
        state: {Mode(row.key): table.number(row, column) for row in table.rows} for state, column in _STATES.items()
    }
    return LiveNumbers({state: sum(modes.values()) for state, modes in by_mode.items()}, by_mode)


def crossed(dimensions: Dimensions, rows: str, columns: str, state: LiveState) -> CountTable | None:
    """The people in a state by two dimensions; None if there is none with one of these keys.

    One statement for the cells, and one for each total of parts that overlap.
    """
    down = dimensions.get(rows, state)
    across = dimensions.beside(rows, state) if columns == rows else dimensions.get(columns, state)
    if down is None or across is None:
        return None
    both = _grouped(dimensions, [down, across], state)
    places = _places([down, across])
    of_row = down.parts({_pick(raw, places[0]) for raw, _number in both})
    of_column = across.parts({_pick(raw, places[1]) for raw, _number in both})
    cells: dict[tuple[Part, Part], int] = defaultdict(int)
    for raw, number in both:
        for row in of_row[_pick(raw, places[0])]:
            for column in of_column[_pick(raw, places[1])]:
                cells[row, column] += number
    overlap = down.overlaps or across.overlaps
    return built(
        cells,
        row_totals=_totals(dimensions, down, state) if across.overlaps else None,
        column_totals=_totals(dimensions, across, state) if down.overlaps else None,
        total=sum(number for _raw, number in _grouped(dimensions, [], state)) if overlap else None,
    )


def _totals(dimensions: Dimensions, dimension: Dimension, state: LiveState) -> dict[Part, int]:
    rows = _grouped(dimensions, [dimension], state)
    parts = dimension.parts({raw for raw, _number in rows})
    found: dict[Part, int] = defaultdict(int)
    for raw, number in rows:
        for part in parts[raw]:
            found[part] += number
    return found


def _columns(of: Iterable[Dimension]) -> list[Any]:
    """The columns of dimensions, each once."""
    found: list[Any] = []
    for dimension in of:
        for column in dimension.columns:
            if not any(column is known for known in found):
                found.append(column)
    return found


def _places(of: list[Dimension]) -> list[list[int]]:
    """Where the columns of each dimension are in a row."""
    columns = _columns(of)
    return [
        [next(at for at, known in enumerate(columns) if known is column) for column in dimension.columns]
        for dimension in of
    ]


def _pick(raw: Raw, places: list[int]) -> Raw:
    return tuple(raw[at] for at in places)


def _grouped(dimensions: Dimensions, of: list[Dimension], state: LiveState) -> list[tuple[Raw, int]]:
    """(values of the columns, number of people) of those in a state."""
    return groups.counted(_groups(dimensions, of, state), state, dimensions.expected.over)


def _groups(dimensions: Dimensions, of: list[Dimension], state: LiveState | None = None) -> list[PeopleGroup]:
    """The people by the columns of some dimensions: all, or at least those in a state."""
    columns = _columns(of)
    if not any(dimension.joins for dimension in of):
        return dimensions.people(columns)

    def joined(statement: Any) -> Any:
        for dimension in {id(one): one for one in of}.values():
            statement = dimension.joined(statement)
        return statement

    # What is joined changes without the registrations (seats in sessions, languages of contacts), so it is not kept.
    return groups.by(dimensions.event, columns, joined, state)


def read(dimensions: Dimensions, keys: Iterable[str], state: LiveState) -> None:
    """Read the people by some dimensions at once, so that numbers and tables need no statement of their own."""
    wanted = [one for key in keys if (one := dimensions.get(key, state)) is not None and not one.joins]
    dimensions.people(_columns(wanted))


def delegations(dimensions: Dimensions) -> int:
    """Registered delegations of which nobody is named: they are in no table of people."""
    people = dimensions.people([])
    return sum(one.people for one in people if not one.traits.named and one.traits.status in REGISTERED)
