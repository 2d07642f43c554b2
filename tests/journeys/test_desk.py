"""The organizer's desk in a browser: its menu on a phone, languages as tabs, and changes that are not saved."""

from __future__ import annotations

import pytest

from tests.journeys.people import COMING, SUBMIT

pytestmark = pytest.mark.journey
PHONE = {"width": 390, "height": 844}


def test_on_a_phone_the_navigation_is_a_menu_that_names_the_page_also_without_scripts(window, organizer, open_house):
    for scripts in (True, False):
        one = window(storage_state=organizer, viewport=PHONE, java_script_enabled=scripts)
        one.open(open_house.path("/places"))
        menu = one.page.locator(".desk-menu summary")
        assert menu.inner_text().split() == ["Menu", "Venue", "and", "hosts"]
        link = one.page.locator("nav a", has_text="Registrations")
        assert not link.is_visible()
        menu.click()
        assert link.is_visible()
        if scripts:
            one.accessible()
        one.page.set_viewport_size({"width": 1280, "height": 720})
        assert link.is_visible() and not menu.is_visible()
        menu_open = one.page.locator(".desk-menu[open]").count()
        assert menu_open == 1


def test_languages_are_tabs_that_say_which_text_is_missing(window, organizer, open_house):
    one = window(storage_state=organizer)
    one.open(open_house.path("/edit"))
    page = one.page
    english, japanese = page.locator("#title-en-tab"), page.locator("#title-ja-tab")
    assert english.get_attribute("aria-selected") == "true"
    assert page.is_visible("[name=title_en]") and not page.is_visible("[name=title_ja]")
    assert "missing" in japanese.inner_text() and "missing" not in english.inner_text()
    one.accessible()
    english.focus()
    page.keyboard.press("ArrowRight")
    assert page.is_visible("[name=title_ja]") and not page.is_visible("[name=title_en]")
    assert page.evaluate("document.activeElement.id") == "title-ja-tab"
    assert english.get_attribute("tabindex") == "-1"
    page.keyboard.press("Tab")
    page.keyboard.type("集まり")
    assert "missing" not in japanese.inner_text()
    assert "missing" not in page.locator("#subtitle-en-tab").inner_text(), "nothing is missing where there is nothing"
    one.accessible()
    plain = window(storage_state=organizer, java_script_enabled=False)
    plain.open(open_house.path("/edit"))
    assert plain.page.is_visible("[name=title_en]") and plain.page.is_visible("[name=title_ja]")


def test_an_error_opens_the_tab_of_its_language(window, organizer, open_house):
    one = window(storage_state=organizer)
    one.open(open_house.path("/edit/texts"))
    page = one.page
    page.click("#purpose-ja-tab")
    page.fill("[name=purpose_ja]", "水" * 1001)
    page.click("#purpose-en-tab")
    assert one.press(SUBMIT) == 422
    assert page.is_visible("[name=purpose_ja]") and not page.is_visible("[name=purpose_en]")
    page.click("#purpose-en-tab")
    page.click("#problems a")
    assert page.evaluate("document.activeElement.name") == "purpose_ja"
    one.accessible()


def test_a_person_who_leaves_a_form_with_typed_changes_is_asked(window, organizer, open_house):
    one = window(storage_state=organizer)
    page, asked = one.page, []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    one.open(open_house.path("/edit/texts"))
    one.press("nav a:has-text('Overview')")
    assert asked == [], "nothing was typed"
    one.open(open_house.path("/edit/texts"))
    page.locator("[name=purpose_en]").press_sequentially("To meet. ")
    one.press("nav a:has-text('Overview')")
    assert asked == ["beforeunload"]
    one.open(open_house.path("/edit/texts"))
    page.locator("[name=purpose_en]").press_sequentially("To meet. ")
    assert one.press(SUBMIT) == 200
    assert asked == ["beforeunload"], "to save is not to leave"
    one.open(open_house.path("/registrations"))
    page.locator("main form input[type=search], main form [name=q]").first.press_sequentially("Ada")
    one.press("nav a:has-text('Overview')")
    assert asked == ["beforeunload"], "a search is nothing to lose"


def test_a_button_that_is_pressed_twice_sends_its_form_once(window, organizer, open_house):
    one = window(storage_state=organizer)
    one.open(open_house.path("/programme/tracks/new"))
    one.page.fill("[name=name_en]", "Rivers")
    # The script that asks is behind the page's own, and keeps the page where it is.
    kept_back = one.page.locator(SUBMIT).first.evaluate("""button => {
        const seen = [];
        addEventListener("submit", (event) => { seen.push(event.defaultPrevented); event.preventDefault(); });
        button.click();
        button.click();
        return seen;
    }""")
    assert kept_back == [False, True]


def test_a_programme_is_exported_by_a_menu_with_the_keyboard_and_without_scripts(window, organizer):
    for scripts in (True, False):
        one = window(storage_state=organizer, viewport={"width": 320, "height": 700}, java_script_enabled=scripts)
        one.open(f"/manage/events/{COMING}/programme")
        menu = one.page.locator("details.menu > summary")
        link = one.page.locator("details.menu a", has_text="CSV")
        assert menu.inner_text() == "Export" and not link.is_visible()
        menu.focus()
        one.page.keyboard.press("Enter")
        assert link.is_visible() and one.width() == 320
        if scripts:
            one.accessible()
        with one.page.expect_download() as taken:
            one.page.keyboard.press("Tab")
            one.page.keyboard.press("Enter")
        assert taken.value.suggested_filename.endswith(".csv")


def test_the_link_to_the_event_page_is_copied(window, organizer, open_house):
    one = window(storage_state=organizer, permissions=["clipboard-read", "clipboard-write"])
    one.open(open_house.path())
    button = one.page.locator(".public-state button", has_text="Copy link")
    button.click()
    one.page.wait_for_selector(".public-state [data-copied]:has-text('Copied')")
    copied = one.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("/events/open-house")
    one.accessible()
