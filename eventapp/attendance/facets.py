"""What a person stands for in a table: a country, a city, a kind of organization. Plain values only.

The answers are those of `rules.count`: a table by city has as many people in each city as the statement.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from eventapp.attendance.rules import country_of_party, folded_key
from eventapp.attendance.spelling import CountedParty, first_country, first_kind, one_spelling
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Facets:
    """`country` is the code of the country that a person counts for. `kind` is None for an organization of unknown
    kind; `represents` is False without an organization. `city_key` is empty for people who represent no city.
    """

    country: str | None
    represents: bool = False
    key: str = ""
    kind: OrganizationKind | None = None
    city_key: str = ""
    city: LocalizedText = field(default_factory=LocalizedText)
    city_country: str | None = None

    @property
    def identity(self) -> Hashable:
        """The same for people who are in the same row, whichever dimension a table has."""
        return self.country, self.represents, self.kind, self.city_key, self.city_country


def facets(parties: Mapping[K, tuple[CountedParty | None, str | None]]) -> dict[K, Facets]:
    """The facets of each (party, country of the person)."""
    same = one_spelling(party for party, _country in parties.values() if party)
    kinds: dict[str, OrganizationKind | None] = {}
    countries: dict[str, str | None] = {}
    for party, own in parties.values():
        if party is not None:
            whole, country = same[party.key], country_of_party(party, own)
            typed = party.kind if whole.key.startswith("~") else None  # that of a known one is in the directory
            kinds[whole.key] = first_kind(kinds.get(whole.key, whole.kind), typed)
            countries[whole.key] = first_country(countries.get(whole.key), country)
    found = {}
    for one, (party, own) in parties.items():
        country = country_of_party(party, own)
        if party is None:
            found[one] = Facets(country)
            continue
        whole = same[party.key]
        kind = kinds.get(whole.key)
        if kind is not OrganizationKind.CITY:
            found[one] = Facets(country, True, whole.key, kind)
            continue
        place = whole.place_country or countries.get(whole.key)
        city_key = whole.city_key or folded_key(whole.names, place)
        found[one] = Facets(country, True, whole.key, kind, city_key, whole.city or whole.names, place)
    return found
