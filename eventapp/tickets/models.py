"""Keys that sign tickets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.clock import now
from eventapp.core.db import Base


class TicketKey(Base):
    """A key that signs an event's tickets. It is in the database and so in the backup: a ticket is a promise that must
    outlive the server's settings. `number` is in each ticket.
    """

    __tablename__ = "ticket_key"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seed: Mapped[bytes] = mapped_column(LargeBinary)  # the private key
    created_at: Mapped[datetime] = mapped_column(default=now)
