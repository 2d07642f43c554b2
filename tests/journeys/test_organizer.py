"""An organizer creates an event, from logging in to cancelling it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.journeys.conftest import log_in
from tests.journeys.people import SUBMIT, Desk, register

pytestmark = pytest.mark.journey


class ByHand(Desk):
    """The desk of an organizer who fills in every form in the window."""

    def send(self, path: str, answers: dict[str, str], *, action: str = "") -> None:
        if urlsplit(self.window.page.url).path != path:
            assert self.window.open(path) == 200
        for name, value in answers.items():
            field = self.window.page.locator(f"[name={name}]")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.save(f"form[action$='{action}'] button" if action else SUBMIT)


def test_a_wrong_password_is_refused_in_words(window, served):
    someone = window()
    someone.open("/login")
    someone.page.fill("[name=email]", served.email)
    someone.page.fill("[name=password]", "not the password")
    someone.press("main form button.btn")
    assert someone.page.locator("main [role=alert]").count() == 1
    someone.accessible()
    someone.open("/manage")
    assert "/login" in someone.page.url


def test_an_organizer_makes_publishes_and_postpones_an_event(window, served, post):
    organizer = window()
    page = organizer.page
    log_in(organizer, served)
    desk = ByHand(organizer, "harbour-forum")

    desk.create("Harbour Cities Forum")
    assert "Draft" in page.inner_text("main")
    stranger = window()
    assert stranger.open("/events/harbour-forum") == 404, "a draft is nobody's but the team's"

    organizer.open(desk.path("/sites/new"))
    page.fill("[name=name_en]", "Harbour Hall")
    page.fill("[name=address_en]", "1 Quay Street, Saitama")
    desk.save()
    organizer.open(desk.path("/programme/rooms/new"))
    page.fill("[name=name_en]", "Room of Maps")
    page.select_option("[name=site]", label="Harbour Hall")
    page.fill("[name=capacity]", "80")
    desk.save()
    organizer.open(desk.path("/programme/tracks/new"))
    page.fill("[name=name_en]", "Ports")
    desk.save()
    organizer.open(desk.path("/speakers/new"))
    page.fill("[name=family_en]", "Virtanen")
    page.fill("[name=given_en]", "Aino")
    page.fill("[name=position_en]", "Harbour Master")
    desk.save()

    organizer.open(desk.path("/programme/sessions/new"))
    page.fill("[name=title_en]", "What the tide teaches")
    page.fill("[name=starts_at]", f"{desk.day}T11:00")
    page.fill("[name=ends_at]", f"{desk.day}T12:00")
    page.get_by_label("Room of Maps").check()
    page.select_option("[name=track]", label="Ports")
    page.locator("#name-0").press_sequentially("virtanen ai")
    page.get_by_role("option", name="Aino Virtanen").wait_for()
    organizer.accessible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#name-0") == "Aino Virtanen"
    desk.save("button[name=state][value=published]")
    assert "What the tide teaches" in page.inner_text("main")

    desk.option("in_person", capacity=1)
    desk.option("online")
    desk.trust_addresses()
    organizer.open(desk.path("/programme/release"))
    desk.save()
    desk.publish()
    assert "Draft" not in page.inner_text("main .head")
    organizer.accessible()

    assert stranger.open("/events/harbour-forum") == 200
    shown = stranger.page.inner_text("body")
    for said in (
        "Harbour Cities Forum",
        "What the tide teaches",
        "Aino Virtanen",
        "Harbour Master",
        "10:00 – 17:00",
        "1 seat left",
    ):
        assert said in shown
    assert stranger.press("text=What the tide teaches") == 200
    session = stranger.page.inner_text("main")
    for said in ("11:00 – 12:00", "Room of Maps", "Harbour Hall", "Ports"):
        assert said in session

    register(window(), "harbour-forum", "lars@harbour.example.com")
    organizer.open(desk.path("/postpone"))
    page.fill("[name=note_en]", "The hall is flooded.")
    desk.save()
    stranger.open("/events/harbour-forum")
    assert "This event is postponed" in stranger.page.inner_text("main")
    assert "The hall is flooded." in stranger.page.inner_text("main")
    stranger.accessible()
    post.wait("lars@harbour.example.com", "Postponed: Harbour Cities Forum")
    stranger.open("/events/harbour-forum/register")
    assert stranger.page.locator("[name=email]").count() == 0, "nobody registers for a postponed event"


def test_an_organizer_cancels_an_event_and_everybody_is_notified(desk, window, post):
    at_desk = desk("evening-talk")
    at_desk.open_event("Evening Talk")
    attendee = window()
    own = register(attendee, "evening-talk", "noor@talk.example.com")
    at_desk.window.open(at_desk.path())
    at_desk.window.press("text=Cancel the event…")
    at_desk.window.accessible()
    at_desk.window.page.fill("[name=note_en]", "The speaker is ill.")
    at_desk.save()
    attendee.open("/events/evening-talk")
    shown = attendee.page.inner_text("main")
    assert "This event is cancelled." in shown
    assert "The speaker is ill." in shown
    attendee.accessible()
    attendee.open(own)
    assert "This event is cancelled." in attendee.page.inner_text("main")
    post.wait("noor@talk.example.com", "Cancelled: Evening Talk")


def test_what_an_organizer_types_wrong_is_named_and_kept(desk):
    at_desk = desk("harbour-of-nowhere")
    at_desk.window.open("/manage/events/new")
    page = at_desk.window.page
    page.fill("[name=title_en]", "A forum at the wrong time")
    page.fill("[name=starts_at]", f"{at_desk.day}T12:00")
    page.fill("[name=ends_at]", f"{at_desk.day}T11:00")
    page.fill("[name=zone]", "Atlantis/Centre")
    assert at_desk.window.press(SUBMIT) == 422
    at_desk.window.accessible()
    assert page.input_value("[name=title_en]") == "A forum at the wrong time"
    assert page.locator("#problems a[href='#zone']").count() == 1
    assert at_desk.window.open("/manage/events/a-forum-at-the-wrong-time") == 404
