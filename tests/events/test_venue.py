"""Where an event is: one venue, which pages, lists, calendars and e-mails read."""

from __future__ import annotations

import pytest

from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events import maps, operations, queries
from tests.support.make import fresh

HALL = LocalizedText(en="City Hall", ja="市役所")


def test_the_name_is_that_of_the_first_venue_wherever_it_is_changed(make):
    event = make.event("forum", venue_name=HALL)
    (venue,) = queries.venues(event)
    assert (fresh(event).venue_name, venue.name) == (HALL, HALL)
    with transaction():
        operations.save_venue(fresh(event), fresh(venue), name=LocalizedText(en="Arena"), address=LocalizedText())
    assert str(fresh(event).venue_name) == "Arena"
    with transaction():
        row = fresh(event)
        operations.edit(row, slug="forum", venue_name=LocalizedText(en="Harbour"))
        assert str(row.venue_name) == "Harbour"
    make.venue(event, "Annex")
    assert [str(one.name) for one in queries.venues(event)] == ["Harbour", "Annex"]
    assert str(fresh(event).venue_name) == "Harbour"


def test_an_empty_name_removes_a_venue_of_which_nothing_else_is_known(make):
    event = make.event("forum", venue_name=HALL)
    with transaction():
        operations.name_venue(fresh(event), LocalizedText())
    assert queries.venues(event) == [] and not fresh(event).venue_name
    make.venue(event, "Arena")
    with pytest.raises(Refused), transaction():
        operations.name_venue(fresh(event), LocalizedText())
    assert str(fresh(event).venue_name) == "Arena"


def test_the_form_of_the_event_keeps_what_was_typed_if_the_venue_can_not_go(organizer, make):
    event = make.event("forum")
    make.venue(event, "Arena")
    response = organizer.fill("/manage/events/forum/edit", {"venue_name_en": "", "title_en": "Typed"})
    assert response.status_code == 422
    assert "Enter a name, or remove the venue" in response.text and "Typed" in response.text
    assert str(fresh(event).venue_name) == "Arena"


def test_the_page_says_where_it_is_how_to_get_there_and_leads_to_maps(organizer, client, make):
    make.event("forum")
    organizer.fill(
        "/manage/events/forum/sites/new",
        {
            "name_en": "City Hall",
            "address_en": "1 Main Street",
            "access_en": "Five minutes from the station",
            "latitude": "35.9",
            "longitude": "139.6",
        },
    )
    page = client.get("/events/forum").text
    assert "Five minutes from the station" in page
    for link in ("openstreetmap.org/?mlat=35.9", "query=35.9%2C139.6", "maps.apple.com/?q=City+Hall"):
        assert link in page
    assert "City Hall" in client.get("/events").text
    assert "City Hall\\, 1 Main Street" in client.get("/events/forum/calendar.ics").text
    assert '"streetAddress":"1 Main Street"' in page.replace(": ", ":")


def test_a_venue_with_a_name_alone_has_no_section(client, make):
    make.event("forum", venue_name=HALL)
    assert 'id="venue"' not in client.get("/events/forum").text


def test_maps_search_for_what_is_known():
    assert maps.links("Hall", "", None) == []
    osm, google, apple = maps.links("Hall", "1-1 中央", None)
    assert osm.url == "https://www.openstreetmap.org/search?query=1-1+%E4%B8%AD%E5%A4%AE"
    assert google.url.endswith("query=Hall%2C+1-1+%E4%B8%AD%E5%A4%AE") and apple.url.endswith(
        "q=Hall%2C+1-1+%E4%B8%AD%E5%A4%AE"
    )


def test_what_the_page_said_in_former_versions_is_shown_until_the_team_has_decided(organizer, make):
    event = make.event("forum", venue_name=HALL)
    for action in ("keep", "edit"):
        with transaction():
            fresh(event).former_place = LocalizedText(en="Old Arena")
        organizer.get("/manage/events/forum/places")
        assert "“Old Arena”" in organizer.page.text(organizer.page.one("main"))
        if action == "keep":
            assert organizer.fill("/manage/events/forum/places", action="/places/keep").status_code == 303
        else:
            number = queries.venues(event)[0].id
            organizer.fill(f"/manage/events/forum/sites/{number}", {"name_en": "Old Arena", "name_ja": ""})
        assert not fresh(event).former_place
    assert str(fresh(event).venue_name) == "Old Arena"
