"""Changing the time zone or the date of an event, and what moves with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp import lifecycle
from eventapp.check_in import points
from eventapp.check_in.rules import PointKind
from eventapp.core.clock import Shift, comes_twice, to_local
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.lifecycle import postpone_event
from eventapp.programme.rules import Mode, SessionKind, SessionStatus
from eventapp.proposals import operations as proposals
from eventapp.proposals import queries as proposals_queries
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import START, fresh

EDIT = "/manage/events/forum/edit"
DAY = timedelta(days=1)


@pytest.fixture
def forum(make):
    """Two days in Tokyo with three sessions, an option that opened long ago, one that will open, and a call."""
    event = make.event("forum", ends_at=START + DAY)
    event.option = make.option(event, opens_at=datetime(2020, 1, 1, tzinfo=UTC), closes_at=START - 3 * DAY)
    event.later = make.option(event, Mode.ONLINE, opens_at=START - 20 * DAY)
    event.sessions = [
        make.session(event, "Rivers", starts_at=START + timedelta(hours=2)),
        make.session(event, "Draft", status=SessionStatus.DRAFT),
        make.session(event, "Off", status=SessionStatus.CANCELLED, starts_at=START + DAY, minutes=30),
    ]
    with transaction():
        proposals.save_call(
            event,
            opens_at=None,
            closes_at=START - 60 * DAY,
            text=LocalizedText(),
            lengths=[],
            kinds=[SessionKind.LECTURE],
            modes=[Mode.ONLINE],
        )
    return event


def moments(event):
    """Every time that may move, by name."""
    call = proposals_queries.call_of(fresh(event))
    return {
        "event": (fresh(event).starts_at, fresh(event).ends_at),
        "sessions": [(fresh(one).starts_at, fresh(one).ends_at) for one in event.sessions],
        "opened": fresh(event.option).opens_at,
        "windows": [fresh(event.option).closes_at, fresh(event.later).opens_at, call.closes_at],
    }


def test_changing_the_zone_asks_what_stays(organizer, forum):
    before = moments(forum)
    response = organizer.fill(EDIT, {"zone": "Asia/Dhaka", "title_en": "Moved"})
    assert response.status_code == 422
    assert "Choose whether the local time or the moment should stay the same." in response.get_data(as_text=True)
    assert organizer.page.by_id("keep") is not None
    assert moments(forum) == before
    assert fresh(forum).zone == "Asia/Tokyo"


def test_the_clock_stays_for_event_sessions_and_closings_alike(organizer, forum):
    before = moments(forum)
    assert organizer.fill(EDIT, {"zone": "Asia/Dhaka", "keep": "clock"}).status_code == 303
    three, after = timedelta(hours=3), moments(forum)
    assert fresh(forum).zone == "Asia/Dhaka"
    assert after["event"] == tuple(one + three for one in before["event"])
    assert after["sessions"] == [(first + three, last + three) for first, last in before["sessions"]]
    assert after["opened"] == before["opened"] + three
    assert after["windows"] == [one + three for one in before["windows"]]
    organizer.get("/manage/events/forum")
    assert "3 sessions were moved." in organizer.page.text(organizer.page.one("body"))


def test_the_moment_stays_for_all_of_them(organizer, forum):
    before, sequence = moments(forum), fresh(forum.option).closing_sequence
    revisions = [fresh(one).revision for one in forum.sessions]
    assert organizer.fill(EDIT, {"zone": "Asia/Dhaka", "keep": "moment"}).status_code == 303
    assert moments(forum) == before
    assert fresh(forum).zone == "Asia/Dhaka"
    assert fresh(forum.option).closing_sequence == sequence
    assert [fresh(one).revision for one in forum.sessions] == revisions


def test_a_time_typed_together_with_a_new_zone_is_of_the_new_zone(organizer, forum):
    assert (
        organizer.fill(EDIT, {"zone": "Asia/Dhaka", "keep": "moment", "starts_at": "2031-03-18T09:15"}).status_code
        == 303
    )
    assert fresh(forum).starts_at == datetime(2031, 3, 18, 3, 15, tzinfo=UTC)
    assert fresh(forum).ends_at == START + DAY


def test_hours_that_the_new_clock_skips_or_repeats_are_reported(organizer, make):
    """On 30 March 2031 Berlin has no 02:30; on 26 October it has two."""
    for day, said in (
        ("2031-03-30", "These were moved later, because the clocks skip their new time: Owls."),
        ("2031-10-26", "The clocks show the new time of these twice. We used the first: Owls."),
    ):
        midnight = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=UTC) - timedelta(hours=9)
        event = make.event(f"night-{day}", starts_at=midnight, ends_at=midnight + DAY)
        session = make.session(event, "Owls", starts_at=midnight + timedelta(hours=2, minutes=30), minutes=20)
        path = f"/manage/events/night-{day}"
        assert organizer.fill(f"{path}/edit", {"zone": "Europe/Berlin", "keep": "clock"}).status_code == 303
        organizer.get(path)
        assert said in organizer.page.text(organizer.page.one("body"))
        row = fresh(session)
        assert row.ends_at - row.starts_at == timedelta(minutes=20)


def test_a_new_date_offers_to_move_sessions_and_closings_and_says_what_stays(organizer, forum):
    before = moments(forum)
    new = {"starts_at": "2031-04-01T10:00", "ends_at": "2031-04-02T10:00"}
    response = organizer.fill(EDIT, new)
    assert response.status_code == 422
    said = organizer.page.text(organizer.page.by_id("days"))
    assert "The event starts 14 days later." in said
    assert "Move 3 sessions as well" in said
    assert "Move 3 opening and closing times as well" in said
    assert "Registrations, seats and proposals don't change" in said
    assert moments(forum) == before


@pytest.mark.slow
def test_all_move_by_the_same_days_and_keep_their_time_on_the_clock(organizer, forum):
    """From winter to summer time in Berlin: the clock time stays, the moment moves by an hour less."""
    with transaction():
        lifecycle.change_event(fresh(forum), slug="forum", zone="Europe/Berlin")
    before = moments(forum)
    shift = Shift("Europe/Berlin", "Europe/Berlin", 30)
    first, last = (to_local(one, "Europe/Berlin") for one in before["event"])
    typed = {"starts_at": f"{first + 30 * DAY:%Y-%m-%dT%H:%M}", "ends_at": f"{last + 30 * DAY:%Y-%m-%dT%H:%M}"}
    assert organizer.fill(EDIT, typed).status_code == 422
    assert organizer.fill_again(EDIT).status_code == 303
    after = moments(forum)
    assert after["event"] == tuple(one + 30 * DAY - timedelta(hours=1) for one in before["event"])
    assert after["sessions"] == [tuple(shift.of(one)[0] for one in pair) for pair in before["sessions"]]
    assert after["windows"] == [shift.of(one)[0] for one in before["windows"]]
    assert after["opened"] == before["opened"], "what is open does not close"
    organizer.get("/manage/events/forum")
    said = organizer.page.text(organizer.page.one("body"))
    assert "3 sessions were moved. This becomes public with the next version of the programme." in said
    assert "3 opening and closing times were moved." in said


def test_each_kind_may_stay_where_it_is(organizer, forum):
    before = moments(forum)
    new = {"starts_at": "2031-03-25T10:00", "ends_at": "2031-03-26T10:00"}
    organizer.fill(EDIT, new)
    assert organizer.fill_again(EDIT, {"move_sessions": None}).status_code == 303
    after = moments(forum)
    assert after["sessions"] == before["sessions"]
    assert after["windows"] == [one + 7 * DAY for one in before["windows"]]


@pytest.mark.slow
def test_another_day_than_the_one_that_was_answered_for_is_asked_again(organizer, forum):
    organizer.fill(EDIT, {"starts_at": "2031-03-25T10:00", "ends_at": "2031-03-26T10:00"})
    again = organizer.fill_again(EDIT, {"starts_at": "2031-03-26T10:00", "move_sessions": None})
    assert again.status_code == 422
    assert "The event starts 8 days later." in again.get_data(as_text=True)
    assert organizer.fill_again(EDIT, {"ends_at": "2031-03-20T10:00"}).status_code == 422  # before the start
    assert "Move 3 sessions as well" in organizer.page.text(organizer.page.by_id("days"))
    assert fresh(forum).starts_at == START


def test_other_hours_of_the_same_day_ask_nothing(organizer, forum):
    before = moments(forum)
    assert organizer.fill(EDIT, {"starts_at": "2031-03-18T08:00"}).status_code == 303
    assert moments(forum)["sessions"] == before["sessions"]


def test_a_postponed_event_gets_its_new_date_in_the_same_way(organizer, make, forum):
    guest = make.registration(forum, forum.option)
    with transaction():
        postpone_event(fresh(forum), note=LocalizedText(en="Typhoon"))
    organizer.fill(EDIT, {"starts_at": "2031-06-17T10:00", "ends_at": "2031-06-18T10:00"})
    assert organizer.fill_again(EDIT).status_code == 303
    assert fresh(forum.sessions[0]).starts_at == START + 91 * DAY + timedelta(hours=2)
    assert organizer.fill("/manage/events/forum", action="/publish").status_code == 303
    assert organizer.fill("/manage/events/forum/programme/release", action="/release").status_code == 303
    calendar = organizer.get("/events/forum/calendar.ics").get_data(as_text=True)
    assert "DTSTART;TZID=Asia/Tokyo:20310617T120000" in calendar
    assert fresh(guest).status is RegistrationStatus.CONFIRMED


def test_a_later_closing_seats_those_who_wait(organizer, make):
    event = make.event("forum")
    option = make.option(event, capacity=1)
    first = make.registration(event, option)
    waiting: Registration = make.registration(event, option)
    with transaction():
        row = fresh(option)
        row.closes_at = datetime(2025, 1, 1, tzinfo=UTC)
        fresh(first).status = RegistrationStatus.CANCELLED
        row.seats_taken = 0
    organizer.fill(EDIT, {"starts_at": "2040-03-18T10:00", "ends_at": "2040-03-18T18:00"})
    assert organizer.fill_again(EDIT).status_code == 303
    assert fresh(waiting).status is RegistrationStatus.CONFIRMED


def test_who_saved_meanwhile_is_not_overwritten_by_the_answer(organizer, forum):
    organizer.fill(EDIT, {"starts_at": "2031-03-25T10:00", "ends_at": "2031-03-26T10:00"})
    with transaction():
        lifecycle.change_event(fresh(forum), slug="forum", venue_name=LocalizedText(en="Elsewhere"))
    before = moments(forum)
    assert organizer.fill_again(EDIT).status_code == 422
    assert moments(forum) == before


def test_a_time_that_only_somebody_else_has_changed_is_shown_in_the_form(organizer, forum):
    """Europe/Berlin is not UTC: the values compared are those that the inputs have shown."""
    with transaction():
        lifecycle.change_event(fresh(forum), slug="forum", zone="Europe/Berlin")
    old = organizer.values(EDIT)
    with transaction():
        lifecycle.change_event(fresh(forum), slug="forum", ends_at=START + 2 * DAY)
    assert organizer.post(EDIT, data={**old, "title_en": "Second"}).status_code == 422
    said = organizer.page.text(organizer.page.by_id("problems"))
    assert "“Ends”" in said
    assert "“Starts”" not in said
    assert organizer.page.by_id("ends_at").get("value") == "2031-03-20T02:00"
    assert organizer.fill_again(EDIT).status_code == 303
    assert (fresh(forum).title["en"], fresh(forum).ends_at) == ("Second", START + 2 * DAY)


def test_a_time_comes_twice_only_when_the_clocks_go_back():
    back = datetime(2031, 10, 26, 0, 30, tzinfo=UTC)
    assert comes_twice(back, "Europe/Berlin")
    assert comes_twice(back + timedelta(hours=1), "Europe/Berlin")
    assert not comes_twice(back + timedelta(hours=2), "Europe/Berlin")
    assert not comes_twice(datetime(2031, 3, 30, 1, 30, tzinfo=UTC), "Europe/Berlin")
    assert not comes_twice(back, "Asia/Tokyo")


def _door(event, day: int):
    with transaction():
        on = fresh(event).first_day + timedelta(days=day - 1)
        return points.save_point(
            fresh(event), None, title=LocalizedText(en="Door"), kind=PointKind.DOOR, session=None, days=[on]
        )


def test_a_door_for_some_days_follows_the_event_or_nobody_would_be_let_in(organizer, forum):
    first, second = _door(forum, 1), _door(forum, 2)
    assert organizer.fill(EDIT, {"starts_at": "2031-03-19T10:00", "ends_at": "2031-03-20T10:00"}).status_code == 422
    assert organizer.fill_again(EDIT, {"move_sessions": None}).status_code == 303
    assert (fresh(first).days, fresh(second).days) == (["2031-03-19"], ["2031-03-20"])


def test_a_door_stays_on_its_day_if_the_event_begins_a_day_earlier(organizer, forum):
    first, second = _door(forum, 1), _door(forum, 2)
    assert organizer.fill(EDIT, {"starts_at": "2031-03-17T10:00"}).status_code == 422
    assert organizer.fill_again(EDIT, {"move_sessions": None}).status_code == 303
    assert (fresh(first).days, fresh(second).days) == (["2031-03-18"], ["2031-03-19"])


def test_a_door_follows_an_event_that_is_moved_and_made_shorter(organizer, forum):
    first, second = _door(forum, 1), _door(forum, 2)
    assert organizer.fill(EDIT, {"starts_at": "2031-04-01T10:00", "ends_at": "2031-04-01T18:00"}).status_code == 422
    assert organizer.fill_again(EDIT, {"move_sessions": None}).status_code == 303
    assert fresh(first).days == ["2031-04-01"]
    assert fresh(second).days == ["2031-04-02"], "without a day it would let everybody in on every day"
