"""What frames every public page of an event: its other pages, the way to take part, and the links of its team."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.accounts.rules import Role
from eventapp.core.clock import now
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus, Precision
from eventapp.programme.rules import Mode
from eventapp.registration.rules import Availability
from eventapp.site import listing, queries
from tests.support.make import fresh

PATHS = ("", "/programme", "/speakers", "/register", "/calendar", "/changes")


def tabs(client, path: str) -> list[str]:
    client.get(path)
    [nav] = [one for one in client.page.all("nav") if one.get("aria-label") == "Event"]
    return [" ".join(link.itertext()).strip() for link in nav.iter("{*}a")]


def test_only_pages_with_something_on_them_are_offered(client, make):
    event = make.event("forum")
    assert tabs(client, "/events/forum") == ["Overview"]
    make.session(event, "Opening", people=[make.person("Mori", "Akari")])
    assert tabs(client, "/events/forum") == ["Overview", "Programme", "Speakers"]
    make.session(event, "Closing")
    assert tabs(client, "/events/forum") == ["Overview", "Programme", "Speakers", "Updates"]


def test_each_page_leads_to_the_others_and_to_the_registration(client, make):
    event = make.event("forum")
    make.option(event)
    make.session(event, "Opening", people=[make.person("Mori", "Akari")])
    for path in PATHS:
        shown = tabs(client, f"/events/forum{path}")
        assert shown[:3] == ["Overview", "Programme", "Speakers"], path
        links = [a.get("href") for a in client.page.all("a")]
        assert ("/events/forum/register" in links) is (path != "/register"), path


def test_a_refused_registration_has_no_link_to_an_empty_form(client, make):
    make.option(make.event("forum"))
    assert client.fill("/events/forum/register", {"email": "nobody"}).status_code == 422
    assert not [a for a in client.page.all("a") if a.get("href") == "/events/forum/register"]


def test_the_registration_comes_early_in_the_order_of_the_keyboard(client, make):
    make.option(make.event("forum"))
    client.get("/events/forum")
    links = [a.get("href") for a in client.page.all("a")]
    assert links.index("/events/forum/register") < 15


@pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.POSTPONED])
def test_nobody_is_asked_to_register_for_what_will_not_take_place(client, make, status):
    make.option(make.event("forum", status=status))
    text = client.get("/events/forum").text
    assert "/events/forum/register" not in text and "regbar" not in text


def test_members_of_the_team_alone_see_links_to_the_desk(client, organizer, make):
    make.event("forum")
    assert "team-bar" not in client.get("/events/forum").text
    page = organizer.get("/events/forum").text
    assert "team-bar" in page and "/manage/events/forum/edit" in page
    assert "team-bar" not in client.get("/events/forum").text


def test_what_a_member_sees_is_never_given_to_others(client, organizer, make):
    make.event("forum")
    for _time in range(2):
        assert "team-bar" in organizer.get("/events/forum").text
        assert "team-bar" not in client.get("/events/forum").text


def test_a_cookie_that_nobody_is_logged_in_with_changes_nothing(client, make):
    make.event("forum")
    client.set_cookie("eventapp", "made-up")
    assert "team-bar" not in client.get("/events/forum").text


def test_each_day_of_an_event_has_its_own_hours(client, make):
    first = (now() + timedelta(days=30)).replace(hour=9)
    second = first + timedelta(days=1)
    event = make.event("forum", starts_at=first, ends_at=first + timedelta(days=2))
    make.session(event, "Opening", starts_at=first, minutes=60)
    make.session(event, "Workshop", starts_at=first + timedelta(hours=3), minutes=30)
    make.session(event, "Closing", starts_at=second, minutes=45)
    shown = queries.event_page(event)
    days = {}
    for one in shown.sessions:
        days.setdefault(one.starts_at.date(), []).append(one)
    found = queries.hours_by_day(event, days)
    assert [(starts, ends) for _day, starts, ends in found] == [
        (first, first + timedelta(hours=3, minutes=30)),
        (second, second + timedelta(minutes=45)),
    ]


class Option:
    def __init__(self, availability: Availability, closes_at: datetime | None = None) -> None:
        self.availability, self.closes_at = availability, closes_at


def test_a_list_says_whether_one_can_still_register(make):
    event = make.event("forum", starts_at=now() + timedelta(days=60))
    soon, later = now() + timedelta(days=2), now() + timedelta(days=30)
    cases = [
        ([], ""),
        ([Option(Availability.OPEN)], "Registration open"),
        ([Option(Availability.OPEN, later)], "Registration open"),
        ([Option(Availability.OPEN, soon), Option(Availability.OPEN)], "Registration open"),
        ([Option(Availability.OPEN, soon)], "Registration closes on"),
        ([Option(Availability.WAITING_LIST), Option(Availability.CLOSED)], "Full – waiting list"),
        ([Option(Availability.FULL)], "Full"),
        ([Option(Availability.NOT_YET)], "Registration opens later"),
        ([Option(Availability.CLOSED)], "Registration closed"),
    ]
    for options, words in cases:
        assert listing.registering(event, options)[0].startswith(words or ""), words
        assert bool(listing.registering(event, options)[0]) is bool(words)


def test_the_list_of_events_has_covers_and_pages(client, make):
    for number in range(45):
        make.event(f"past-{number}", starts_at=now() - timedelta(days=10 + number))
    make.option(make.event("next", starts_at=now() + timedelta(days=20)), Mode.IN_PERSON)
    first = client.get("/events").text
    assert first.count('class="event-cover') == 41 and "Registration open" in first and "Older events" in first
    second = client.get("/events?page=2").text
    assert second.count('class="event-cover') == 5 and "Newer events" in second and "Older events" not in second
    assert client.get("/events?page=9").status_code == 200


def test_the_venue_is_offered_where_there_is_one(client, make):
    make.event("forum", venue_name=LocalizedText(en="City Hall"))
    assert "Venue" in tabs(client, "/events/forum")


def test_a_month_shows_each_day_of_an_event_at_its_venue(client, make):
    # 23:30 in Tokyo on the 30th of June is still the afternoon in London; the end at midnight is not on the next day.
    start = datetime(2033, 6, 30, 14, 30, tzinfo=UTC)
    make.event("late", title="Late forum", starts_at=start, ends_at=start + timedelta(minutes=30))
    make.event(
        "long",
        title="Long forum",
        starts_at=datetime(2033, 7, 3, 1, tzinfo=UTC),
        ends_at=datetime(2033, 7, 5, 3, tzinfo=UTC),
    )
    make.event("vague", title="Vague forum", starts_at=datetime(2033, 7, 1, 1, tzinfo=UTC), precision=Precision.MONTH)
    june, july = (client.get(f"/events?month=2033-0{number}").text for number in (6, 7))
    assert (june.count("Late forum"), june.count("Long forum"), june.count("Vague forum")) == (1, 0, 0)
    assert (july.count("Late forum"), july.count("Long forum"), july.count("Vague forum")) == (0, 3, 1)
    assert "month=2033-05" in june and "month=2033-07" in june


def test_a_month_begins_and_ends_where_the_event_is(client, make):
    # The 1st of July in Tokyo is still June in London, the 31st of July in New York already August.
    hour = timedelta(hours=1)
    early, late = datetime(2033, 6, 30, 18, tzinfo=UTC), datetime(2033, 8, 1, 2, tzinfo=UTC)
    make.event("east", title="Eastern forum", starts_at=early, ends_at=early + hour, zone="Asia/Tokyo")
    make.event("west", title="Western forum", starts_at=late, ends_at=late + hour, zone="America/New_York")
    shown = {number: client.get(f"/events?month=2033-0{number}").text for number in (6, 7, 8)}
    assert [("Eastern forum" in text, "Western forum" in text) for text in shown.values()] == [
        (False, False),
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize("month", ["2033-13", "9999-99", "abc", "2033-6", "0000-01", "0001-01", "9999-12", "203306"])
def test_what_is_no_month_shows_the_list(client, make, month):
    make.event("forum")
    page = client.get(f"/events?month={month}")
    assert page.status_code == 200 and 'class="month"' not in page.text


def test_an_empty_month_says_so_and_keeps_the_filter(client, make):
    make.event("forum")
    text = client.get("/events?month=2050-01&kind=summit").text
    assert "There are no events in this month." in text and "kind=summit" in text


def test_the_preview_of_a_draft_leads_to_its_form_and_its_calendars(app, organizer, client, make):
    event = make.event("forum", status=EventStatus.DRAFT)
    make.option(event)
    form, calendars = "/manage/events/forum/form/preview", "/manage/events/forum/calendars?of=next"
    organizer.get("/events/forum")
    links = {link.get("href") for link in organizer.page.all("a")}
    assert {form, calendars} <= links
    for path in (form, calendars):
        assert organizer.get(path).status_code == 200
    viewer = app.test_client()
    viewer.sign_in(make.member(event, Role.VIEWER))
    viewer.get("/events/forum")
    links = {link.get("href") for link in viewer.page.all("a")}
    assert calendars in links and form not in links
    with transaction():
        event = fresh(event)
        event.status = EventStatus.PUBLISHED
    organizer.get("/events/forum")
    assert not {form, calendars} & {link.get("href") for link in organizer.page.all("a")}, "now there are the real ones"
