"""What the clock does with mail: deliver what is due."""

from __future__ import annotations

import logging
import smtplib
from email.errors import MessageError
from urllib.parse import unquote, urlsplit

from eventapp.core.db import db, transaction
from eventapp.mail import message, operations
from eventapp.mail.models import Mail, MailStatus

log = logging.getLogger("eventapp.mail")


def connect(url: str) -> smtplib.SMTP:
    """An open connection to `smtp://user:pass@host:port` or `smtps://…`; STARTTLS is used where it is offered."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=20)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def deliver_due(mail_url: str | None, sender: str) -> int:
    """Send what is due and return how many were sent. Without a server the letters stay in the outbox.

    A letter is marked sent only after the server took it: a crash in between sends it twice, never not at all.
    No transaction is open while we talk to the server: SQLite has one write lock, and a slow server must not hold it.
    """
    if not mail_url:
        return 0
    with transaction():
        ids = operations.take()
    if not ids:
        return 0
    sent = 0
    server: smtplib.SMTP | None = None
    for number in ids:
        letter = db.session.get(Mail, number)
        if letter is None or letter.status != MailStatus.QUEUED:
            continue
        try:
            ready = message.build(letter, sender=sender)
        except (ValueError, IndexError, MessageError) as error:
            # An address that is none must not hold up the letters behind it.
            _failed(number, f"cannot be written: {type(error).__name__}", for_good=True)
            continue
        db.session.rollback()
        try:
            server = server or connect(mail_url)
            server.send_message(ready)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            _failed(number, f"recipient refused ({code})", for_good=code >= 500)
        except (OSError, smtplib.SMTPException) as error:
            # The text of an SMTP error may quote the address: the outbox may show it, the log may not.
            log.warning("mail not sent: %s", type(error).__name__, extra={"facts": {"mail": number}})
            _failed(number, str(error) or type(error).__name__)
            server = None
        else:
            with transaction():
                operations.mark_sent(db.session.get_one(Mail, number))
            sent += 1
    if server is not None:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            log.info("mail server closed the connection early")
    return sent


def _failed(number: int, reason: str, *, for_good: bool = False) -> None:
    with transaction():
        operations.mark_failed(db.session.get_one(Mail, number), reason, for_good=for_good)
