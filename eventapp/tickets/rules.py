"""Who has a ticket: plain values only."""

from __future__ import annotations

from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus


def has_ticket(status: RegistrationStatus, mode: Mode, event: EventStatus) -> bool:
    """Whether a registration has a ticket to show: it is confirmed, for attending in person, and the event has a date.
    Online there is no door.
    """
    off = event in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    return status is RegistrationStatus.CONFIRMED and mode is Mode.IN_PERSON and not off
