"""The outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

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
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    calendar_name: Mapped[str] = mapped_column(default="event.ics")
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[MailStatus] = mapped_column(default=MailStatus.QUEUED)
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # A worker that takes a letter holds it until then; one that dies gives it back by the passing of time.
    held_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
