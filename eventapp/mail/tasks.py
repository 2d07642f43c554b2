"""What the clock does with mail: deliver what is due."""

from __future__ import annotations

import logging
import smtplib
import threading
from email.errors import MessageError
from time import monotonic

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from eventapp.core.db import db, transaction
from eventapp.core.outages import cause_of
from eventapp.mail import message, operations
from eventapp.mail.connection import connect
from eventapp.mail.models import Email, EmailStatus

log = logging.getLogger("eventapp.mail")


# How long one sweep goes on beginning with emails: a worker that is asked to stop waits for it.
SECONDS = 5


def deliver_due(mail_url: str | None, sender: str, *, seconds: float = SECONDS) -> int:
    """Send what is due and return how many were sent. Without a server the emails stay in the outbox.

    Goes on for so many seconds, over one connection, and at least for one email. An e-mail is marked sent only after
    the server took it: a crash in between sends it twice, never not at all.
    """
    if not mail_url:
        return 0
    end = monotonic() + seconds
    post = _Post(mail_url, sender)
    sent = 0
    with _Lease() as lease:
        try:
            while lease.emails or lease.take():
                number = lease.emails[0]
                sent += post.send(number)
                lease.emails.remove(number)
                if monotonic() >= end or (post.away and not lease.emails):
                    break
        finally:
            post.close()
    return sent


class _Lease:
    """E-mails that this worker has taken. It says so again and again while it lives; what is left is given back.

    A worker that dies says nothing more, and another one takes its emails a short while later, however long a slow
    server may keep a worker waiting that lives.
    """

    def __init__(self) -> None:
        self.emails: list[int] = []
        self._ended = threading.Event()
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._renew, args=(app,), name="lease", daemon=True)

    def __enter__(self) -> _Lease:
        return self

    def take(self) -> bool:
        """Take e-mails that are due; False if there are none."""
        with transaction():
            self.emails = operations.take()
        if self.emails and not self._thread.is_alive():
            self._thread.start()
        return bool(self.emails)

    def _renew(self, app: Flask) -> None:
        while not self._ended.wait(operations.HOLD.total_seconds() / 3):
            with app.app_context():
                try:
                    with transaction():
                        operations.hold(list(self.emails))
                except SQLAlchemyError as error:
                    log.warning("emails not held on to", extra={"facts": {"cause": cause_of(error)}})

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self.emails:
            with transaction():
                operations.let_go(self.emails)


class _Post:
    """The way to the mail server: opened when first needed, and again when it broke.

    No transaction is open while we talk to the server: SQLite has one write lock, and a slow server must not hold it.
    `away`, once it does not answer at all: then no other email waits for that.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._url = url
        self._sender = sender
        self._server: smtplib.SMTP | None = None
        self.away = ""

    def send(self, number: int) -> bool:
        """Send one email and note what became of it; whether it was sent."""
        email = db.session.get(Email, number)
        if email is None or email.status != EmailStatus.QUEUED:
            return False
        try:
            ready = message.build(email, sender=self._sender)
        except (ValueError, IndexError, MessageError) as error:
            # An address that is none must not hold up the emails behind it.
            _failed(number, f"cannot be written: {type(error).__name__}", for_good=True)
            return False
        db.session.rollback()
        if not self._connected(number):
            _failed(number, self.away)
            return False
        try:
            self._open().send_message(ready)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            _failed(number, f"recipient refused ({code})", for_good=code >= 500)
            if code == 421:  # the server says goodbye, and smtplib has hung up (RFC 5321 §3.8)
                self._drop()
        except (OSError, smtplib.SMTPException) as error:
            _failed(number, _noted(number, error))
            self._drop()
        else:
            with transaction():
                operations.mark_sent(db.session.get_one(Email, number))
            return True
        return False

    def _connected(self, number: int) -> bool:
        try:
            if not self.away:
                self._open()
        except (OSError, smtplib.SMTPException) as error:
            self.away = _noted(number, error)
        return not self.away

    def _open(self) -> smtplib.SMTP:
        self._server = self._server or connect(self._url)
        return self._server

    def _drop(self) -> None:
        """Forget a connection that is of no use any more: the next email opens another."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                log.info("mail server closed the connection early")


def _noted(number: int, error: Exception) -> str:
    """What went wrong. The text of an SMTP error may quote the address: the outbox may show it, the log may not."""
    log.warning("mail not sent: %s", type(error).__name__, extra={"facts": {"mail": number}})
    return str(error) or type(error).__name__


def _failed(number: int, reason: str, *, for_good: bool = False) -> None:
    with transaction():
        operations.mark_failed(db.session.get_one(Email, number), reason, for_good=for_good)
