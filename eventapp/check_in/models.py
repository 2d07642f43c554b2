"""Doors, and the log of who came in and went out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.check_in.rules import CheckInKind, LogEntry, ScanResult
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Scoped
from eventapp.registration.models import Registration


class CheckInPoint(Base):
    """A door of an event at which people are checked in."""

    __tablename__ = "check_in_point"
    __table_args__ = (UniqueConstraint("event_id", "key", name="uq_check_in_point_event_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str]
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)


class CheckIn(Base, Scoped):
    """A line of the log, which is never changed: what was asked at a door, and what it answered.

    `nonce` is made by whoever asks, so that a question that arrives twice is one line. `registration` is None if the
    ticket leads to nobody. `accepted` and `undoes` are as in rules.LogEntry; `forced`: somebody has overruled the
    result, for a `reason`.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("nonce", name="uq_check_in_nonce"),
        Index("ix_check_in_list", "event_id", "id"),
        Index("ix_check_in_registration", "registration_id", "point_id"),
        Index("ix_check_in_point_id", "point_id"),
        Index("ix_check_in_user_id", "user_id"),
        Index("ix_check_in_undoes", "undoes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    nonce: Mapped[str]
    point_id: Mapped[int] = mapped_column(ForeignKey("check_in_point.id", ondelete="CASCADE"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    kind: Mapped[CheckInKind]
    result: Mapped[ScanResult]
    accepted: Mapped[bool]
    forced: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    undoes: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=now)
    registration: Mapped[Registration | None] = relationship()
    user: Mapped[User | None] = relationship()

    def scopes(self) -> Iterable[str]:
        return [f"event:{self.event_id}:people"]

    @property
    def entry(self) -> LogEntry:
        """The line as the rules read it; only of a line that leads to a registration."""
        return LogEntry(
            nonce=self.nonce,
            point=self.point_id,
            person=self.registration_id or 0,
            kind=self.kind,
            at=self.at,
            accepted=self.accepted,
            undoes=self.undoes,
        )


class Presence(Base):
    """Where somebody is as seen from a door: the fold of the log (rules.fold), stored with each line of it."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_registration_id", "registration_id"),)

    point_id: Mapped[int] = mapped_column(ForeignKey("check_in_point.id", ondelete="CASCADE"), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    inside: Mapped[bool]
    first_in: Mapped[datetime | None]
    last_at: Mapped[datetime]
