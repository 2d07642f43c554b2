"""What attendees represent, read from the database: organizations of the directory, and names as typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, null, select

from eventapp.attendance import rules
from eventapp.attendance.rules import CountedParty
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText, fold
from eventapp.directory.models import Organization, Place, PlaceName
from eventapp.directory.rules import OrganizationKind, PlaceKind, fold_city
from eventapp.events.models import Event, EventHost
from eventapp.registration.models import Registration


class RawParty(NamedTuple):
    """What a registration says of its organization, as it is grouped by: the number of one of the directory, else what
    was typed; and the person's own country.
    """

    organization: int | None
    name: str
    kind: OrganizationKind | None
    country: str | None


def _unless_known(column: Any, otherwise: Any) -> Any:
    return case((Registration.organization_id.is_not(None), otherwise), else_=column)


# The columns of a RawParty. What was typed beside an organization of the directory tells nothing.
COLUMNS = (
    Registration.organization_id,
    _unless_known(Registration.organization_name, "").label("typed"),
    _unless_known(Registration.organization_kind, null()).label("typed_kind"),
    Registration.country_code,
)

# Built once: building a select takes ten times as long as running it.
_organizations = (
    select(
        Organization.id,
        Organization.names,
        Organization.kind,
        Place.slug,
        Place.kind.label("place_kind"),
        Place.names.label("place_names"),
        Place.country_code,
    )
    .outerjoin(Place, Place.id == Organization.place_id)
    .where(Organization.id.in_(select(Registration.organization_id).where(Registration.event_id == bindparam("event"))))
)
_cities = (
    select(PlaceName.folded, Place.slug, Place.names, Place.country_code)
    .join(Place, Place.id == PlaceName.place_id)
    .where(Place.kind == PlaceKind.CITY, PlaceName.folded.in_(bindparam("names", expanding=True)))
)


def resolved(
    event: Event, raw: Iterable[RawParty], known: dict[int, CountedParty] | None = None
) -> dict[RawParty, CountedParty | None]:
    """The party of each; None without an organization. At most two statements, one less if the `known` organizations
    were read before.
    """
    wanted = set(raw)
    if known is None:
        known = known_parties(event) if any(one.organization for one in wanted) else {}
    typed = [one for one in wanted if one.organization not in known]
    placed = _placed({one: rules.typed_party(one.name, kind=one.kind, country=one.country) for one in typed})
    return {one: known.get(one.organization or 0) or placed.get(one) for one in wanted}


def known_parties(event: Event) -> dict[int, CountedParty]:
    """Organizations of the directory that attendees of the event represent, by their numbers. One statement."""
    parties = {}
    for row in db.session.execute(_organizations, {"event": event.id}):
        # A city hall belongs to its place only if that is a city: one entered with a country or region as its place is
        # still one city, identified by its name.
        city = row.place_kind is PlaceKind.CITY
        parties[row.id] = CountedParty(
            key=f"#{row.id}",
            names=row.names,
            kind=row.kind,
            place_country=row.country_code,
            city_key=row.slug if city else "",
            city=row.place_names if city else LocalizedText(),
        )
    return parties


def _placed(typed: dict[RawParty, CountedParty | None]) -> dict[RawParty, CountedParty | None]:
    """Typed cities with their place, in any spelling that the directory knows: "Nuremberg" is Nürnberg."""
    cities = {one for one, party in typed.items() if party is not None and one.kind is OrganizationKind.CITY}
    if not cities:
        return typed
    spellings = {bare for one in cities for bare in (fold(one.name), fold_city(one.name))}
    places: dict[str, set[tuple[str, str | None]]] = {}
    names = {}
    for row in db.session.execute(_cities, {"names": sorted(spellings)}):
        places.setdefault(row.folded, set()).add((row.slug, row.country_code))
        names[row.slug] = row.names
    placed = dict(typed)
    for one in cities:
        for bare in (fold(one.name), fold_city(one.name)):
            # If several cities have this name, only the person's country can tell which one is meant.
            fitting = {place for place in places.get(bare, ()) if one.country in {None, place[1]}}
            if len(fitting) == 1:
                slug, code = fitting.pop()
                placed[one] = CountedParty(
                    key=f"@{slug}",
                    names=names[slug],
                    kind=one.kind,
                    place_country=code,
                    city_key=slug,
                    city=names[slug],
                )
                break
    return placed


def host_keys(event: Event) -> frozenset[str]:
    """The keys of the parties that are organizations that host the event, or the city that hosts it. One statement."""
    query = (
        select(Organization.id, Organization.kind, Place.slug, Place.kind.label("place_kind"))
        .join(EventHost, EventHost.organization_id == Organization.id)
        .outerjoin(Place, Place.id == Organization.place_id)
        .where(EventHost.event_id == event.id)
    )
    keys = set()
    for row in db.session.execute(query):
        keys.add(f"#{row.id}")
        if row.kind is OrganizationKind.CITY and row.place_kind is PlaceKind.CITY:
            keys.add(f"@{row.slug}")  # as typed
    return frozenset(keys)
