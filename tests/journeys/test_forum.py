"""A city clerk builds the two-day forum, from an empty desk to the public page: how many pages and clicks it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.people import coming_day

pytestmark = pytest.mark.journey

# What a clerk has in a spreadsheet: 15 sessions of two days, in three rooms, with eight speakers.
SPEAKERS = (
    "Aino Kallio",
    "Bilal Rahman",
    "Chiara Rossi",
    "Daniel Okafor",
    "Emi Sato",
    "Farah Haddad",
    "Greta Lund",
    "Hiro Tanaka",
)
ROOMS = ("Main hall", "Room of maps", "Room of rivers")


def sheet(first: Any, second: Any) -> str:
    """The cells as a spreadsheet copies them: with tabs between them."""
    rows = ["Date\tStart\tEnd\tTitle\tRoom\tSpeakers"]
    for number in range(15):
        day, at = (first, number) if number < 8 else (second, number - 8)
        hour = 9 + at
        speaker = SPEAKERS[number % len(SPEAKERS)]
        rows.append(f"{day}\t{hour:02d}:00\t{hour:02d}:45\tTalk {number + 1}\t{ROOMS[number % 3]}\t{speaker}")
    return "\n".join(rows)


class Counted:
    """A window whose page loads and clicks are counted. Typing is not: what is written has to be written."""

    def __init__(self, window: Any) -> None:
        self.window, self.page = window, window.page
        self.loads = self.clicks = 0
        self.page.on("load", self._loaded)

    def _loaded(self, page: Any) -> None:
        self.loads += 1

    def press(self, selector: str) -> None:
        self.clicks += 1
        assert self.window.press(selector) == 200, self.page.inner_text("main")[:500]

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.click(selector)


def test_a_two_day_forum_is_built_and_public_after_few_pages(window, organizer, capsys):
    one = Counted(window(storage_state=organizer))
    page, first = one.page, coming_day()
    second = first + timedelta(days=1)
    one.window.open("/manage")
    one.press("text=New event")
    page.fill("[name=title_en]", "Forum of two days")
    page.fill("[name=starts_at]", f"{first}T09:00")
    page.fill("[name=ends_at]", f"{second}T17:00")
    page.select_option("[name=format]", "hybrid")
    one.press("main .actions .btn")
    page.fill("[name=name_en]", "City Hall, Saitama")
    page.fill("[name=address_en]", "6-4-4 Tokiwa, Saitama")
    one.press("main .actions .btn")
    page.fill("[name=seats]", "120")
    one.press("main .actions .btn")
    one.window.accessible()
    one.press(".next-step .btn")
    one.press("text=Paste or import a table")
    page.fill("[name=pasted]", sheet(first, second))
    one.window.accessible()
    one.press("main .actions .btn")
    one.press("main .btn:text-is('Import')")
    one.press("text=Publish the programme…")
    one.press("main .actions .btn, main form .btn >> nth=0")
    one.press("nav a:has-text('Overview')")
    one.press(".next-step .btn")
    assert "Everybody can see the event page." in page.inner_text("main")
    one.press("main .public-state a")
    shown = page.inner_text("body")
    assert "Forum of two days" in shown and "City Hall, Saitama" in shown and "Register" in shown
    slug = page.url.rstrip("/").rpartition("/")[2]
    one.window.open(f"/events/{slug}/speakers")
    assert all(name in page.inner_text("main") for name in SPEAKERS)
    one.window.open(f"/manage/events/{slug}/programme?view=list")
    rooms = page.inner_text("main")
    assert all(name in rooms for name in ROOMS) and "Talk 15" in rooms
    loads = one.loads - 2  # the last two pages were only looked at by this test
    with capsys.disabled():
        print(f"\nThe two-day forum: {loads} page loads, {one.clicks} clicks")
    assert loads <= 25 and one.clicks <= 25
