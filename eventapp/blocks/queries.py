"""Finding blocks."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.blocks.models import Block
from eventapp.core.db import db
from eventapp.events.models import Event


def of_event(event: Event) -> list[Block]:
    """The blocks of an event in order."""
    return list(db.session.scalars(select(Block).where(Block.event_id == event.id).order_by(Block.position, Block.id)))


def block(event: Event, number: int) -> Block | None:
    """A block of this event."""
    return db.session.scalar(select(Block).where(Block.event_id == event.id, Block.id == number))
