"""Processor time of one operation."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 5


def measured(run: Callable[[], Any]) -> tuple[float, float, float]:
    """(median, spread, wall clock) in milliseconds of processor time."""
    run()
    found, walls = [], []
    for _ in range(ROUNDS):
        began, clock = time.thread_time(), time.perf_counter()
        run()
        found.append((time.thread_time() - began) * 1000)
        walls.append((time.perf_counter() - clock) * 1000)
    return statistics.median(found), max(found) - min(found), statistics.median(walls)
