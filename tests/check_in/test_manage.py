"""The desk at the door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.check_in import operations, rules
from eventapp.check_in.models import CheckIn
from eventapp.check_in.rules import CheckInKind, ScanResult
from eventapp.core.db import db, transaction
from eventapp.programme.rules import Mode
from eventapp.registration import operations as registration
from eventapp.registration import queries as registrations
from eventapp.tickets import operations as tickets
from eventapp.tickets.queries import printed
from tests.support.make import fresh

DESK = "/manage/events/forum/check-in"


@pytest.fixture
def guest(make, forum):
    option = make.option(forum)
    return make.registration(
        forum,
        option,
        "suzuki@example.org",
        family_name="鈴木",
        given_name="一郎",
        reading="スズキ イチロウ",
        organization="松戸市",
    )


@pytest.fixture
def door(app, make, forum):
    """A member who may only check in, at the desk."""
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, Role.CHECK_IN))
    return visitor


def main(client) -> str:
    return client.page.text(client.page.one("main"))


def scan(client, text: str, **values) -> str | None:
    """Type a text and press Enter; returns the result that the page shows, if it shows one."""
    answer = client.fill(DESK, {"q": text, **values}, action="/check-in")
    assert answer.status_code == 303
    client.get(answer.location)
    return next((one.get("data-result") for one in client.page.nodes if one.get("data-result")), None)


@pytest.mark.both_engines("a page with a log, and upserts")
def test_a_hand_scanner_types_a_ticket_and_presses_enter(door, guest):
    text = printed(fresh(guest)).text
    assert scan(door, f"{text}\n") == "ok"
    for part in ("Welcome", "鈴木 一郎", "松戸市", "1checked in", "1inside now"):
        assert part in main(door)
    assert scan(door, text.lower()) == "already_in"
    assert "Somebody else may be using the same ticket" in main(door)
    assert scan(door, printed(fresh(guest)).code, way="out") == "ok"
    assert "Goodbye" in main(door) and "0inside now" in main(door) and "1checked in" in main(door)


@pytest.mark.both_engines("LIKE with other scripts")
def test_people_are_found_by_name_in_any_script_reading_and_organization(door, make, forum, guest):
    make.registration(forum, guest.option, family_name="Lovelace", given_name="Ada", organization="Analytical Engines")
    for typed in ("鈴木", "すずき", "スズキ", "ｽｽﾞｷ", "suzuki", "SUZUKI ichi", "松戸"):
        assert scan(door, typed) is None
        assert "鈴木 一郎" in main(door) and "Lovelace" not in main(door), typed
    assert scan(door, "engines love") is None and "Ada Lovelace" in main(door)
    assert scan(door, "100%") is None and "Nobody is registered" in main(door)


def test_who_checks_in_sees_no_email_addresses_and_no_answers(door, guest):
    scan(door, printed(fresh(guest)).code)
    scan(door, "鈴木")
    assert "@" not in main(door)
    assert scan(door, "suzuki@example.org") is None
    assert "Nobody is registered" in main(door), "nor are they searched"


def test_somebody_without_a_ticket_is_checked_in_and_out_by_name_and_it_can_be_undone(door, guest):
    for button, result in (("in", "Welcome"), ("out", "Goodbye")):
        scan(door, "suzuki")
        answer = door.fill(f"{DESK}?q=suzuki", {"way": button}, action=f"/people/{guest.id}")
        door.get(answer.location)
        assert result in main(door)
    line = db.session.scalars(select(CheckIn).order_by(CheckIn.id.desc())).first()
    door.get(door.fill(answer.location, action=f"/log/{line.id}/undo").location)
    assert "Undone" in main(door) and "1inside now" in main(door)


def test_a_withdrawn_ticket_is_told_as_such_and_overruled_only_with_a_reason(door, guest):
    text = printed(fresh(guest)).text
    with transaction():
        registration.cancel(fresh(guest))
    assert scan(door, text) == "withdrawn"
    assert "0checked in" in main(door)
    path = f"{DESK}?shown={db.session.scalar(select(CheckIn.id))}"
    refused = door.fill(path, {"reason": " "}, action=f"/people/{guest.id}")
    assert refused.status_code == 422 and "Enter a reason." in refused.text
    answer = door.fill(path, {"reason": "The mayor's guest."}, action=f"/people/{guest.id}")
    door.get(answer.location)
    assert "Overruled: Withdrawn ticket" in main(door) and "The mayor's guest." in main(door)
    assert "1checked in" in main(door)


@pytest.mark.parametrize(
    ("text", "result"), [("https://example.org/menu", "unknown"), ("A" * 119, "unknown"), ("x" * 90, "unknown")]
)
def test_a_foreign_code_gets_a_result_and_scanning_goes_on(door, guest, text, result):
    assert scan(door, text) == result
    assert scan(door, printed(fresh(guest)).text) == "ok"


def test_a_name_of_eight_letters_is_searched_and_an_empty_field_refused(door, make, forum, guest):
    make.registration(forum, guest.option, family_name="Yamamoto", given_name="Aya")
    assert scan(door, "YAMAMOTO") is None and "Aya" in main(door)
    assert door.fill(DESK, {"q": " "}, action="/check-in").status_code == 422
    assert "Scan a ticket, or type a code or a name." in main(door)


def test_a_person_of_another_event_is_not_found(door, make, guest):
    other = make.event("other")
    with transaction():
        tickets.give_key(other.id)
    stranger = make.registration(other, make.option(other), family_name="Babbage")
    assert scan(door, "Babbage") is None and "Nobody is registered" in main(door)
    assert scan(door, printed(fresh(stranger)).text) == "other_event"
    assert door.get(f"{DESK}?shown=999999").status_code == 200


def test_a_form_that_is_sent_twice_is_one_line(door, guest):
    door.get(DESK)
    form = next(one for one in door.page.forms() if one.get("class") == "stack scan")
    sent = {one.get("name"): one.get("value") or "" for one in form.iter("input") if one.get("type") == "hidden"}
    data = {**sent, "q": printed(fresh(guest)).text, "way": "in"}
    first, again = (door.post(DESK, data=data).location for _ in range(2))
    assert first == again
    assert len(db.session.scalars(select(CheckIn)).all()) == 1


def test_the_numbers_count_people_and_not_visits(door, make, forum, guest):
    make.registration(forum, make.option(forum, Mode.ONLINE))
    code = printed(fresh(guest)).code
    for way in ("in", "out", "in", "out"):
        scan(door, code, way=way)
    assert "1checked in 0inside now 1confirmed for attending in person" in main(door)


def test_other_roles_have_no_door(app, make, forum):
    for role, status in ((Role.VIEWER, 403), (Role.PROGRAMME, 403), (Role.REGISTRATION, 200)):
        visitor = app.test_client()
        visitor.sign_in(make.member(forum, role))
        visitor.looks = False
        assert visitor.get(DESK).status_code == status


@pytest.mark.slow
@pytest.mark.both_engines("the door decides under a row lock")
def test_one_ticket_that_is_shown_sixteen_times_at_once_lets_one_person_in(app, make, forum, guest, monkeypatch):
    really = rules.verdict

    def slowly(**facts):
        sleep(0.02)  # it takes a while from looking who is inside to writing it down
        return really(**facts)

    monkeypatch.setattr(rules, "verdict", slowly)
    with transaction():
        operations.door(fresh(forum))  # making it would let one after the other pass
    text, user = printed(fresh(guest)).text, make.owner()
    assert registrations.by_id(forum, guest.id)
    db.session.rollback()
    visitors = []
    for _ in range(16):
        visitor = app.test_client()
        visitor.sign_in(user)
        visitor.get(DESK)
        form = next(one for one in visitor.page.forms() if one.get("class") == "stack scan")
        data = {one.get("name"): one.get("value") or "" for one in form.iter("input") if one.get("type") == "hidden"}
        visitor.looks = False
        visitors.append((visitor, {**data, "q": text, "way": "in"}))
    db.session.rollback()

    def press(one) -> int:
        return one[0].post(DESK, data=one[1]).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(press, visitors)) == {303}
    db.session.rollback()
    results = sorted(line.result for line in db.session.scalars(select(CheckIn)))
    assert results == sorted([ScanResult.OK] + [ScanResult.ALREADY_IN] * 15)


def test_the_history_of_a_person_shows_what_was_done_at_the_door(organizer, make, forum, guest):
    with transaction():
        registration.cancel(fresh(guest))
    values = {"kind": CheckInKind.IN, "user_id": make.owner().id}
    for reason in ("", "The mayor's guest."):
        with transaction():
            operations.check(
                fresh(forum), fresh(guest), nonce=f"n{len(reason)}", overrule=bool(reason), reason=reason, **values
            )
    organizer.get(f"/manage/events/forum/registrations/{guest.id}")
    history = main(organizer)
    assert history.index("Overruled: Withdrawn ticket") < history.rindex("Withdrawn ticket")
    assert "Check-in: In" in history and "The mayor's guest." in history and "Aoi" in history
