"""Scheduled work: writes the e-mails of due notifications."""

from __future__ import annotations

import logging
import traceback

from eventapp.core.db import db, transaction
from eventapp.core.outages import cause_of
from eventapp.mail import pending
from eventapp.mail.models import PendingNotification
from eventapp.notifications.compose import compose, lock_recipient

log = logging.getLogger("eventapp.notifications")


def send_due(*, limit: int = 200) -> int:
    """Put the e-mails of due notifications into the outbox, each in its own transaction. Returns their number."""
    return sum(_send_or_postpone(number) for number in pending.due(limit=limit))


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
