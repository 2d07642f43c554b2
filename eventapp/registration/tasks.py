"""Scheduled work on seats and files: fill free seats, however they became free, and end what was held for too long;
delete files that nobody has sent off.
"""

from __future__ import annotations

from eventapp.core.db import db, transaction
from eventapp.events.models import Event
from eventapp.registration import files, holds, queries, seats, session_queries, session_seats, waiting_list
from eventapp.registration.models import AttendanceOption, Registration


def seat_waiting() -> int:
    """Promote from the waiting list wherever seats are free; returns the number of people promoted.

    A cancellation promotes at once. This covers the other cases: a postponed event has a new date, an unpublished one
    is public again, a wrong closing time or end has been corrected.
    """
    number = 0
    for option_id, event_id in waiting_list.options_with_seats_for_waiting():
        with transaction():
            queries.lock_options(event_id)
            option = db.session.get(AttendanceOption, option_id)
            number += len(seats.promote(option)) if option is not None else 0
    return number


def seat_waiting_in_sessions() -> int:
    """The same for the waiting lists of sessions; returns the number of people promoted."""
    number = 0
    events = [one.id for one in session_queries.events_with_waiting() if session_queries.has_seats_for_waiting(one)]
    for event_id in events:
        with transaction():
            queries.lock_options(event_id)
            event = db.session.get(Event, event_id)
            number += session_seats.promote_all(event) if event is not None else 0
    return number


def expire_held() -> int:
    """End what was not confirmed or accepted in time, each in its own transaction. Returns how many are due."""
    due = waiting_list.expired()
    for number in due:
        with transaction():
            registration = db.session.get(Registration, number)
            if registration is not None:
                holds.expire(registration)
    return len(due)


def delete_unused_files() -> int:
    """Delete the files of forms that were never completed; returns their number."""
    return files.delete_unused()
