"""Who is counted, and what counts as a city, a country and an organization. Plain values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from eventapp.attendance.bases import COUNTED as COUNTED
from eventapp.attendance.bases import DEFAULT_BASIS as DEFAULT_BASIS
from eventapp.attendance.bases import Basis as Basis
from eventapp.attendance.bases import NotCounted as NotCounted
from eventapp.attendance.spelling import TYPED, first_country, first_kind
from eventapp.attendance.spelling import CountedParty as CountedParty
from eventapp.attendance.spelling import one_spelling as one_spelling
from eventapp.attendance.spelling import typed_party as typed_party
from eventapp.attendance.summary import Figures, Summary, plain, rounded, summary
from eventapp.attendance.summary import Rounding as Rounding
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind, fold_city
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus


@dataclass(frozen=True, slots=True)
class CountedRegistration:
    """The facts of one registration that counting needs. `person` is the same for the same person, and empty for a
    delegation of which nobody is named: it stands for its organization, and claims no person.

    A row may stand for a `number` of registrations that are alike, each of another person.
    """

    person: str
    status: RegistrationStatus
    mode: Mode = Mode.IN_PERSON
    country: str | None = None
    party: CountedParty | None = None
    generated: bool = False
    checked_in: bool = False
    number: int = 1

    def counts(self, basis: Basis) -> bool:
        """Whether the row counts on this basis."""
        return self.status in COUNTED[basis] and (self.checked_in or basis is not Basis.CHECKED_IN)

    def counted_mode(self, basis: Basis) -> Mode:
        """The mode in which the row counts: a person who has passed a door is there in person."""
        return Mode.IN_PERSON if basis is Basis.CHECKED_IN else self.mode


@dataclass(frozen=True, slots=True)
class City:
    """A represented city, with the number of its people and their attendance modes."""

    key: str
    names: LocalizedText
    country: str | None
    people: int
    modes: tuple[Mode, ...]

    @property
    def known(self) -> bool:
        """Whether it is in the directory; typed names are not shown to the public."""
        return not self.key.startswith(TYPED)


@dataclass(frozen=True, slots=True)
class CountedOrganization:
    """A represented organization that is not a city. `unsorted`: its kind has not been entered."""

    key: str
    names: LocalizedText
    kind: OrganizationKind
    country: str | None
    people: int
    unsorted: bool

    @property
    def known(self) -> bool:
        """Whether it is in the directory; typed names are not shown to the public."""
        return not self.key.startswith(TYPED)


@dataclass(frozen=True, slots=True)
class Country:
    """One row of the table by country; `code` None is for what has no country or does not state one."""

    code: str | None
    foreign: bool
    cities: int
    organizations: int
    people: int


@dataclass(frozen=True)
class Counts:
    """The result of a count, with the rows behind each number.

    A person who attends in two modes counts once in `people` and once in each of `by_mode`. `by_status` includes all
    registrations, whatever the basis. `unplaced` are cities whose country is unknown: they are neither domestic nor
    foreign, and in no number.
    """

    basis: Basis
    home: str
    people: int
    by_mode: dict[Mode, int]
    by_status: dict[RegistrationStatus, int]
    domestic_cities: tuple[City, ...]
    foreign_cities: tuple[City, ...]
    unplaced: tuple[City, ...]
    organizations: tuple[CountedOrganization, ...]
    countries: tuple[Country, ...]
    generated: int
    # Delegations of which nobody is named, and the countries that they come from.
    unnamed: dict[Mode, int] = field(default_factory=dict)
    unnamed_countries: frozenset[str] = frozenset()

    @property
    def anybody(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.people or sum(self.unnamed.values()))

    @property
    def foreign_countries(self) -> tuple[str, ...]:
        """Foreign countries that counted people and delegations come from or represent."""
        countries = (c for c in self.countries if c.foreign and (c.people or c.code in self.unnamed_countries))
        return tuple(c.code for c in countries if c.code)

    @property
    def city_countries(self) -> tuple[str, ...]:
        """The countries of the foreign cities; the attendance summary names the number of these."""
        return tuple(sorted({city.country for city in self.foreign_cities if city.country}))

    @property
    def by_kind(self) -> dict[OrganizationKind, int]:
        """The number of organizations of each kind. Cities are counted separately, so their kind is missing here."""
        numbers = Counter(organization.kind for organization in self.organizations)
        return {kind: numbers[kind] for kind in OrganizationKind if kind is not OrganizationKind.CITY}

    @property
    def unsorted(self) -> tuple[CountedOrganization, ...]:
        """Organizations counted as `other` only because their kind has not been entered."""
        return tuple(organization for organization in self.organizations if organization.unsorted)


@dataclass
class _Gathered:
    """One party with everybody who represents it."""

    party: CountedParty
    kind: OrganizationKind | None
    country: str | None
    people: dict[str, int] = field(default_factory=dict)
    modes: set[Mode] = field(default_factory=set)


def count(
    rows: Iterable[CountedRegistration],
    *,
    home: str,
    basis: Basis = DEFAULT_BASIS,
    modes: Collection[Mode] = tuple(Mode),
    without: Collection[str] = (),
) -> Counts:
    """Count rows of one event. `home` is the event's country: domestic and foreign are relative to it.

    The rules: one person is counted once, however many rows name the person; a row without a name counts nobody, but
    its organization. A city is counted once if an organization
    of kind `city` takes part, in any spelling and mode; a prefecture or state is not a city. An international
    organization represents no country. A person counts for the country of the organization's place, else for the
    person's own. An organization of unknown kind is counted as `other` and reported as unsorted. Only rows in one of
    the `modes` count, and none of the organizations whose keys are in `without`. Raises NotCounted if the basis has no
    rows.
    """
    if basis not in COUNTED:
        raise NotCounted(basis)
    everything = list(rows)
    counted = [row for row in everything if row.counts(basis)]
    if basis is Basis.CHECKED_IN and not counted:
        raise NotCounted(basis)
    same = one_spelling(row.party for row in counted if row.party)
    counted = [row for row in counted if row.counted_mode(basis) in modes and not _of(row, same, without)]
    people: dict[str, str | None] = {}
    weight: dict[str, int] = {}
    by_mode: dict[Mode, set[str]] = {mode: set() for mode in Mode}
    unnamed: dict[Mode, int] = dict.fromkeys(Mode, 0)
    unnamed_countries: set[str] = set()
    parties: dict[str, _Gathered] = {}
    for row in counted:
        country, mode = country_of(row), row.counted_mode(basis)
        if row.person:
            people[row.person] = people.get(row.person) or country
            weight[row.person] = row.number
            by_mode[mode].add(row.person)
        else:
            unnamed[mode] += row.number
            unnamed_countries.add(country or "")
        if row.party is None:
            continue
        party = same[row.party.key]
        gathered = parties.setdefault(party.key, _Gathered(party, party.kind, None))
        if party.key.startswith(TYPED):  # that of a known one is in the directory
            gathered.kind = first_kind(gathered.kind, row.party.kind)
        gathered.country = first_country(gathered.country, country)
        if row.person:
            gathered.people[row.person] = row.number
        gathered.modes.add(mode)
    cities = _cities(g for g in parties.values() if g.kind is OrganizationKind.CITY)
    organizations = _organizations(g for g in parties.values() if g.kind is not OrganizationKind.CITY)
    statuses: Counter[RegistrationStatus] = Counter()
    for row in everything:
        statuses[row.status] += row.number
    return Counts(
        basis=basis,
        home=home,
        people=sum(weight.values()),
        by_mode={mode: sum(weight[person] for person in persons) for mode, persons in by_mode.items()},
        by_status={status: statuses[status] for status in RegistrationStatus},
        domestic_cities=tuple(city for city in cities if city.country == home),
        foreign_cities=tuple(city for city in cities if city.country not in {home, None}),
        unplaced=tuple(city for city in cities if city.country is None),
        organizations=tuple(organizations),
        countries=_countries(people, weight, cities, organizations, home),
        generated=sum({row.person: row.number for row in counted if row.generated and row.person}.values()),
        unnamed=unnamed,
        unnamed_countries=frozenset(unnamed_countries - {""}),
    )


def _of(row: CountedRegistration, same: dict[str, CountedParty], keys: Collection[str]) -> bool:
    return row.party is not None and same[row.party.key].key in keys


def country_of(row: CountedRegistration) -> str | None:
    """The country a row counts for; None for an international organization, or if nothing is known."""
    return country_of_party(row.party, row.country)


def country_of_party(party: CountedParty | None, own: str | None) -> str | None:
    """The country that somebody counts for who represents a party, and whose own country is `own`."""
    if party is None:
        return own
    if party.kind is OrganizationKind.INTERNATIONAL_ORGANIZATION:
        return None
    return party.place_country or own


def _cities(gathered: Iterable[_Gathered]) -> list[City]:
    """One city per place; several organizations of one city hall are one city."""
    merged: dict[str, City] = {}
    persons: dict[str, dict[str, int]] = {}
    for g in gathered:
        country = g.party.place_country or g.country
        key = g.party.city_key or folded_key(g.party.names, country)
        who = persons.setdefault(key, {})
        who |= g.people
        old = merged.get(key)
        merged[key] = City(
            key=key,
            names=old.names if old else (g.party.city or g.party.names),
            country=country,
            people=sum(who.values()),
            modes=tuple(mode for mode in Mode if mode in g.modes or (old and mode in old.modes)),
        )
    return sorted(merged.values(), key=lambda city: (city.country or "", str(city.names).casefold()))


def folded_key(names: LocalizedText, country: str | None) -> str:
    """The key of a city that is not in the directory."""
    return f"~{fold_city(str(names))}/{country or ''}"


def _organizations(gathered: Iterable[_Gathered]) -> list[CountedOrganization]:
    found = [
        CountedOrganization(
            key=g.party.key,
            names=g.party.names,
            kind=g.kind or OrganizationKind.OTHER,
            country=None if g.kind is OrganizationKind.INTERNATIONAL_ORGANIZATION else g.country,
            people=sum(g.people.values()),
            unsorted=g.kind is None,
        )
        for g in gathered
    ]
    kinds = list(OrganizationKind)
    return sorted(found, key=lambda o: (kinds.index(o.kind), str(o.names).casefold()))


def _countries(
    people: dict[str, str | None],
    weight: dict[str, int],
    cities: list[City],
    organizations: list[CountedOrganization],
    home: str,
) -> tuple[Country, ...]:
    """The home country first, then by number of people; rows without a country last."""
    heads: Counter[str | None] = Counter()
    for person, country in people.items():
        heads[country] += weight[person]
    places = Counter(city.country for city in cities)
    bodies = Counter(organization.country for organization in organizations)
    codes = {*heads, *places, *bodies}
    rows = [Country(code, code not in {home, None}, places[code], bodies[code], heads[code]) for code in codes]
    return tuple(sorted(rows, key=lambda c: (c.code is None, c.code != home, -c.people, c.code or "")))


def figures_of(counts: Counts, rounding: Rounding, examples: Collection[str] = ()) -> Figures:
    """The numbers of a count. Only people are rounded: cities and organizations can be listed one by one. `examples`
    are the keys of those to mention by name.

    The countries are those of the foreign cities; without foreign cities, those that people come from.
    """
    people, word = rounded(counts.people, rounding)
    return Figures(
        people=people,
        rounding=word,
        home=counts.home,
        foreign_cities=len(counts.foreign_cities),
        foreign_countries=len(counts.city_countries if counts.foreign_cities else counts.foreign_countries),
        domestic_cities=len(counts.domestic_cities),
        organizations=len(counts.organizations),
        foreign_examples=tuple(city.names for city in counts.foreign_cities if city.key in examples),
        domestic_examples=tuple(city.names for city in counts.domestic_cities if city.key in examples),
        organization_examples=tuple(one.names for one in counts.organizations if one.key in examples),
    )


@dataclass(frozen=True)
class CountStatement:
    """A count with its time and the rounding of its summary."""

    counts: Counts
    rounding: Rounding
    as_of: datetime
    modes: tuple[Mode, ...] = tuple(Mode)
    host_counted: bool = True
    examples: tuple[str, ...] = ()

    def parts(self, language: str) -> Summary:
        """The attendance summary in parts for a page; empty if nobody is counted."""
        figures = figures_of(self.counts, self.rounding, self.examples)
        return summary(figures, language) if self.counts.anybody else ()

    def text(self, language: str) -> str:
        """The attendance summary as text."""
        return plain(self.parts(language))
