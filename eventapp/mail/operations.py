"""Queue e-mails in the outbox, take due ones, and record the result."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, bindparam, delete, func, or_, select, update

from eventapp.core import budgets, clock
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import Moment, db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.statements import QuickWrite
from eventapp.mail.models import Email, EmailCalendar, EmailStatus, UndeliverableAddress
from eventapp.mail.queries import among

# E-mails per mailbox and hour that people without a login can cause. E-mails sent by the team are not counted.
EMAILS_AN_HOUR = 10
# How long a worker's lease on an e-mail lasts unless it is renewed.
HOLD = timedelta(seconds=45)
# The wait after each failed attempt; after the last one the e-mail is given up and shown to the organizer. At most a
# quarter of an hour in the first five hours, then hourly, for three days in all: a server that is repaired after a
# weekend still gets its e-mails (RFC 5321 §4.5.4.1 asks for four to five days, which is longer than many events).
WAITS = [timedelta(minutes=m) for m in (1, 5, 10, *[15] * 20, *[60] * 67)]


class TooManyEmails(Refused):
    """A mailbox has reached its hourly limit of e-mails caused by people without a login."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "We have already sent several e-mails to this address in the last hour, so we did not send "
                "another one. Check your inbox, or try again in an hour."
            ),
            field="email",
        )


def may_email(address: str) -> bool:
    """Count an e-mail caused by somebody without a login. False if the mailbox has reached its hourly limit."""
    return budgets.take("e-mails", mailbox_key(address), limit=EMAILS_AN_HOUR)


@dataclass(frozen=True)
class CalendarFile:
    """A calendar attached to an e-mail: `method` is that of its content, such as REQUEST or CANCEL."""

    name: str
    method: str
    content: bytes


def enqueue(*, to: str, subject: str, text: str, kind: str, **more: Any) -> Email:
    """Queue an e-mail, to be sent once the current transaction has committed; arguments as in `outgoing`."""
    email = outgoing(to=to, subject=subject, text=text, kind=kind, **more)
    db.session.add(email)
    db.session.flush()
    return email


def outgoing(
    *,
    to: str,
    subject: str,
    text: str,
    kind: str,
    topic: str = "",
    html: str = "",
    language: str = "en",
    calendars: Sequence[CalendarFile] = (),
    sender_name: str = "",
    reply_to: str = "",
    unsubscribe_url: str = "",
    batch: str = "",
) -> Email:
    """An e-mail for the outbox, which the caller adds to the session. One with a `batch` is sent after all others."""
    return Email(
        to=to,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
        kind=kind,
        topic=topic,
        language=language,
        sender_name=sender_name,
        reply_to=reply_to,
        unsubscribe_url=unsubscribe_url,
        batch=batch,
        bulk=bool(batch),
        domain=mailbox_key(to).rpartition("@")[2] if batch else "",
        message_id=f"<{uuid.uuid4()}@eventapp>",
        calendars=[
            EmailCalendar(position=place, name=file.name, method=file.method, content=file.content)
            for place, file in enumerate(calendars)
        ],
    )


# E-mails that a worker leases at a time.
LEASED = 20


def _is_due(now: datetime) -> ColumnElement[bool]:
    free = or_(Email.held_until.is_(None), Email.held_until < now)
    return and_(Email.status == EmailStatus.QUEUED, Email.due_at <= now, free)


def number_due(*, at_most: int) -> int:
    """The number of e-mails that are due and not leased, counted up to `at_most`."""
    due = select(Email.id).where(_is_due(clock.now())).limit(at_most).subquery()
    return db.session.scalar(select(func.count()).select_from(due)) or 0


def take(limit: int = LEASED) -> list[int]:
    """Lease due e-mails to this worker and return their ids; two workers never get the same one."""
    now = clock.now()
    due = (
        select(Email.id)
        .where(_is_due(now))
        .order_by(Email.bulk, Email.due_at, Email.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.session.scalars(due))
    if ids:
        db.session.execute(update(Email).where(Email.id.in_(ids)).values(held_until=now + HOLD))
    return ids


def hold(ids: list[int]) -> None:
    """Renew the lease on e-mails."""
    still = update(Email).where(Email.id.in_(ids), Email.held_until.is_not(None))
    db.session.execute(still.values(held_until=clock.now() + HOLD))


def let_go(ids: list[int]) -> None:
    """Return e-mails that were leased but not tried: they are due as before."""
    db.session.execute(update(Email).where(Email.id.in_(ids)).values(held_until=None))


def mark_sent(number: int) -> None:
    """Record that the server has accepted an e-mail, by its id."""
    _sent.row(number=number, moment=clock.now())


_sent = QuickWrite(
    lambda insert: (
        update(Email)
        .where(Email.id == bindparam("number", 0))
        .values(
            status=EmailStatus.SENT, sent_at=bindparam("moment", None, type_=Moment()), held_until=None, last_error=""
        )
    )
)


def mark_failed(email: Email, reason: str, *, for_good: bool = False) -> None:
    """Record that the server refused or was not reachable: schedule another attempt, or give up."""
    email.attempts += 1
    email.held_until = None
    email.last_error = reason[:300]
    if for_good or email.attempts > len(WAITS):
        email.status = EmailStatus.FAILED
    else:
        email.due_at = clock.now() + WAITS[email.attempts - 1]
    db.session.flush()


def mark_address(address: str, reason: str) -> None:
    """Record that the recipient's server does not know an address: no announcements go there."""
    db.session.merge(UndeliverableAddress(key=mailbox_key(address), reason=reason[:300], at=clock.now()))
    db.session.flush()


def trust_address(address: str) -> None:
    """Forget that an address was unknown, because somebody wants to try again."""
    db.session.execute(delete(UndeliverableAddress).where(UndeliverableAddress.key == mailbox_key(address)))


def retry(email: Email) -> None:
    """Queue an e-mail again that was given up or stopped."""
    trust_address(email.to)
    email.status = EmailStatus.QUEUED
    email.attempts = 0
    email.useful_until = None
    email.due_at = clock.now()
    db.session.flush()


def retry_all(topic: str, *, families: Iterable[str]) -> int:
    """Queue all given-up e-mails of a topic and these families again and return their number."""
    given_up = update(Email).where(among(topic, families), Email.status == EmailStatus.FAILED)
    again = given_up.values(status=EmailStatus.QUEUED, attempts=0, due_at=clock.now())
    again = again.execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(again)).rowcount


def stop(*which: ColumnElement[bool]) -> int:
    """Send no more of these e-mails; returns how many. One that a server is just accepting is still recorded as
    sent.
    """
    waiting = update(Email).where(Email.status == EmailStatus.QUEUED, *which)
    stopped = waiting.values(status=EmailStatus.STOPPED, held_until=None).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(stopped)).rowcount


def forget(topic: str, *, containing: str) -> None:
    """Delete the e-mails of a topic that contain a text, such as a private link, whether or not they were sent."""
    holds = Email.text.contains(containing, autoescape=True)
    db.session.execute(delete(Email).where(Email.topic == topic, holds).execution_options(synchronize_session=False))


def forget_recipient(topic: str, address: str, *, family: str) -> None:
    """Delete the e-mails of a topic and a family of kinds to an address, in any case, whether or not they were sent."""
    to = func.lower(Email.to) == address.lower()
    db.session.execute(delete(Email).where(among(topic, [family]), to).execution_options(synchronize_session=False))
