"""The overview: what an event needs, what is worth doing, what is due, and the one next step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.invitations.models import Invitation
from eventapp.programme import operations
from tests.support.make import fresh, words


@pytest.fixture
def forum(make):
    return make.event("forum")


def rows(organizer) -> dict[str, tuple[str, str]]:
    """The rows of all lists that are links: what they are about → where they lead, and their state in words."""
    organizer.get("/manage/events/forum")
    found = {}
    for row in organizer.page.all("a"):
        if row.getparent().getparent().get("class") == "tasks":
            name, state = next(row.iter("b")), row.findall("span")[-1]
            found[organizer.page.text(name)] = (row.get("href"), organizer.page.text(state))
    return found


def button(organizer) -> str:
    """The one primary button."""
    organizer.get("/manage/events/forum")
    (found,) = [node for node in organizer.page.nodes if node.get("class") == "btn"]
    return organizer.page.text(found)


def said(organizer) -> str:
    organizer.get("/manage/events/forum")
    return organizer.page.text(organizer.page.one("main"))


def test_a_programme_that_nobody_sees_and_changes_that_wait_are_next(organizer, make, forum):
    session = make.session(forum, "Opening", release=False)
    assert "Publish the programme. Only your team can see it so far." in said(organizer)
    make.release(forum)
    assert "Publish the programme." not in said(organizer)
    assert "not public yet" not in said(organizer)
    with transaction():
        row = db.session.get(type(session), session.id)
        operations.save_session(
            row.event,
            row,
            title=LocalizedText(en="Welcome"),
            kind=row.kind,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
    assert "Publish the latest programme changes." in said(organizer)


def test_an_event_without_a_venue_is_not_published_and_the_reason_is_given(organizer, client, make):
    event = make.event("forum", status=EventStatus.DRAFT)
    assert rows(organizer)["Name the venue"] == (
        "/manage/events/forum/start/venue",
        "Needed",
    )
    assert button(organizer) == "Name the venue"
    refused = organizer.fill("/manage/events/forum", action="/publish")
    assert refused.status_code == 422 and "people need to know where to come" in refused.text
    assert client.get("/events/forum").status_code == 404
    make.venue(event)
    assert rows(organizer)["Name the venue"][1] == "Done"
    assert organizer.fill("/manage/events/forum", action="/publish").status_code == 303
    assert client.get("/events/forum").status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        {"format": EventFormat.ONLINE},
        {"precision": Precision.MONTH},
        {"starts_at": clock.now() - timedelta(days=9)},
    ],
)
def test_no_venue_is_needed_online_before_the_day_is_known_or_afterwards(make, values):
    event = make.event("forum", status=EventStatus.DRAFT, **values)
    with transaction():
        lifecycle.publish_event(fresh(event))
    assert fresh(event).public


def test_what_was_public_before_is_put_back_without_a_venue(make):
    event = make.event("forum")
    with transaction():
        lifecycle.unpublish_event(fresh(event))
    with transaction():
        lifecycle.publish_event(fresh(event))
    assert fresh(event).public


def test_a_postponed_event_whose_dates_are_over_is_not_past_on_the_list_of_my_events(organizer, make):
    long_ago = clock.now() - timedelta(days=9)
    make.event("forum", starts_at=long_ago, ends_at=long_ago + timedelta(hours=8), status=EventStatus.POSTPONED)
    organizer.get("/manage")
    said = organizer.page.text(organizer.page.one("main"))
    assert "Upcoming" in said and "Past" not in said.split()


def test_a_postponed_event_whose_dates_are_over_needs_new_ones(make):
    event = make.event("forum", starts_at=clock.now() - timedelta(days=9), status=EventStatus.POSTPONED)
    with pytest.raises(Refused, match="new dates"), transaction():
        lifecycle.publish_event(fresh(event))


def test_each_row_is_a_link_and_says_in_words_what_is_done(organizer, make, forum):
    before = rows(organizer)
    assert before["Say what it is for"] == ("/manage/events/forum/edit/texts", "To do")
    assert before["Add the sessions"][1] == before["Invite a colleague to the team"][1] == "To do"
    assert "Write the privacy notice" not in before, "it belongs to a form"
    make.session(forum)
    make.option(forum)
    make.member(forum, Role.VIEWER)
    with transaction():
        fresh(forum).purpose = words("To meet.")
    after = rows(organizer)
    for name in ("Say what it is for", "Add the sessions", "Publish the programme", "Choose how people register"):
        assert after[name][1] == "Done", name
    assert after["Invite a colleague to the team"][1] == "Done"
    assert after["Write the privacy notice"] == ("/manage/events/forum/form/privacy", "To do")


def test_what_is_due_comes_with_its_time_what_waits_before_it(organizer, make, forum):
    opened = clock.now() - timedelta(days=1)
    make.option(forum, opens_at=opened, closes_at=forum.starts_at - timedelta(days=3), title=words("Hall"))
    with transaction():
        db.session.add(Invitation(event_id=forum.id, email="a@example.org", email_key="a@example.org"))
    found = list(rows(organizer).items())
    waits = next(n for n, (name, _row) in enumerate(found) if name == "Send 1 invitation.")
    closes = next(n for n, (name, _row) in enumerate(found) if name == "Registration closes: Hall")
    assert waits < closes
    assert "Registration opens: Hall" not in dict(found), "it has opened"
    assert found[waits][1] == ("/manage/events/forum/invitations", "Now")
    assert "15 March 2031" in found[closes][1][1]


def test_the_one_button_leads_from_a_draft_to_the_public_event(organizer, make):
    event = make.event("forum", status=EventStatus.DRAFT, venue_name=words("Hall"))
    assert button(organizer) == "Add the sessions"
    make.session(event)
    assert button(organizer) == "Choose how people register"
    make.option(event)
    assert button(organizer) == "Publish the event"
    organizer.fill("/manage/events/forum", action="/publish")
    assert button(organizer) != "Publish the event"


def test_a_viewer_sees_the_lists_without_links_to_what_they_may_not_do(app, make, forum):
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, Role.VIEWER))
    assert rows(visitor) == {}
    assert "Say what it is for" in said(visitor)


def test_registrations_over_time_are_a_drawing_and_a_table(organizer, make, forum):
    assert "Registrations before the start" not in said(organizer)
    make.registration(forum, make.option(forum))
    assert "Registrations before the start" in said(organizer)
    assert any(str(node.tag).endswith("svg") for node in organizer.page.nodes)
    assert any("Days before the start" in organizer.page.text(table) for table in organizer.page.all("table"))


def test_an_event_without_registration_says_so_and_asks_no_more(organizer, client, make, forum):
    assert rows(organizer)["Choose how people register"][1] != "Done"
    assert "Registration is not open yet" in client.get("/events/forum").text
    assert organizer.fill("/manage/events/forum/start/registration", {"preset": "none"}).status_code == 303
    assert rows(organizer)["Choose how people register"][1] == "Done"
    assert "Nobody needs to register." in said(organizer)
    for path in ("", "/register"):
        text = client.get(f"/events/forum{path}").text
        assert "You don't need to register for this event." in text, path
        assert "Registration is not open yet" not in text, path
    assert organizer.fill("/manage/events/forum/start/registration", {"preset": "online"}).status_code == 303
    assert fresh(forum).needs_registration
    assert "You don't need to register" not in client.get("/events/forum").text


def test_reminders_that_are_planned_are_due_when_somebody_gets_them(organizer, make, forum):
    option = make.option(forum)
    assert "A reminder is sent" not in said(organizer)
    make.registration(forum, option)
    text = said(organizer)
    assert "A reminder is sent: The day before, at 9:00" in text and "Mon 17 March 2031" in text
    assert "A week before" not in text
    organizer.fill("/manage/events/forum/mail/settings", {"day": None, "week": True})
    text = said(organizer)
    assert "A reminder is sent: A week before, at 9:00" in text and "The day before, at" not in text


def test_no_reminder_is_due_while_the_day_is_not_known(organizer, make):
    event = make.event("forum", precision=Precision.MONTH)
    make.registration(event, make.option(event))
    assert "A reminder is sent" not in said(organizer)
