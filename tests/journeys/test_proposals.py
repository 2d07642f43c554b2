"""From a proposal to a name on the programme, and what happens when the session moves."""

from __future__ import annotations

import re

import pytest

from tests.journeys.people import calendar_in, link_in, propose, text_of

pytestmark = pytest.mark.journey

TITLE = "What a river tells a city"
PHONE = {"width": 390, "height": 844}


def test_a_proposal_is_accepted_confirmed_released_and_moved(window, desk, post):
    at_desk = desk("river-forum")
    organizer = at_desk.window
    at_desk.create("River Forum")
    at_desk.publish()
    at_desk.call()

    speaker, visitor = window(viewport=PHONE), window()
    assert visitor.open("/events/river-forum") == 200
    assert visitor.press("main a:has-text('Propose a session')") == 200
    own = propose(speaker, "river-forum", "noor@river.example.com", title=TITLE, given="Noor", family="Haddad")
    assert "To be decided" in speaker.page.inner_text("main")
    speaker.accessible()
    received = post.wait("noor@river.example.com", "Received")
    assert own in text_of(received)

    code = at_desk.proposal(TITLE)
    organizer.page.check("[name=vote][value='1']")
    organizer.page.fill("[name=note]", "Yes, and early in the day.")
    at_desk.save()
    assert "Yes, and early in the day." in organizer.page.inner_text("main")
    organizer.accessible()
    organizer.open(f"{code}/accept")
    organizer.accessible()
    organizer.page.fill("[name=subject]", "Welcome on the programme")
    at_desk.save()

    accepted = post.wait("noor@river.example.com", "Welcome on the programme")
    assert speaker.open(own) == 200
    assert "Your proposal has been accepted." in speaker.page.inner_text("main")
    assert speaker.open(link_in(accepted, "speaking")) == 200

    organizer.open(at_desk.path("/programme?view=list"))
    path = re.search(r'href="(/manage/events/river-forum/programme/sessions/(?!new)\w+)"', organizer.page.content())
    assert path
    organizer.open(path[1])
    organizer.page.fill("[name=starts_at]", f"{at_desk.day}T11:00")
    organizer.page.fill("[name=ends_at]", f"{at_desk.day}T11:20")
    at_desk.save("button[name=state][value=published]")
    organizer.open(at_desk.path("/programme/release"))
    at_desk.save()
    visitor.open("/events/river-forum/programme")
    assert TITLE in visitor.page.inner_text("main")
    assert "Noor Haddad" not in visitor.page.inner_text("main"), "nobody is announced who has not said yes"

    assert speaker.press("text=Yes, I will take part") == 200
    assert "You have confirmed" in speaker.page.inner_text("main")
    speaker.accessible()
    speaker.press("text=Edit the profile")
    speaker.page.fill("[name=biography_en]", "Noor measures rivers.")
    speaker.accessible()
    assert speaker.press("main form .actions button.btn") == 200
    assert "Your changes are saved." in speaker.page.inner_text("main")
    organizer.open(at_desk.path("/programme/release"))
    at_desk.save()
    visitor.open("/events/river-forum/speakers")
    assert visitor.press("text=Noor Haddad") == 200
    shown = visitor.page.inner_text("main")
    assert "Noor measures rivers." in shown
    assert "Hydrologist, River Institute" in shown

    at_desk.send_news()
    invited = post.wait("noor@river.example.com", "Your speaking times")
    assert "METHOD:REQUEST" in calendar_in(invited)

    organizer.open(path[1])
    organizer.page.fill("[name=starts_at]", f"{at_desk.day}T14:00")
    organizer.page.fill("[name=ends_at]", f"{at_desk.day}T14:20")
    at_desk.save()
    organizer.open(at_desk.path("/programme/release"))
    at_desk.save()
    at_desk.send_news()
    moved = post.wait("noor@river.example.com", "Your session has changed")
    assert "11:00 – 11:20 → 14:00 – 14:20" in text_of(moved)
    assert "T140000" in calendar_in(moved)

    speaker.press("text=I can no longer take part")
    organizer.open(at_desk.path())
    assert "Find a replacement: Noor Haddad declined." in organizer.page.inner_text("main")


def test_somebody_deletes_a_proposal_and_nothing_is_kept(window, desk):
    at_desk = desk("quiet-forum")
    at_desk.create("Quiet Forum")
    at_desk.publish()
    at_desk.call()
    someone = window()
    own = propose(someone, "quiet-forum", "sam@quiet.example.com", title="Never mind")
    someone.page.click("summary:has-text('Withdraw')")
    assert someone.press("text=Withdraw and delete my data") == 200
    assert someone.page.inner_text("h1") == "Deleted"
    assert someone.open(own) == 404
    someone.trouble.clear()  # the browser reports the expected 404
    at_desk.window.open(at_desk.path("/proposals"))
    assert "Never mind" not in at_desk.window.page.inner_text("main")
    at_desk.window.open(at_desk.path("/mail"))
    assert "sam@quiet.example.com" not in at_desk.window.page.inner_text("main")
