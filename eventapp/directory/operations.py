"""Adding people, places and organizations, with the spellings that find them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, select

from eventapp.core.db import db
from eventapp.core.localized import LocalizedText, fold
from eventapp.core.revisions import changed
from eventapp.directory import queries
from eventapp.directory.models import (
    SCOPE,
    DistinctCities,
    Organization,
    OrganizationName,
    Person,
    Place,
    PlaceName,
    Position,
)
from eventapp.directory.rules import NameOrder, OrganizationKind, PlaceKind, fold_city, link_lines_of


def add_place(
    *,
    slug: str,
    kind: PlaceKind,
    names: LocalizedText,
    aliases: Iterable[str] = (),
    country_code: str | None = None,
    zone: str | None = None,
    parent: Place | None = None,
) -> Place:
    """Add a place with its spellings."""
    place = Place(slug=slug, kind=kind, names=names, country_code=country_code, zone=zone, parent=parent)
    db.session.add(place)
    db.session.flush()
    for folded, name in _spellings(names, aliases, city=kind is PlaceKind.CITY).items():
        db.session.add(PlaceName(place_id=place.id, name=name, folded=folded))
    db.session.flush()
    return place


def one_city(names: Iterable[str], *, country_code: str, place: Place | None = None) -> Place:
    """Remember that these names mean one city: `place`, or a new one. City halls of these names that have no place
    belong to it.
    """
    spelled = list(names)
    if place is None:
        titles = LocalizedText({_script_of(spelled[0]): spelled[0]})
        slug = _free_slug(fold_city(spelled[0]))
        place = add_place(slug=slug, kind=PlaceKind.CITY, names=titles, country_code=country_code)
    known = set(db.session.scalars(select(PlaceName.folded).where(PlaceName.place_id == place.id)))
    for folded, name in _spellings(LocalizedText(), spelled, city=True).items():
        if folded not in known:
            db.session.add(PlaceName(place_id=place.id, name=name, folded=folded))
    halls = (
        select(Organization)
        .join(OrganizationName)
        .where(Organization.kind == OrganizationKind.CITY, Organization.place_id.is_(None))
        .where(OrganizationName.folded.in_({fold_city(name) for name in spelled}))
    )
    for hall in db.session.scalars(halls).unique():
        hall.place = place
    changed(SCOPE)
    db.session.flush()
    return place


def _script_of(name: str) -> str:
    return "ja" if any(ord(letter) > 0x2E80 for letter in name) else "en"


def _free_slug(base: str) -> str:
    bare = re.sub("[^a-z0-9]+", "-", base).strip("-") or "city"
    slug, number = bare, 2
    while queries.place_by_slug(slug) is not None:
        slug, number = f"{bare}-{number}", number + 1
    return slug


def two_cities(one: str, other: str, *, country_code: str) -> None:
    """Remember that two names mean two cities."""
    first, second = sorted([fold_city(one), fold_city(other)])
    pair = {"country_code": country_code, "first": first, "second": second}
    if db.session.scalar(select(DistinctCities.id).filter_by(**pair)) is None:
        db.session.add(DistinctCities(**pair))
    changed(SCOPE)
    db.session.flush()


def add_organization(
    *,
    kind: OrganizationKind,
    names: LocalizedText,
    aliases: Iterable[str] = (),
    place: Place | None = None,
    url: str = "",
    generated: bool = False,
) -> Organization:
    """Add an organization with its spellings."""
    organization = Organization(kind=kind, names=names, place=place, url=url, generated=generated)
    db.session.add(organization)
    db.session.flush()
    _spell(organization, aliases)
    return organization


def known_or_new(names: LocalizedText, *, kind: OrganizationKind = OrganizationKind.OTHER) -> Organization:
    """The organization known by one of the names, or a new one of this kind."""
    known = next(filter(None, (queries.organization_named(name) for name in names.values())), None)
    return known or add_organization(kind=kind, names=names)


def _spell(organization: Organization, aliases: Iterable[str]) -> None:
    db.session.execute(delete(OrganizationName).where(OrganizationName.organization_id == organization.id))
    city = organization.kind is OrganizationKind.CITY
    for folded, name in _spellings(organization.names, aliases, city=city).items():
        db.session.add(OrganizationName(organization_id=organization.id, name=name, folded=folded))
    db.session.flush()


def _spellings(names: LocalizedText, aliases: Iterable[str], *, city: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in [*names.values(), *aliases]:
        found.setdefault(fold(name), name)
        if city:
            found.setdefault(fold_city(name), name)
    found.pop("", None)
    return found


def save_person(
    person: Person | None,
    *,
    family: LocalizedText,
    given: LocalizedText,
    order: NameOrder = NameOrder.GIVEN_FIRST,
    honorific: LocalizedText | None = None,
    reading: str = "",
    biography: LocalizedText | None = None,
    links: str = "",
) -> Person:
    """Create or change a person. Raises Refused for links that are none."""
    links = link_lines_of(links)
    if person is None:
        person = Person()
        db.session.add(person)
    person.family = family
    person.given = given
    person.order = order
    person.honorific = honorific or LocalizedText()
    person.reading = reading
    person.biography = biography or LocalizedText()
    person.links = links
    db.session.flush()
    return person


def add_people(people: Iterable[Person]) -> None:
    """Add many people in one flush."""
    db.session.add_all(people)
    db.session.flush()


def set_position(
    person: Person,
    *,
    title: LocalizedText,
    organization: Organization | None = None,
    starts: date | None = None,
    ends: date | None = None,
    position: Position | None = None,
) -> Position:
    """Create or change a position of a person."""
    if position is None:
        position = Position()
        person.positions.append(position)
    position.title = title
    position.organization = organization
    position.starts = starts
    position.ends = ends
    db.session.flush()
    return position
