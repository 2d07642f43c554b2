"""Finished calendars are kept within a budget, one version of each."""

from __future__ import annotations

import gzip

from eventapp.core.shelf import Shelf


def test_a_calendar_is_found_in_its_version_only() -> None:
    shelf = Shelf()
    shelf.put("a", "1", b"one")
    kept = shelf.get("a", "1")
    assert kept is not None
    assert kept.body == b"one"
    assert shelf.get("a", "2") is None
    shelf.put("a", "2", b"two")
    assert shelf.get("a", "1") is None


def test_what_was_not_asked_for_longest_makes_room() -> None:
    shelf = Shelf(budget=63)
    for name in ("a", "b", "c"):
        shelf.put(name, "1", b"x" * 10)
    shelf.get("a", "1")
    shelf.put("d", "1", b"x" * 10)
    assert [name for name in "abcd" if shelf.get(name, "1")] == ["a", "c", "d"]


def test_what_is_larger_than_the_shelf_is_handed_back_unkept() -> None:
    shelf = Shelf(budget=63)
    shelf.put("small", "1", b"x" * 10)
    assert shelf.put("large", "1", b"x" * 31).body == b"x" * 31
    assert shelf.get("large", "1") is None
    assert shelf.get("small", "1") is not None


def test_packing_gives_the_same_bytes_every_time() -> None:
    one, two = Shelf().put("a", "1", b"text" * 99).packed, Shelf().put("a", "1", b"text" * 99).packed
    assert one == two
    assert gzip.decompress(one) == b"text" * 99


def test_what_it_is_called_counts_as_well() -> None:
    shelf = Shelf(budget=1000)
    names = [f"/events?q={number:0400}" for number in range(9)]
    for name in names:
        shelf.put(name, "1", b"x")
    assert sum(len(name) for name in names if shelf.get(name, "1")) <= 1000


def test_clearing_forgets_all() -> None:
    shelf = Shelf(budget=63)
    shelf.put("a", "1", b"x" * 30)
    shelf.clear()
    assert shelf.get("a", "1") is None
    shelf.put("b", "1", b"x" * 30)
    assert shelf.get("b", "1") is not None
