"""Finding pictures."""

from __future__ import annotations

from mimetypes import guess_type

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.core.links import absolute
from eventapp.events.models import Event
from eventapp.media.models import Photo


def poster(event_id: int) -> tuple[Photo, str] | None:
    """The picture that represents an event, with the event's slug: its first one, preferring photographs to
    drawings.
    """
    query = select(Photo, Event.slug).join(Event, Event.id == Photo.event_id).where(Photo.event_id == event_id)
    rows = [(photo, slug) for photo, slug in db.session.execute(query.order_by(Photo.position, Photo.id))]
    return min(rows, key=lambda row: row[0].path.endswith(".svg"), default=None)


def photo(event: Event, number: int) -> Photo | None:
    """A picture of this event."""
    return db.session.scalar(select(Photo).where(Photo.event_id == event.id, Photo.id == number))


def of_event(event: Event) -> list[Photo]:
    """An event's pictures in order."""
    return list(db.session.scalars(select(Photo).where(Photo.event_id == event.id).order_by(Photo.position)))


def poster_address(event_id: int) -> tuple[str, str]:
    """URL and media type of the picture that represents an event; empty strings if there is none."""
    found_one = poster(event_id)
    if found_one is None:
        return "", ""
    photo, slug = found_one
    return absolute("media.picture", slug=slug, number=photo.id), guess_type(photo.path)[0] or ""
