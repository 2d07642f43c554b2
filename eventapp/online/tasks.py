"""Scheduled work: goes on with the attendance reports that are being applied, and deletes those of yesterday."""

from __future__ import annotations

from eventapp.core.db import transaction
from eventapp.online import reports
from eventapp.online.models import AttendanceReport
from eventapp.people.tasks import take_turns


def go_on() -> int:
    """Write the next people of the reports that are being applied; returns how many."""
    return take_turns(AttendanceReport, reports.proceed)


def forget() -> int:
    """Delete what nobody has applied."""
    with transaction():
        return reports.forget()
