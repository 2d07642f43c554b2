"""The team builds a registration form, and somebody fills it in; with JavaScript and without."""

from __future__ import annotations

import pytest

from tests.journeys.people import SUBMIT, Desk

pytestmark = pytest.mark.journey
FORM = "form[data-modes] .actions button"


def build(at_desk: Desk) -> None:
    """A form with the visa letter, a file, a choice, a reading and a privacy notice, whose answers are checked."""
    window, page = at_desk.window, at_desk.window.page
    window.open(at_desk.path("/options"))
    assert window.press("text=Visa letter") == 200
    window.open(at_desk.path("/questions/new"))
    assert page.is_hidden("[name=choices]"), "only what belongs to the kind of answer is shown"
    page.fill("[name=label_en]", "Workshop")
    page.select_option("[name=kind]", "choice")
    page.fill("[name=choices]", "Tea | 茶道\nCalligraphy | 書道")
    window.accessible()
    at_desk.save()
    window.open(at_desk.path("/questions/new"))
    page.fill("[name=label_en]", "Photo")
    page.select_option("[name=kind]", "file")
    at_desk.save()
    window.open(at_desk.path("/form/settings"))
    page.check("[name=asks_reading]")
    page.check("[name=check_answers][value=always]")
    at_desk.save()
    window.open(at_desk.path("/form/privacy"))
    page.fill("[name=text_en]", "We keep it for a **year**.")
    at_desk.save()
    window.accessible()
    window.open(at_desk.path("/form/preview"))
    assert page.is_disabled(FORM)
    window.accessible()


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_fills_in_what_is_needed_checks_it_and_registers(desk, window, scripts):
    slug = f"form-{scripts}".lower()
    at_desk = desk(slug)
    at_desk.open_event("Form")
    build(at_desk)
    guest = window(java_script_enabled=scripts)
    page = guest.page
    guest.open(f"/events/{slug}/register")
    page.check("[name=option][value=in_person]")
    assert page.is_hidden("[name=q_visa_passport_name]") is scripts
    page.check("[name=q_visa][value=yes]")
    assert page.is_visible("[name=q_visa_passport_name]")
    page.fill("[name=q_visa_passport_name]", "SUZUKI HANAKO")
    page.check("[name=q_visa][value=no]")
    for name, value in {"email": "hanako@form.example.com", "family_name": "鈴木", "reading": "スズキ"}.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=q_workshop][value=tea]")
    page.set_input_files("[name=q_photo]", {"name": "me.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"})
    assert guest.press(FORM) == 422, "the notice is not agreed to"
    page.check("[name=privacy]")
    assert guest.press(FORM) == 200
    shown = page.inner_text("main")
    assert "Check your answers" in shown
    assert "me.png" in shown
    assert "SUZUKI HANAKO" not in shown
    if scripts:
        guest.accessible()
    assert guest.press("button[formaction*=q_workshop]") == 200
    page.check("[name=q_workshop][value=calligraphy]")
    assert guest.press(FORM) == 200
    assert guest.press("[value=register]") == 200
    assert guest.status() == "confirmed"

    at_desk.window.open(at_desk.path("/registrations?q=suzuki"))
    assert at_desk.window.press("main tbody a") == 200
    assert "スズキ" in at_desk.window.page.inner_text("main")
    assert at_desk.window.page.is_checked("[name=q_workshop][value=calligraphy]")
    with at_desk.window.page.expect_download() as download:
        at_desk.window.page.click("a[download]")
    assert download.value.suggested_filename == "me.png"

    at_desk.window.open(at_desk.path("/options"))
    at_desk.window.press("text=Workshop")
    at_desk.window.page.fill("[name=choices_calligraphy_en]", "Origami")
    assert at_desk.window.press(SUBMIT) == 422
    at_desk.window.accessible()
    at_desk.window.page.check("[name=same_choices][value=new]")
    at_desk.save()


def test_an_organization_of_the_directory_is_suggested_and_brings_its_kind(desk, window):
    at_desk = desk("suggestions")
    at_desk.open_event("Suggestions")
    at_desk.window.open(at_desk.path("/registrations/new"))
    field = at_desk.window.page.locator("[name=organization]")
    field.press_sequentially("saitama ci")
    suggested = at_desk.window.page.locator("#organization-suggestions option").first
    suggested.wait_for(state="attached")
    field.fill(suggested.get_attribute("value") or "")
    assert at_desk.window.page.input_value("[name=organization_kind]") == "city"


def test_the_form_of_an_option_shows_what_matters_with_what_is_chosen(desk):
    at_desk = desk("option-form")
    at_desk.open_event("Option form")
    page = at_desk.window.page
    at_desk.window.open(at_desk.path("/options/new"))
    assert page.is_hidden("[name=access_code]") and page.is_hidden("[name=domains]")
    page.select_option("[name=access]", "code")
    assert page.is_visible("[name=access_code]") and page.is_hidden("[name=domains]")
    rules = page.locator("details:has([name=promotion])")
    assert rules.is_visible() and page.is_hidden("[name=promotion]")
    page.uncheck("[name=waiting_list]")
    assert rules.is_hidden()
    page.select_option("[name=access]", "lottery")
    assert rules.is_visible(), "who gets no seat in a draw waits"


def test_choices_are_moved_by_keys_and_dragged(desk):
    at_desk = desk("choices-in-order")
    at_desk.open_event("Order")
    window, page = at_desk.window, at_desk.window.page
    window.open(at_desk.path("/questions/new"))
    page.fill("[name=label_en]", "Workshop")
    page.select_option("[name=kind]", "choice")
    page.fill("[name=choices]", "Tea\nCalligraphy\nArchery")
    at_desk.save()

    def order() -> list[str]:
        return [row.inner_text().split("\n")[0] for row in page.query_selector_all(".choice-row > legend")]

    assert window.press("main a:has-text('Workshop')") == 200
    assert order() == ["Tea", "Calligraphy", "Archery"]
    page.locator(".choice-row", has_text="Archery").get_by_text("Move up").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert order() == ["Archery", "Tea", "Calligraphy"]
    assert "Now at position 1" in page.inner_text("#choices-rows [role=status]")
    window.accessible()
    page.set_viewport_size({"width": 1280, "height": 2400})
    grip = page.locator(".choice-row", has_text="Archery").locator(".grip").bounding_box()
    last = page.locator(".choice-row", has_text="Calligraphy").bounding_box()
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, last["y"] + last["height"] - 2, steps=8)
    page.mouse.up()
    assert order() == ["Tea", "Calligraphy", "Archery"]
    page.locator(".choice-row", has_text="Tea").get_by_text("Move down").click()
    at_desk.save()
    window.open(at_desk.path("/options"))
    assert window.press("main a:has-text('Workshop')") == 200
    assert order() == ["Calligraphy", "Tea", "Archery"]
