"""The statement: what is chosen, what is behind its numbers, its frozen copies, and names that may be one city."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from eventapp.accounts.rules import Role
from eventapp.attendance import queries
from eventapp.attendance.models import FrozenStatement
from eventapp.core.db import db, transaction
from eventapp.directory.models import Place
from eventapp.directory.operations import add_place
from eventapp.directory.rules import OrganizationKind, PlaceKind
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import HostRole
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from tests.support.make import Make, fresh, words
from tests.support.visitor import Page, Visitor

PATH = "/manage/events/summit/counts/statement"
CITY = OrganizationKind.CITY


@pytest.fixture
def event(make: Make) -> Event:
    """A host, a city abroad online, a company, and somebody alone."""
    event = make.event("summit")
    hall, online = make.option(event), make.option(event, Mode.ONLINE)
    with transaction():
        saitama = add_place(slug="saitama", kind=PlaceKind.CITY, names=words("Saitama"), country_code="JP")
    host = make.organization("Saitama City", CITY, place=saitama)
    with transaction():
        events.set_hosts(fresh(event), [(fresh(host), HostRole.HOST)])
    make.registration(event, hall, organization="Saitama City", country="JP", family_name="Host")
    make.registration(
        event, online, organization="Tampere", organization_kind=CITY, country="FI", family_name="Virtanen"
    )
    make.registration(event, hall, organization="Aoba Works", organization_kind=OrganizationKind.COMPANY, country="JP")
    make.registration(event, hall, country="JP")
    return event


def main(visitor: Visitor) -> str:
    return Page.text(visitor.page.one("main"))


def copied(visitor: Visitor, language: str = "en") -> str:
    """The summary in the field to copy it from."""
    return next(Page.text(one) for one in visitor.page.all("textarea") if one.get("lang") == language)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "4 people from 1 city in one foreign country, 1 city in Japan and 1 company or organization."),
        ("?host=no", "3 people from 1 city in one foreign country and 1 company or organization."),
        ("?mode=online", "1 person from 1 city in one foreign country."),
        ("?mode=in_person&host=no", "2 people from 1 company or organization."),
    ],
)
def test_modes_and_the_host_are_counted_as_chosen(organizer: Visitor, event: Event, query: str, sentence: str) -> None:
    organizer.get(PATH + query)
    assert copied(organizer) == sentence


def test_examples_are_named_in_the_summary_in_both_languages(organizer: Visitor, event: Event) -> None:
    organizer.get(PATH)
    boxes = [one for one in organizer.page.all("input") if one.get("name") == "example"]
    tampere = next(one.get("value") for one in boxes if "tampere" in one.get("value", ""))
    organizer.get(PATH, query_string={"example": tampere})
    assert copied(organizer).startswith("4 people from 1 city (among them Tampere) in one foreign country")
    assert copied(organizer, "ja").startswith("海外1か国・1都市（Tampereなど）")


def test_each_city_and_organization_opens_the_list_of_its_people(organizer: Visitor, event: Event) -> None:
    organizer.get(PATH)
    links = [a.get("href") for a in organizer.page.all("a") if "/statement/people?" in a.get("href", "")]
    assert len(links) == 3
    found = []
    for link in links:
        organizer.get(link, follow_redirects=True)
        found.append(main(organizer))
    assert sum("Virtanen" in text for text in found) == 1
    assert sum("Host" in text and "Virtanen" not in text for text in found) == 1
    assert organizer.get(f"{PATH}/people?key=nowhere").status_code == 404


def test_a_frozen_copy_stays_as_it_is_when_everybody_is_erased(organizer: Visitor, event: Event) -> None:
    organizer.get(PATH)
    response = organizer.fill_elsewhere(
        PATH, f"{PATH}/freeze", {"name": "Final figures", "basis": "confirmed", "host": "no"}
    )
    with transaction():
        db.session.execute(delete(Registration))
    organizer.get(response.location)
    text = main(organizer)
    assert "3 people from 1 city in one foreign country and 1 company or organization." in text
    assert "The host does not count." in text
    assert "Tampere" in text
    organizer.get(PATH)
    assert "Final figures" in main(organizer)


def test_a_frozen_copy_holds_nobodys_name(organizer: Visitor, event: Event) -> None:
    organizer.fill_elsewhere(PATH, f"{PATH}/freeze", {"name": "Final", "basis": "confirmed"})
    kept = str(db.session.scalars(select(FrozenStatement)).one().content)
    for row in db.session.scalars(select(Registration)):
        assert row.family_name not in kept
        assert row.email not in kept


def test_a_copy_without_a_name_is_refused_and_the_choice_stays(organizer: Visitor, event: Event) -> None:
    response = organizer.fill_elsewhere(PATH, f"{PATH}/freeze", {"name": " ", "host": "no"})
    assert response.status_code == 422
    assert copied(organizer).startswith("3 people")


def test_a_copy_can_be_deleted(organizer: Visitor, event: Event) -> None:
    response = organizer.fill_elsewhere(PATH, f"{PATH}/freeze", {"name": "Final"})
    assert organizer.fill_elsewhere(response.location, f"{response.location}/delete").status_code == 303
    assert organizer.get(response.location).status_code == 404


def test_a_viewer_reads_the_statement_and_changes_nothing(client: Visitor, event: Event, make: Make) -> None:
    client.sign_in(make.member(event, Role.VIEWER))
    assert client.get(PATH).status_code == 200
    assert not [one for one in client.page.all("form") if one.get("action", "").startswith(f"{PATH}/")]
    assert client.fill_elsewhere(PATH, f"{PATH}/freeze", {"name": "Mine"}).status_code == 403
    assert client.get(f"{PATH}/people?key=~tampere/FI").status_code == 403


def decide(visitor: Visitor, answer: str) -> None:
    """Press the first pair's button on the page of the statement."""
    visitor.get(PATH)
    form = next(one for one in visitor.page.all("form") if one.get("action", "").endswith("/cities"))
    values = {one.get("name"): one.get("value") for one in form.iter() if one.tag.endswith("input")}
    assert visitor.post(f"{PATH}/cities", data=values | {"same": answer}).status_code == 303


def test_two_spellings_are_one_city_once_the_organizer_says_so(organizer: Visitor, event: Event, make: Make) -> None:
    option = make.option(event)
    make.registration(event, option, organization="Tampeere", organization_kind=CITY, country="FI")
    organizer.get(PATH)
    assert copied(organizer).startswith("5 people from 2 cities in one foreign country")
    decide(organizer, "yes")
    organizer.get(PATH)
    assert copied(organizer).startswith("5 people from 1 city in one foreign country")
    assert "One city or two?" not in main(organizer)
    assert db.session.scalars(select(Place.slug).where(Place.country_code == "FI")).all() == ["tampere"]
    other = make.event("next")
    for name in ("Tampere", "Tampeere"):
        make.registration(other, make.option(other), organization=name, organization_kind=CITY, country="FI")
    assert len(queries.count(fresh(other)).foreign_cities) == 1, "remembered for all events"


def test_two_cities_are_not_proposed_again(organizer: Visitor, event: Event, make: Make) -> None:
    make.registration(event, make.option(event), organization="Tampeere", organization_kind=CITY, country="FI")
    decide(organizer, "no")
    organizer.get(PATH)
    assert "One city or two?" not in main(organizer)
    assert copied(organizer).startswith("5 people from 2 cities")


def test_an_organization_that_is_a_typed_city_is_sorted_as_one(organizer: Visitor, event: Event, make: Make) -> None:
    option = make.option(event)
    make.registration(event, option, organization="Chiba City", organization_kind=CITY, country="JP")
    make.registration(event, option, organization="Chiba Municipal Office", country="JP")
    organizer.get(PATH)
    assert "Chiba City · Chiba Municipal Office" in main(organizer)
    decide(organizer, "yes")
    counts = queries.count(fresh(event))
    assert [(str(city.names), city.people) for city in counts.domestic_cities] == [("Chiba City", 2), ("Saitama", 1)]
    assert counts.unsorted == ()


def test_what_nobody_has_proposed_is_refused(organizer: Visitor, event: Event) -> None:
    data = {"city": "saitama", "other": "~tampere/FI", "same": "yes"}
    assert organizer.fill_elsewhere(PATH, f"{PATH}/cities", data).status_code == 422


def test_a_delegation_without_names_counts_its_city_and_nobody(make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    guest = make.registration(event, option, organization="Tampere", organization_kind=CITY, country="FI")
    with transaction():
        row = fresh(guest)
        row.family_name = row.given_name = row.name_key = ""
    counts = queries.count(fresh(event))
    assert (counts.people, len(counts.foreign_cities), counts.unnamed[Mode.IN_PERSON]) == (0, 1, 1)


def test_reported_figures_are_entered_changed_and_deleted(organizer: Visitor, event: Event) -> None:
    base = "/manage/events/summit/counts/reported"
    data = {
        "source": "The newsletter",
        "people": "300",
        "rounding": "over",
        "of_what_en": "On site",
        "as_of": "2022-11-24",
    }
    assert organizer.fill_elsewhere(f"{base}/new", f"{base}/new", data).status_code == 303
    organizer.get(base)
    assert "Over 300 people. On site · Source: The newsletter" in main(organizer)
    (row,) = queries.reported_counts(fresh(event))
    organizer.fill_elsewhere(f"{base}/{row.id}", f"{base}/{row.id}", data | {"people": "310"})
    organizer.get(f"{PATH}?basis=declared")
    assert "Over 310 people." in main(organizer)
    assert queries.count(fresh(event)).people == 4, "never mixed with counted ones"
    organizer.fill_elsewhere(f"{base}/{row.id}", f"{base}/{row.id}/delete")
    organizer.get(base)
    assert "No figures have been reported." in main(organizer)


@pytest.mark.parametrize("change", [{"source": " "}, {"people": ""}, {"people": "-1"}, {"people": "many"}])
def test_reported_figures_without_a_source_or_a_number_are_refused(
    organizer: Visitor, event: Event, change: dict[str, str]
) -> None:
    data = {"source": "The newsletter", "people": "300", "rounding": "over"} | change
    path = "/manage/events/summit/counts/reported/new"
    response = organizer.fill_elsewhere(path, path, data)
    assert response.status_code == 422
    assert not queries.reported_counts(fresh(event))


def test_figures_of_another_event_are_not_found(organizer: Visitor, event: Event, make: Make) -> None:
    make.event("other")
    organizer.fill_elsewhere(PATH, f"{PATH}/freeze", {"name": "Final"})
    number = db.session.scalars(select(FrozenStatement.id)).one()
    assert organizer.get(f"/manage/events/other/counts/statement/frozen/{number}").status_code == 404
