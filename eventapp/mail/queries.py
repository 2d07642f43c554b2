"""Queries on the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db
from eventapp.mail.models import Email, EmailStatus, UndeliverableAddress


def in_families(kind: Any, families: Iterable[str]) -> ColumnElement[bool]:
    """Whether a kind, such as `registration.link`, belongs to one of the families ("registration")."""
    return or_(false(), *[kind.startswith(f"{family}.", autoescape=True) for family in families])


def among(topic: str, families: Iterable[str]) -> ColumnElement[bool]:
    """The condition for e-mails of a topic and one of the families of kinds."""
    return and_(Email.topic == topic, in_families(Email.kind, families))


@dataclass(frozen=True)
class LogFilter:
    """Which e-mails a log shows: of a status, a family of kinds, a batch, to an address that contains a text."""

    status: EmailStatus | None = None
    family: str = ""
    batch: str = ""
    address: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions that are set."""
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(Email.status == self.status)
        if self.family:
            found.append(in_families(Email.kind, [self.family]))
        if self.batch:
            found.append(Email.batch == self.batch)
        if self.address:
            found.append(func.lower(Email.to).contains(self.address.lower(), autoescape=True))
        return found


EVERYTHING = LogFilter()


def of_topic(
    topic: str, *, families: Iterable[str], which: LogFilter = EVERYTHING, limit: int = 100, offset: int = 0
) -> list[Email]:
    """E-mails of a topic and these families of kinds, newest first."""
    query = select(Email).where(among(topic, families), *which.conditions())
    return list(db.session.scalars(query.order_by(Email.id.desc()).limit(limit).offset(offset)))


def undeliverable(addresses: Iterable[str]) -> dict[str, str]:
    """Those of these addresses that their server does not know, as {mailbox key: reason}."""
    table = UndeliverableAddress
    query = select(table.key, table.reason).where(table.key.in_({mailbox_key(one) for one in addresses if one}))
    return {key: reason for key, reason in db.session.execute(query)}


def one_of_topic(topic: str, number: int, *, families: Iterable[str]) -> Email | None:
    """One e-mail, if it belongs to the topic and the families."""
    return db.session.scalar(select(Email).where(Email.id == number, among(topic, families)))


def numbers_of_topic(topic: str, *, families: Iterable[str], which: LogFilter = EVERYTHING) -> dict[EmailStatus, int]:
    """The number of e-mails of a topic and these families per status."""
    query = select(Email.status, func.count()).where(among(topic, families), *which.conditions())
    query = query.group_by(Email.status)
    return {status: number for status, number in db.session.execute(query)}


def waiting() -> tuple[int, datetime | None]:
    """The number of unsent e-mails, and when the oldest of them was written."""
    query = select(func.count(), func.min(Email.created_at)).where(Email.status == EmailStatus.QUEUED)
    number, oldest = db.session.execute(query).one()
    return number, oldest


def given_up() -> int:
    """The number of e-mails given up after more than one attempt, which points to a server problem, not a bad
    address.
    """
    query = select(func.count()).where(Email.status == EmailStatus.FAILED, Email.attempts > 1)
    return db.session.scalar(query) or 0
