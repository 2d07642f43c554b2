"""Finding pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.orm import undefer

from eventapp.core.db import db
from eventapp.core.links import absolute
from eventapp.core.statements import QuickSelect
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.rules import HostRole
from eventapp.mail.pictures import InlinePicture
from eventapp.media.models import HostLogo, Photo
from eventapp.media.rules import PictureUse, shown_size
from eventapp.site_settings.models import SiteSettings


@dataclass
class EventPictures:
    """The pictures of an event by what they are for: hosts, speakers and venues by their ids."""

    cover: Photo | None = None
    gallery: list[Photo] = field(default_factory=list)
    emblems: dict[int, Photo] = field(default_factory=dict)
    speakers: dict[int, Photo] = field(default_factory=dict)
    plans: dict[int, Photo] = field(default_factory=dict)

    def add(self, photo: Photo) -> None:
        if photo.use is PictureUse.COVER:
            self.cover = photo
        elif photo.use is PictureUse.GALLERY:
            self.gallery.append(photo)
        elif photo.organization_id is not None:
            self.emblems[photo.organization_id] = photo
        elif photo.person_id is not None:
            self.speakers[photo.person_id] = photo
        elif photo.venue_id is not None:
            self.plans[photo.venue_id] = photo

    @property
    def all_shown(self) -> list[Photo]:
        """The cover and the gallery."""
        return [*([self.cover] if self.cover else []), *self.gallery]

    @property
    def first(self) -> Photo | None:
        """The one that represents the event: its cover, else the first of the gallery, preferring photographs to
        drawings.
        """
        return min(self.all_shown, key=lambda photo: photo.path.endswith(".svg"), default=None)


def pictures(event: Event, *, of_team: bool = False) -> EventPictures:
    """All pictures of an event that the public sees; for its team also those that nobody has described yet."""
    query = select(Photo).where(Photo.event_id == event.id).order_by(Photo.position, Photo.id)
    found = EventPictures()
    for photo in db.session.scalars(query if of_team else query.where(Photo.shown)):
        found.add(photo)
    return found


def of_speakers(event: Event, people: Collection[int] | None = None) -> dict[int, Photo]:
    """Photos of speakers by the id of the person: of these, or of all."""
    query = select(Photo).where(Photo.event_id == event.id, Photo.use == PictureUse.SPEAKER, Photo.shown)
    if people is not None:
        query = query.where(Photo.person_id.in_(people))
    return {photo.person_id: photo for photo in db.session.scalars(query) if photo.person_id is not None}


def covers(events: Iterable[Event]) -> dict[int, Photo]:
    """The covers of several events by the id of the event, with one statement."""
    query = select(Photo).where(
        Photo.event_id.in_([one.id for one in events]), Photo.use == PictureUse.COVER, Photo.shown
    )
    return {photo.event_id: photo for photo in db.session.scalars(query)}


def photo(event: Event, number: int) -> Photo | None:
    """A picture of this event."""
    return db.session.scalar(select(Photo).where(Photo.event_id == event.id, Photo.id == number))


def poster_address(event_id: int) -> tuple[str, str]:
    """URL and media type of the picture that represents an event; empty strings if there is none."""
    uses = (PictureUse.COVER, PictureUse.GALLERY)
    query = select(Photo, Event.slug).join(Event, Event.id == Photo.event_id)
    query = query.where(Photo.event_id == event_id, Photo.shown, Photo.use.in_(uses))
    rows = db.session.execute(query.order_by(Photo.position, Photo.id)).all()
    found = EventPictures()
    for row in rows:
        found.add(row.Photo)
    if found.first is None:
        return "", ""
    return absolute("media.picture", slug=rows[0].slug, number=found.first.id), found.first.media_type


def used_digests() -> set[str]:
    """The digests of all pictures that the storage must keep."""
    digests = select(Photo.digest).where(Photo.digest != "").union(select(SiteSettings.logo_digest))
    return set(db.session.scalars(digests))


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


# Built once: building a select takes longer than running it.
_used = QuickSelect(lambda insert: select(Photo.id).where(Photo.digest == bindparam("digest", "")).limit(1))
_logo = QuickSelect(lambda insert: select(SiteSettings.id).where(SiteSettings.logo_digest == bindparam("digest", "")))


def is_used(digest: str) -> bool:
    """Whether a picture or the logo of the site has this digest. One or two quick reads."""
    if not digest:
        return False
    return _used.row(digest=digest) is not None or _logo.row(digest=digest) is not None
