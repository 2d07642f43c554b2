"""The programme in a browser: heads that stay in view, thirty rooms, the line of the present time, and starred days."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from tests.journeys.people import Desk
from tests.journeys.window import Window

pytestmark = pytest.mark.journey

SUMMIT = "/events/e-kizuna-summit-2022/programme"
MANY = "/events/thirty-rooms/programme"
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 720}

# Links of cards that are behind a head when they have the focus, going down and up again: what is at their corners is
# not they.
HIDDEN = """() => {
  const links = [...document.querySelectorAll(".ses > a")];
  return [...links, ...links.toReversed()].filter(link => {
  link.focus();
  const box = link.getBoundingClientRect();
  const at = [[box.left + 3, box.top + 3], [box.left + 3, box.bottom - 3]];
  return at.some(([x, y]) => !link.closest(".ses").contains(document.elementFromPoint(x, y)));
}).map(link => link.outerHTML); }"""


@pytest.fixture(scope="module")
def thirty(served, browser, organizer) -> datetime:
    """An event with thirty rooms, with a session of five minutes to three hours in each. Returns when it starts."""
    window = Window(browser, served.url, storage_state=organizer)
    desk = Desk(window, "thirty-rooms")
    desk.create("Thirty rooms")
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["title", "date", "start", "duration", "room", "track", "status"])
    for room in range(30):
        start = datetime(2031, 1, 1, 10)
        for number, minutes in enumerate((5, 20, 180) if room % 2 else (60, 45, 90)):
            title = f"What city {room} learns from its rivers in a century: {number}" if number else f"Opening {room}"
            day, track = desk.day.isoformat(), f"Track {room % 4}"
            table.writerow([title, day, f"{start:%H:%M}", minutes, f"Room {room}", track, "published"])
            start += timedelta(minutes=minutes)
    window.open(desk.path("/programme/import"))
    window.page.set_input_files(
        "[name=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": file.getvalue().encode()}
    )
    window.press("main form .btn:has-text('Show the preview')")
    window.press("main form[action$='/apply'] .btn")
    window.open(desk.path("/programme/release"))
    desk.save()
    desk.publish()
    window.close()
    return datetime.fromisoformat(f"{desk.day}T10:00:00+09:00")


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_no_head_hides_the_session_that_has_the_focus(window, size):
    visitor = window(viewport=size)
    visitor.open(SUMMIT)
    assert visitor.page.evaluate(HIDDEN) == []


def test_thirty_rooms_are_reached_with_the_keyboard_and_keep_their_heads_and_times(window, thirty):
    visitor = window(viewport=WIDE)
    visitor.open(MANY)
    page = visitor.page
    assert visitor.width() <= WIDE["width"], "the grid scrolls, not the page"
    assert page.evaluate(HIDDEN) == []
    visitor.accessible()
    page.evaluate("document.querySelector('.grid').scrollLeft = 2000; window.scrollTo(0, 900)")
    visitor.until("document.querySelector('.heads').scrollLeft === 2000")
    tops = page.evaluate("""() => ['.event-nav', '.day > h2', '.heads'].map(one => {
      const box = document.querySelector(one).getBoundingClientRect(); return [box.top, box.bottom]; })""")
    (top, nav), (day, below), (rooms, _end) = tops
    assert top == 0 and nav - 2 <= day < rooms and below - 3 <= rooms < 130, tops
    lefts = page.evaluate("""() => [...document.querySelectorAll('.grid > .room')].map((room, number) =>
      room.getBoundingClientRect().left - document.querySelectorAll('.strip .room')[number].getBoundingClientRect().left)""")
    assert max(map(abs, lefts)) < 1, "each head is above its room"
    assert page.locator(".grid .t").first.bounding_box()["x"] > 0, "times stay at the side"
    page.focus(".grid")
    page.keyboard.press("ArrowRight")
    visitor.until("document.querySelector('.grid').scrollLeft > 2000")
    page.set_viewport_size(PHONE)
    assert page.locator(".room:visible").count() == 0, "a list has no heads"


def test_without_a_script_thirty_rooms_scroll_in_a_box_with_their_heads(window, thirty):
    plain = window(viewport={"width": 1280, "height": 560}, java_script_enabled=False)
    plain.open(MANY)
    assert plain.width() <= 1280
    assert plain.page.locator(".grid").bounding_box()["height"] <= 560 - 120


def test_the_line_of_the_present_time_moves_and_the_longest_session_is_not_absurd(window, thirty):
    visitor = window(viewport=WIDE, timezone_id="Asia/Tokyo")
    visitor.page.clock.install(time=thirty + timedelta(minutes=2))
    visitor.open(MANY)
    line = visitor.page.locator(".nowline")
    before = line.bounding_box()["y"]
    assert line.inner_text() == "10:02"
    assert visitor.page.locator("[data-now]").count() == 30
    visitor.page.clock.run_for(20 * 60 * 1000)
    assert line.bounding_box()["y"] > before + 20
    assert line.inner_text() == "10:22"
    heights = visitor.page.eval_on_selector_all(".ses", "all => all.map(one => one.offsetHeight)")
    assert min(heights) >= 36 and max(heights) <= 720, (min(heights), max(heights))


def test_starred_sessions_alone_leave_no_empty_day_and_no_head(window):
    visitor = window(viewport=WIDE)
    visitor.open(SUMMIT)
    page = visitor.page
    page.locator(".day").nth(1).locator(".star").first.click()
    assert "Starred: 1" in page.inner_text("[data-starbar]")
    page.click("[data-only]")
    assert page.locator(".day:visible").count() == 1
    assert page.locator(".room:visible").count() == 0
    assert page.locator(".grid .t:visible").count() == 1
    assert page.locator(".days a[href^='#d']:visible").count() == 1
    visitor.accessible()
    page.click("[data-only]")
    assert page.locator(".day:visible").count() == 3 and page.locator(".room:visible").count() > 0
    code = page.locator(".day").nth(2).locator("[data-code]").first.get_attribute("id")
    day = page.locator(".days a[href^='#d']").nth(2).get_attribute("href").removeprefix("#d")
    visitor.open(f"{SUMMIT}?day={day}")
    assert page.locator(f"#{code}").count() == 1
    assert "Starred: 1, of which 0 on this page" in page.inner_text("[data-starbar]")
    assert not page.locator("[data-only]").is_visible(), "there is nothing to show alone"


def test_what_is_printed_has_no_navigation_and_a_page_for_each_day(window):
    visitor = window(viewport=WIDE)
    visitor.open(f"{SUMMIT}?view=print")
    visitor.accessible()
    visitor.page.emulate_media(media="print")
    assert (
        not visitor.page.locator(".event-nav, .top, .foot, .notice, .star, a:has-text('Back to the programme')")
        .locator("visible=true")
        .count()
    )
    assert visitor.page.locator(".ses").first.is_visible()
    pdf = visitor.page.pdf(prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 3, "one page a day"
