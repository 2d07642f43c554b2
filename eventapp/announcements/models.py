"""Announcements and their recipients."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.announcements.rules import LATEST, AnnouncementStatus, RecipientOutcome
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.mail import placeholders


class Announcement(Base):
    """A text to the people whom `audience` selects: a query of the people desk, as PeopleQuery writes it.

    Who that is, is decided when it is sent: the worker then adds a row for each recipient.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        Index("ix_announcement_event_id", "event_id"),
        Index("ix_announcement_status", "status", "send_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column(default="")
    subject: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    text: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    # The language of readers for whose language there is no text.
    language: Mapped[str] = mapped_column(default="en")
    status: Mapped[AnnouncementStatus] = mapped_column(default=AnnouncementStatus.DRAFT)
    # For later; None: as soon as it is sent.
    planned_at: Mapped[datetime | None]
    # When the worker starts, once "Send" was pressed: a minute later, so that it can be undone, or at `planned_at`.
    send_at: Mapped[datetime | None]
    # When all recipients had their row, and when the last e-mail was written or it was stopped.
    listed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # Registrations of the group without an e-mail address.
    unaddressed: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    event: Mapped[Event] = relationship()
    author: Mapped[User | None] = relationship()

    @property
    def batch(self) -> str:
        """What its e-mails have in common."""
        return f"announcement:{self.id}"

    @property
    def missed(self) -> bool:
        """Whether its planned time has passed, and it was not sent."""
        planned = self.planned_at
        return self.status is AnnouncementStatus.DRAFT and planned is not None and planned <= now()

    @property
    def too_late(self) -> bool:
        """Whether its planned time is too long ago. What has none is sent as soon as possible."""
        return self.planned_at is not None and self.planned_at + LATEST < now()

    @property
    def moves(self) -> bool:
        """Whether its state changes within the next minutes."""
        soon = self.send_at is not None and self.send_at < now() + timedelta(minutes=2)
        return self.status is AnnouncementStatus.SENDING or (self.status is AnnouncementStatus.SCHEDULED and soon)

    @property
    def placeholders(self) -> list[str]:
        """The placeholders that its texts have in any language, each once."""
        texts = [*self.subject.values(), *self.text.values()]
        return list(dict.fromkeys(name for text in texts for name in placeholders.used(text)))

    @property
    def languages(self) -> list[str]:
        """Languages that it is written in, the one for all other readers first."""
        return [self.language, *(tag for tag in self.text if tag != self.language)]


class AnnouncementRecipient(Base):
    """One contact, with those of its registrations that the announcement is about.

    The row changes from WAITING in the transaction that puts the e-mail into the outbox: nobody gets it twice.
    """

    __tablename__ = "announcement_recipient"
    __table_args__ = (Index("ix_announcement_recipient_outcome", "announcement_id", "outcome", "contact_id"),)

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    registrations: Mapped[list[Any]] = mapped_column(default=list)
    outcome: Mapped[RecipientOutcome] = mapped_column(default=RecipientOutcome.WAITING)
