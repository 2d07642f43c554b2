"""What each recipient was last sent, the settings and texts of an event's e-mails, reminders, and who wants none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.notifications.snapshots import ParticipationState, Snapshot

# A value of SentInvitation.sequence: the recipient knows the facts, but not from an invitation.
NEVER_SENT = -1


class SentInvitation(Base):
    """A calendar entry as last sent to an attendee or a speaker; `code` is a session's, or empty for the event.

    `sequence` is the last SEQUENCE that was sent (RFC 5546 §2.1.4), or NEVER_SENT if the recipient knows the snapshot
    from another source, such as a page.
    """

    __tablename__ = "sent_invitation"
    __table_args__ = (
        UniqueConstraint("registration_id", "code", name="uq_sent_invitation_registration_code"),
        UniqueConstraint("speaker_link_id", "code", name="uq_sent_invitation_speaker_link_code"),
        CheckConstraint("(registration_id IS NULL) <> (speaker_link_id IS NULL)", name="one_recipient"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    speaker_link_id: Mapped[int | None] = mapped_column(ForeignKey("speaker_link.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(default="")
    uid: Mapped[str] = mapped_column(unique=True, default=tokens.uid)
    sequence: Mapped[int] = mapped_column(default=NEVER_SENT)
    last_sent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fingerprint: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def snapshot(self) -> Snapshot:
        """What the recipient was last sent."""
        return Snapshot.from_json(self.last_sent)

    @property
    def previous(self) -> Snapshot | None:
        """The snapshot to compare with; None if the recipient had released the seat, because then everything is new to
        them.
        """
        return None if self.snapshot.state is ParticipationState.RELEASED else self.snapshot

    def record(self, snapshot: Snapshot) -> None:
        """Store the snapshot that is sent now."""
        self.last_sent, self.fingerprint, self.sent_at = snapshot.to_json(), snapshot.fingerprint, now()


class ScanCursor(Base):
    """The revisions of its cache tags up to which an event has been scanned for changes (`core/revisions.py`).

    -1: the event is older than invitations by e-mail; the facts at the first scan count as sent.
    """

    __tablename__ = "scan_cursor"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    event_revision: Mapped[int]
    team_revision: Mapped[int]


class EmailSettings(Base):
    """How an event writes to people. An event without a row has the defaults."""

    __tablename__ = "email_settings"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    # Empty: the first host, and the event's contact address.
    sender_name: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    reply_to: Mapped[str] = mapped_column(default="")
    # For the check of the sender's domain.
    dkim_selector: Mapped[str] = mapped_column(default="")
    # Which reminders are sent (reminders.ReminderKind).
    week: Mapped[bool] = mapped_column(default=False)
    day: Mapped[bool] = mapped_column(default=True)
    hour: Mapped[bool] = mapped_column(default=True)
    thanks: Mapped[bool] = mapped_column(default=False)
    # In the thank-you: a survey, and the certificate of those who were checked in.
    survey_url: Mapped[str] = mapped_column(default="", server_default="")
    certificate_link: Mapped[bool] = mapped_column(default=False, server_default="0")
    # Whether attendees are asked if they will still come when a postponed event has its new date.
    asks_again: Mapped[bool] = mapped_column(default=True)

    @classmethod
    def usual(cls) -> EmailSettings:
        """The defaults, in no session."""
        return cls(
            sender_name=LocalizedText(),
            reply_to="",
            dkim_selector="",
            week=False,
            day=True,
            hour=True,
            thanks=False,
            survey_url="",
            certificate_link=False,
            asks_again=True,
        )


class EmailText(Base):
    """Subject and text that the team has written for one kind of standard e-mail in one language."""

    __tablename__ = "email_text"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    text: Mapped[str]


class SentReminder(Base):
    """A reminder that an attendee was sent; `about` is the day of the event that it was about."""

    __tablename__ = "sent_reminder"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class ComingAnswer(Base):
    """The answer to "Will you still come?" after a postponement; `about` is the day that was asked about."""

    __tablename__ = "coming_answer"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    coming: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=now)


class OptOut(Base):
    """A contact that wants no more announcements and thank-yous of its event."""

    __tablename__ = "opt_out"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
