"""People check themselves in to a session with the code on its screen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp.accounts.rules import Role
from eventapp.check_in import points, search
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.rules import PointKind
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import Visibility
from eventapp.online import queries, rules, views
from eventapp.programme.rules import Mode
from eventapp.registration import operations
from eventapp.tickets import operations as tickets
from eventapp.tickets.queries import printed
from tests.support.make import START, fresh

SECRET = b"s" * 32


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(START + timedelta(seconds=30), tick=False) as travelled:
        yield travelled


@pytest.fixture
def forum(make):
    event = make.event("forum")
    with transaction():
        tickets.give_key(event.id)
    return event


@pytest.fixture
def session(make, forum):
    return make.session(forum, "Panel")


@pytest.fixture
def guest(make, forum):
    return make.registration(forum, make.option(forum), family_name="Lovelace", given_name="Ada")


def code(session) -> str:
    return queries.shown_code(fresh(session).event, session.id).code


def main(client) -> str:
    return client.page.text(client.page.one("main"))


def points_of_lines() -> list[str]:
    return list(db.session.scalars(select(CheckInPoint.area).join(CheckIn, CheckIn.point_id == CheckInPoint.id)))


# The code


def test_a_code_is_six_readable_signs_and_another_one_in_each_session_and_turn():
    codes = {rules.session_code(SECRET, session, turn) for session in range(20) for turn in range(20)}
    assert len(codes) == 400
    assert all(re.fullmatch("[2-9A-HJ-NP-Z]{6}", one) and not set(one) & set("0O1IL") for one in codes)
    assert rules.session_code(b"t" * 32, 1, 1) != rules.session_code(SECRET, 1, 1)


@pytest.mark.parametrize(
    ("seconds", "valid"), [(-301, False), (-1, False), (0, True), (299, True), (599, True), (600, False)]
)
def test_a_code_is_valid_for_its_turn_and_the_next_one(seconds, valid):
    begins = START.replace(minute=5 * (START.minute // 5), second=0, microsecond=0)
    shown = rules.session_code(SECRET, 7, rules.turn_at(begins))
    assert (
        rules.is_session_code(f" {shown[:3].lower()}-{shown[3:]} ", SECRET, 7, begins + timedelta(seconds=seconds))
        is valid
    )
    assert not rules.is_session_code(shown, SECRET, 8, begins)
    assert 0 < rules.turn_ends(begins + timedelta(seconds=seconds)) <= 300


# On one's own page


@pytest.mark.both_engines("a point that is made when it is first needed")
def test_a_code_checks_in_once(client, forum, session, guest, now):
    client.get(f"/registrations/{guest.token}")
    path = f"/registrations/{guest.token}/here"
    assert path in {link.get("href") for link in client.page.all("a")}
    answer = client.fill(path, {"code": code(session).lower()})
    assert answer.status_code == 200 and "You are checked in. Panel" in main(client)
    now.shift(timedelta(seconds=1))
    client.fill(path, {"code": code(session)})
    assert "You are checked in already." in main(client)
    assert set(points_of_lines()) == {f"session-{session.id}"}
    assert search.checked_in(fresh(forum)) == {guest.id}
    client.get(f"{path}?code=ABC")
    assert client.values(f"{path}?code=ABC")["code"] == ["ABC"]


def test_who_attends_online_is_checked_in_there(client, make, forum, session):
    online = make.registration(forum, make.option(forum, Mode.ONLINE))
    client.fill(f"/registrations/{online.token}/here", {"code": code(session)})
    assert points_of_lines() == [f"online-session-{session.id}"]


def test_wrong_codes_have_a_budget_that_right_ones_neither_use_nor_give_back(client, make, session, guest):
    path = f"/registrations/{guest.token}/here"
    other = make.registration(fresh(guest).event, make.option(fresh(guest).event))
    for turn in range(9):
        assert client.fill(path, {"code": "WRQNG2"}).status_code == 422
        assert client.fill(path, {"code": code(session)}).status_code == 200, turn
    assert client.fill(path, {"code": "WRQNG2"}).status_code == 422
    for typed in ("WRQNG2", code(session)):
        assert client.fill(path, {"code": typed}).status_code == 429
    assert client.fill(f"/registrations/{other.token}/here", {"code": code(session)}).status_code == 200


def test_who_is_not_confirmed_or_has_no_seat_is_refused(client, make, forum, session, guest):
    waiting = make.registration(forum, make.approval_option(forum))
    assert client.fill(f"/registrations/{waiting.token}/here", {"code": code(session)}).status_code == 422
    with transaction():
        point = points.save_point(
            fresh(forum), None, title=LocalizedText(), kind=PointKind.SESSION, session=fresh(session), seat_holders=True
        )
    path = f"/registrations/{guest.token}/here"
    assert client.fill(path, {"code": code(session)}).status_code == 422
    assert "not for you" in main(client)
    with transaction():
        points.save_point(
            fresh(forum), fresh(point), title=LocalizedText(), kind=PointKind.SESSION, session=fresh(session)
        )
        points.close_point(fresh(point), closed=True)
    assert client.fill(path, {"code": code(session)}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Presence)) == 0
    assert client.get("/registrations/nobody/here").status_code == 404


# With the code of a ticket


def test_the_qr_code_leads_to_a_page_that_takes_the_code_of_a_ticket(client, forum, session, guest):
    path = f"/events/forum/here?code={code(session)}"
    assert client.values(path)["code"] == [code(session)]
    for typed, status in (("AAAA-AAAA", 422), ("x", 422), (printed(fresh(guest)).code, 200)):
        assert client.fill(path, {"ticket": typed}).status_code == status
    assert "You are checked in. Panel" in main(client) and "Lovelace" not in main(client)
    assert search.checked_in(fresh(forum)) == {guest.id}
    before = printed(fresh(guest)).code
    with transaction():
        fresh(guest).ticket_revision += 1
    assert client.fill(path, {"ticket": before}).status_code == 422, "the ticket was replaced"
    with transaction():
        operations.cancel(fresh(guest))
    assert client.fill(path, {"ticket": printed(fresh(guest)).code}).status_code == 422


def test_a_hall_behind_one_address_uses_up_no_budget_with_its_tickets(client, session, guest, monkeypatch):
    monkeypatch.setattr(views, "TICKETS", "3/hour")
    path, right = f"/events/forum/here?code={code(session)}", printed(fresh(guest)).code
    for _ in range(5):
        assert client.fill(path, {"ticket": right}).status_code == 200
    assert client.fill(path, {"ticket": right, "code": "WRQNG2"}).status_code == 422
    for typed, status in (("AAAA-AAAA", 422), ("x", 422), ("AAAA-AAAB", 422), ("AAAA-AAAA", 429), (right, 429)):
        assert client.fill(path, {"ticket": typed}).status_code == status, typed


def test_the_page_of_an_event_that_is_not_public_opens_with_the_code_alone(client, forum, session, guest):
    with transaction():
        fresh(forum).visibility = Visibility.PRIVATE
    assert client.get("/events/forum/here").status_code == 404
    assert client.get("/events/forum/here?code=ABCDEF").status_code == 404
    assert client.get("/events/nothing/here").status_code == 404
    assert client.get(f"/events/forum/here?code={code(session)}").status_code == 200


# The screen


def test_the_screen_shows_the_code_and_loads_anew_when_it_changes(app, make, forum, session, now):
    helper = app.test_client()
    helper.sign_in(make.member(forum, Role.CHECK_IN))
    path = f"/manage/events/forum/check-in/sessions/{session.code}/screen"
    helper.get("/manage/events/forum/check-in/sessions")
    assert path in {link.get("href") for link in helper.page.all("a")}
    helper.get(path)
    shown = code(session)
    assert f"{shown[:3]} {shown[3:]}" in main(helper) and "0 people are checked in." in main(helper)
    (again,) = [one for one in helper.page.all("meta") if one.get("http-equiv") == "refresh"]
    assert again.get("content") == str(rules.turn_ends(START + timedelta(seconds=30)))
    now.shift(timedelta(seconds=int(again.get("content"))))
    helper.get(path)
    assert code(session) != shown and f"{code(session)[:3]} {code(session)[3:]}" in main(helper)
    assert helper.get("/manage/events/forum/check-in/sessions/NOSUCH/screen").status_code == 404


def test_an_event_without_tickets_gets_its_key_with_the_first_screen(organizer, make):
    session = make.session(make.event("other"), "Talk")
    slug = "other"
    assert queries.shown_code(fresh(session).event, session.id) is None
    assert organizer.get(f"/manage/events/{slug}/check-in/sessions/{session.code}/screen").status_code == 200
    assert code(session)
