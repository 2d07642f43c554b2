"""Which tests run one after another in one worker, and which of them first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What takes longest comes first, so that nobody waits for it at the end.
LONG = ("tests/journeys/test_pages.py", "tests/journeys/", "tests/test_bench.py", "tests/test_serve.py")


def unit(nodeid: str) -> str:
    """What a test belongs to: its file, as its tests share what is made once; all journeys but the crawl are one."""
    file = nodeid.partition("::")[0]
    return next((long for long in LONG if file.startswith(long)), file)


def by_length(items: list[pytest.Item]) -> Callable[[pytest.Item], tuple[int, int]]:
    """A key to sort tests by: those of the longest units first. Within a unit they stay in order."""
    tests = Counter(unit(item.nodeid) for item in items)

    def key(item: pytest.Item) -> tuple[int, int]:
        its = unit(item.nodeid)
        return (LONG.index(its) if its in LONG else len(LONG), -tests[its])

    return key


class ByFile(LoadScopeScheduling):
    """Hands out one unit after another, in the order of their tests."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
