"""Which numbers of people are published."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.attendance.disclosure import FEWEST, published, small, total_reveals


def possible(shown: dict[str, int | None], cells: dict[str, int]) -> list[dict[str, int]]:
    """All ways to fill what is hidden that fit the total, for somebody who knows the method."""
    hidden = [key for key, number in shown.items() if number is None]
    left = sum(cells.values()) - sum(number for number in shown.values() if number is not None)
    ranges = [range(1, FEWEST) if small(cells[key]) else range(FEWEST, left + 1) for key in hidden]
    return [dict(zip(hidden, one, strict=True)) for one in product(*ranges) if sum(one) == left]


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 12), min_size=2))
def test_no_small_number_is_told_by_the_total_and_the_others(cells: dict[str, int]) -> None:
    shown = published(cells)
    assert all(number in {None, cells[key]} for key, number in shown.items())
    assert not any(small(number) for number in shown.values() if number is not None)
    ways = possible(shown, cells)
    for key in (key for key, number in cells.items() if small(number)):
        assert total_reveals(cells) or len({way[key] for way in ways}) > 1, (cells, shown)
    # That the total is hidden as well is the last resort: no cell of five or more is still shown then.
    assert not total_reveals(cells) or all(number in {None, 0} for number in shown.values())


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({"a": 310, "b": 0}, {"a": 310, "b": 0}),
        ({"a": 310, "b": 2}, {"a": None, "b": None}),
        ({"a": 310, "b": 20, "c": 2}, {"a": 310, "b": None, "c": None}),
        ({"a": 310, "b": 3, "c": 2}, {"a": 310, "b": None, "c": None}),
        ({"a": 310, "b": 1, "c": 1}, {"a": None, "b": None, "c": None}),
    ],
)
def test_as_few_cells_as_possible_are_hidden(cells: dict[str, int], shown: dict[str, int | None]) -> None:
    assert published(cells) == shown


def test_without_a_known_total_only_small_cells_are_hidden() -> None:
    assert published({"a": 310, "b": 2}, total_known=False) == {"a": 310, "b": None}


def test_a_total_that_tells_its_only_split_is_hidden_too() -> None:
    assert total_reveals({"a": 4, "b": 4})
    assert not total_reveals({"a": 4, "b": 3})
