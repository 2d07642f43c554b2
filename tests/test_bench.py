"""The benchmarks run; their results are not checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.journey
def test_every_row_of_the_benchmark_is_measured():
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--smoke"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    rows = [line for line in run.stdout.splitlines() if line.startswith("| ") and "requests/s" not in line]
    assert len(rows) == 14 + 11 + 1, "the rows of the pages, and of the calendars with their head"
    assert all("| 0 |" not in row.split("|", 2)[1] for row in rows)


@pytest.mark.journey
def test_the_editor_is_measured_in_the_browser_and_on_the_wire():
    run = subprocess.run(
        [sys.executable, "-m", "bench.editor", "--smoke"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert all(name in run.stdout for name in ("move, with all conflicts", "key, time", "pointer, dragging"))
