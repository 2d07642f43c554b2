"""Who is counted, and what counts as a city, a country and an organization. Plain values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from eventapp.attendance.summary import Figures, Summary, plain, rounded, summary
from eventapp.attendance.summary import Rounding as Rounding
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import LocalizedText, fold
from eventapp.directory.rules import OrganizationKind, fold_city, says_none
from eventapp.programme.rules import Mode
from eventapp.registration.rules import REGISTERED, RegistrationStatus


class Basis(Labelled):
    """Who is counted. A number is only meaningful with its basis."""

    REGISTERED = "registered", _l("Registered")
    CONFIRMED = "confirmed", _l("Confirmed")
    CHECKED_IN = "checked_in", _l("Checked in")
    DECLARED = "declared", _l("Reported")

    @property
    def explanation(self) -> str:
        """What a number on this basis means, as a sentence."""
        return str(_EXPLANATIONS[self])


_EXPLANATIONS: dict[Basis, object] = {
    Basis.REGISTERED: _l("Counts all active registrations, including people waiting for approval or a seat."),
    Basis.CONFIRMED: _l("Counts confirmed registrations."),
    Basis.CHECKED_IN: _l("Counts people who were checked in at a door, each of them once."),
    Basis.DECLARED: _l("Figures reported by the source. They can't be broken down."),
}

# Bases with rows to count, and the states that count. Whoever was let in counts, whatever became of the registration.
# Reported figures have no rows.
COUNTED: dict[Basis, frozenset[RegistrationStatus]] = {
    Basis.REGISTERED: REGISTERED,
    Basis.CONFIRMED: frozenset({RegistrationStatus.CONFIRMED}),
    Basis.CHECKED_IN: frozenset(RegistrationStatus),
}
DEFAULT_BASIS = Basis.CONFIRMED


class NotCounted(ValueError):
    """There are no rows to count on this basis. The text is a sentence for a person."""

    def __init__(self, basis: Basis) -> None:
        super().__init__(
            _("There are no check-ins yet, so there is nobody to count.")
            if basis is Basis.CHECKED_IN
            else _("Reported figures can't be broken down.")
        )


@dataclass(frozen=True, slots=True)
class CountedParty:
    """What an attendee represents: an organization of the directory, or a name as typed.

    `key` identifies the party; `place_country` is the ISO 3166-1 code of the country that the organization represents
    (for an embassy: the country that sends it); `city_key` and `city` name its place if that is a city.
    """

    key: str
    names: LocalizedText
    kind: OrganizationKind | None = None
    place_country: str | None = None
    city_key: str = ""
    city: LocalizedText = field(default_factory=LocalizedText)


# Prefix of the key of a party that is not in the directory.
_TYPED = "~"


@dataclass(frozen=True, slots=True)
class CountedRegistration:
    """The facts of one registration that counting needs. `person` is the same for the same person, and empty for a
    delegation of which nobody is named: it stands for its organization, and claims no person.
    """

    person: str
    status: RegistrationStatus
    mode: Mode = Mode.IN_PERSON
    country: str | None = None
    party: CountedParty | None = None
    generated: bool = False
    checked_in: bool = False

    def counts(self, basis: Basis) -> bool:
        """Whether the row counts on this basis."""
        return self.status in COUNTED[basis] and (self.checked_in or basis is not Basis.CHECKED_IN)

    def counted_mode(self, basis: Basis) -> Mode:
        """The mode in which the row counts: who has passed a door is there in person."""
        return Mode.IN_PERSON if basis is Basis.CHECKED_IN else self.mode


def typed_party(name: str, *, kind: OrganizationKind | None, country: str | None) -> CountedParty | None:
    """The party of an organization that is not in the directory: one folded name in one country is one party."""
    bare = fold_city(name) if kind is OrganizationKind.CITY else fold(name)
    if not bare or says_none(name):
        return None
    return CountedParty(
        key=f"{_TYPED}{bare}/{country or ''}",
        names=LocalizedText({"en": name.strip()}),
        kind=kind,
        place_country=country,
    )


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
        return not self.key.startswith(_TYPED)


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
        return not self.key.startswith(_TYPED)


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

    `people` are the keys of the persons. A person who attends in two modes counts once in `people` and once in each of
    `by_mode`. `by_status` includes all registrations, whatever the basis. `unplaced` are cities whose country is
    unknown: they are neither domestic nor foreign, and in no number.
    """

    basis: Basis
    home: str
    people: tuple[str, ...]
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
    people: set[str] = field(default_factory=set)
    modes: set[Mode] = field(default_factory=set)


def count(rows: Iterable[CountedRegistration], *, home: str, basis: Basis = DEFAULT_BASIS) -> Counts:
    """Count rows of one event. `home` is the event's country: domestic and foreign are relative to it.

    The rules: one person is counted once, however many rows name the person; a row without a name counts nobody, but
    its organization. A city is counted once if an organization
    of kind `city` takes part, in any spelling and mode; a prefecture or state is not a city. An international
    organization represents no country. A person counts for the country of the organization's place, else for the
    person's own. An organization of unknown kind is counted as `other` and reported as unsorted. Raises NotCounted if
    the basis has no rows.
    """
    if basis not in COUNTED:
        raise NotCounted(basis)
    everything = list(rows)
    counted = [row for row in everything if row.counts(basis)]
    if basis is Basis.CHECKED_IN and not counted:
        raise NotCounted(basis)
    people: dict[str, str | None] = {}
    modes: dict[Mode, set[str]] = {mode: set() for mode in Mode}
    unnamed: dict[Mode, int] = dict.fromkeys(Mode, 0)
    unnamed_countries: set[str] = set()
    parties: dict[str, _Gathered] = {}
    same = _one_spelling(row.party for row in counted if row.party)
    for row in counted:
        country, mode = country_of(row), row.counted_mode(basis)
        if row.person:
            people[row.person] = people.get(row.person) or country
            modes[mode].add(row.person)
        else:
            unnamed[mode] += 1
            unnamed_countries.add(country or "")
        if row.party is None:
            continue
        party = same[row.party.key]
        gathered = parties.setdefault(party.key, _Gathered(party, party.kind, None))
        gathered.kind = gathered.kind or row.party.kind
        gathered.country = gathered.country or country
        gathered.people |= {row.person} - {""}
        gathered.modes.add(mode)
    cities = _cities(g for g in parties.values() if g.kind is OrganizationKind.CITY)
    organizations = _organizations(g for g in parties.values() if g.kind is not OrganizationKind.CITY)
    statuses = Counter(row.status for row in everything)
    return Counts(
        basis=basis,
        home=home,
        people=tuple(people),
        by_mode={mode: len(persons) for mode, persons in modes.items()},
        by_status={status: statuses[status] for status in RegistrationStatus},
        domestic_cities=tuple(city for city in cities if city.country == home),
        foreign_cities=tuple(city for city in cities if city.country not in {home, None}),
        unplaced=tuple(city for city in cities if city.country is None),
        organizations=tuple(organizations),
        countries=_countries(people, cities, organizations, home),
        generated=len({row.person for row in counted if row.generated and row.person}),
        unnamed=unnamed,
        unnamed_countries=frozenset(unnamed_countries - {""}),
    )


def country_of(row: CountedRegistration) -> str | None:
    """The country a row counts for; None for an international organization, or if nothing is known."""
    if row.party is None:
        return row.country
    if row.party.kind is OrganizationKind.INTERNATIONAL_ORGANIZATION:
        return None
    return row.party.place_country or row.country


def _one_spelling(parties: Iterable[CountedParty]) -> dict[str, CountedParty]:
    """Each party's key → the party it is. A typed name that matches a known party of the same country means that
    party.
    """
    by_key: dict[str, CountedParty] = {}
    for party in parties:
        by_key.setdefault(party.key, party)
    known: dict[tuple[str, str | None], CountedParty] = {}
    for party in by_key.values():
        if not party.key.startswith("~"):
            for name in party.names.values():
                for bare in {fold(name), fold_city(name) if party.kind is OrganizationKind.CITY else fold(name)}:
                    known.setdefault((bare, party.place_country), party)
    found = {}
    for key, party in by_key.items():
        match = None
        if key.startswith("~"):
            bare = key[1:].rsplit("/", 1)[0]
            match = known.get((bare, party.place_country))
            if match is not None and party.kind not in {None, match.kind}:
                match = None  # "Chiba", the prefecture, is not "Chiba", the city
        found[key] = match or party
    return found


def _cities(gathered: Iterable[_Gathered]) -> list[City]:
    """One city per place; several organizations of one city hall are one city."""
    merged: dict[str, City] = {}
    persons: dict[str, set[str]] = {}
    for g in gathered:
        country = g.party.place_country or g.country
        key = g.party.city_key or _folded_key(g.party.names, country)
        who = persons.setdefault(key, set())
        who |= g.people
        old = merged.get(key)
        merged[key] = City(
            key=key,
            names=old.names if old else (g.party.city or g.party.names),
            country=country,
            people=len(who),
            modes=tuple(mode for mode in Mode if mode in g.modes or (old and mode in old.modes)),
        )
    return sorted(merged.values(), key=lambda city: (city.country or "", str(city.names).casefold()))


def _folded_key(names: LocalizedText, country: str | None) -> str:
    return f"~{fold_city(str(names))}/{country or ''}"


def _organizations(gathered: Iterable[_Gathered]) -> list[CountedOrganization]:
    found = [
        CountedOrganization(
            key=g.party.key,
            names=g.party.names,
            kind=g.kind or OrganizationKind.OTHER,
            country=None if g.kind is OrganizationKind.INTERNATIONAL_ORGANIZATION else g.country,
            people=len(g.people),
            unsorted=g.kind is None,
        )
        for g in gathered
    ]
    kinds = list(OrganizationKind)
    return sorted(found, key=lambda o: (kinds.index(o.kind), str(o.names).casefold()))


def _countries(
    people: dict[str, str | None], cities: list[City], organizations: list[CountedOrganization], home: str
) -> tuple[Country, ...]:
    """The home country first, then by number of people; rows without a country last."""
    heads = Counter(people.values())
    places = Counter(city.country for city in cities)
    bodies = Counter(organization.country for organization in organizations)
    codes = {*heads, *places, *bodies}
    rows = [Country(code, code not in {home, None}, places[code], bodies[code], heads[code]) for code in codes]
    return tuple(sorted(rows, key=lambda c: (c.code is None, c.code != home, -c.people, c.code or "")))


def figures_of(counts: Counts, rounding: Rounding) -> Figures:
    """The numbers of a count. Only people are rounded: cities and organizations can be listed one by one.

    The countries are those of the foreign cities; without foreign cities, those that people come from.
    """
    people, word = rounded(len(counts.people), rounding)
    return Figures(
        people=people,
        rounding=word,
        home=counts.home,
        foreign_cities=len(counts.foreign_cities),
        foreign_countries=len(counts.city_countries if counts.foreign_cities else counts.foreign_countries),
        domestic_cities=len(counts.domestic_cities),
        organizations=len(counts.organizations),
    )


@dataclass(frozen=True)
class CountStatement:
    """A count with its time and the rounding of its summary."""

    counts: Counts
    rounding: Rounding
    as_of: datetime

    def parts(self, language: str) -> Summary:
        """The attendance summary in parts for a page; empty if nobody is counted."""
        return summary(figures_of(self.counts, self.rounding), language) if self.counts.anybody else ()

    def text(self, language: str) -> str:
        """The attendance summary as text."""
        return plain(self.parts(language))
