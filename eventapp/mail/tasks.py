"""Scheduled delivery of due e-mails."""

from __future__ import annotations

import logging
import smtplib
import threading
from concurrent.futures import ThreadPoolExecutor
from email.errors import MessageError
from time import monotonic

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.outages import cause_of
from eventapp.core.running import here
from eventapp.core.statements import QuickRead
from eventapp.mail import message, operations, plain, rules
from eventapp.mail.connection import connect
from eventapp.mail.models import Email, EmailStatus
from eventapp.mail.pictures import MARK, InlinePicture, PictureOf, no_picture

log = logging.getLogger("eventapp.mail")


# Connections at a time. A server far away takes a tenth of a second for each e-mail; some servers allow three.
CONNECTIONS = 3

# For how long one run starts on new e-mails: a worker that is asked to stop waits for it.
SECONDS = 5


def deliver_due(
    mail_url: str | None, sender: str, *, seconds: float = SECONDS, picture_of: PictureOf = no_picture
) -> int:
    """Send due e-mails and return how many were sent. Without a server they stay in the outbox.

    `picture_of` finds the picture of e-mails of a topic: higher features have them.

    Continues for this many seconds, over several connections if many e-mails are due.
    """
    if not mail_url:
        return 0
    many = operations.number_due(at_most=CONNECTIONS * operations.LEASED) // operations.LEASED
    db.session.rollback()
    if many < 2:
        return _deliver(mail_url, sender, seconds=seconds, picture_of=picture_of)

    @here
    def deliver(_number: int) -> int:
        return _deliver(mail_url, sender, seconds=seconds, picture_of=picture_of)

    with ThreadPoolExecutor(many, thread_name_prefix="mail") as pool:
        return sum(pool.map(deliver, range(many)))


def _deliver(mail_url: str, sender: str, *, seconds: float, picture_of: PictureOf) -> int:
    """Send due e-mails over one connection, and try at least one.

    An e-mail is marked as sent only after the server has accepted it: after a crash in between it is sent twice rather
    than not at all.
    """
    end = monotonic() + seconds
    post = _Post(mail_url, sender, picture_of)
    sent = 0
    with _Lease() as lease:
        try:
            while lease.emails or (lease.take() and post.load(lease.emails)):
                number = lease.emails[0]
                sent += post.send(number)
                lease.emails.remove(number)
                if monotonic() >= end or (post.away and not lease.emails):
                    break
        finally:
            post.close()
    return sent


class _Lease:
    """E-mails that this worker has taken. The lease is renewed while the worker lives; what is left is returned.

    If a worker dies, another one takes over its e-mails a short while later, but a living worker may wait as long as a
    slow server needs.
    """

    def __init__(self) -> None:
        self.emails: list[int] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=here(self._renew), name="lease", daemon=True)

    def __enter__(self) -> _Lease:
        return self

    def take(self) -> bool:
        """Take due e-mails; False if there are none."""
        with transaction():
            self.emails = operations.take()
        if self.emails and not self._thread.is_alive():
            self._thread.start()
        return bool(self.emails)

    def _renew(self) -> None:
        while not self._ended.wait(operations.HOLD.total_seconds() / 3):
            try:
                with transaction():
                    operations.hold(list(self.emails))
            except SQLAlchemyError as error:
                log.warning("emails not held on to", extra={"facts": {"cause": cause_of(error)}})
            finally:
                db.session.remove()  # nothing waits in a transaction until the next time

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self.emails:
            with transaction():
                operations.let_go(self.emails)


_status = QuickRead(select(Email.status).where(Email.id == bindparam("number", 0)))


class _Post:
    """The connection to the mail server: opened when first needed, and again after a failure.

    No transaction is open while we talk to the server: SQLite has one write lock, and a slow server must not hold it.
    `away` is the reason why the server can't be reached at all; the remaining e-mails are then not tried.
    """

    def __init__(self, url: str, sender: str, picture_of: PictureOf) -> None:
        self._url = url
        self._sender = sender
        self._picture_of = picture_of
        # By topic and language: a run takes seconds, so a logo that is removed is soon in no e-mail any more.
        self._pictures: dict[tuple[str, str], InlinePicture | None] = {}
        self._server: smtplib.SMTP | None = None
        self._loaded: dict[int, Email] = {}
        self.away = ""

    def load(self, numbers: list[int]) -> bool:
        """Read these e-mails, all at once; what they say does not change any more."""
        query = select(Email).where(Email.id.in_(numbers)).options(selectinload(Email.calendars))
        with Session(db.engine) as session:
            self._loaded = {email.id: email for email in session.scalars(query)}
            session.expunge_all()
        wanted = {(email.topic, email.language) for email in self._loaded.values() if MARK in email.html}
        for topic, language in wanted - self._pictures.keys():
            self._pictures[topic, language] = self._picture_of(topic, language)
        db.session.rollback()
        return True

    def _written(self, email: Email) -> bytes:
        picture = self._pictures.get((email.topic, email.language))
        ready = plain.written(email, sender=self._sender, picture=picture)
        return ready or message.build(email, sender=self._sender, picture=picture).as_bytes()

    def send(self, number: int) -> bool:
        """Send one e-mail and record the result; returns whether it was sent."""
        email = self._loaded.get(number)
        if email is None or _status.row(number=number) != (EmailStatus.QUEUED,):  # it was deleted or stopped
            return False
        if email.useful_until is not None and email.useful_until < clock.now():
            with transaction():
                operations.stop(Email.id == number)  # it would come too late
            return False
        try:
            ready = self._written(email)
            parties = plain.mailbox(self._sender), plain.mailbox(email.to)
        except (ValueError, IndexError, MessageError) as error:
            # An invalid address must not hold up the e-mails behind it.
            _failed(number, f"cannot be written: {type(error).__name__}", for_good=True)
            return False
        if not self._connected(number):
            _failed(number, self.away)
            return False
        try:
            self._open().sendmail(*parties, ready)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            answer = rules.answer(code, said)
            unknown = rules.names_no_mailbox(code, answer)
            _failed(number, f"recipient refused ({code}): {answer}", for_good=code >= 500, unknown=unknown)
            if code == 421:  # the server closes the connection, and so does smtplib (RFC 5321 §3.8)
                self._drop()
        except (OSError, smtplib.SMTPException) as error:
            _failed(number, _noted(number, error))
            self._drop()
        else:
            with transaction():
                operations.mark_sent(number)
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
        """Discard a broken connection: the next e-mail opens another."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def close(self) -> None:
        """Close the connection properly if it is still open."""
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                log.info("mail server closed the connection early")


def _noted(number: int, error: Exception) -> str:
    """A description of the error. The text of an SMTP error may quote the address: the outbox may show it, the log may
    not.
    """
    log.warning("mail not sent: %s", type(error).__name__, extra={"facts": {"mail": number}})
    return str(error) or type(error).__name__


def _failed(number: int, reason: str, *, for_good: bool = False, unknown: bool = False) -> None:
    with transaction():
        email = db.session.get_one(Email, number)
        operations.mark_failed(email, reason, for_good=for_good)
        if unknown:
            operations.mark_address(email.to, reason)
