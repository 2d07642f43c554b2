"""Home, list, event page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventapp.core import clock
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision, Visibility

pytestmark = pytest.mark.both_engines("search, filters by date, and ordering")


def test_home_of_an_empty_site_says_what_there_is(client):
    assert client.get("/").status_code == 200
    assert client.get("/events").status_code == 200


def test_an_event_has_its_page(client, make):
    event = make.event("forum")
    make.session(event, people=[make.person()])
    make.option(event, capacity=5)
    for path in (
        "/events/forum",
        "/events/forum?lang=ja",
        "/events/forum/programme",
        "/events/forum/speakers",
        "/events/forum/register",
    ):
        assert client.get(path).status_code == 200, path


def test_the_list_is_filtered_by_plain_parameters(client, make):
    make.event("rivers", title="Forum of rivers", country_code="DE", kind=EventKind.SUMMIT)
    make.event("lakes", title="Forum of lakes", format=EventFormat.ONLINE)
    for query, expected in {
        "kind=summit": {"rivers"},
        "country=DE": {"rivers"},
        "format=online": {"lakes"},
        "year=2031": {"rivers", "lakes"},
        "year=1999": set(),
        "q=LAKES": {"lakes"},
        "q=nothing": set(),
        "kind=party&year=abc&country=": {"rivers", "lakes"},
    }.items():
        html = client.get(f"/events?{query}").get_data(as_text=True)
        found = {slug for slug in ("rivers", "lakes") if f'href="/events/{slug}"' in html}
        assert found == expected, query


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, True),
        ({"precision": Precision.MONTH}, False),
        ({"status": EventStatus.POSTPONED}, False),
        ({"status": EventStatus.CANCELLED}, False),
    ],
)
def test_days_are_counted_only_until_one_on_which_an_event_will_take_place(
    client, organizer, make, values: dict[str, Any], said
):
    begins = clock.now() + timedelta(days=40)
    make.event("forum", starts_at=begins, ends_at=begins + timedelta(hours=8), **values)
    organizer.sign_in(make.owner())
    for who, path in (
        (client, "/"),
        (client, "/events"),
        (client, "/events/forum"),
        (organizer, "/manage/events/forum"),
    ):
        assert ("In 40 days" in who.get(path).text) is said, path


def test_an_unlisted_event_is_seen_only_by_those_who_have_its_url(client, make):
    make.event("quiet", visibility=Visibility.UNLISTED)
    assert client.get("/events/quiet").status_code == 200
    assert "quiet" not in client.get("/events").get_data(as_text=True)
    assert b"/events/quiet" not in client.get("/calendar.ics").data


def test_the_structured_data_match_the_event_page(client, make):
    event = make.event("forum", join_url="https://meet.example.org/secret")
    make.session(event, "Opening", people=[make.person()])
    html = client.get("/events/forum").get_data(as_text=True)
    data = json.loads(html.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert data["@type"] == "Event"
    assert data["startDate"] == "2031-03-18T10:00:00+09:00"
    assert data["subEvent"][0]["name"] == "Opening"
    assert "meet.example.org" not in html


def test_hostile_words_stay_words(client, make):
    bad = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    event = make.event(
        "forum",
        title=LocalizedText(en=bad),
        purpose=LocalizedText(en=bad),
        description=LocalizedText(en=bad),
        venue_name=LocalizedText(en=bad),
    )
    session = make.session(
        event,
        LocalizedText(en=bad),
        abstract=LocalizedText(en=bad),
        people=[make.person(bad, bad, biography=LocalizedText(en=bad))],
    )
    for path in ("", "/programme", f"/sessions/{session.code}", "/speakers", "/register"):
        html = client.get(f"/events/forum{path}").get_data(as_text=True)
        assert "<script>alert" not in html, path
        assert "<img src=x" not in html, path


def test_robots_may_read_what_is_public_and_no_more(client):
    text = client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /registrations/" in text
    assert ".ics" not in text


@pytest.mark.parametrize(
    ("status", "offered"),
    [(EventStatus.PUBLISHED, True), (EventStatus.POSTPONED, True), (EventStatus.CANCELLED, False)],
)
def test_the_calendars_can_be_chosen_on_each_page_of_an_event_unless_it_is_cancelled(client, make, status, offered):
    make.event("forum", status=status)
    for path in ("", "/programme", "/speakers", "/register"):
        client.get(f"/events/forum{path}")
        menus = [one for one in client.page.all("details") if one.get("data-calendars") is not None]
        assert bool(menus) is offered, path


def test_the_calendar_of_an_event_that_is_over_is_a_file_and_nothing_to_subscribe_to(client, make):
    make.event("forum", starts_at=datetime(2024, 5, 2, 1, 0, tzinfo=UTC))
    text = client.get("/events/forum").text
    assert "Download calendar file (.ics)" in text and "webcal:" not in text
