"""Tables whose totals are the sums of their parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eventapp.attendance.tables import MOST_COLUMNS, OTHERS, Part, built


def part(number: int) -> Part:
    return Part(str(number), f"Part {number}")


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(1, 50)))
def test_each_total_is_the_sum_of_its_parts(numbers: dict[tuple[int, int], int]) -> None:
    table = built({(part(row), part(column)): number for (row, column), number in numbers.items()})
    assert table.total == sum(numbers.values())
    assert table.total == sum(table.row_totals.values()) == sum(table.column_totals.values())
    for row in table.rows:
        assert table.row_totals[row] == sum(table.number(row, column) for column in table.columns)
    for column in table.columns:
        assert table.column_totals[column] == sum(table.number(row, column) for row in table.rows)


def test_the_largest_rows_come_first_and_what_is_missing_last() -> None:
    column, none = part(0), Part("-", "None", rank=8)
    table = built({(part(1), column): 2, (part(2), column): 5, (none, column): 9})
    assert [row.key for row in table.rows] == ["2", "1", "-"]


def test_too_many_columns_are_one_and_still_add_up(app) -> None:
    with app.test_request_context():
        table = built({(part(0), part(at)): at + 1 for at in range(MOST_COLUMNS + 10)})
    assert len(table.columns) == MOST_COLUMNS
    assert table.columns[-1].key == OTHERS
    assert sum(table.column_totals.values()) == table.total == sum(range(1, MOST_COLUMNS + 11))
