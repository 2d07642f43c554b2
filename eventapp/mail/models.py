"""The outbox: rendered e-mails, and notifications that the worker has yet to write."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core.clock import now
from eventapp.core.db import Base


class EmailStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Email(Base):
    """One e-mail. `topic` groups e-mails, for instance `event:7`; this package does not know what it means."""

    __tablename__ = "email"
    __table_args__ = (Index("ix_email_due", "status", "due_at"), Index("ix_email_topic", "topic", "id"))

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
    status: Mapped[EmailStatus] = mapped_column(default=EmailStatus.QUEUED)
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # The lease of the worker that took the e-mail; if that worker dies, the e-mail becomes due when it expires.
    held_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    calendars: Mapped[list[EmailCalendar]] = relationship(
        order_by="EmailCalendar.position", cascade="all, delete-orphan", passive_deletes=True
    )


class EmailCalendar(Base):
    """A calendar file attached to an e-mail. `method` is that of its content (RFC 5546 §1.4)."""

    __tablename__ = "email_calendar"

    email_id: Mapped[int] = mapped_column(ForeignKey("email.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    method: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PendingNotification(Base):
    """An e-mail that the worker has yet to write. The operation that causes it adds the row in its own transaction.

    `recipient` names a row of a higher feature, such as "registration:12". There is one row per recipient and `slot`: a
    later notification replaces an earlier one, because the worker writes what is true when it is due. `version` rises
    with each replacement, so that a worker can tell that the row changed while it rendered, and starts again.
    """

    __tablename__ = "pending_notification"
    __table_args__ = (
        UniqueConstraint("recipient", "slot", name="uq_pending_notification_recipient_slot"),
        Index("ix_pending_notification_due_at", "due_at"),
        Index("ix_pending_notification_topic", "topic"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    slot: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    # What can't be looked up when it is due, such as a text edited by the team.
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
