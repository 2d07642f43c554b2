"""A form never rewrites a stored value that it can't show: seconds, the second 02:30, a changed zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import operations as proposals
from eventapp.proposals import queries as proposals_queries
from eventapp.registration import setup
from tests.support.make import START, fresh

# In Berlin the clocks go back on 26 October 2031: 02:30 occurs at 00:30 and at 01:30 UTC.
FIRST, SECOND = datetime(2031, 10, 26, 0, 30, tzinfo=UTC), datetime(2031, 10, 26, 1, 30, tzinfo=UTC)


@pytest.fixture
def night(make) -> Event:
    return make.event("night", zone="Europe/Berlin", starts_at=SECOND, ends_at=SECOND + timedelta(hours=9, seconds=20))


def test_an_event_keeps_the_second_0230_and_its_seconds_when_something_else_is_saved(organizer, night):
    sequence = night.sequence
    assert organizer.fill("/manage/events/night/edit", {"title_en": "Night"}).status_code == 303
    event = fresh(night)
    assert (event.title["en"], event.starts_at) == ("Night", SECOND)
    assert event.ends_at == SECOND + timedelta(hours=9, seconds=20)
    assert event.sequence == sequence


def test_a_session_keeps_them_too_and_says_which_0230_it_is(organizer, make, night):
    session = make.session(night, starts_at=SECOND + timedelta(seconds=7))
    path = f"/manage/events/night/programme/sessions/{session.code}"
    organizer.get(path)
    assert "This is the second 02:30 of that night" in organizer.page.text(organizer.page.one("main"))
    assert organizer.fill(path, {"title_en": "Owls"}).status_code == 303
    assert fresh(session).starts_at == SECOND + timedelta(seconds=7)
    assert organizer.fill(path, {"starts_at": "2031-10-26T02:40"}).status_code == 303
    assert fresh(session).starts_at == FIRST + timedelta(minutes=10)


def test_a_time_next_to_a_refused_field_still_counts_as_untouched(organizer, make, night):
    session = make.session(night, starts_at=SECOND)
    path = f"/manage/events/night/programme/sessions/{session.code}"
    assert organizer.fill(path, {"title_en": "", "title_ja": ""}).status_code == 422
    values = {
        node.get("name"): node.get("value") for node in organizer.page.all("input") if node.get("name", "")[:3] == "sta"
    }
    assert values == {"starts_at": "2031-10-26T02:30", "starts_at_shown": "2031-10-26T02:30 Europe/Berlin"}


def test_openings_and_closings_of_options_and_the_call_keep_theirs(organizer, make, night):
    opens, closes = SECOND - timedelta(days=300), SECOND + timedelta(seconds=9)
    option = make.option(night, opens_at=opens, closes_at=closes)
    with transaction():
        proposals.save_call(
            night,
            opens_at=opens,
            closes_at=closes,
            text=LocalizedText(),
            kinds=[SessionKind.LECTURE],
            lengths=[],
            modes=[Mode.ONLINE],
        )
    sequence = option.closing_sequence
    assert organizer.fill(f"/manage/events/night/options/{option.key}", {"capacity": "9"}).status_code == 303
    assert (fresh(option).capacity, fresh(option).closes_at) == (9, closes)
    assert fresh(option).closing_sequence == sequence
    assert organizer.fill("/manage/events/night/proposals/call", {"text_en": "Come"}).status_code == 303
    call = proposals_queries.call_of(fresh(night))
    assert (call.text["en"], call.opens_at, call.closes_at) == ("Come", opens, closes)
    organizer.fill(f"/manage/events/night/options/{option.key}", {"closes_at": ""})
    assert (fresh(option).opens_at, fresh(option).closes_at) == (opens, None)


def test_a_form_opened_before_the_zone_was_changed_does_not_move_what_it_did_not_touch(organizer, make):
    """One organizer opens a session, another corrects the event's zone, and the first one saves."""
    event = make.event("forum")
    session = make.session(event)
    option = make.option(event, closes_at=event.starts_at - timedelta(days=1))
    paths = [f"/manage/events/forum/programme/sessions/{session.code}", f"/manage/events/forum/options/{option.key}"]
    old = [organizer.values(path) for path in paths]
    with transaction():
        lifecycle.change_event(fresh(event), slug="forum", zone="Asia/Dhaka")
    assert organizer.post(paths[0], data={**old[0], "title_en": "Rivers"}).status_code == 303
    # The form of an option reports that somebody else has changed what it shows.
    assert organizer.post(paths[1], data={**old[1], "capacity": "5"}).status_code == 422
    assert "Registration closes" in organizer.page.text(organizer.page.by_id("problems"))
    assert organizer.fill_again(paths[1]).status_code == 303
    assert (fresh(session).title["en"], fresh(session).starts_at) == ("Rivers", START)
    assert (fresh(option).capacity, fresh(option).closes_at) == (5, START - timedelta(days=1))


def test_what_was_touched_in_a_form_of_the_former_zone_is_asked_again(organizer, make):
    event = make.event("forum")
    session = make.session(event)
    path = f"/manage/events/forum/programme/sessions/{session.code}"
    old = organizer.values(path)
    with transaction():
        lifecycle.change_event(fresh(event), slug="forum", zone="Asia/Dhaka")
    changed = {**old, "starts_at": ["2031-03-18T10:15"]}
    response = organizer.post(path, data=changed)
    assert response.status_code == 422
    assert "The time zone was Asia/Tokyo and is now Asia/Dhaka." in response.get_data(as_text=True)
    assert fresh(session).starts_at == START
    shown = {node.get("name"): node.get("value") for node in organizer.page.all("input")}
    assert (shown["starts_at"], shown["ends_at"]) == ("2031-03-18T10:15", "2031-03-18T08:00")


def test_the_grid_moves_a_session_to_another_room_and_leaves_its_seconds(organizer, make):
    event = make.event("forum")
    room = make.room(event)
    session = make.session(event, starts_at=event.starts_at + timedelta(seconds=30))
    minutes = int(session.starts_at.timestamp() // 60)
    organizer.get("/manage/events/forum/programme")
    token = next(n.get("value") for n in organizer.page.all("input") if n.get("name") == "csrf_token")
    response = organizer.post(
        f"/manage/events/forum/programme/sessions/{session.code}/move",
        json={"starts": minutes, "ends": minutes + 60, "rooms": [room.id], "revision": fresh(session).revision},
        headers={"X-CSRFToken": token},
    )
    assert response.status_code == 200, response.get_data(as_text=True)
    row: Session = fresh(session)
    assert [one.id for one in row.rooms] == [room.id]
    assert (row.starts_at, row.ends_at) == (START + timedelta(seconds=30), START + timedelta(hours=1, seconds=30))


def test_an_option_keeps_a_closing_that_somebody_else_has_set_meanwhile(organizer, make):
    event = make.event("forum")
    option = make.option(event)
    path = f"/manage/events/forum/options/{option.key}"
    old = organizer.values(path)
    closes = event.starts_at - timedelta(days=2)
    with transaction():
        row = db.session.merge(fresh(option))
        setup.save_option(fresh(event), row, mode=row.mode, title=row.title, closes_at=closes)
    assert organizer.post(path, data={**old, "capacity": "5"}).status_code == 422
    assert organizer.fill_again(path).status_code == 303
    assert (fresh(option).capacity, fresh(option).closes_at) == (5, closes)
    del old["edit_token"]
    assert organizer.post(path, data={**old, "capacity": "6"}).status_code == 303
    assert (fresh(option).capacity, fresh(option).closes_at) == (6, closes)
