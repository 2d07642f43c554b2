"""The team's decisions about pending notifications, and notifications to everybody."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.mail import pending
from eventapp.notifications import attendees, scan, speakers
from eventapp.notifications.scan import Waiting
from eventapp.programme import queries as programme
from eventapp.proposals import notices as speaker_notices
from eventapp.proposals.models import SpeakerLink
from eventapp.registration import notices as attendee_notices
from eventapp.registration import queries as registration_queries
from eventapp.registration.models import Registration


def topic_of(event: Event) -> str:
    """The topic of an event's e-mails and pending notifications."""
    return f"event:{event.id}"


def waiting(event: Event) -> Waiting:
    """The recipients in the debounce window. One statement."""
    found = pending.waiting(topic_of(event))
    first = min((first for _number, first in found.values()), default=None)
    attendees_waiting, speakers_waiting = (
        found[kind][0] if kind in found else 0 for kind in (attendee_notices.RECIPIENT, speaker_notices.KIND)
    )
    return Waiting(attendees_waiting, speakers_waiting, first)


def notify_everybody(event: Event) -> int:
    """Notify every attendee and speaker affected by a change, at once. Returns how many are compared."""
    query = select(Registration.id).where(Registration.event_id == event.id, registration_queries.ACTIVE_AND_EMAILED)
    registrations = list(db.session.scalars(query))
    links = scan.speakers_to_notify(event, programme.document(event))
    attendee_notices.enqueue_changes(event.id, registrations, at_once=True)
    speaker_notices.enqueue_changes(event.id, links, at_once=True)
    return len(registrations) + len(links)


def send_now(event: Event) -> None:
    """End the debounce window, because the team has finished its changes."""
    pending.send_now(topic_of(event))


def mark_as_notified(event: Event) -> None:
    """Send no e-mails about these changes: the current facts count as sent.

    What a recipient was never sent, such as a seat in a session they have just taken, stays pending.
    """
    done = []
    for recipient in pending.waiting_recipients(topic_of(event)):
        kind, _colon, number = recipient.partition(":")
        if kind == attendee_notices.RECIPIENT:
            registration = db.session.get(Registration, int(number))
            marked = registration is None or attendees.mark_as_notified(registration)
        else:
            link = db.session.get(SpeakerLink, int(number))
            marked = link is None or speakers.mark_as_notified(link)
        if marked:
            done.append(recipient)
    pending.forget_changes(topic_of(event), done)
