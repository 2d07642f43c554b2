"""What is said after saving something of which attendees are told."""

from __future__ import annotations

from eventapp.core.db import finish_writing
from eventapp.core.languages import clock_time, ngettext, zone_after
from eventapp.events.models import Event
from eventapp.notifications.expected import expected


def saved(event: Event) -> str:
    """That it was saved, how many attendees will be notified, and when; "" if nobody will be.

    Commits first: to count takes longer the more are registered, and nobody should wait for that.
    """
    finish_writing()
    found = expected(event)
    if found is None:
        return ""
    at = f"{clock_time(found.at, event.zone)}{zone_after(event.zone, found.at)}"
    return ngettext(
        "Saved. We will notify %(num)d registered attendee at %(time)s.",
        "Saved. We will notify %(num)d registered attendees at %(time)s.",
        found.attendees,
        time=at,
    )
