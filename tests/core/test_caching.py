"""Responses are cached within a budget, one version of each."""

from __future__ import annotations

import gzip
import threading

from eventapp.core import caching
from eventapp.core.caching import Memo, ResponseCache, memoized


def test_a_calendar_is_found_in_its_version_only() -> None:
    cache = ResponseCache()
    cache.put("a", "1", b"one")
    cached = cache.get("a", "1")
    assert cached is not None
    assert cached.body == b"one"
    assert cache.get("a", "2") is None
    cache.put("a", "2", b"two")
    assert cache.get("a", "1") is None


def test_what_was_not_asked_for_longest_makes_room() -> None:
    cache = ResponseCache(budget=63)
    for name in ("a", "b", "c"):
        cache.put(name, "1", b"x" * 10)
    cache.get("a", "1")
    cache.put("d", "1", b"x" * 10)
    assert [name for name in "abcd" if cache.get(name, "1")] == ["a", "c", "d"]


def test_a_response_larger_than_the_cache_is_returned_uncached() -> None:
    cache = ResponseCache(budget=63)
    cache.put("small", "1", b"x" * 10)
    assert cache.put("large", "1", b"x" * 31).body == b"x" * 31
    assert cache.get("large", "1") is None
    assert cache.get("small", "1") is not None


def test_packing_gives_the_same_bytes_every_time() -> None:
    one, two = ResponseCache().put("a", "1", b"text" * 99).gzipped, ResponseCache().put("a", "1", b"text" * 99).gzipped
    assert one == two
    assert gzip.decompress(one) == b"text" * 99


def test_what_it_is_called_counts_as_well() -> None:
    cache = ResponseCache(budget=1000)
    names = [f"/events?q={number:0400}" for number in range(9)]
    for name in names:
        cache.put(name, "1", b"x")
    assert sum(len(name) for name in names if cache.get(name, "1")) <= 1000


def test_clearing_forgets_all() -> None:
    cache = ResponseCache(budget=63)
    cache.put("a", "1", b"x" * 30)
    cache.clear()
    assert cache.get("a", "1") is None
    cache.put("b", "1", b"x" * 30)
    assert cache.get("b", "1") is not None


def test_a_function_remembers_within_a_budget_of_bytes() -> None:
    asked: list[str] = []

    @memoized(budget=3 * (Memo.OVERHEAD + 20))
    def twice(text: str) -> str:
        asked.append(text)
        return text * 2

    for name in ("a", "b", "c"):
        assert twice(name * 5) == name * 10
    assert twice("aaaaa") == "a" * 10
    assert asked == ["aaaaa", "bbbbb", "ccccc"]
    twice("ddddd")  # there is room for three: the least recently used one is evicted
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
    @memoized(budget=10_000)
    def said(text: str, *, loud: bool = False) -> str:
        return text.upper() if loud else text

    assert (said("a"), said("a", loud=True), said("a", loud=False)) == ("a", "A", "a")


def test_a_response_is_valid_until_a_time() -> None:
    cache = ResponseCache()
    cache.put("a", "1", b"one", until=100.0)
    assert cache.get("a", "1", at=99.9) is not None
    assert cache.get("a", "1", at=100.0) is None


def test_one_thread_builds_while_the_others_show_the_last_version() -> None:
    cache = ResponseCache()
    cache.put("a", "1", b"one")
    shown: list[bytes | None] = []

    def another() -> None:
        with cache.building("a") as last:
            shown.append(last.body if last else None)

    with cache.building("a") as last:
        assert last is None, "the first builds"
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
    another()
    assert shown == [b"one", None], "and the next one after it builds again"


def test_what_was_not_fresh_for_a_while_is_not_shown_meanwhile(monkeypatch) -> None:
    cache = ResponseCache()
    cache.put("a", "1", b"one")
    monkeypatch.setattr(caching, "RECENT", -1.0)
    with cache.building("a"), cache.building("a") as last:
        assert last is None
