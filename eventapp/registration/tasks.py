"""What the clock does with those who wait: free seats are theirs, however they became free."""

from __future__ import annotations

from eventapp.core.db import db, transaction
from eventapp.registration import queries, seats
from eventapp.registration.models import AttendanceOption


def seat_waiting() -> int:
    """Promote wherever seats are free and somebody waits, and say how many.

    A cancellation promotes at once. This finds what became possible otherwise: a postponed event has a date again, one
    that was taken back is public, a closing or an end that was wrong has been corrected.
    """
    number = 0
    for option_id, event_id in queries.options_with_seats_for_waiting():
        with transaction():
            queries.lock_options(event_id)
            option = db.session.get(AttendanceOption, option_id)
            number += len(seats.promote(option)) if option is not None else 0
    return number
