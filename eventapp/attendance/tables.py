"""Tables of people: rows, columns, and totals that are the sums of their parts. Plain values only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from eventapp.core.languages import gettext as _

# So many rows and columns are shown; the smallest others are one.
MOST_ROWS, MOST_COLUMNS = 300, 24
OTHERS = "+others"


@dataclass(frozen=True, slots=True)
class Part:
    """A row or a column. Parts are in the order of `rank`, then by size, then by name.

    `narrows` are parameters of the people desk's query that find its people; None if no query finds just them.
    """

    key: str
    label: str = field(compare=False)
    rank: int = field(default=0, compare=False)
    narrows: tuple[tuple[str, str], ...] | None = field(default=None, compare=False)


Cells = Mapping[tuple[Part, Part], int]


@dataclass(frozen=True)
class CountTable:
    """A table with the totals of its rows and columns.

    `overlapping_rows`: somebody can be in several rows (seats in two sessions), so a column's total, which counts each
    person once, may be less than their sum; `overlapping_columns` likewise.
    """

    rows: tuple[Part, ...]
    columns: tuple[Part, ...]
    cells: Cells
    row_totals: Mapping[Part, int]
    column_totals: Mapping[Part, int]
    total: int
    overlapping_rows: bool = False
    overlapping_columns: bool = False

    def number(self, row: Part, column: Part) -> int:
        """The people in a cell."""
        return self.cells.get((row, column), 0)

    @property
    def largest(self) -> int:
        """The largest number of a row, which a bar is drawn against."""
        return max((self.row_totals[row] for row in self.rows), default=0)


def built(
    cells: Cells,
    *,
    row_totals: Mapping[Part, int] | None = None,
    column_totals: Mapping[Part, int] | None = None,
    total: int | None = None,
    by_size: bool = True,
) -> CountTable:
    """The table of some cells. Totals that are not given are sums; given ones are of parts that overlap."""
    sums: dict[Part, int] = defaultdict(int)
    heads: dict[Part, int] = defaultdict(int)
    for (row, column), number in cells.items():
        sums[row] += number
        heads[column] += number
    of_rows, of_columns = dict(row_totals or sums), dict(column_totals or heads)
    whole = total if total is not None else sum((sums if row_totals is None else heads).values())
    rows, columns = _ordered(sums, of_rows, by_size), _ordered(heads, of_columns, by_size)
    table = CountTable(
        rows,
        columns,
        dict(cells),
        {row: of_rows.get(row, 0) for row in rows},
        {column: of_columns.get(column, 0) for column in columns},
        whole,
        overlapping_rows=column_totals is not None,
        overlapping_columns=row_totals is not None,
    )
    return _limited(table)


def _ordered(parts: Iterable[Part], totals: Mapping[Part, int], by_size: bool) -> tuple[Part, ...]:
    if not by_size:
        return tuple(sorted(parts, key=lambda part: part.rank))
    return tuple(sorted(parts, key=lambda part: (part.rank, -totals.get(part, 0), part.label.casefold(), part.key)))


def _limited(table: CountTable) -> CountTable:
    """The table with its smallest rows and columns as one, if there are too many to read."""
    rows, other_rows = _split(table.rows, table.row_totals, MOST_ROWS)
    columns, other_columns = _split(table.columns, table.column_totals, MOST_COLUMNS)
    if not other_rows and not other_columns:
        return table
    as_row = {row: _others(len(other_rows)) for row in other_rows}
    as_column = {column: _others(len(other_columns)) for column in other_columns}
    cells: dict[tuple[Part, Part], int] = defaultdict(int)
    for (row, column), number in table.cells.items():
        cells[as_row.get(row, row), as_column.get(column, column)] += number
    return CountTable(
        (*rows, *dict.fromkeys(as_row.values())),
        (*columns, *dict.fromkeys(as_column.values())),
        cells,
        _summed(table.row_totals, as_row),
        _summed(table.column_totals, as_column),
        table.total,
        overlapping_rows=table.overlapping_rows,
        overlapping_columns=table.overlapping_columns,
    )


def _split(parts: tuple[Part, ...], totals: Mapping[Part, int], most: int) -> tuple[list[Part], list[Part]]:
    if len(parts) <= most:
        return list(parts), []
    kept = set(sorted(parts, key=lambda part: -totals.get(part, 0))[: most - 1])
    return [part for part in parts if part in kept], [part for part in parts if part not in kept]


def _others(number: int) -> Part:
    return Part(OTHERS, _("%(number)d others", number=number), rank=9)


def _summed(totals: Mapping[Part, int], merged: Mapping[Part, Part]) -> dict[Part, int]:
    found: dict[Part, int] = defaultdict(int)
    for part, number in totals.items():
        found[merged.get(part, part)] += number
    return dict(found)
