"""An attendee registers, waits, changes, cancels; by mouse, by keyboard, and without JavaScript."""

from __future__ import annotations

import re

import pytest

from tests.journeys.people import SUBMIT, calendar_in, fill_in, link_in, register, text_of

pytestmark = pytest.mark.journey


def test_somebody_registers_online_and_gets_an_email_with_everything(open_house, window, post):
    attendee = window()
    attendee.open("/events/open-house")
    attendee.press("#take-part a.btn")
    attendee.accessible()
    path = register(attendee, "open-house", "ada@rivers.example.com")
    assert attendee.status() == "confirmed"
    shown = attendee.page.inner_text("main")
    assert "meet.example.org" not in shown, "anyone who types an address sees this page"
    assert attendee.press("text=Join online") == 200
    assert "You can join from" in attendee.page.inner_text("main")
    attendee.accessible()

    email = post.wait("ada@rivers.example.com", "Registration confirmed: Open House")
    kinds = [part.get_content_type() for part in email.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    assert link_in(email) == path
    assert f"{path}/join" in text_of(email) and "meet.example.org" not in text_of(email)
    html = email.get_body(("html",))
    assert html is not None
    assert path in html.get_content()
    assert "BEGIN:VEVENT" in calendar_in(email)

    own = window()
    assert own.open(link_in(email)) == 200, "the link in the e-mail is the key, on any device"
    assert own.status() == "confirmed"


def test_somebody_confirms_the_address_before_the_joining_link_is_sent(desk, window, post):
    at_desk = desk("careful")
    at_desk.open_event("Careful Forum", trust=False)
    attendee = window()
    fill_in(attendee, "careful", "eve@careful.example.com")
    assert attendee.press(SUBMIT) == 200
    assert attendee.page.url.endswith("/register/sent")
    attendee.accessible()
    email = post.wait("eve@careful.example.com", "Confirm your registration: Careful Forum")
    assert "/join" not in text_of(email)
    attendee.open(link_in(email))
    assert attendee.status() == "unconfirmed"
    attendee.accessible()
    attendee.press("text=Confirm my registration")
    assert attendee.status() == "confirmed"
    assert "/join" in text_of(post.wait("eve@careful.example.com", "Registration confirmed"))


def test_a_full_room_has_a_waiting_list_and_a_released_seat_goes_to_the_next(desk, window, post):
    desk("small-room").open_event("Small Room", seats=1)
    first, second = window(), window(locale="ja-JP")
    register(first, "small-room", "first@room.example.com", option="in_person")
    assert first.status() == "confirmed"
    assert "City Hall, Saitama" in text_of(post.wait("first@room.example.com", "Registration confirmed"))
    waiting = register(second, "small-room", "second@room.example.com", option="in_person")
    assert second.status() == "waitlisted"
    second.accessible()

    first.page.click("text=Cancel your registration")
    first.press("text=Cancel my registration")
    assert first.status() == "cancelled"
    first.accessible()
    second.open(waiting)
    assert second.status() == "confirmed"
    email = post.wait("second@room.example.com", "【参加確定】")
    assert email["Content-Language"] == "ja", "e-mails come in the language that somebody registered in"
    assert link_in(email) == waiting
    post.wait("first@room.example.com", "Registration cancelled")


def test_a_wrong_form_is_named_field_by_field_and_keeps_what_was_typed(open_house, window):
    attendee = window()
    fill_in(attendee, "open-house", "not an address", option="in_person", family="")
    assert attendee.press(SUBMIT) == 422
    page = attendee.page
    assert page.evaluate("document.activeElement.id") == "problems", "the summary is read out first"
    attendee.accessible()
    assert page.input_value("[name=email]") == "not an address"
    assert page.input_value("[name=organization]") == "Pittsburgh"
    assert page.input_value("[name=country]") == "US"
    assert page.is_checked("[name=option][value=in_person]")
    for name in ("email", "family_name"):
        assert page.get_attribute(f"[name={name}]", "aria-invalid") == "true"
        page.click(f"#problems a[href='#{name}']")
        assert page.evaluate("document.activeElement.name") == name, "the link leads into the field"
    assert "not an address" not in open_house.registered()


def test_the_same_person_again_gets_a_neutral_answer_and_an_email(open_house, window, post):
    path = register(window(), "open-house", "owner@once.example.com")
    other = window()
    fill_in(other, "open-house", "Owner@once.example.com", family="OKAFOR")
    assert other.press(SUBMIT) == 422
    said = other.page.inner_text("main")
    assert "we have e-mailed you the next steps" in said
    assert "you are already registered" not in said.lower()
    assert path not in other.page.content()
    other.accessible()
    assert link_in(post.wait("owner@once.example.com", "Your registration")) == path
    assert "OKAFOR" not in open_house.registered()


def test_a_colleague_registers_with_the_same_address(open_house, window, post):
    first = register(window(), "open-house", "office@shared.example.com")
    second = register(window(), "open-house", "office@shared.example.com", family="Mwangi")
    assert first != second
    assert "Mwangi" in open_house.registered()


def test_the_link_can_be_asked_for_again_and_nobody_learns_who_is_registered(open_house, window, post):
    path = register(window(), "open-house", "lost@link.example.com")
    answers = []
    for email in ("lost@link.example.com", "nobody@link.example.com"):
        someone = window()
        someone.open("/events/open-house/register")
        someone.press("text=Resend my link")
        someone.page.fill("[name=email]", email)
        assert someone.press(SUBMIT) == 200
        someone.accessible()
        answers.append(someone.page.inner_text("main"))
    assert answers[0] == answers[1]
    assert link_in(post.wait("lost@link.example.com", "Your registration")) == path
    assert not post.to("nobody@link.example.com")


def test_somebody_changes_the_answers_and_takes_part_in_another_way(desk, window, post):
    at_desk = desk("second-thoughts")
    at_desk.open_event("Second Thoughts")
    attendee = window()
    page = attendee.page
    register(attendee, "second-thoughts", "mind@changed.example.com")
    attendee.press("text=Change your details")
    attendee.accessible()
    page.fill("[name=family_name]", "Nakamura")
    page.check("[name=option][value=in_person]")
    assert attendee.press(SUBMIT) == 200
    assert page.get_by_role("status").first.inner_text() == "Your changes are saved."
    assert attendee.status() == "confirmed"
    shown = page.inner_text("main dl")
    assert "City Hall, Saitama" in shown
    assert "meet.example.org" not in shown, "the link is for those who come online"
    post.wait("mind@changed.example.com", "Registration changed: Second Thoughts")
    assert "Nakamura" in at_desk.registered()

    fully = window()
    register(fully, "second-thoughts", "late@changed.example.com")
    fully.press("text=Change your details")
    fully.page.check("[name=option][value=in_person]")
    assert fully.press(SUBMIT) == 422, "nobody loses a place for one that is not there"
    fully.accessible()
    fully.press("text=Your registration")
    assert fully.status() == "confirmed"


def test_registering_needs_no_mouse(open_house, window):
    attendee = window()
    page = attendee.page
    attendee.open("/events/open-house/register")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")

    def go_to(name: str) -> None:
        """Press Tab until the focus is there; every stop on the way must be visible."""
        for _ in range(40):
            page.keyboard.press("Tab")
            here = page.evaluate(
                "() => { const e = document.activeElement, s = getComputedStyle(e);"
                " return [e.name || e.type || '', s.outlineStyle !== 'none' || s.boxShadow !== 'none', e.outerHTML]; }"
            )
            assert here[1], f"no sign of the focus: {here[2][:100]}"
            if here[0] == name:
                return
        raise AssertionError(f"the keyboard does not reach {name}")

    go_to("option")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("[name=option][value=online]")
    for name, text in (("email", "keys@only.example.com"), ("given_name", "Lina"), ("family_name", "Haddad")):
        go_to(name)
        page.keyboard.type(text)
    go_to("country")
    page.keyboard.type("Jordan")
    go_to("submit")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    assert attendee.status() == "confirmed"
    assert "Jordan" in page.inner_text("main")


def test_registering_needs_no_javascript(open_house, window, post):
    attendee = window(java_script_enabled=False)
    attendee.open("/events/open-house")
    attendee.press("#take-part a.btn")
    fill_in(attendee, "open-house", "no script", option="in_person")
    assert attendee.press(SUBMIT) == 422
    assert attendee.page.locator("#problems a[href='#email']").count() == 1
    attendee.page.fill("[name=email]", "plain@html.example.com")
    assert attendee.press(SUBMIT) == 200
    assert attendee.status() == "confirmed"
    attendee.press("a:has-text('Change your details')")
    attendee.page.check("[name=option][value=online]")
    attendee.press(SUBMIT)
    assert "Join online" in attendee.page.inner_text("main dl")
    attendee.page.click("summary:has-text('Cancel your registration')")
    attendee.press("text=Cancel my registration")
    assert attendee.status() == "cancelled"
    post.wait("plain@html.example.com", "Registration cancelled")
    attendee.press("button:has-text('Undo')")
    assert attendee.status() == "confirmed"
    attendee.press("button:has-text('Change to this')")
    assert "Online" not in attendee.page.inner_text("main dl >> nth=0")


def test_somebody_corrects_the_email_address_and_confirms_it_there(open_house, window, post):
    attendee, elsewhere = window(), window()
    register(attendee, "open-house", "typo@wrong.example.com")
    attendee.press("text=Correct your e-mail address")
    attendee.accessible()
    attendee.page.fill("[name=email]", "right@correct.example.com")
    attendee.press(SUBMIT)
    assert "confirm it there" in attendee.page.inner_text("main")
    attendee.accessible()
    email = post.wait("right@correct.example.com", "Confirm your e-mail address")
    link = re.search(r"https?://[^/\s]+(/registrations/address/[\w-]+)", text_of(email))
    assert link is not None
    assert elsewhere.open(link[1]) == 200
    elsewhere.accessible()
    elsewhere.press("button:has-text('Confirm this address')")
    assert elsewhere.status() == "confirmed"
    assert "right@correct.example.com" in elsewhere.page.inner_text("main dl >> nth=0")
    post.wait("typo@wrong.example.com", "E-mail address changed")
    assert link_in(post.wait("right@correct.example.com", "Your registration")) in elsewhere.page.url
