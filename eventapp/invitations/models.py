"""Invitations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.directory.rules import typed_name
from eventapp.events.models import Event, OfEvent
from eventapp.invitations.rules import InvitationStatus
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import Overrides


class Invitation(Base, OfEvent):
    """A person who is asked to come, by a private link.

    Without an `option`, they may choose any. `in_place_of` is who was invited first and has named this person.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("event_id", "email_key", "name_key", name="uq_invitation_event_person"),
        Index("ix_invitation_event_status", "event_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    status: Mapped[InvitationStatus] = mapped_column(default=InvitationStatus.DRAFT)
    family_name: Mapped[str] = mapped_column(default="")
    given_name: Mapped[str] = mapped_column(default="")
    name_key: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    email_key: Mapped[str]
    organization_name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    message: Mapped[str] = mapped_column(default="")
    option_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_option.id", ondelete="SET NULL"), index=True)
    although_full: Mapped[bool] = mapped_column(default=False)
    although_closed: Mapped[bool] = mapped_column(default=False)
    without_approval: Mapped[bool] = mapped_column(default=True)
    in_place_of_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id", ondelete="SET NULL"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    event: Mapped[Event] = relationship()
    option: Mapped[AttendanceOption | None] = relationship()
    registration: Mapped[Registration | None] = relationship()
    in_place_of: Mapped[Invitation | None] = relationship(remote_side="Invitation.id")

    @property
    def name(self) -> str:
        """The full name as typed, in the order of its script; empty if it is not known."""
        return typed_name(self.family_name, self.given_name)

    def owns(self, registration: Registration) -> bool:
        """Whether a registration is written to at the address of the invitation.

        Only then does who has the link of the invitation have that of the registration, too. Another address may be
        somebody else's: it need not be confirmed yet, or the team has corrected it.
        """
        return registration.contact.email_key == self.email_key

    @property
    def overrides(self) -> Overrides:
        """What the guest may do that others may not."""
        return Overrides(full=self.although_full, closed=self.although_closed, approval=self.without_approval)
