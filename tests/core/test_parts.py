"""Lists in parts."""

from __future__ import annotations

from eventapp.core.parts import in_parts


def test_a_list_comes_in_parts_in_its_order_the_last_one_shorter():
    assert list(in_parts([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(in_parts([1, 2], 2)) == [[1, 2]]


def test_an_empty_list_has_no_part():
    assert list(in_parts([])) == []
