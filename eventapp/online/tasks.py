"""Scheduled work: goes on with the attendance reports that are being applied, and deletes those of yesterday."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.core import actors, languages
from eventapp.core.db import db, transaction
from eventapp.online import reports
from eventapp.online.models import AttendanceReport
from eventapp.people.rules import BulkState

# Transactions in one run, so that other scheduled work has its turn.
TURNS = 25


def go_on() -> int:
    """Write the next people of the reports that are being applied; returns how many."""
    query = select(AttendanceReport.id, AttendanceReport.user_id).where(AttendanceReport.state == BulkState.WAITING)
    found = [(number, user) for number, user in db.session.execute(query.order_by(AttendanceReport.id).limit(TURNS))]
    done = 0
    for turn in range(TURNS):
        if not found:
            break
        number, user = found[turn % len(found)]
        with actors.acting(actors.user(user) if user else actors.SYSTEM), transaction():
            report = db.session.get(AttendanceReport, number)
            if report is not None and report.state is BulkState.WAITING:
                with languages.force_locale(report.language):
                    done += reports.proceed(report)
            if report is None or report.state is not BulkState.WAITING:
                found = [one for one in found if one[0] != number]
    return done


def forget() -> int:
    """Delete what nobody has applied."""
    with transaction():
        return reports.forget()
