"""Counts for the public, as a page and as JSON."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from eventapp.attendance.operations import report_count
from eventapp.attendance.rules import Rounding
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.operations import add_place
from eventapp.directory.rules import OrganizationKind, PlaceKind
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import Make
from tests.support.visitor import Page, Visitor


@pytest.fixture
def event(make: Make) -> Event:
    """Two cities, a company, and individuals: 13 in person with five seats too few, and 6 online."""
    event = make.event("summit", counts_public=True)
    hall, online = make.option(event, capacity=8), make.option(event, Mode.ONLINE)
    with transaction():
        place = add_place(
            slug="nuernberg",
            kind=PlaceKind.CITY,
            names=LocalizedText(en="Nürnberg", ja="ニュルンベルク"),
            aliases=["Nurnberg", "Nuremberg"],
            country_code="DE",
        )
    make.organization("City of Nürnberg", OrganizationKind.CITY, place=place)
    make.organization("Saitama City", OrganizationKind.CITY)
    make.organization("Aoba Works", OrganizationKind.OTHER)
    city = OrganizationKind.CITY
    make.registration(event, hall, "a@example.org", organization="City of Nürnberg", country="DE")
    make.registration(
        event, online, "b@example.org", organization="ニュルンベルク", organization_kind=city, country="DE"
    )
    make.registration(event, hall, "c@example.org", organization="Saitama City", organization_kind=city, country="JP")
    make.registration(event, hall, "d@example.org", organization="Aoba Works", country="JP", family_name="Secretive")
    for number in range(5):
        make.registration(event, online, f"online{number}@example.org", country="JP")
    for number in range(10):
        make.registration(event, hall, f"hall{number}@example.org", country="JP")
    return event


def test_the_json_has_the_promised_keys_and_numbers(client: Visitor, event: Event) -> None:
    body = client.get("/events/summit/counts.json").get_json()
    assert set(body) == {
        "event",
        "as_of",
        "basis",
        "people",
        "by_mode",
        "delegations",
        "by_status",
        "cities",
        "cities_without_country",
        "countries",
        "organizations",
    }
    assert (body["event"], body["basis"], body["people"]) == ("summit", "confirmed", 14)
    assert body["by_mode"] == {"in_person": 8, "online": 6, "video_message": 0}
    assert body["by_status"] == {
        status.value: {"confirmed": 14, "waitlisted": 5}.get(status, 0) for status in RegistrationStatus
    }
    assert body["cities"] == {"domestic": 1, "foreign": 1}
    assert body["countries"] == {"foreign": 1}
    assert body["organizations"]["other"] == 1
    assert "city" not in body["organizations"]


def test_registered_counts_those_who_wait_as_well(client: Visitor, event: Event) -> None:
    assert client.get("/events/summit/counts.json?basis=registered").get_json()["people"] == 19


def test_the_proof_names_cities_and_organizations_and_no_person(client: Visitor, event: Event) -> None:
    response = client.get("/events/summit/counts.json?proof=1")
    proof = response.get_json()["proof"]
    assert proof["cities"]["foreign"] == [{"name": "Nürnberg", "country": "DE"}]
    assert [one["name"] for one in proof["organizations"]] == ["Aoba Works"]
    assert "Secretive" not in response.get_data(as_text=True)
    assert "@" not in response.get_data(as_text=True)


@pytest.mark.parametrize("basis", ["everybody", "checked_in", "declared"])
def test_a_basis_that_is_none_or_has_no_rows_is_refused_with_a_sentence(
    client: Visitor, event: Event, basis: str
) -> None:
    response = client.get(f"/events/summit/counts.json?basis={basis}")
    assert response.status_code == 422
    assert response.get_json()["error"].endswith(".")
    assert client.get(f"/events/summit/counts?basis={basis}").status_code == 422


def test_counts_that_are_not_published_are_for_the_team_only(client: Visitor, organizer: Visitor, make: Make) -> None:
    make.event("closed")
    assert client.get("/events/closed/counts").status_code == 404
    assert client.get("/events/closed/counts.json").status_code == 404
    stranger = make.user()
    client.sign_in(stranger)
    assert client.get("/events/closed/counts.json").status_code == 404
    response = organizer.get("/events/closed/counts.json")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_counts_of_a_draft_are_not_public(client: Visitor, make: Make) -> None:
    make.event("draft", status=EventStatus.DRAFT, counts_public=True)
    assert client.get("/events/draft/counts").status_code == 404
    assert client.get("/events/draft/counts.json").status_code == 404


def test_an_unknown_event_has_no_counts(client: Visitor, app: Flask) -> None:
    assert client.get("/events/nowhere/counts").status_code == 404
    assert client.get("/events/nowhere/counts.json").status_code == 404


def test_the_page_shows_the_summary_with_its_basis(client: Visitor, event: Event) -> None:
    client.get("/events/summit/counts")
    text = Page.text(client.page.one("main"))
    assert "14 people from 1 city in one foreign country, 1 city in Japan and 1 company or organization." in text
    assert "Counts confirmed registrations." in text
    assert "Nürnberg" in text
    assert "Aoba Works" in text
    assert "Secretive" not in text


def test_the_page_speaks_japanese(client: Visitor, event: Event) -> None:
    client.get("/events/summit/counts?lang=ja")
    text = Page.text(client.page.one("main"))
    assert "海外1か国・1都市、国内1都市、1の企業・団体から14人の参加者。" in text
    assert "ニュルンベルク" in text


def test_a_new_registration_is_on_the_page_at_once(client: Visitor, event: Event, make: Make) -> None:
    assert client.get("/events/summit/counts.json").get_json()["people"] == 14
    make.registration(event, make.option(event, Mode.ONLINE), country="FI")
    assert client.get("/events/summit/counts.json").get_json()["people"] == 15
    assert client.get("/events/summit/counts.json").get_json()["countries"] == {"foreign": 2}


def test_the_page_says_if_nobody_is_counted(client: Visitor, make: Make) -> None:
    make.event("empty", counts_public=True)
    client.get("/events/empty/counts")
    assert "There is nobody to count yet." in Page.text(client.page.one("main"))
    assert client.get("/events/empty/counts.json").get_json()["people"] == 0


def test_reported_figures_are_shown_separately_with_their_source(client: Visitor, event: Event) -> None:
    with transaction():
        report_count(event, people=300, domestic_cities=22, rounding=Rounding.OVER, source="The organizer's page")
    client.get("/events/summit/counts")
    text = Page.text(client.page.one("main"))
    assert "Over 300 people from 22 cities in Japan." in text
    assert "The organizer's page" in text
    assert client.get("/events/summit/counts.json").get_json()["people"] == 14


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_people(
    client: Visitor, event: Event, make: Make, queries: Any
) -> None:
    client.get("/events/summit/counts")
    option = make.option(event, Mode.VIDEO_MESSAGE)
    with queries() as few:
        client.get("/events/summit/counts?basis=registered&lang=de")
    for number in range(20):
        make.organization(f"Works {number}")
        make.registration(event, option, organization=f"Works {number}", country="JP")
        make.registration(event, option, organization=f"Town {number}", organization_kind=OrganizationKind.CITY)
    with queries() as many:
        client.get("/events/summit/counts?basis=registered&lang=fr")
    assert len(few) == len(many) <= 17


def test_a_name_that_somebody_typed_is_counted_but_not_shown_to_the_public(client, make):
    event = make.event("forum", counts_public=True)
    option = make.option(event)
    make.organization("Known Company")
    make.registration(event, option, organization="Known Company", country="JP")
    make.registration(
        event, option, organization="Buy cheap pills", country="JP", organization_kind=OrganizationKind.COMPANY
    )
    for path in ("/events/forum/counts", "/events/forum/counts.json?proof=1"):
        text = client.get(path).get_data(as_text=True)
        assert "Known Company" in text, path
        assert "pills" not in text, path
    assert client.get("/events/forum/counts.json").get_json()["organizations"]["company"] == 2


def test_a_number_below_five_is_not_published_nor_told_by_its_total(client: Visitor, event: Event, make: Make) -> None:
    film = make.option(event, Mode.VIDEO_MESSAGE)
    make.registration(event, film, country="FI")
    body = client.get("/events/summit/counts.json").get_json()
    assert body["people"] == 15
    assert body["by_mode"] == {"in_person": 8, "online": None, "video_message": None}
    assert "fewer than 5" in body["note"]
    client.get("/events/summit/counts")
    text = Page.text(client.page.one("main"))
    assert "In person 8 · Online not shown · Video message fewer than 5" in text


def test_fewer_than_five_people_are_a_sentence_without_a_number(client: Visitor, make: Make) -> None:
    event = make.event("small", counts_public=True)
    make.registration(event, make.option(event), country="FI", organization="Tampere", organization_kind="city")
    for path, sentence in (
        ("/events/small/counts", "Fewer than 5 people from 1 city in one foreign country."),
        ("/events/small/counts?lang=ja", "海外1か国・1都市から5人未満の参加者。"),
        ("/events/small", "Fewer than 5 people from 1 city in one foreign country."),
    ):
        client.get(path)
        text = Page.text(client.page.one("main"))
        assert sentence in text, path
        assert "1 person" not in text, path
    body = client.get("/events/small/counts.json").get_json()
    assert (body["people"], body["by_mode"]["in_person"], body["by_status"]["confirmed"]) == (None, None, None)


def test_few_people_are_not_called_demo_data(client: Visitor, make: Make) -> None:
    event = make.event(counts_public=True)
    make.registration(event, make.option(event))
    for basis in ("confirmed", "registered"):
        client.get(f"/events/{event.slug}/counts?basis={basis}")
        assert "demo data" not in Page.text(client.page.one("main"))


def test_who_is_in_one_basis_only_is_not_told_by_comparing_two(client: Visitor, event: Event, make: Make) -> None:
    full = make.option(event, Mode.ONLINE, capacity=1)
    for _ in range(2):
        make.registration(event, full, country="JP")
    assert client.get("/events/summit/counts.json?basis=registered").get_json()["people"] == 21
    body = client.get("/events/summit/counts.json?basis=registered").get_json()
    assert body["by_mode"] == {"in_person": None, "online": None, "video_message": 0}


def test_a_city_without_a_country_is_said_to_be_uncounted(client: Visitor, event: Event, make: Make) -> None:
    online = make.option(event, Mode.ONLINE)
    for _ in range(5):
        make.registration(event, online, organization="Springfield", organization_kind=OrganizationKind.CITY)
    assert client.get("/events/summit/counts.json").get_json()["cities_without_country"] == 1
    client.get("/events/summit/counts")
    assert "1 city without a country is not counted." in Page.text(client.page.one("main"))
