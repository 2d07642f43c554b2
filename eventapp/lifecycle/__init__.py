"""Verbs that cross features: they call one after another, in an order that can be read here."""

from __future__ import annotations

from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.notifications import scan as news
from eventapp.programme import releases


def cancel_event(event: Event, *, note: LocalizedText) -> int:
    """Cancel the event and its public sessions and write to everybody registered and to its speakers.

    Returns the number of those who are written to.
    """
    events.cancel(event, note=note)
    releases.cancel_all(event, note=note)
    return news.tell_everybody(event)


def postpone_event(event: Event, *, note: LocalizedText) -> int:
    """Postpone the event and write to everybody registered and to its speakers. Returns their number."""
    events.postpone(event, note=note)
    return news.tell_everybody(event)
