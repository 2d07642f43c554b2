"""Questions to the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from eventapp.core.db import db
from eventapp.mail.models import Mail, MailStatus


def among(topic: str, families: Iterable[str]) -> ColumnElement[bool]:
    """Letters of a topic whose kind, such as `registration.link`, is of one of the families ("registration")."""
    kinds = [Mail.kind.startswith(f"{family}.", autoescape=True) for family in families]
    return and_(Mail.topic == topic, or_(false(), *kinds))


def of_topic(topic: str, *, families: Iterable[str], limit: int = 100, offset: int = 0) -> list[Mail]:
    """Letters of a topic and of these families of kinds, newest first."""
    query = select(Mail).where(among(topic, families)).order_by(Mail.id.desc()).limit(limit).offset(offset)
    return list(db.session.scalars(query))


def one_of_topic(topic: str, number: int, *, families: Iterable[str]) -> Mail | None:
    """One letter, if it is among those of the topic and the families."""
    return db.session.scalar(select(Mail).where(Mail.id == number, among(topic, families)))


def numbers_of_topic(topic: str, *, families: Iterable[str]) -> dict[MailStatus, int]:
    """How many letters of a topic and of these families are in which state."""
    query = select(Mail.status, func.count()).where(among(topic, families)).group_by(Mail.status)
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
