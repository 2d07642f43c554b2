"""What feeds remember of an event that is no longer public, listed or dated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base
from eventapp.events.rules import Precision


class FeedMemory(Base):
    """What was published of an event that has been public, for calendars that still hold it.

    `announced_at` is when it was first public; the other times are since when it has not been public, not been in the
    calendar of all events, or had no known date. The dates, zone, SEQUENCE and deadlines are those last published,
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
    # {"uid", "sequence", "at"} of each deadline (see unpublished.py), as of when the event was unpublished.
    published_deadlines: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
