"""The outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core.clock import now
from eventapp.core.db import Base


class MailStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Mail(Base):
    """One letter. `topic` groups letters, for instance `event:7`, without knowing what it names."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_due", "status", "due_at"), Index("ix_mail_topic", "topic", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    to: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[MailStatus] = mapped_column(default=MailStatus.QUEUED)
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # A worker that takes a letter holds it until then; one that dies gives it back by the passing of time.
    held_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    calendars: Mapped[list[MailCalendar]] = relationship(
        order_by="MailCalendar.position", cascade="all, delete-orphan", passive_deletes=True
    )


class MailCalendar(Base):
    """A calendar file that goes with a letter. `method` is that of its content (RFC 5546 §1.4)."""

    __tablename__ = "mail_calendar"

    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    method: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
