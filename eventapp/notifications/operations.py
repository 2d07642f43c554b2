"""The team's decisions about pending notifications, and notifications to everybody."""

from __future__ import annotations

from collections.abc import Iterable

from eventapp.events.models import Event
from eventapp.mail import pending
from eventapp.notifications import as_sent, scan
from eventapp.notifications.scan import Waiting
from eventapp.programme import queries as programme
from eventapp.proposals import notices as speaker_notices
from eventapp.registration import notices as attendee_notices
from eventapp.registration.queries import lock_options


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
    """Notify every attendee and speaker affected by a change, at once. Returns how many are compared.

    The options are locked first, as by all who change a registration: they and this add rows for the same people, in
    another order, and would wait for each other.
    """
    lock_options(event.id)
    links = scan.speakers_to_notify(event, programme.document(event))
    number = attendee_notices.notify_everybody(event.id)
    speaker_notices.enqueue_changes(event.id, links, at_once=True)
    return number + len(links)


def send_now(event: Event) -> None:
    """End the debounce window, because the team has finished its changes."""
    pending.send_now(topic_of(event))


def mark_as_notified(event: Event) -> None:
    """Send no e-mails about these changes: the current facts count as sent.

    What a recipient was never sent, such as a seat in a session they have just taken, stays pending. So does whatever
    comes while the facts are read and compared, which needs no lock.
    """
    topic = topic_of(event)
    seen = pending.waiting_recipients(topic)
    registrations, links = _numbers(attendee_notices.RECIPIENT, seen), _numbers(speaker_notices.SPEAKER, seen)
    document = programme.document(event)
    found, unsent = as_sent.of_speakers(event, document, links)
    found += as_sent.of_attendees(event, document, registrations)
    unsent |= as_sent.unsent_to_attendees(event, document, registrations)
    waiting = pending.waiting_recipients(topic, lock=True)
    same = {recipient for recipient, version in waiting.items() if seen.get(recipient) == version}
    as_sent.record(found, same)
    pending.forget_changes(topic, same - unsent)


def _numbers(kind: str, recipients: Iterable[str]) -> set[int]:
    """The numbers of the recipients of one kind, by their keys."""
    found = (recipient.partition(":") for recipient in recipients)
    return {int(number) for of_kind, _colon, number in found if of_kind == kind}
