"""Countries, regions and organizations that several stories share (`shared.toml`), created on first use."""

from __future__ import annotations

from eventapp.core.localized import LocalizedText
from eventapp.demo import content, keep
from eventapp.demo.content import text
from eventapp.directory.models import Organization, Place
from eventapp.directory.rules import OrganizationKind, PlaceKind


def place(name: str) -> Place:
    """A country by its ISO 3166-1 code, or a region of Japan by its slug."""
    known = content.read("shared")
    if name in known["regions"]:
        return keep.place(
            name,
            PlaceKind.REGION,
            text(known["regions"][name], "names"),
            country="JP",
            zone=content.ZONE,
            parent=place("JP"),
        )
    row = known["countries"][name]
    return keep.place(row["slug"], PlaceKind.COUNTRY, text(row, "names"), country=name, aliases=row.get("aliases", ()))


def organization(key: str) -> Organization:
    """An organization by its key."""
    row = content.read("shared")["organizations"][key]
    return keep.organization(
        OrganizationKind(row["kind"]),
        text(row, "names"),
        place=place(row["place"]),
        aliases=row["aliases"],
        url=row["url"],
    )


def city(
    slug: str,
    names: LocalizedText,
    *,
    country: str,
    zone: str | None = None,
    parent: Place | None = None,
    aliases: tuple[str, ...] = (),
) -> Place:
    """A city under its region, or else its country."""
    return keep.place(
        slug, PlaceKind.CITY, names, country=country, zone=zone, parent=parent or place(country), aliases=aliases
    )


def city_hall(at: Place, names: LocalizedText, *, aliases: tuple[str, ...] = (), generated: bool) -> Organization:
    """The administration of a city."""
    return keep.organization(OrganizationKind.CITY, names, place=at, aliases=aliases, generated=generated)
