"""What attendees represent, and which names mean one organization. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from eventapp.core.localized import LocalizedText, fold
from eventapp.directory.rules import OrganizationKind, fold_city, says_none


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
TYPED = "~"


def typed_party(name: str, *, kind: OrganizationKind | None, country: str | None) -> CountedParty | None:
    """The party of an organization that is not in the directory: one folded name in one country is one party."""
    bare = fold_city(name) if kind is OrganizationKind.CITY else fold(name)
    if not bare or says_none(name):
        return None
    return CountedParty(
        key=f"{TYPED}{bare}/{country or ''}",
        names=LocalizedText({"en": name.strip()}),
        kind=kind,
        place_country=country,
    )


def _by_key(parties: Iterable[CountedParty]) -> dict[str, CountedParty]:
    """One of the parties with each key: the one whose kind counts."""
    found: dict[str, CountedParty] = {}
    for party in parties:
        before = found.setdefault(party.key, party)
        if first_kind(before.kind, party.kind) is not before.kind:
            found[party.key] = party
    return found


_KINDS = list(OrganizationKind)


def first_kind(one: OrganizationKind | None, other: OrganizationKind | None) -> OrganizationKind | None:
    """Which of two kinds counts that were typed for one organization, whichever was typed first: None last."""
    if one is None or other is None:
        return one or other
    return min(one, other, key=_KINDS.index)


def first_country(one: str | None, other: str | None) -> str | None:
    """Which of two countries counts that people of one organization have, regardless of who registered first."""
    return min(one, other) if one and other else one or other


def one_spelling(parties: Iterable[CountedParty]) -> dict[str, CountedParty]:
    """Each party's key → the party it is. A typed name that matches a known party of the same country means that
    party.
    """
    by_key = _by_key(parties)
    if not any(key.startswith(TYPED) for key in by_key):
        return by_key
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
