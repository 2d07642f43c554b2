"""What a worker tells of a test: its outcome. The start, the end, and a set-up and a teardown that passed are four more
messages for each of thousands of tests, of which nothing is shown.
"""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol


class OnlyOutcomes:
    """Registered in each worker, unless durations are asked for or tests are shown one by one."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            if report.when == "call" or not report.passed:
                item.ihook.pytest_runtest_logreport(report=report)
        return True
