"""Calendar files as calendar apps read them: fetched by the browser, read by Thunderbird's ical.js."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from eventapp.core.clock import from_local
from eventapp.ical import vcalendar as ics
from tests.ical import test_readers
from tests.ical.test_vcalendar import EDGES, entry
from tests.journeys.people import COMING, calendar_in, register, text_of
from tests.journeys.window import ICAL, Window

pytestmark = pytest.mark.journey

_READ = """text => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const moment = time => time.isDate ? time.toString() : time.toJSDate().toISOString();
  return {
    method: calendar.getFirstPropertyValue("method"),
    zones: calendar.getAllSubcomponents("vtimezone").map(zone => zone.getFirstPropertyValue("tzid")),
    entries: calendar.getAllSubcomponents("vevent").map(component => {
      const entry = new ICAL.Event(component);
      return {
        uid: entry.uid, summary: entry.summary, location: entry.location, description: entry.description,
        status: component.getFirstPropertyValue("status"), url: component.getFirstPropertyValue("url"),
        day: entry.startDate.isDate, starts: moment(entry.startDate), ends: moment(entry.endDate),
        zone: entry.startDate.isDate ? "" : entry.startDate.zone.tzid, sequence: entry.sequence,
      };
    }),
  };
}"""


def read(window: Window, text: str) -> dict[str, Any]:
    """A calendar file as ical.js reads it, on the page that is open."""
    window.page.evaluate(ICAL)
    result: dict[str, Any] = window.page.evaluate(_READ, text)
    return result


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_desk_shows_what_thunderbirds_reader_reads(desk):
    """The organizer looks at the calendar in another time zone, one day after the other."""
    window = desk(COMING).window
    page = window.page
    window.open(f"/manage/events/{COMING}")
    window.press("nav a:has-text('Preview in calendar apps')")
    page.select_option("#program", "thunderbird")
    page.fill("#zone", "utc")
    window.press("main form button")
    said = set()
    for number in range(page.locator("nav[aria-label=Days] a").count()):
        window.press(f"nav[aria-label=Days] a >> nth={number}")
        day = parse_qs(urlsplit(page.url).query)["day"][0]
        for row in page.locator(".agenda > li:not(.allday)").all():
            title = row.locator("b").inner_text()
            said.add((f"{day} {row.locator('.num').inner_text()[:5]}", title))
    window.accessible()
    text = page.request.get(f"/events/{COMING}/calendar.ics?lang=en").text()
    found = [entry for entry in read(window, text)["entries"] if not entry["day"]]
    assert said == {(f"{moment(one['starts']):%Y-%m-%d %H:%M}", one["summary"]) for one in found}
    assert len(said) == len(found) > 10


@pytest.mark.parametrize(("slug", "zone"), [(COMING, "Asia/Tokyo"), ("e-kizuna-summit-2022", "Asia/Tokyo")])
def test_the_calendar_of_an_event_says_what_its_programme_says(slug, zone, window):
    # Far from the venue and with other summer time rules: a floating or doubled offset would show.
    visitor = window(timezone_id="America/New_York")
    visitor.open(f"/events/{slug}/programme")
    shown = visitor.page.eval_on_selector_all(
        "[data-starts]",
        "boxes => boxes.map(b => [b.querySelector('a, b').textContent.trim(), b.dataset.starts, b.dataset.ends])",
    )
    assert len(shown) > 3
    visitor.page.click("[data-calendars] summary")
    file = visitor.page.locator("[data-calendars] a[download]")
    href = file.get_attribute("href")
    with visitor.page.expect_download() as downloading:
        file.click()
    download = downloading.value
    assert download.suggested_filename.endswith(".ics")
    text = download.path().read_bytes().decode("utf-8")
    calendar = read(visitor, text)
    timed = [entry for entry in calendar["entries"] if not entry["day"]]
    programme = {(title, moment(starts), moment(ends)) for title, starts, ends in shown}
    assert {(e["summary"], moment(e["starts"]), moment(e["ends"])) for e in timed} == programme, href
    assert calendar["zones"] == [zone]
    assert {entry["zone"] for entry in timed} == {zone}
    assert len({entry["uid"] for entry in calendar["entries"]}) == len(calendar["entries"])
    whole = [entry for entry in calendar["entries"] if entry["day"]]
    assert len(whole) == 1, "the event itself is one span beside its sessions"


def test_the_calendar_file_of_one_session_holds_that_session(window):
    visitor = window(timezone_id="Asia/Kolkata")
    visitor.open(f"/events/{COMING}/programme")
    visitor.press("[data-starts] a >> nth=0")
    title = visitor.page.inner_text("h1")
    starts = visitor.page.get_attribute("main time[data-zone]", "datetime")
    assert starts is not None
    visitor.page.click("main [data-calendars] summary")
    with visitor.page.expect_download() as downloading:
        visitor.page.click("main a[download]")
    calendar = read(visitor, downloading.value.path().read_bytes().decode("utf-8"))
    assert [(entry["summary"], moment(entry["starts"])) for entry in calendar["entries"]] == [(title, moment(starts))]


def test_the_file_in_a_confirmation_is_the_event_for_that_person(open_house, window, post, served):
    attendee = window(timezone_id="Europe/Berlin")
    path = register(attendee, "open-house", "cal@endar.example.com")
    calendar = read(attendee, calendar_in(post.wait("cal@endar.example.com", "Registration confirmed")))
    assert calendar["method"] == "REQUEST"
    (entry,) = calendar["entries"]
    assert entry["summary"] == "Open House"
    assert entry["status"] == "CONFIRMED"
    day = datetime(open_house.day.year, open_house.day.month, open_house.day.day)
    assert moment(entry["starts"]) == from_local(day.replace(hour=10), "Asia/Tokyo")
    assert moment(entry["ends"]) == from_local(day.replace(hour=17), "Asia/Tokyo")
    assert path in entry["description"]
    assert f"{path}/join" in entry["description"]

    attendee.page.click("text=Cancel your registration")
    attendee.press("text=Cancel my registration")
    gone = read(attendee, calendar_in(post.wait("cal@endar.example.com", "Registration cancelled")))
    (last,) = gone["entries"]
    assert (last["uid"], last["status"]) == (entry["uid"], "CANCELLED"), "the calendar takes away what it has put in"
    assert last["sequence"] > entry["sequence"]
    assert urlsplit(served.url).netloc in entry["description"]


def test_an_event_that_moves_twice_is_notified_once_in_the_recipients_time_zone(desk, window, post):
    at_desk = desk("moving-forum")
    at_desk.open_event("Moving Forum", seats=5)
    attendee = window(timezone_id="Europe/Berlin")
    register(attendee, "moving-forum", "far@moving.example.com")
    (first,) = read(attendee, calendar_in(post.wait("far@moving.example.com", "Registration confirmed")))["entries"]
    page = at_desk.window.page
    for hours in ("11:00", "12:00"):
        at_desk.window.open(at_desk.path("/edit"))
        page.fill("[name=starts_at]", f"{at_desk.day}T{hours}")
        at_desk.save()
    at_desk.send_news()
    email = post.wait("far@moving.example.com", "Time changed: Moving Forum")
    text = text_of(email)
    assert "Previous time: " in text and "10:00 – 17:00 (Japan Standard Time)" in text
    assert "New time: " in text and "12:00 – 17:00 (Japan Standard Time)" in text
    assert "11:00 – 17:00" not in text
    assert "New time (your time): " in text, "the browser has said where its clocks are"
    assert "(Central European" in text
    (moved,) = read(attendee, calendar_in(email))["entries"]
    assert (moved["uid"], moved["ends"]) == (first["uid"], first["ends"])
    day = datetime(at_desk.day.year, at_desk.day.month, at_desk.day.day)
    assert moment(moved["starts"]) == from_local(day.replace(hour=12), "Asia/Tokyo")
    assert moved["sequence"] > first["sequence"]
    assert len(post.to("far@moving.example.com")) == 2


def test_somebody_chooses_a_calendar_and_copies_its_feed_url(window):
    visitor = window()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open(f"/events/{COMING}")
    visitor.page.click("[data-calendars] summary")
    visitor.press("text=QR code, feed URL and options")
    visitor.page.select_option("#alarm", "15")
    visitor.page.check("[name=deadlines]")
    assert visitor.press("text=Update") == 200
    visitor.accessible()
    visitor.page.click("text=Copy feed URL")
    visitor.page.wait_for_selector("[role=status]:text-is('Copied')")
    address = visitor.page.evaluate("navigator.clipboard.readText()")
    assert address == visitor.page.input_value("#feed-address")
    assert address.endswith(f"/events/{COMING}/calendar.ics?lang=en&alarm=15&deadlines=1")
    found = read(visitor, visitor.context.request.get(address).text())
    assert any(entry["summary"].startswith("Registration closes: ") for entry in found["entries"])


# One of each kind: northern and southern summer time, half hours, irregular changes, no changes.
ZONES = sorted(
    {
        *(zone for zone, _at in EDGES),
        "Europe/London",
        "Europe/Dublin",
        "Atlantic/Azores",
        "America/Sao_Paulo",
        "America/St_Johns",
        "America/Phoenix",
        "America/Havana",
        "America/Nuuk",
        "America/Scoresbysund",
        "Asia/Tokyo",
        "Asia/Dhaka",
        "Asia/Kolkata",
        "Asia/Tehran",
        "Asia/Jerusalem",
        "Asia/Gaza",
        "Asia/Amman",
        "Africa/El_Aaiun",
        "Africa/Nairobi",
        "Africa/Abidjan",
        "Australia/Adelaide",
        "Pacific/Auckland",
        "Pacific/Chatham",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Antarctica/Troll",
    }
)


def test_thunderbird_reads_the_hours_around_every_change_of_clocks_from_the_file_alone(window):
    visitor = window(timezone_id="Pacific/Honolulu")
    visitor.open("/")
    wrong = {}
    for zone in ZONES:
        text = test_readers.renamed(test_readers.written(zone), zone)
        told = [moment(one["starts"]) for one in read(visitor, text)["entries"]]
        if told != test_readers.moments(zone):
            wrong[zone] = [(a, b) for a, b in zip(told, test_readers.moments(zone), strict=True) if a != b]
    assert not wrong


def test_thunderbird_reads_the_moments_where_readers_go_wrong(window):
    visitor = window(timezone_id="Pacific/Honolulu")
    visitor.open("/")
    for zone, at in EDGES:
        text = ics.single(entry(zone=zone, starts=at, ends=at + timedelta(minutes=30))).decode()
        (told,) = read(visitor, text)["entries"]
        assert (moment(told["starts"]), moment(told["ends"])) == (at, at + timedelta(minutes=30)), zone
