"""Which tests `make check` leaves out, because they take more than a twentieth of a second of a processor.

They are named in `slow.txt`, which `pytest --measure` writes anew.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import pytest

LIST = Path(__file__).with_name("slow.txt")
LIMIT = 0.05  # seconds of a processor, with the processes that a test starts
KEPT = ("tests/architecture/",)  # what guards the architecture is always checked
PROPERTY = "processor"


def named() -> frozenset[str]:
    """The listed tests, without their parameters."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


def function(nodeid: str) -> str:
    return nodeid.partition("[")[0]


def mark(items: list[pytest.Item]) -> None:
    slow = named()
    for item in items:
        if function(item.nodeid) in slow:
            item.add_marker("slow")


class Measured:
    """Measures each test where it runs, and writes the list where the reports arrive."""

    def __init__(self) -> None:
        self.listed = named()
        self.taken: defaultdict[str, list[float]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        before = sum(os.times()[:4])
        try:
            return (yield)
        finally:
            if function(item.nodeid) in self.listed or not item.get_closest_marker("slow"):
                item.user_properties.append((PROPERTY, sum(os.times()[:4]) - before))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and "journey" not in report.keywords and "postgresql" not in report.nodeid:
            self.taken[function(report.nodeid)] += [
                float(str(x)) for name, x in report.user_properties if name == PROPERTY
            ]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            LIST.write_text("".join(f"{name}\n" for name in self.slow()), encoding="utf-8")

    def slow(self) -> list[str]:
        """Those that are too slow, and those that were listed and not run."""
        measured = {name for name, taken in self.taken.items() if taken}
        found = {name for name, taken in self.taken.items() if taken and mean(taken) > LIMIT}
        return sorted(name for name in found | (self.listed - measured) if not name.startswith(KEPT))
