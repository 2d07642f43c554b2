"""A report is read in a process of its own."""

from __future__ import annotations

import pytest

from eventapp.online import report_file
from tests.online import samples


@pytest.mark.slow
def test_a_report_is_read_in_a_process_of_its_own():
    data = samples.TEAMS.encode("utf-16")
    assert report_file.read(data) == report_file.parse(data)
