"""The outbox: rendered e-mails, and notifications that the worker has yet to write."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core.clock import now
from eventapp.core.db import Base


class EmailStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    STOPPED = "stopped"


class Email(Base):
    """One e-mail. `topic` groups e-mails, for instance `event:7`; this package does not know what it means."""

    __tablename__ = "email"
    __table_args__ = (
        # Bulk e-mails come last, so that a confirmation does not wait for ten thousand reminders.
        Index("ix_email_due", "status", "bulk", "due_at"),
        Index("ix_email_topic", "topic", "id"),
        Index("ix_email_batch", "batch", "status"),
        Index("ix_email_domain", "domain", "due_at"),
        Index("ix_email_to", "to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    to: Mapped[str]
    # The name of the sender beside the site's address, and where replies go; empty: the site's own.
    sender_name: Mapped[str] = mapped_column(default="", server_default="")
    reply_to: Mapped[str] = mapped_column(default="", server_default="")
    # For List-Unsubscribe (RFC 8058); empty for e-mails that one can't unsubscribe from.
    unsubscribe_url: Mapped[str] = mapped_column(default="", server_default="")
    # What e-mails to many people have in common, for instance `announcement:3`, and the domain of the recipient, whose
    # server gets so many of them a minute. Both are empty for all others.
    batch: Mapped[str] = mapped_column(default="", server_default="")
    bulk: Mapped[bool] = mapped_column(default=False, server_default=false())
    domain: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="en")
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(default=now)
    # A reminder is not sent after this, however long the mail server was away.
    useful_until: Mapped[datetime | None]
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


class UndeliverableAddress(Base):
    """An address that the recipient's server does not know (RFC 3463, 5.1.x): only confirmations still go there."""

    __tablename__ = "undeliverable_address"

    key: Mapped[str] = mapped_column(primary_key=True)  # core.addresses.mailbox_key
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
