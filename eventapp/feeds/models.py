"""What feeds remember of an event that is no longer public, listed or dated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base
from eventapp.events.rules import Precision


class FeedMemory(Base):
    """What feeds remember of an event that has been public, for calendars that still hold it.

    When it was first public; since when it has not been public, not in the calendar of all events, or without a known
    day; and the hours, zone and deadlines that it then had. They and the SEQUENCE that says so stay as they were,
    whatever the team changes afterwards (see `memory.py`).
    """

    __tablename__ = "feed_memory"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    announced_at: Mapped[datetime | None]
    unpublished_at: Mapped[datetime | None]
    unlisted_at: Mapped[datetime | None]
    undated_at: Mapped[datetime | None]
    published_starts_at: Mapped[datetime | None]
    published_ends_at: Mapped[datetime | None]
    published_zone: Mapped[str | None]
    published_precision: Mapped[Precision | None]
    published_sequence: Mapped[int | None]
    # {"uid", "sequence", "at"} of each deadline (see unpublished.py), from when it left the public.
    published_deadlines: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
