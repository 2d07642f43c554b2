"""Certificates that were issued."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.certificates.rules import new_code
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.events.models import Event


class Certificate(Base):
    """What was certified of one person. `facts` are frozen (rules.CertificateContent): later changes of the event or
    the name don't change a certificate that somebody has.

    `registration_id` is None once the registration was erased; the name then goes too (operations.forget_names).
    """

    __tablename__ = "certificate"
    __table_args__ = (Index("uq_certificate_registration_id", "registration_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"))
    code: Mapped[str] = mapped_column(unique=True, default=new_code)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    issued_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    event: Mapped[Event] = relationship()

    @property
    def valid(self) -> bool:
        """Whether it still says what is true."""
        return self.withdrawn_at is None

    @property
    def erased(self) -> bool:
        """Whether the personal data behind it are gone."""
        return self.registration_id is None

    @property
    def name(self) -> str:
        """The name that is certified; empty once it was erased."""
        return "" if self.erased else str(self.facts.get("name", ""))

    @property
    def reading(self) -> str:
        """How the name is read; empty if nobody has said it, and once the name was erased."""
        return "" if self.erased else str(self.facts.get("reading", ""))
