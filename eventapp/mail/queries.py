"""Questions to the outbox."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from eventapp.core import clock
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


def age_of_oldest_due() -> timedelta:
    """How long the oldest due letter has been waiting; zero if none is."""
    query = select(func.min(Mail.due_at)).where(Mail.status == MailStatus.QUEUED, Mail.due_at <= clock.now())
    oldest = db.session.scalar(query)
    return clock.now() - oldest if oldest else timedelta(0)
