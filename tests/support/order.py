"""Which tests run one after another in one worker, and which of them first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

PAGES, JOURNEYS, WAITING = "tests/journeys/test_pages.py", "tests/journeys/", "those that wait"
# What takes longest comes first, so that nobody waits for it at the end.
LONG = (JOURNEYS, PAGES, WAITING)
# They start processes and wait for them, and for time limits: half of a processor is idle meanwhile.
WAIT = {
    "tests/core/test_gateway.py",
    "tests/mail/test_faults.py",
    "tests/online/test_report_process.py",
    "tests/test_bench.py",
    "tests/test_production.py",
    "tests/test_rush.py",
    "tests/test_serve.py",
}


def unit(nodeid: str) -> str:
    """What a test belongs to: its file, as its tests share what is made once. All journeys but the crawl are one unit,
    and so are those that wait.
    """
    file = nodeid.partition("::")[0]
    if file in WAIT:
        return WAITING
    return JOURNEYS if file.startswith(JOURNEYS) and file != PAGES else file


def by_length(items: list[pytest.Item]) -> Callable[[pytest.Item], tuple[int, int]]:
    """A key to sort tests by: those of the longest units first. Within a unit they stay in order."""
    tests = Counter(unit(item.nodeid) for item in items)

    def key(item: pytest.Item) -> tuple[int, int]:
        its = unit(item.nodeid)
        return (LONG.index(its) if its in LONG else len(LONG), -tests[its])

    return key


class ByFile(LoadScopeScheduling):
    """Hands out one unit after another, in the order of their tests.

    Where there are more than two workers, the one that had those that wait goes on until the journeys end, which wait
    for a browser and a server, and then stops: three that compute on two processors take longer for the same than two.
    """

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

    def _reschedule(self, node: Any) -> None:
        waited = WAITING in self.assigned_work[node] and self.numnodes > 2 and len(self.nodes) > 1
        if waited and not node.shutting_down and not self._journeys_go_on():
            if self._pending_of(self.assigned_work[node]) <= 2:
                node.shutdown()
        else:
            super()._reschedule(node)

    def _journeys_go_on(self) -> bool:
        return any(
            self._pending_of({JOURNEYS: units[JOURNEYS]}) for units in self.assigned_work.values() if JOURNEYS in units
        )
