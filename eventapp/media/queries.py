"""Questions about pictures."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.media.models import Photo


def of_event(event: Event) -> list[Photo]:
    """An event's pictures in order."""
    return list(db.session.scalars(select(Photo).where(Photo.event_id == event.id).order_by(Photo.position)))
