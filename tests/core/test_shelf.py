"""Finished calendars are kept within a budget, one version of each."""

from __future__ import annotations

import gzip

from eventapp.core.shelf import Memo, Shelf, remembering


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


def test_a_function_remembers_within_a_budget_of_bytes() -> None:
    asked: list[str] = []

    @remembering(budget=3 * (Memo.OVERHEAD + 20))
    def twice(text: str) -> str:
        asked.append(text)
        return text * 2

    for name in ("a", "b", "c"):
        assert twice(name * 5) == name * 10
    assert twice("aaaaa") == "a" * 10
    assert asked == ["aaaaa", "bbbbb", "ccccc"]
    twice("ddddd")  # there is room for three: the one not asked for longest goes
    twice("aaaaa")
    twice("bbbbb")
    assert asked == ["aaaaa", "bbbbb", "ccccc", "ddddd", "bbbbb"]
    assert twice.size <= 3 * (Memo.OVERHEAD + 20)
    twice("e" * 5000)
    twice("e" * 5000)
    assert asked[-2:] == ["e" * 5000] * 2, "what is larger than the budget is not kept"
    twice.cache_clear()
    assert twice.size == 0


def test_what_is_named_and_what_is_not_are_different_questions() -> None:
    @remembering(budget=10_000)
    def said(text: str, *, loud: bool = False) -> str:
        return text.upper() if loud else text

    assert (said("a"), said("a", loud=True), said("a", loud=False)) == ("a", "A", "a")
