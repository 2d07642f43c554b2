"""Waiting lists of sessions, the history of seats in them, and what an attendee can undo or has to confirm."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.registration.rules import RegistrationStatus, SessionAction, StepKind


class SessionWaitlistEntry(Base):
    """A position on the waiting list of a session. They are served in the order of their ids."""

    __tablename__ = "session_waitlist_entry"
    __table_args__ = (
        UniqueConstraint("registration_id", "session_id", name="uq_session_waitlist_entry_registration_session"),
        Index("ix_session_waitlist_entry_session", "session_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class SessionSeatChange(Base):
    """What has happened to a person's seat in a session, and when."""

    __tablename__ = "session_seat_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    action: Mapped[SessionAction]
    at: Mapped[datetime] = mapped_column(default=now)


class UndoableStep(Base):
    """The last step on an attendee's own page that can be undone, and what was before it.

    It is also how we know that a cancelled registration was cancelled by the attendee, who may then register again.
    """

    __tablename__ = "undoable_step"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[StepKind]
    at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[RegistrationStatus]
    option_id: Mapped[int] = mapped_column(ForeignKey("attendance_option.id", ondelete="CASCADE"))
    waiting_since: Mapped[datetime | None]
    # Seats in sessions that were released with it.
    session_ids: Mapped[list[int]] = mapped_column(JSON, default=list)


class AddressChange(Base):
    """A new e-mail address that an attendee has given, until the link that was sent to it is opened and confirmed."""

    __tablename__ = "address_change"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str]
    key_digest: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=now)


class MergedRegistration(Base):
    """A registration that was merged into another one, because both are of one person."""

    __tablename__ = "merged_registration"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
