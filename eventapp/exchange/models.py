"""Uploaded files between the report and the import."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base


class Upload(Base):
    """An uploaded programme with its options: {"zone", "language", "columns", …}. Stored for a day at most."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(default="")
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    # The result of reading it, serialized by `stored.py`; NULL for a file of an earlier version, which is read again.
    read: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class KnownColumns(Base):
    """What the columns of a table with this head contain, as the team has said for an event; {our name: "#3"}."""

    __tablename__ = "known_columns"
    __table_args__ = (UniqueConstraint("event_id", "head", name="uq_known_columns_event_head"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    head: Mapped[str]
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
