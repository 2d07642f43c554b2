"""What counts as a person, a city, a country, an organization."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from eventapp.attendance.facets import facets
from eventapp.attendance.rules import (
    Basis,
    CountedParty,
    CountedRegistration,
    CountStatement,
    NotCounted,
    count,
    figures_of,
    typed_party,
)
from eventapp.attendance.summary import Figures, Rounding, plain, rounded, summary
from eventapp.core import clock
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind as Kind
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus as Status


def row(person: str = "a@example.org", party: CountedParty | None = None, **values: Any) -> CountedRegistration:
    return CountedRegistration(**{"person": person, "status": Status.CONFIRMED, "party": party, **values})


def city(name: str, country: str = "JP", key: str = "") -> CountedParty:
    return CountedParty(
        f"#{key or name}", LocalizedText(en=name), Kind.CITY, country, name.lower(), LocalizedText(en=name)
    )


def body(name: str, kind: Kind | None = Kind.COMPANY, country: str | None = "JP") -> CountedParty:
    return CountedParty(f"#{name}", LocalizedText(en=name), kind, country)


def test_one_person_in_two_delegations_is_one_person() -> None:
    counts = count([row(party=city("Pittsburgh", "US")), row(party=body("Solar Works"))], home="JP")
    assert counts.people == 1


def test_one_person_in_two_modes_is_one_person_and_one_in_each_mode() -> None:
    counts = count([row(mode=Mode.IN_PERSON), row(mode=Mode.ONLINE)], home="JP")
    assert counts.people == 1
    assert counts.by_mode == {Mode.IN_PERSON: 1, Mode.ONLINE: 1, Mode.VIDEO_MESSAGE: 0}


def test_one_city_in_two_modes_is_one_city() -> None:
    here = city("Melbourne", "AU")
    counts = count([row("a", here), row("b", here, mode=Mode.ONLINE)], home="JP")
    assert [(c.people, c.modes) for c in counts.foreign_cities] == [(2, (Mode.IN_PERSON, Mode.ONLINE))]


def test_two_organizations_of_one_city_hall_are_one_city() -> None:
    counts = count([row("a", city("Saitama", key="mayor")), row("b", city("Saitama", key="waterworks"))], home="JP")
    assert [c.people for c in counts.domestic_cities] == [2]


def test_the_same_city_under_a_typed_name_is_one_city() -> None:
    typed = typed_party("City of Pittsburgh", kind=Kind.CITY, country="US")
    counts = count([row("a", city("Pittsburgh", "US")), row("b", typed)], home="JP")
    assert [c.people for c in counts.foreign_cities] == [2]


def test_spellings_of_a_typed_city_are_one_city() -> None:
    names = ("New York", "NEWYORK", "City of New York", "New-York")
    rows = [row(n, typed_party(n, kind=Kind.CITY, country="US")) for n in names]
    assert len(count(rows, home="JP").foreign_cities) == 1


def test_cities_of_one_name_in_two_countries_are_two_cities() -> None:
    rows = [row(c, typed_party("Newcastle", kind=Kind.CITY, country=c)) for c in ("AU", "GB")]
    assert len(count(rows, home="JP").foreign_cities) == 2


def test_domestic_and_foreign_are_relative_to_the_country_of_the_event() -> None:
    rows = [row("a", city("Saitama", "JP")), row("b", city("Tampere", "FI"))]
    assert [str(c.names) for c in count(rows, home="JP").domestic_cities] == ["Saitama"]
    assert [str(c.names) for c in count(rows, home="FI").domestic_cities] == ["Tampere"]


def test_a_city_of_no_known_country_is_neither_domestic_nor_foreign() -> None:
    counts = count([row("a", typed_party("Springfield", kind=Kind.CITY, country=None))], home="JP")
    assert (counts.domestic_cities, counts.foreign_cities) == ((), ())
    assert [str(c.names) for c in counts.unplaced] == ["Springfield"]


def test_a_typed_city_takes_the_country_of_its_people() -> None:
    counts = count([row("a", typed_party("Lyon", kind=Kind.CITY, country="FR"), country="FR")], home="JP")
    assert [c.country for c in counts.foreign_cities] == ["FR"]


def test_a_prefecture_or_state_is_an_organization_and_no_city() -> None:
    counts = count([row("a", body("Hawaii", Kind.PREFECTURE_REGION, "US"))], home="JP")
    assert counts.foreign_cities == ()
    assert counts.by_kind[Kind.PREFECTURE_REGION] == 1


def test_a_prefecture_of_the_name_of_a_city_is_not_that_city() -> None:
    typed = typed_party("Chiba", kind=Kind.PREFECTURE_REGION, country="JP")
    counts = count([row("a", city("Chiba")), row("b", typed)], home="JP")
    assert (len(counts.domestic_cities), counts.by_kind[Kind.PREFECTURE_REGION]) == (1, 1)


def test_a_company_in_a_city_does_not_make_the_city_take_part() -> None:
    works = CountedParty("#1", LocalizedText(en="Solar Works"), Kind.COMPANY, "JP", "osaka", LocalizedText(en="Osaka"))
    counts = count([row("a", works)], home="JP")
    assert (counts.domestic_cities, len(counts.organizations)) == ((), 1)


def test_cities_are_not_counted_as_organizations() -> None:
    counts = count([row("a", city("Saitama")), row("b", body("Solar Works"))], home="JP")
    assert len(counts.organizations) == 1
    assert Kind.CITY not in counts.by_kind


def test_an_international_organization_contributes_no_country() -> None:
    here = body("World Network of Cities", Kind.INTERNATIONAL_ORGANIZATION, "DE")
    counts = count([row("a", here, country="BR")], home="JP")
    assert counts.foreign_countries == ()
    assert counts.by_kind[Kind.INTERNATIONAL_ORGANIZATION] == 1


def test_the_organization_tells_the_country_before_the_person() -> None:
    counts = count([row("a", body("Solar Works", country="JP"), country="FI")], home="JP")
    assert counts.foreign_countries == ()


def test_the_person_tells_the_country_where_the_organization_has_none() -> None:
    counts = count([row("a", body("Somebody's Studio", country=None), country="FI"), row("b", country="DE")], home="JP")
    assert set(counts.foreign_countries) == {"FI", "DE"}


def test_countries_of_people_and_countries_of_cities_are_distinguished() -> None:
    counts = count([row("a", city("Tampere", "FI")), row("b", country="DE")], home="JP")
    assert set(counts.foreign_countries) == {"FI", "DE"}
    assert counts.city_countries == ("FI",)
    assert figures_of(counts, Rounding.EXACTLY).foreign_countries == 1


def test_an_organization_of_no_kind_is_other_and_reported_as_unsorted() -> None:
    counts = count([row("a", typed_party("Aoba", kind=None, country="JP"))], home="JP")
    assert counts.by_kind[Kind.OTHER] == 1
    assert [str(o.names) for o in counts.unsorted] == ["Aoba"]


def test_one_organization_sorted_by_one_and_left_open_by_another_is_one_sorted_organization() -> None:
    rows = [
        row("a", typed_party("Aoba Works", kind=None, country="JP")),
        row("b", typed_party("aoba works", kind=Kind.COMPANY, country="JP")),
    ]
    counts = count(rows, home="JP")
    assert (counts.by_kind[Kind.COMPANY], counts.unsorted) == (1, ())


def test_an_unsorted_name_of_a_known_city_is_that_city() -> None:
    rows = [row("a", city("Pittsburgh", "US")), row("b", typed_party("Pittsburgh", kind=None, country="US"))]
    counts = count(rows, home="JP")
    assert (len(counts.foreign_cities), counts.organizations) == (1, ())


def test_somebody_without_an_organization_is_counted_as_a_person_only() -> None:
    counts = count([row("a", country="JP")], home="JP")
    assert (counts.people, counts.organizations) == (1, ())
    assert typed_party("  — ", kind=None, country="JP") is None


@pytest.mark.parametrize(
    ("basis", "people"),
    [
        (Basis.REGISTERED, {"pending", "confirmed", "offered", "waitlisted"}),
        (Basis.CONFIRMED, {"confirmed"}),
    ],
)
def test_the_basis_says_which_registrations_count(basis: Basis, people: set[str]) -> None:
    counts = count([row(status.value, status=status) for status in Status], home="JP", basis=basis)
    assert counts.people == len(people)


def test_numbers_by_status_do_not_depend_on_the_basis() -> None:
    counts = count([row(status.value, status=status) for status in Status], home="JP", basis=Basis.CONFIRMED)
    assert counts.by_status == dict.fromkeys(Status, 1)


@pytest.mark.parametrize(
    ("basis", "words"), [(Basis.CHECKED_IN, "There are no check-ins yet"), (Basis.DECLARED, "can't be broken down")]
)
def test_a_basis_without_rows_says_so_instead_of_zero(basis: Basis, words: str) -> None:
    with pytest.raises(NotCounted, match=words):
        count([row()], home="JP", basis=basis)


def test_who_was_checked_in_counts_once_in_person_whatever_became_of_the_registration() -> None:
    rows = [
        row("a", checked_in=True),
        row("a", status=Status.CANCELLED, checked_in=True),
        row("b", mode=Mode.ONLINE, checked_in=True),
        row("c"),
    ]
    counts = count(rows, home="JP", basis=Basis.CHECKED_IN)
    assert counts.people == 2
    assert counts.by_mode == {**dict.fromkeys(Mode, 0), Mode.IN_PERSON: 2}


def test_generated_people_are_counted_apart() -> None:
    assert count([row("a", generated=True), row("b")], home="JP").generated == 1


def test_the_table_by_country_begins_at_home_and_ends_with_what_has_no_country() -> None:
    rows = [row("a", city("Tampere", "FI")), row("b", city("Saitama")), row("c"), row("d", body("Solar Works"))]
    table = [(c.code, c.cities, c.organizations, c.people) for c in count(rows, home="JP").countries]
    assert table == [("JP", 1, 1, 2), ("FI", 1, 0, 1), (None, 0, 0, 1)]


@pytest.mark.parametrize(
    ("number", "over", "about"),
    [
        (312, 300, 310),
        (367, 350, 370),
        (149, 100, 150),
        (1049, 1000, 1000),
        (1640, 1500, 1600),
        (37, 35, 37),
        (10_400, 10_000, 10_000),
    ],
)
def test_over_takes_the_next_step_below_and_about_two_digits(number: int, over: int, about: int) -> None:
    assert rounded(number, Rounding.OVER) == (over, Rounding.OVER)
    assert rounded(number, Rounding.ABOUT)[0] == about


@pytest.mark.parametrize("number", [0, 7, 9, 300, 50])
def test_a_round_or_small_number_is_exact(number: int) -> None:
    assert rounded(number, Rounding.OVER) == (number, Rounding.EXACTLY)


NEWSLETTER = Figures(300, Rounding.OVER, "JP", 15, 9, 22, 50)


def resolve(figures: Figures, language: str = "en") -> str:
    return plain(summary(figures, language))


def test_the_summary_of_the_newsletter_in_english() -> None:
    assert resolve(NEWSLETTER) == (
        "Over 300 people from 15 cities in nine foreign countries, 22 cities in Japan "
        "and 50 companies and organizations"
    )


def test_the_summary_of_the_newsletter_in_japanese() -> None:
    assert resolve(NEWSLETTER, "ja") == "海外9か国・15都市、国内22都市、50の企業・団体から300人を超える参加者"


def test_numbers_are_marked_for_the_page() -> None:
    marked = [part.text for part in summary(NEWSLETTER, "en") if part.number]
    assert marked == [
        "300 people",
        "15 cities",
        "nine foreign countries",
        "22 cities",
        "50 companies and organizations",
    ]


@pytest.mark.parametrize(
    ("figures", "english", "japanese"),
    [
        (Figures(312, Rounding.EXACTLY, "JP"), "312 people", "312人の参加者"),
        (
            Figures(1, Rounding.EXACTLY, "JP", 1, 1, 1, 1),
            "1 person from 1 city in one foreign country, 1 city in Japan and 1 company or organization",
            "海外1か国・1都市、国内1都市、1の企業・団体から1人の参加者",
        ),
        (
            Figures(40, Rounding.ABOUT, "FI", 0, 0, 3, 0),
            "About 40 people from 3 cities in Finland",
            "フィンランド3都市から約40人の参加者",
        ),
        (
            Figures(40, Rounding.EXACTLY, "US", 0, 12, 3, 0),
            "40 people from 12 foreign countries and 3 cities in the United States",
            "海外12か国、アメリカ合衆国3都市から40人の参加者",
        ),
        (
            Figures(1200, Rounding.EXACTLY, "JP", None, None, None, 2),
            "1,200 people from 2 companies and organizations",
            "2の企業・団体から1,200人の参加者",
        ),
        (Figures(0, Rounding.EXACTLY, "JP"), "", ""),
        (Figures(None, Rounding.EXACTLY, "JP", None, None, 4), "4 cities in Japan", "国内4都市"),
    ],
)
def test_parts_without_a_number_are_left_out(figures: Figures, english: str, japanese: str) -> None:
    assert resolve(figures) == english
    assert resolve(figures, "ja") == japanese


def test_a_language_without_a_writer_of_its_own_reads_english() -> None:
    assert resolve(NEWSLETTER, "fi") == resolve(NEWSLETTER, "en")


def test_nobody_counted_has_no_sentence() -> None:
    assert CountStatement(count([], home="JP"), Rounding.OVER, clock.now()).text("en") == ""


def test_the_kind_of_an_organization_does_not_depend_on_who_registered_first() -> None:
    kinds = (None, Kind.INTERNATIONAL_ORGANIZATION, Kind.CITY, Kind.COMPANY)
    rows = [row(str(kind), typed_party("Chiba", kind=kind, country="JP")) for kind in kinds]
    for order in permutations(rows):
        counts = count(order, home="JP")
        assert [city.people for city in counts.domestic_cities] == [4]
        found = facets({one.person: (one.party, one.country) for one in order})
        assert {one.kind for one in found.values()} == {Kind.CITY}
