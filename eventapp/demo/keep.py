"""Find or create: a second run of the demo leaves existing rows unchanged.

Identifiers are derived from names, so that a deleted event is recreated with the same URLs and calendar UIDs.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from eventapp.core.db import db
from eventapp.core.localized import LocalizedText, fold
from eventapp.directory import operations as directory
from eventapp.directory import queries as known
from eventapp.directory.models import Organization, OrganizationName, Person, Place
from eventapp.directory.rules import NameOrder, OrganizationKind, PlaceKind
from eventapp.events.models import Event, FormerSlug
from eventapp.media.models import Photo
from eventapp.programme import operations as programme
from eventapp.programme.models import Session
from eventapp.programme.rules import SessionStatus

_SPACE = uuid.UUID("6f1d2f5e-8a0c-5b0e-9f55-2f2f4f0c7a11")
_READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def uid(name: str) -> str:
    """A calendar UID that is the same in every demo database."""
    return str(uuid.uuid5(_SPACE, name))


def code(name: str) -> str:
    """A readable public code of six characters that is the same in every demo database."""
    number, letters = uuid.uuid5(_SPACE, name).int, []
    for _ in range(6):
        number, rest = divmod(number, len(_READABLE))
        letters.append(_READABLE[rest])
    return "".join(letters)


def there(slug: str, uid: str) -> bool:
    """Whether an event has this UID, or has or had this slug."""
    if db.session.scalar(select(Event.id).where(or_(Event.slug == slug, Event.uid == uid))) is not None:
        return True
    return db.session.get(FormerSlug, slug) is not None


def place(
    slug: str,
    kind: PlaceKind,
    names: LocalizedText,
    *,
    country: str,
    zone: str | None = None,
    parent: Place | None = None,
    aliases: Iterable[str] = (),
) -> Place:
    """Find or create a place by its slug."""
    return known.place_by_slug(slug) or directory.add_place(
        slug=slug, kind=kind, names=names, country_code=country, zone=zone, parent=parent, aliases=aliases
    )


def organization(
    kind: OrganizationKind,
    names: LocalizedText,
    *,
    place: Place | None,
    aliases: Iterable[str] = (),
    url: str = "",
    generated: bool = False,
) -> Organization:
    """Find or create an organization by its kind and English name."""
    same = (
        select(Organization)
        .join(OrganizationName)
        .where(OrganizationName.folded == fold(names["en"]), Organization.kind == kind)
        .where(Organization.place_id == (place.id if place else None))
        .order_by(Organization.id)
        .limit(1)
    )
    return db.session.scalar(same) or directory.add_organization(
        kind=kind, names=names, place=place, aliases=aliases, url=url, generated=generated
    )


@dataclass(frozen=True)
class Office:
    """A position in a story. Open ends are dates that the sources do not give."""

    title: LocalizedText
    organization: Organization | None = None
    starts: date | None = None
    ends: date | None = None


def person(
    key: str,
    *,
    family: LocalizedText,
    given: LocalizedText | None = None,
    honorific: LocalizedText | None = None,
    order: NameOrder = NameOrder.GIVEN_FIRST,
    reading: str = "",
    biography: LocalizedText | None = None,
    links: str = "",
    offices: Sequence[Office] = (),
) -> Person:
    """Find or create a person by a key of the demo, from which the public code is derived."""
    found = known.person_by_code(code(key))
    if found is not None:
        return found
    made = directory.save_person(
        None,
        family=family,
        given=given or LocalizedText(),
        order=order,
        honorific=honorific,
        reading=reading,
        biography=biography,
        links=links,
    )
    made.code = code(key)
    for office in offices:
        directory.set_position(
            made, title=office.title, organization=office.organization, starts=office.starts, ends=office.ends
        )
    return made


def session(
    event: Event,
    key: str,
    *,
    title: LocalizedText,
    starts: datetime,
    ends: datetime,
    abstract: LocalizedText | None = None,
    **values: Any,
) -> Session:
    """Create a session of a new event, ready for its first release."""
    name = f"{event.slug}/{key}"
    return programme.save_session(
        event,
        None,
        title=title,
        abstract=abstract or LocalizedText(),
        starts_at=starts,
        ends_at=ends,
        uid=uid(name),
        code=code(name),
        status=SessionStatus.PUBLISHED,
        **values,
    )


@dataclass(frozen=True)
class Picture:
    """An illustration with its caption, for one event."""

    name: str
    caption: LocalizedText
    alt: LocalizedText


def pictures(event: Event, wanted: Sequence[Picture]) -> None:
    """Create the illustrations of a new event, in order."""
    for position, picture in enumerate(wanted):
        db.session.add(
            Photo(
                event_id=event.id,
                path=f"media/{picture.name}.svg",
                width=960,
                height=640,
                caption=picture.caption,
                alt=picture.alt,
                illustration=True,
                position=position,
            )
        )
    db.session.flush()
