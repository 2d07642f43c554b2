"""What the worker does: write the e-mails that are due."""

from __future__ import annotations

import logging
import traceback

from sqlalchemy.exc import SQLAlchemyError

from eventapp.core.db import db, transaction
from eventapp.mail import pending
from eventapp.mail.models import PendingNotification
from eventapp.notifications.compose import compose

log = logging.getLogger("eventapp.notifications")


def send_due(*, limit: int = 200) -> int:
    """Put the e-mails of due notifications into the outbox, each in its own transaction. Returns their number."""
    return sum(_send_or_postpone(number) for number in pending.due(limit=limit))


def _send_or_postpone(number: int) -> bool:
    """A notification that can't be written must not keep the others waiting."""
    try:
        return send_one(number)
    except SQLAlchemyError:
        raise
    except Exception as error:
        # Where it failed, and not what it says: a message may quote a name or an e-mail address.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        facts = {"notification": number, "error": type(error).__name__, "at": f"{frame.name}:{frame.lineno}"}
        log.error("notification not written", extra={"facts": facts})
        with transaction():
            pending.postpone(number)
        return False


def send_one(number: int) -> bool:
    """Compare and render without a lock, then store the e-mail and what it says in one small transaction.

    If an operation has replaced the notification meanwhile, or another worker has taken it, nothing is stored: what
    replaced it is due again.
    """
    db.session.rollback()
    row = db.session.get(PendingNotification, number, populate_existing=True)
    if row is None:
        return False
    try:
        email = compose(row)
        with db.session.no_autoflush:
            if not pending.take(row):
                return False
        if email is not None:
            email.deliver()
        db.session.commit()
        return email is not None
    finally:
        db.session.rollback()
