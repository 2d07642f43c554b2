"""Scheduled work: writes the e-mails of due notifications, and reminders."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from eventapp.core.db import db, transaction
from eventapp.core.outages import cause_of
from eventapp.core.parts import in_parts
from eventapp.mail import paces, pending
from eventapp.mail.models import PendingNotification
from eventapp.notifications import preloaded, reminders
from eventapp.notifications.compose import compose, lock_attendees, lock_recipient
from eventapp.notifications.reminders import DueReminder
from eventapp.registration.models import Registration
from eventapp.registration.notices import RECIPIENT

log = logging.getLogger("eventapp.notifications")


# E-mails that are composed together: what they have in common is read and stored with one statement.
BATCH = 25


def send_due(*, limit: int = 500) -> int:
    """Put the e-mails of due notifications into the outbox; returns their number.

    Those to attendees are composed in batches. Whatever is in the way of a batch, each of its notifications then has
    its own transaction, as all others have.
    """
    due = pending.due(limit=limit)
    number = 0
    for numbers in in_parts(due, BATCH):
        done, sent = _send_together(numbers) if len(numbers) > 1 else (set(), 0)
        number += sent + sum(_send_or_postpone(one) for one in numbers if one not in done)
    return number


def _send_together(numbers: Sequence[int]) -> tuple[set[int], int]:
    """Send the e-mails to attendees, in one transaction. Returns the notifications that are done, and how many were
    written; nothing is done if one of them fails, or somebody else works on one.
    """
    db.session.rollback()
    try:
        rows = _of_attendees(pending.by_ids(numbers))
        with preloaded.registrations(list(rows)):
            emails = [compose(row, read=False) for row in rows.values()]
        written = [email for email in emails if email is not None]
        with db.session.no_autoflush:
            if not lock_attendees(list(rows)) or not pending.take_all(rows.values()):
                return set(), 0
        done = {row.id for row in rows.values()}
        db.session.add_all(email.outgoing() for email in written)
        db.session.commit()
        return done, len(written)
    except Exception:
        return set(), 0  # the one that is at fault is found when each is tried on its own
    finally:
        db.session.rollback()


def _of_attendees(rows: list[PendingNotification]) -> dict[int, PendingNotification]:
    """The notifications of attendees by the id of the registration: the first one of each."""
    found: dict[int, PendingNotification] = {}
    for row in rows:
        kind, _colon, number = row.recipient.partition(":")
        if kind == RECIPIENT:
            found.setdefault(int(number), row)
    return found


def _send_or_postpone(number: int) -> bool:
    """Send or postpone a notification, so that one that can't be written does not block the others."""
    try:
        return send_one(number)
    except Exception as error:
        if cause_of(error) is not None:  # the database is unavailable, so the others can't be written either
            raise
        # Log where it failed but not the message, which may quote a name or an e-mail address.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        facts = {"notification": number, "error": type(error).__name__, "at": f"{frame.name}:{frame.lineno}"}
        log.error("notification not written", extra={"facts": facts})
        with transaction():
            pending.postpone(number)
        return False


def send_one(number: int) -> bool:
    """Compare and render without a lock, then store the e-mail and the SentInvitation rows in one small transaction.

    If the notification has been replaced or taken by another worker meanwhile, nothing is stored: its replacement is
    due again.
    """
    db.session.rollback()
    row = db.session.get(PendingNotification, number, populate_existing=True)
    if row is None:
        return False
    try:
        email = compose(row)
        with db.session.no_autoflush:
            # In the order of the operations, which lock a recipient and then add a notification: no deadlock.
            lock_recipient(row)
            if not pending.take(row):
                return False
        if email is not None:
            email.deliver()
        db.session.commit()
        return email is not None
    finally:
        db.session.rollback()


# Reminders that one run writes at most, so that confirmations in between are not late.
REMINDERS = 500


def send_reminders() -> int:
    """Write the reminders that are due, each to each attendee once; returns their number."""
    number = 0
    due = reminders.due()
    db.session.rollback()
    for reminder in due:
        while number < REMINDERS and (people := reminders.recipients(reminder, limit=BATCH)):
            written = _remind(people, reminder)
            if written is None:  # somebody else works on them
                break
            number += written
    return number


def _remind(numbers: list[int], reminder: DueReminder) -> int | None:
    """Write to these registrations. E-mails, and the rows that say so, are stored together or not at all."""
    db.session.rollback()
    try:
        with preloaded.registrations(numbers):
            people = [db.session.get_one(Registration, number) for number in numbers]
            written = [reminders.write(one, reminder).outgoing() for one in people]
        for email in written:
            email.useful_until = reminder.useful_until
        with db.session.no_autoflush:
            if not reminders.lock(numbers, reminder):
                return None
        paces.spread(written)
        db.session.add_all([*reminders.record(numbers, reminder), *written])
        db.session.commit()
        return len(written)
    except IntegrityError:
        return None
    finally:
        db.session.rollback()
