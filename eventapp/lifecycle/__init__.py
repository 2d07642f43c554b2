"""Verbs that cross features: they call one after another, in an order that can be read here."""

from __future__ import annotations

from eventapp.core.words import Words
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.programme import releases
from eventapp.registration import emails, queries


def cancel_event(event: Event, *, note: Words) -> int:
    """Cancel the event and its public sessions and write to everybody registered. Returns the number of letters."""
    events.cancel(event, note=note)
    releases.cancel_all(event, note=note)
    return _tell(event)


def postpone_event(event: Event, *, note: Words) -> int:
    """Postpone the event and write to everybody registered. Returns the number of letters."""
    events.postpone(event, note=note)
    return _tell(event)


def _tell(event: Event) -> int:
    people = queries.everyone(event)
    for registration in people:
        emails.event_changed(registration)
    return len(people)
