"""What the clock does with mail: deliver what is due."""

from __future__ import annotations

import logging
import smtplib
from email.errors import MessageError
from time import monotonic
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


# How long one sweep may go on: the worker's other sweeps wait for it, and the letters it holds must go back in time.
SECONDS = 10


def deliver_due(mail_url: str | None, sender: str, *, seconds: float = SECONDS) -> int:
    """Send what is due and return how many were sent. Without a server the letters stay in the outbox.

    Goes on for so many seconds, over one connection, and at least for one letter. A letter is marked sent only after
    the server took it: a crash in between sends it twice, never not at all.
    """
    if not mail_url:
        return 0
    end = monotonic() + seconds
    post = _Post(mail_url, sender)
    sent = 0
    held: list[int] = []
    try:
        while held := held or _take():
            sent += post.send(held.pop(0))
            if monotonic() >= end or (post.away and not held):
                break
    finally:
        post.close()
    if held:
        with transaction():
            operations.let_go(held)
    return sent


def _take() -> list[int]:
    with transaction():
        return operations.take()


class _Post:
    """The way to the mail server: opened when first needed, and again when it broke.

    No transaction is open while we talk to the server: SQLite has one write lock, and a slow server must not hold it.
    `away`, once it does not answer at all: then no other letter waits for that.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._url = url
        self._sender = sender
        self._server: smtplib.SMTP | None = None
        self.away = ""

    def send(self, number: int) -> bool:
        """Send one letter and note what became of it; whether it was sent."""
        letter = db.session.get(Mail, number)
        if letter is None or letter.status != MailStatus.QUEUED:
            return False
        try:
            ready = message.build(letter, sender=self._sender)
        except (ValueError, IndexError, MessageError) as error:
            # An address that is none must not hold up the letters behind it.
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
                operations.mark_sent(db.session.get_one(Mail, number))
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
        """Forget a connection that is of no use any more: the next letter opens another."""
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
        operations.mark_failed(db.session.get_one(Mail, number), reason, for_good=for_good)
