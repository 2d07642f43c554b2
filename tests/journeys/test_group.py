"""Several people register with one form; with JavaScript and without."""

from __future__ import annotations

import pytest

from tests.journeys.people import SUBMIT, Desk
from tests.journeys.window import Window

pytestmark = pytest.mark.journey
ADD = "[data-add] button"


def focused(window: Window) -> str:
    """The name, or the text, of what has the focus."""
    return str(window.page.evaluate("document.activeElement.name + ' ' + document.activeElement.innerText.trim()"))


def build(at_desk: Desk) -> None:
    """A form with a question for all, one after its answer, and one about an organization."""
    page = at_desk.window.page
    for label, kind in (("Dinner", "yes_no"), ("Dish", "text"), ("Sent by", "organization")):
        at_desk.window.open(at_desk.path("/questions/new"))
        page.fill("[name=label_en]", label)
        page.select_option("[name=kind]", kind)
        if label == "Dinner":
            page.check("[name=required]")
        if label == "Dish":
            page.select_option("[name=condition]", label="“Yes” to “Dinner”")
        at_desk.save()


def press(window: Window, selector: str, *, scripts: bool) -> None:
    """Press a button that changes the form, in the page or by drawing it again."""
    if scripts:
        window.page.click(selector)
    else:
        assert window.press(selector) == 200


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_registers_others_with_the_same_address(desk, window, scripts):
    slug = f"group-{scripts}".lower()
    at_desk = desk(slug)
    at_desk.open_event("Group", seats=2)
    build(at_desk)
    guest = window(java_script_enabled=scripts, viewport={"width": 320, "height": 700})
    page = guest.page
    guest.open(f"/events/{slug}/register")
    page.check("[name=option][value=in_person]")
    for name, value in {"email": f"ada@{slug}.example.com", "family_name": "山田", "given_name": "花子"}.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=q_dinner][value=no]")
    assert page.is_hidden("[name=together]")

    press(guest, ADD, scripts=scripts)
    assert page.is_visible("[name=together]")
    if scripts:
        assert focused(guest).startswith("people-1-given_name")
    page.fill("[name=people-1-given_name]", "ليلى")
    page.fill("[name=people-1-family_name]", "حداد")
    press(guest, ADD, scripts=scripts)
    page.fill("[name=people-2-family_name]", "Gone")
    press(guest, ADD, scripts=scripts)
    page.fill("[name=people-3-family_name]", "Okafor")
    press(guest, "[value=remove-2]", scripts=scripts)
    assert page.locator("[data-companion] > legend").all_inner_texts() == ["Person 2", "Person 3"]
    if scripts:
        assert focused(guest).startswith("people-3-given_name")
        assert page.inner_text("[data-said]") == "People on this form: 3"
        assert page.is_hidden("[name=people-3-q_dish]")
        assert page.get_attribute("[name='people-3-q_sent_by']", "list"), "organizations are suggested to each"
        guest.accessible()
    assert guest.width() <= 320
    page.check("[name=people-1-q_dinner][value=yes]")
    page.fill("[name=people-1-q_dish]", "Fish")
    page.focus("[name=people-3-family_name]")
    with page.expect_navigation() as arrived:
        page.keyboard.press("Enter")
    assert arrived.value.status == 422, "the Enter key sends the form"
    assert page.locator("#problems li").all_inner_texts() == ["Person 3: Please answer: Dinner"]
    page.click("#problems a")
    if scripts:
        guest.accessible()
    page.check("[name=people-3-q_dinner][value=no]")
    assert guest.press(SUBMIT) == 200
    assert guest.status() == "confirmed"
    shown = page.inner_text("main")
    assert "You have registered 3 people" in shown
    assert "Okafor: On the waiting list" in shown
    if scripts:
        guest.accessible()


def test_a_form_with_ten_people_takes_no_more(desk):
    at_desk = desk("group-of-ten")
    at_desk.open_event("Ten", seats=20)
    at_desk.window.open(at_desk.path("/registrations/new"))
    page = at_desk.window.page
    for _ in range(9):
        page.click(ADD)
    assert page.is_hidden(ADD)
    assert page.is_visible("[data-full]")
    page.click("[value=remove-9]")
    assert page.is_visible(ADD)
    assert focused(at_desk.window).endswith("Add a person")
    page.check("[name=option][value=in_person]")
    page.fill("[name=family_name]", "Okafor")
    for number in range(1, 9):
        page.fill(f"[name=people-{number}-family_name]", f"Guest {number}")
    at_desk.save()
    assert "Guest 8: Confirmed" in page.inner_text("main")
