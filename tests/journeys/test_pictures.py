"""Pictures in a real browser: chosen, looked at, described, shown; and the menus of an event's frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.journeys.conftest import Open
from tests.journeys.people import COMING, Desk

pytestmark = pytest.mark.journey


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photograph of a phone, taken sideways."""
    image = Image.linear_gradient("L").resize((1600, 1200)).convert("RGB")
    ImageDraw.Draw(image).ellipse((1200, 200, 1500, 500), fill=(200, 60, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "IMG_4711.jpg", "JPEG", exif=exif)
    return tmp_path / "IMG_4711.jpg"


def test_a_cover_is_looked_at_before_it_is_sent_and_described_before_it_is_shown(
    window: Open, organizer: Any, photo: Path
):
    at_desk = Desk(window(storage_state=organizer), "with-pictures")
    at_desk.open_event("An event with a face")
    page = at_desk.window.page
    at_desk.window.open(at_desk.path("/pictures/new/cover"))
    page.set_input_files("[name=file]", str(photo))
    at_desk.window.until("document.querySelector('[data-preview-of]').naturalWidth > 0")
    at_desk.save()
    assert page.locator(".notice", has_text="not shown yet").count() == 1
    whole = page.locator("[data-focal] img")
    whole.scroll_into_view_if_needed()
    box = whole.bounding_box()
    assert box is not None and box["height"] > box["width"], "it stands upright"
    whole.click(position={"x": box["width"] * 0.81, "y": box["height"] * 0.19})
    assert (page.input_value("[name=focal_x]"), page.input_value("[name=focal_y]")) == ("80", "20")
    assert "fx8 fy2" in (page.locator(".crops img").first.get_attribute("class") or "")
    page.focus("[name=focal_y]")
    page.keyboard.press("ArrowDown" if page.input_value("[name=focal_y]") == "30" else "ArrowUp")
    assert page.input_value("[name=focal_y]") in {"10", "30"}
    at_desk.save()
    visitor = window()
    visitor.open("/events/with-pictures")
    shown = visitor.page.locator(".band picture img")
    shown.evaluate("image => image.decode()")
    assert shown.evaluate("image => image.currentSrc").endswith(".avif")
    assert shown.evaluate("image => getComputedStyle(image).objectPosition").startswith("80%")
    visitor.accessible()


def test_the_calendar_of_the_device_comes_first_and_the_menu_closes(window: Open, organizer: Any):
    Desk(window(storage_state=organizer), "with-calendars").open_event("An event in many calendars")
    for agent, first in (("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)", "Apple"), ("Mozilla/5.0 (Android 16)", "Google")):
        visitor = window(user_agent=agent)
        visitor.open("/events/with-calendars")
        page, menu = visitor.page, visitor.page.locator("[data-calendars]")
        page.click("[data-calendars] > summary")
        assert first in menu.locator("a").first.inner_text()
        visitor.accessible()
        page.keyboard.press("Escape")
        assert menu.get_attribute("open") is None
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        page.keyboard.press("Enter")
        assert menu.get_attribute("open") is not None
        page.mouse.click(5, 700)
        assert menu.get_attribute("open") is None


def test_the_link_of_an_event_is_copied(window: Open, organizer: Any):
    Desk(window(storage_state=organizer), "with-a-link").open_event("An event to tell others about")
    visitor = window(permissions=["clipboard-read", "clipboard-write"])
    visitor.open("/events/with-a-link")
    visitor.page.click("[data-share]")
    visitor.until("document.querySelector('[data-shared]').textContent !== ''")
    assert visitor.page.evaluate("navigator.clipboard.readText()").endswith("/events/with-a-link")


def test_the_frame_stays_in_view_and_hides_no_focus(window: Open):
    visitor = window(viewport={"width": 1280, "height": 600})
    visitor.open("/events/e-kizuna-summit-2022/programme")
    hidden = visitor.page.evaluate("""() => {
      const bar = document.querySelector(".event-nav");
      return [...document.querySelectorAll("main a")].slice(0, 60).filter(link => {
        link.scrollIntoView({block: "start"});
        link.focus();
        const box = link.getBoundingClientRect();
        return box.height && box.top < bar.getBoundingClientRect().bottom - 1;
      }).map(link => link.outerHTML.slice(0, 100));
    }""")
    assert hidden == []
    visitor.page.evaluate("window.scrollTo(0, 2000)")
    assert visitor.page.locator(".event-nav").bounding_box()["y"] == 0


def test_the_tab_of_a_page_is_in_view_on_a_phone(window: Open):
    visitor = window(viewport={"width": 360, "height": 700})
    visitor.open(f"/events/{COMING}/speakers")
    visitor.until("""(() => {
      const tab = document.querySelector(".event-nav [aria-current]").getBoundingClientRect();
      const all = document.querySelector(".event-nav nav").getBoundingClientRect();
      return tab.left >= all.left && tab.right <= all.right;
    })()""")
