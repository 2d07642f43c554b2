"""Finding pictures."""

from __future__ import annotations

from mimetypes import guess_type

from sqlalchemy import select
from sqlalchemy.orm import undefer

from eventapp.core.db import db
from eventapp.core.links import absolute
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.rules import HostRole
from eventapp.mail.pictures import InlinePicture
from eventapp.media.models import HostLogo, Photo
from eventapp.media.rules import shown_size


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


def logo(event: Event) -> HostLogo | None:
    """The logo of the event's e-mails, without its content."""
    return db.session.get(HostLogo, event.id)


def inline_logo(event: Event, language: str) -> InlinePicture | None:
    """The logo as e-mails in a language show it. Up to two statements."""
    row = db.session.get(HostLogo, event.id, options=[undefer(HostLogo.content)])
    if row is None:
        return None
    alt = row.alt.resolve(language).text or _name_of_host(event, language)
    return InlinePicture(row.digest, row.content, *shown_size(row.width, row.height), alt)


def _name_of_host(event: Event, language: str) -> str:
    """The first host, or the title of the event."""
    hosts = [one.organization.names for one in events.hosts(event) if one.role is HostRole.HOST]
    return (hosts[0] if hosts else event.title).resolve(language).text


def picture_of(topic: str, language: str) -> InlinePicture | None:
    """The picture of e-mails of a topic, such as `event:7`; None for other topics. Up to three statements."""
    kind, _colon, number = topic.partition(":")
    event = events.by_id(int(number)) if kind == "event" and number.isdecimal() else None
    return inline_logo(event, language) if event is not None else None
