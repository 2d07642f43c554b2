"""Blocks of the event page."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.blocks.rules import BlockKind
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.events.models import OfEvent


class Block(Base, OfEvent):
    """A part of the event page, with a heading. What its text means depends on its kind (see rules.py)."""

    __tablename__ = "block"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[BlockKind]
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    text: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    position: Mapped[int] = mapped_column(default=0)
