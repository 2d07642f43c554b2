"""Scheduled work: fill free seats from the waiting list, however they became free; delete files nobody sent off."""

from __future__ import annotations

from eventapp.core.db import db, transaction
from eventapp.registration import files, queries, seats
from eventapp.registration.models import AttendanceOption


def seat_waiting() -> int:
    """Promote from the waiting list wherever seats are free; returns the number of people promoted.

    A cancellation promotes at once. This covers the other cases: a postponed event has a new date, an unpublished one
    is public again, a wrong closing time or end has been corrected.
    """
    number = 0
    for option_id, event_id in queries.options_with_seats_for_waiting():
        with transaction():
            queries.lock_options(event_id)
            option = db.session.get(AttendanceOption, option_id)
            number += len(seats.promote(option)) if option is not None else 0
    return number


def delete_unused_files() -> int:
    """Delete the files of forms that were never completed; returns their number."""
    return files.delete_unused()
