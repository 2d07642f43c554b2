"""Verbs that cross features: they call one after another, in an order that can be read here."""

from __future__ import annotations

from eventapp.accounts.models import User
from eventapp.core.words import Words
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.programme import releases
from eventapp.programme.models import Release
from eventapp.proposals import speakers
from eventapp.registration import emails, queries, sign_ups


def cancel_event(event: Event, *, note: Words) -> int:
    """Cancel the event and its public sessions and write to everybody registered and to its speakers.

    Returns the number of letters.
    """
    events.cancel(event, note=note)
    made = releases.cancel_all(event, note=note)
    return _tell(event) + (speakers.tell_changes(event, made) if made else 0)


def postpone_event(event: Event, *, note: Words) -> int:
    """Postpone the event and write to everybody registered. Returns the number of letters."""
    events.postpone(event, note=note)
    return _tell(event)


def release_programme(event: Event, *, user: User | None = None, note: Words | None = None) -> Release:
    """Publish the programme and write to those whose sessions are at another time or place, or not at all.

    These are the speakers who are announced, and the people with a place in such a session.

    Raises Refused as `releases.release` does.
    """
    made = releases.release(event, user=user, note=note)
    speakers.tell_changes(event, made)
    sign_ups.tell_changes(event, made)
    return made


def _tell(event: Event) -> int:
    people = queries.everyone(event)
    for registration in people:
        emails.event_changed(registration)
    return len(people)
