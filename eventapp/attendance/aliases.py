"""Names that may be one city: "Chiba" and "Chiba City", "Nurnburg" and "Nürnberg". Plain values only.

Nothing is merged by itself: the organizer decides about each pair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from eventapp.attendance.rules import City, CountedOrganization, Counts
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind, fold_city

# So many pairs are proposed; names longer than LONG are alike if one contains the other.
MOST, LONG = 30, 4
_ALIKE = 0.84
# Beyond this number, comparing each with each would take seconds.
_MOST_NAMES = 600


@dataclass(frozen=True)
class SameCity:
    """A proposal: `other` was typed, and may be the city `city`. `unsorted`: it was typed without saying that it is a
    city, so it counts as an organization now.
    """

    city: City
    other: LocalizedText
    other_key: str
    people: int
    unsorted: bool

    @property
    def country(self) -> str:
        """The country of the pair; empty if it is not known."""
        return self.city.country or ""


def proposals(counts: Counts, distinct: Collection[tuple[str, str]]) -> list[SameCity]:
    """The pairs to decide about. `distinct` are pairs of folded names, in order, that were decided to be two cities."""
    cities = [*counts.foreign_cities, *counts.domestic_cities, *counts.unplaced][:_MOST_NAMES]
    bodies = [one for one in counts.unsorted if not one.known]
    found: list[SameCity] = []
    for city in sorted(cities, key=lambda one: (not one.known, -one.people, len(str(one.names)))):
        for other in _others(city, cities, bodies):
            pair = tuple(sorted((fold_city(str(city.names)), fold_city(str(other.names)))))
            if pair in distinct or any(one.other_key == other.key or one.city.key == other.key for one in found):
                continue
            unsorted = isinstance(other, CountedOrganization)
            found.append(SameCity(city, other.names, other.key, other.people, unsorted))
    return found[:MOST]


def _others(city: City, cities: list[City], bodies: list[CountedOrganization]) -> Iterator[City | CountedOrganization]:
    for other in cities:
        if other.key != city.key and not other.known and _near(city.country, other.country) and alike(city, other):
            yield other
    for body in bodies:
        if body.kind is OrganizationKind.OTHER and _near(city.country, body.country) and alike(city, body):
            yield body


def _near(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def alike(one: City, other: City | CountedOrganization) -> bool:
    """Whether a name of one looks like a name of the other."""
    names, others = (_folded(tuple(names.values())) for names in (one.names, other.names))
    return any(_similar(a, b) for a in names for b in others)


@lru_cache(maxsize=2 * _MOST_NAMES)  # each name is compared with all others
def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset({fold_city(name) for name in names} - {""})


def _similar(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= LONG and (long.startswith(short) or long.endswith(short)):
        return True
    if len(short) < LONG or 2 * len(short) < _ALIKE * (len(short) + len(long)):
        return False  # even if all of the shorter one is in the longer one
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE
