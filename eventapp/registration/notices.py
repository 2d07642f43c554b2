"""Pending notifications of attendees: operations record what has happened, the worker writes the e-mail."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from eventapp.core import budgets
from eventapp.core.addresses import mailbox_key
from eventapp.mail import pending
from eventapp.registration import queries
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import Notice

RECIPIENT = "registration"
# Somebody who asks for the private links of an e-mail address, whether or not it is registered.
LOST_LINK = "lost_link"


def notify(registration: Registration, notice: Notice, *, reason: str = "") -> None:
    """Notify the attendee of an action as soon as this transaction has committed, if there is an e-mail address.

    The e-mail gives the `reason` of the team's decision, if there is one.
    """
    if registration.generated or not registration.email:
        return
    pending.enqueue(
        pending.recipient_key(RECIPIENT, registration.id),
        f"{RECIPIENT}.{notice}",
        topic=f"event:{registration.event_id}",
        data={"reason": reason} if reason else None,
    )


def ask_for_link(event_id: int, email: str) -> None:
    """Have the worker e-mail the private links to an address, if it is registered."""
    whom = budgets.digest(f"lost link {event_id}", mailbox_key(email))
    topic = f"event:{event_id}"
    pending.enqueue(f"{LOST_LINK}:{whom}", f"{LOST_LINK}.asked", topic=topic, data={"event": event_id, "email": email})


def notify_address(registration: Registration, notice: Notice, *, to: str, key: str = "") -> None:
    """Write about a change of the e-mail address: to the new one, with the `key` to confirm it, or to the old one."""
    if registration.generated or not to:
        return
    pending.enqueue(
        pending.recipient_key(RECIPIENT, registration.id),
        f"{RECIPIENT}.{notice}",
        topic=f"event:{registration.event_id}",
        slot=notice,
        data={"to": to, "key": key},
    )


def notify_of_changes(registration: Registration) -> None:
    """Notify the attendee of changes to their calendar entry, after the debounce window."""
    if registration.email:
        enqueue_changes(registration.event_id, [registration.id])


def notify_all_with(option: AttendanceOption) -> None:
    """Notify everybody with this option of changes."""
    _enqueue_all(option.event_id, Registration.option_id == option.id)


def notify_everybody(event_id: int) -> int:
    """Notify everybody who is coming or waiting of a change, at once. Returns how many."""
    return _enqueue_all(event_id, Registration.event_id == event_id, at_once=True)


def _enqueue_all(event_id: int, condition: ColumnElement[bool], *, at_once: bool = False) -> int:
    query = select(Registration.id).where(condition, queries.ACTIVE_AND_EMAILED)
    return pending.enqueue_changes_of(query, RECIPIENT, RECIPIENT, topic=f"event:{event_id}", at_once=at_once)


def enqueue_changes(event_id: int, registrations: Iterable[int], *, at_once: bool = False) -> None:
    """Have the worker compare the facts of these registrations, by id, with what was last sent."""
    recipients = [pending.recipient_key(RECIPIENT, number) for number in registrations]
    pending.enqueue_changes(recipients, RECIPIENT, topic=f"event:{event_id}", at_once=at_once)
