"""Questions to the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from eventapp.core.db import db
from eventapp.mail.models import Mail, MailStatus


def of_topic(topic: str, *, limit: int = 100, offset: int = 0) -> list[Mail]:
    """Letters of a topic, newest first."""
    query = select(Mail).where(Mail.topic == topic).order_by(Mail.id.desc()).limit(limit).offset(offset)
    return list(db.session.scalars(query))


def by_id(number: int) -> Mail | None:
    """One letter."""
    return db.session.get(Mail, number)


def numbers_of_topic(topic: str) -> dict[MailStatus, int]:
    """How many letters of a topic are in which state."""
    query = select(Mail.status, func.count()).where(Mail.topic == topic).group_by(Mail.status)
    return {status: number for status, number in db.session.execute(query)}


def waiting() -> tuple[int, datetime | None]:
    """How many letters are not sent yet, and when the oldest of them was written."""
    query = select(func.count(), func.min(Mail.created_at)).where(Mail.status == MailStatus.QUEUED)
    number, oldest = db.session.execute(query).one()
    return number, oldest


def given_up() -> int:
    """How many letters were given up after more than one try: a server is at fault, and not an address."""
    query = select(func.count()).where(Mail.status == MailStatus.FAILED, Mail.attempts > 1)
    return db.session.scalar(query) or 0
