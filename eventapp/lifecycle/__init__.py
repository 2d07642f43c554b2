"""Operations that cross features: they call one feature after another, in an explicit order."""

from __future__ import annotations

from typing import Any

from eventapp.accounts.models import User
from eventapp.announcements import operations as announcements
from eventapp.core import clock
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events import operations as events
from eventapp.events import rules
from eventapp.events.models import Event, Venue
from eventapp.events.rules import Gap
from eventapp.feeds import memory
from eventapp.feeds.memory import PublicState
from eventapp.notifications import operations as notifications
from eventapp.notifications import reminders
from eventapp.programme import releases


def create_event(*, owner: User | None, slug: str, title: LocalizedText, **values: Any) -> Event:
    """Create an event, a draft unless `values` contain a `status`. Raises Refused as `events.create` does."""
    event = events.create(owner=owner, slug=slug, title=title, **values)
    memory.update(event, PublicState())
    return event


def change_event(event: Event, *, slug: str, **values: Any) -> None:
    """Change the event itself: its texts, dates, venue or visibility. Raises Refused as `events.edit` does."""
    day = reminders.about(event)
    with memory.remembering(event):
        events.edit(event, slug=slug, **values)
    if reminders.about(event) != day:
        reminders.stop(event)
    releases.restate_venues(event)


def save_venue(event: Event, venue: Venue | None, **values: Any) -> Venue:
    """Add or change a venue, also in the public programme. Those who come are told of another name or address."""
    made = events.save_venue(event, venue, **values)
    releases.restate_venues(event)
    return made


def remove_venue(event: Event, venue: Venue) -> None:
    """Remove a venue; its rooms are kept, without one."""
    events.remove_venue(venue)
    releases.restate_venues(event)


def gaps(event: Event) -> list[Gap]:
    """What is missing before the event can be published. One statement."""
    return rules.gaps(
        title=event.title,
        venue=event.venue_name,
        shape=(event.format, event.precision),
        status=event.status,
        ends_at=event.ends_at,
        announced=memory.was_public(event),
        now=clock.now(),
    )


def publish_event(event: Event) -> None:
    """Publish the event, or reinstate it. Raises Refused if something is missing, or as `events.publish` does."""
    for gap in gaps(event):
        raise Refused(str(gap.label))
    with memory.remembering(event):
        events.publish(event)


def unpublish_event(event: Event) -> None:
    """Make the event a draft again: its pages are 404, and subscribed calendars show its entries as cancelled."""
    with memory.remembering(event):
        events.unpublish(event)
    reminders.stop(event)


def cancel_event(event: Event, *, note: LocalizedText) -> int:
    """Cancel the event and its public sessions, and notify every attendee and speaker. Returns their number."""
    with memory.remembering(event):
        events.cancel(event, note=note)
    _hold_back(event)
    releases.cancel_all(event, note=note)
    return notifications.notify_everybody(event)


def postpone_event(event: Event, *, note: LocalizedText) -> int:
    """Postpone the event and notify every attendee and speaker. Returns their number."""
    with memory.remembering(event):
        events.postpone(event, note=note)
    _hold_back(event)
    return notifications.notify_everybody(event)


def _hold_back(event: Event) -> None:
    """Keep from being sent what was written for an event that takes place as planned."""
    announcements.hold_back(event)
    reminders.stop(event)
