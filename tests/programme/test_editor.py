"""The API of the schedule editor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.accounts.rules import Role
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.programme.rules import SessionStatus
from tests.support.make import START

BASE = "/manage/events/forum/programme"
HOUR = 60


def minutes(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


TEN = minutes(START)


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def hall(make, forum):
    return make.room(forum, "Main hall")


@pytest.fixture
def opening(make, forum, hall):
    return make.session(forum, "Opening", rooms=[hall], people=[make.person()])


def state(visitor):
    response = visitor.get(f"{BASE}/state.json")
    assert response.status_code == 200
    return response.get_json()


def move(visitor, session, *, token=None, **sent):
    values = {"starts": TEN, "ends": TEN + HOUR, "rooms": [], "revision": session.revision, **sent}
    headers = {"X-CSRFToken": token or state(visitor)["token"], "Accept": "application/json"}
    return visitor.post(f"{BASE}/sessions/{session.code}/move", json=values, headers=headers)


def test_a_move_changes_the_slot_and_nothing_else(organizer, make, forum, hall, opening):
    studio = make.room(forum, "Studio")
    response = move(organizer, opening, starts=TEN + 30, ends=TEN + 75, rooms=[studio.id])
    assert response.status_code == 200
    saved = response.get_json()["session"]
    assert (saved["starts"], saved["ends"], saved["rooms"]) == (TEN + 30, TEN + 75, [studio.id])
    db.session.refresh(opening)
    assert opening.starts_at == START + timedelta(minutes=30)
    assert opening.ends_at == START + timedelta(minutes=75)
    assert [room.id for room in opening.rooms] == [studio.id]
    assert saved["revision"] == opening.revision
    assert str(opening.title["en"]) == "Opening"
    assert len(opening.participations) == 1
    assert opening.status is SessionStatus.PUBLISHED


def test_a_session_is_taken_off_the_grid_and_put_back_by_the_same_request(organizer, hall, opening):
    assert move(organizer, opening, starts=None, ends=None, rooms=[hall.id]).status_code == 200
    db.session.refresh(opening)
    assert opening.starts_at is None
    assert opening.rooms == [hall], "the room stays as a wish"
    assert move(organizer, opening, rooms=[hall.id]).status_code == 200
    db.session.refresh(opening)
    assert opening.starts_at == START


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ends": TEN - 45}, "The end must be after the start."),
        ({"ends": TEN}, "The end must be after the start."),
        ({"ends": TEN + 25 * HOUR}, "A session can't last longer than 24 hours."),
        (
            {
                "starts": minutes(datetime(2041, 3, 18, tzinfo=UTC)),
                "ends": minutes(datetime(2041, 3, 18, 1, tzinfo=UTC)),
            },
            "This is more than a week outside the event dates (Tue 18 March 2031).",
        ),
        ({"ends": None}, "Enter both a start and an end, or neither."),
        ({"starts": 10**15}, "Enter a date and time."),
        ({"starts": "10:00"}, "Enter a date and time."),
        ({"starts": True}, "Enter a date and time."),
        ({"starts": 1.5}, "Enter a date and time."),
        ({"rooms": [999_999]}, "Choose rooms of this event."),
        ({"rooms": ["1"]}, "Choose rooms of this event."),
        ({"rooms": [[1]]}, "Choose rooms of this event."),
        ({"rooms": [10**30]}, "Choose rooms of this event."),
        ({"rooms": None}, "We couldn't save this move. Reload the page and try again."),
        ({"revision": None}, "We couldn't save this move. Reload the page and try again."),
        ({"revision": "1"}, "We couldn't save this move. Reload the page and try again."),
    ],
)
def test_what_can_not_be_is_refused_with_a_sentence_and_changes_nothing(organizer, opening, wrong, sentence):
    before = opening.revision
    response = move(organizer, opening, **wrong)
    assert response.status_code == 422
    assert response.get_json()["error"] == sentence
    db.session.refresh(opening)
    assert (opening.revision, opening.starts_at) == (before, START)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\x00", b'"x"', b"[" * 2000])
def test_what_is_no_move_at_all_is_refused(organizer, opening, body):
    headers = {"X-CSRFToken": state(organizer)["token"], "Content-Type": "application/json"}
    assert organizer.post(f"{BASE}/sessions/{opening.code}/move", data=body, headers=headers).status_code == 422


def test_a_room_of_another_event_is_refused(organizer, make, opening):
    foreign = make.room(make.event("other"))
    assert move(organizer, opening, rooms=[foreign.id]).status_code == 422
    assert move(organizer, make.session(make.event("third"))).status_code == 404


def test_a_stale_move_is_shown_what_changed_and_overwrites_nothing(organizer, make, forum, opening):
    studio = make.room(forum, "Studio")
    seen = opening.revision
    assert move(organizer, opening, starts=TEN + 30, ends=TEN + 75, rooms=[studio.id]).status_code == 200
    response = move(organizer, opening, starts=TEN + 120, ends=TEN + 180, rooms=[], revision=seen)
    assert response.status_code == 422
    answer = response.get_json()
    assert "It is now: Tue 18 March, 10:30 – 11:15, Studio." in answer["error"]
    assert (answer["session"]["starts"], answer["session"]["rooms"]) == (TEN + 30, [studio.id])
    again = move(organizer, opening, starts=TEN + 120, ends=TEN + 180, revision=answer["session"]["revision"])
    assert again.status_code == 200, "on top of what was shown it may be repeated"


def test_conflicts_come_with_the_answer_to_a_move(organizer, make, forum, hall, opening):
    panel = make.session(forum, "Panel", rooms=[hall], starts_at=START + timedelta(hours=1))
    assert state(organizer)["findings"] == []
    found = move(organizer, panel, starts=TEN + 30, ends=TEN + 90, rooms=[hall.id]).get_json()["findings"]
    assert [(one["level"], set(one["codes"])) for one in found] == [("error", {opening.code, panel.code})]
    assert found[0]["sentence"].startswith("Main hall is double-booked: “Opening” (Tue 18 March, 10:00 – 11:00)")
    assert move(organizer, panel, starts=TEN + 60, ends=TEN + 90, rooms=[hall.id]).get_json()["findings"] == []


def test_who_may_only_look_can_not_move(app, make, forum, opening):
    viewer = app.test_client()
    viewer.sign_in(make.member(forum, Role.VIEWER))
    viewer.looks = False
    assert move(viewer, opening).status_code == 403
    stranger = app.test_client()
    stranger.sign_in(make.user())
    stranger.looks = False
    assert stranger.get(f"{BASE}/state.json").status_code == 404


def test_a_script_without_a_login_gets_401_and_a_page_redirects_to_the_login(client, forum):
    answer = client.get(f"{BASE}/state.json", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.get_json()["error"] == 401
    assert client.get(BASE).status_code == 302


def test_who_may_only_look_gets_a_schedule_that_does_not_move(app, make, forum, opening):
    viewer = app.test_client()
    viewer.sign_in(make.member(forum, Role.VIEWER))
    viewer.get(BASE)
    editor = viewer.page.by_id("editor")
    assert editor.get("data-readonly") == "true"
    assert editor.get("data-session") == "/events/forum/sessions/CODE"
    assert not [node for node in editor.iter() if node.get("data-part") in {"undo", "snap"}]


def test_a_move_without_the_proof_that_it_came_from_the_page_is_refused(organizer, opening):
    response = move(organizer, opening, token="made up", starts=TEN + 30)
    assert response.status_code == 400
    db.session.refresh(opening)
    assert opening.starts_at == START


def test_asking_again_costs_one_answer_without_a_body_until_something_changes(organizer, queries, forum, opening):
    first = organizer.get(f"{BASE}/state.json")
    with queries() as counted:
        again = organizer.get(f"{BASE}/state.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert len(counted) <= 7
    move(organizer, opening, starts=TEN + 5)
    changed = organizer.get(f"{BASE}/state.json", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    japanese = organizer.get(f"{BASE}/state.json?lang=ja", headers={"If-None-Match": changed.headers["ETag"]})
    assert japanese.status_code == 200, "another language is another answer"


def test_a_session_past_midnight_belongs_to_its_evening(organizer, make, forum):
    forum.day_starts = 4 * 60
    db.session.commit()
    make.session(forum, "Late night", starts_at=datetime(2031, 3, 18, 16, 30, tzinfo=UTC))  # 01:30 on the 19th
    days = state(organizer)["days"]
    assert [day["name"] for day in days] == ["Tue 18 March"]
    assert days[0]["from"] == minutes(datetime(2031, 3, 17, 19, tzinfo=UTC))


def test_on_the_day_the_clocks_change_a_day_has_its_real_hours(organizer, make):
    starts = datetime(2031, 3, 29, 8, tzinfo=UTC)
    make.event("forum", starts_at=starts, ends_at=starts + timedelta(days=2), zone="Europe/Berlin")
    found = state(organizer)
    assert [(day["to"] - day["from"]) // HOUR for day in found["days"]] == [24, 23, 24]
    assert [ahead for _, ahead in found["offsets"]] == [60, 120]
    assert found["offsets"][1][0] == minutes(datetime(2031, 3, 30, 1, tzinfo=UTC))


def test_a_session_far_from_the_event_still_has_its_day(organizer, make, forum):
    make.session(forum, "Arrival", starts_at=START - timedelta(days=5))
    assert [day["name"] for day in state(organizer)["days"]] == ["Thu 13 March", "Tue 18 March"]


def test_a_text_in_another_language_says_which(organizer, make, forum):
    make.session(forum, LocalizedText(ar="الافتتاح"))
    assert state(organizer)["sessions"][0]["title"] == {"text": "الافتتاح", "lang": "ar", "dir": "rtl"}
