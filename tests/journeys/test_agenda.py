"""A visitor stars sessions on a phone, creates an agenda from them, and opens it on another device."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.journeys.people import COMING

pytestmark = pytest.mark.journey

PROGRAMME = f"/events/{COMING}/programme"
PHONE = {"width": 390, "height": 844}


def star(window, number: int) -> None:
    window.page.locator("[data-code] > .star").nth(number).click()


def pressed(window) -> list[int]:
    states = window.page.eval_on_selector_all(
        "[data-code] > .star", "all => all.map(one => one.getAttribute('aria-pressed'))"
    )
    return [number for number, state in enumerate(states) if state == "true"]


def test_stars_stay_on_the_device_and_go_with_the_agenda_to_another(served, window):
    phone, laptop = window(viewport=PHONE), window()
    phone.open(PROGRAMME)
    for number in (0, 2, 3):
        star(phone, number)
    assert "Starred: 3" in phone.page.inner_text("[data-starbar]")
    assert phone.page.locator(".overlap:visible").count() == 2, "two of them are at the same time"
    phone.accessible()
    phone.open(PROGRAMME)
    assert pressed(phone) == [0, 2, 3], "the device remembers"
    phone.page.click("[data-only]")
    assert phone.page.locator(".slot:visible").count() == 3
    phone.accessible()

    phone.press("[data-to-agenda]")
    assert "Starred: 3" in phone.page.inner_text("main")
    phone.press("main form button")
    address = urlsplit(phone.page.url).path
    assert phone.page.locator(".mylist li").count() == 3
    assert phone.page.locator("text=Overlaps with").count() == 2
    phone.accessible()

    laptop.open(address)
    laptop.open(PROGRAMME)
    laptop.page.wait_for_selector(".star[aria-pressed=true]")
    assert pressed(laptop) == [0, 2, 3], "the agenda brought them here"
    with laptop.page.expect_response("**/stars"):
        star(laptop, 5)
    laptop.open(address)
    laptop.press(".mylist li:first-child button")
    assert laptop.page.locator(".mylist li").count() == 3

    phone.open(PROGRAMME)
    phone.until("document.querySelectorAll('.star[aria-pressed=true]').length === 3")
    phone.until("document.querySelectorAll('.star')[0].ariaPressed === 'false'")
    assert pressed(phone) == [2, 3, 5]


def test_a_star_set_without_a_network_is_sent_with_the_next_page(served, window):
    phone = window(viewport=PHONE)
    phone.open(PROGRAMME)
    star(phone, 1)
    phone.press("[data-to-agenda]")
    phone.press("main form button")
    address = urlsplit(phone.page.url).path
    phone.open(PROGRAMME)
    phone.context.set_offline(True)
    star(phone, 4)
    phone.until("document.querySelectorAll('.star')[4].ariaPressed === 'true'")
    assert pressed(phone) == [1, 4]
    phone.context.set_offline(False)
    phone.trouble.clear()
    phone.open(PROGRAMME)
    phone.until("localStorage.getItem('stars-waiting') === '{}'")
    phone.open(address)
    assert phone.page.locator(".mylist li").count() == 2


def test_a_session_is_starred_without_javascript(served, window):
    plain = window(java_script_enabled=False)
    plain.open(PROGRAMME)
    plain.page.click(".ses a >> nth=0")
    plain.press("text=Add to my agenda")
    plain.press("main form button")
    assert plain.page.locator(".mylist li").count() == 1
