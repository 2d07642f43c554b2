"""What devices at doors send and are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from eventapp.check_in import operations, points, sync, walk_ins
from eventapp.check_in.models import CheckIn, CheckInDevice, DoorLink, Presence
from eventapp.check_in.rules import CheckInKind, PointKind
from eventapp.core import clock
from eventapp.core.db import Base, db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.mail.operations import EMAILS_AN_HOUR as MAILBOX_AN_HOUR
from eventapp.programme.rules import Mode
from eventapp.registration import edits
from eventapp.registration import operations as registration
from eventapp.registration.models import Registration
from eventapp.tickets.queries import printed
from tests.check_in.conftest import ticket
from tests.support.make import fresh
from tests.support.outbox import emails


def another(forum, title="Back door", **values):
    with transaction():
        point = points.save_point(fresh(forum), None, title=LocalizedText(en=title), **values)
    return fresh(point)


def lines() -> int:
    return db.session.scalar(select(func.count()).select_from(CheckIn))


@pytest.mark.both_engines("prebuilt statements")
def test_in_again_and_out(device, guest):
    text = ticket(guest)
    assert [device.scan(text), device.scan(text), device.scan(text, "out")] == ["ok", "already_in", "ok"]
    assert device.scan("nothing of ours") == "unknown"
    assert device.scan(printed(fresh(guest)).code) == "ok"


@pytest.mark.both_engines("an update that returns a row")
def test_a_link_of_its_own_makes_one_device_and_no_second(app, make, forum, door):
    with transaction():
        link = points.make_link(fresh(forum), fresh(door), label="Mine", user_id=make.owner().id, own=True)
    client = app.test_client()
    client.looks = False
    first = client.post("/check-in/api/devices", json={"link": link.secret})
    assert first.status_code == 200 and len(first.get_json()["key"]) == 43
    assert client.post("/check-in/api/devices", json={"link": link.secret}).status_code == 410
    stored = db.session.scalar(select(CheckInDevice))
    assert first.get_json()["key"] not in {stored.digest, stored.label}, "only a digest is stored"


@pytest.mark.both_engines("deletes with another connection")
@pytest.mark.parametrize("path", ["sync", "scan"])
def test_a_device_whose_event_is_deleted_while_it_waits_to_write_has_no_key(device, guest, forum, path, monkeypatch):
    question, number = device.question(text=ticket(guest)), forum.id
    db.session.rollback()
    began = sync.start_writing

    def at_the_last_moment(session, **given):
        with db.engine.begin() as other:
            for table in reversed(Base.metadata.sorted_tables):
                if "event_id" in table.columns:
                    other.execute(table.delete().where(table.c.event_id == number))
            other.execute(delete(Event).where(Event.id == number))
        began(session, **given)

    monkeypatch.setattr(sync, "start_writing", at_the_last_moment)
    assert device.send(path, {"clock": 0, "scans": [question]}).status_code == 401


def test_a_key_that_is_unknown_revoked_or_expired_opens_nothing_and_the_log_is_unchanged(device, guest):
    body = {"clock": 0, "scans": [device.question(text=ticket(guest))]}
    for key in ("", "x" * 43, device.key.upper()):
        refused = device.send("sync", body, key=key)
        assert refused.status_code == 401 and refused.get_json() == {"error": "key"}
    stored = db.session.scalar(select(CheckInDevice))
    with transaction():
        points.revoke(fresh(stored))
    assert device.send("sync", body).status_code == 401
    assert device.client.get("/check-in/api/list").status_code == 401
    with transaction():
        row = fresh(stored)
        row.revoked_at, row.expires_at = None, clock.now() - timedelta(seconds=1)
    assert device.send("sync", body).status_code == 401
    assert lines() == 0


def test_revoking_a_link_takes_its_devices_along(device):
    with transaction():
        points.revoke(db.session.scalar(select(DoorLink)))
    assert device.send("sync", {"clock": 0}).status_code == 401


def test_a_session_is_no_key_and_a_key_is_no_session(app, make, device, guest):
    visitor = app.test_client()
    visitor.sign_in(make.owner())
    visitor.looks = False
    assert visitor.post("/check-in/api/sync", json={"clock": 0}).status_code == 401
    headers = {"Authorization": f"Bearer {device.key}"}
    assert app.test_client().get("/manage/events/forum/check-in", headers=headers).status_code in {302, 401}


@pytest.mark.both_engines("an insert that does nothing on a conflict")
def test_an_answer_that_was_lost_is_given_again_and_nothing_is_written_twice(device, guest):
    scans = [
        device.question(text=ticket(guest), offline=True, device_result="ok"),
        device.question("out", person=guest.id),
    ]
    first = device.sync(*scans)["answers"]
    again = device.sync(*scans)["answers"]
    assert [one["result"] for one in again] == [one["result"] for one in first] == ["ok", "ok"]
    assert all(one["replayed"] for one in again) and lines() == 2


def test_a_server_that_was_restored_from_a_backup_gets_its_door_back(device, guest):
    scans = [
        device.question(text=ticket(guest), offline=True, device_result="ok"),
        device.question("out", person=guest.id),
    ]
    device.sync(*scans)
    with transaction():
        for table in (CheckIn, Presence):
            db.session.execute(delete(table))
    device.cursor = 99  # it knows lines that the server has lost
    answers = device.sync(*scans)["answers"]
    assert [one["result"] for one in answers] == ["ok", "ok"] and lines() == 2
    assert not db.session.scalar(select(Presence)).inside


@pytest.mark.both_engines("locks in the order of people")
def test_two_devices_that_were_offline_count_one_person_once_and_both_doors_are_known(device, device_at, forum, guest):
    back = another(forum)
    other = device_at(back)
    text = ticket(guest)
    first = device.question(text=text, offline=True, device_result="ok", ago=10)
    second = other.question(text=text, offline=True, device_result="ok", ago=5)
    # The later one arrives first.
    assert other.sync(second)["answers"][0]["result"] == "ok"
    answer = device.sync(first)
    assert answer["answers"][0]["result"] == "ok"
    assert answer["numbers"] == {"expected": 1, "checked_in": 1, "inside": 1}
    rows = db.session.scalars(select(Presence)).all()
    assert {row.point_id for row in rows} == {back.id, db.session.scalar(select(CheckInDevice)).point_id}


def test_a_late_scan_changes_when_somebody_came_and_not_whether_they_are_inside(device, guest):
    text = ticket(guest)
    device.sync(device.question(text=text, offline=True, device_result="ok", ago=30))
    device.sync(device.question("out", text=text, offline=True, device_result="ok", ago=20))
    device.sync(device.question(text=text, offline=True, device_result="ok", ago=60))
    row = db.session.scalar(select(Presence))
    assert not row.inside and clock.now() - row.first_in > timedelta(minutes=59)


def test_a_clock_that_is_wrong_by_a_day_is_corrected(device, guest):
    device.offset = -24 * 3600 * 1000
    device.sync(device.question(text=ticket(guest), offline=True, device_result="ok", ago=5))
    line = db.session.scalar(select(CheckIn))
    assert timedelta(minutes=4) < line.received_at - line.at < timedelta(minutes=6)
    assert line.received_at - line.at_device > timedelta(hours=23)


def test_who_was_let_in_offline_against_the_list_has_passed_and_is_marked(device, guest):
    with transaction():
        registration.cancel(fresh(guest))
    (answer,) = device.sync(device.question(text=ticket(guest), offline=True, device_result="ok"))["answers"]
    assert (answer["result"], answer["accepted"]) == ("withdrawn", True)
    (asked,) = device.sync(device.question(text=ticket(guest)))["answers"]
    assert not asked["accepted"]


def test_an_undo_takes_its_line_back_whichever_came_first(device, guest):
    made = device.question(text=ticket(guest), offline=True, device_result="ok", ago=3)
    back = device.question("undo", undoes=made["nonce"], person=guest.id, offline=True)
    device.sync(back)
    device.sync(made)
    assert db.session.scalar(select(Presence)) is None
    assert device.sync()["numbers"]["checked_in"] == 0


def test_an_overruled_scan_keeps_its_reason(device, guest):
    with transaction():
        registration.cancel(fresh(guest))
    (answer,) = device.sync(device.question(person=guest.id, reason="The mayor's guest."))["answers"]
    assert answer["accepted"] and db.session.scalar(select(CheckIn)).reason == "The mayor's guest."


def test_a_walk_in_is_registered_once_and_checked_in(device_at, door, make, forum):
    make.option(forum)
    device = device_at(door, walk_ins=True)
    person = {"family_name": "山田", "given_name": "花子", "organization": "松山市", "country": "JP"}
    question = device.question(walk_in=person, offline=True, device_result="ok")
    for _ in range(2):
        (answer,) = device.sync(question)["answers"]
        assert answer["result"] == "ok"
    made = db.session.scalars(select(Registration)).all()
    assert [(one.name, one.source.value, one.id) for one in made] == [("山田 花子", "door", answer["person"])]


@pytest.mark.both_engines("locks")
@pytest.mark.parametrize("own", [False, True])
def test_helpers_cause_so_many_emails_an_hour_and_still_register_everybody(
    device_at, door, make, forum, monkeypatch, own
):
    """A link for helpers may be passed on; a device of a team member acts for the team."""
    monkeypatch.setattr(walk_ins, "EMAILS_AN_HOUR", 3)
    make.option(forum)
    make.option(forum)
    emails()
    devices = [device_at(door, walk_ins=True, own=own) for _ in range(2)]
    for number in range(6):
        device = devices[number % 2]
        person = {"family_name": f"Yamada {number}", "email": f"y{number}@example.org"}
        (answer,) = device.sync(device.question(walk_in=person))["answers"]
        assert answer["result"] == "ok"
    assert len(emails()) == (6 if own else 3)


def test_helpers_do_not_fill_a_mailbox(device_at, door, make, forum):
    make.option(forum)
    device = device_at(door, walk_ins=True)
    people = [
        device.question(walk_in={"family_name": f"Yamada {n}", "email": "y@example.org"})
        for n in range(MAILBOX_AN_HOUR + 2)
    ]
    assert [one["result"] for one in device.sync(*people)["answers"]] == ["ok"] * len(people)
    assert len(emails()) == MAILBOX_AN_HOUR


def test_a_device_that_may_not_register_people_says_so_and_its_other_scans_are_taken(device, guest):
    answers = device.sync(device.question(walk_in={"family_name": "Yamada"}), device.question(text=ticket(guest)))
    first, second = answers["answers"]
    assert "can't register" in first["refused"] and second["result"] == "ok"


def test_a_session_admits_those_with_a_seat_and_does_not_care_who_is_inside_the_hall(
    make, forum, door, device_at, guest
):
    session = make.session(forum, capacity=5)
    device_at(door).scan(ticket(guest))
    point = another(forum, "", kind=PointKind.SESSION, session=session, seat_holders=True)
    there = device_at(point)
    assert there.scan(ticket(guest)) == "not_here"
    with transaction():
        point = fresh(point)
        point.seat_holders = False
    assert there.scan(ticket(guest)) == "ok"


def test_a_door_for_one_option_and_one_day_sends_others_away(make, forum, device_at, guest):
    day = clock.local_day(clock.now(), forum.zone)
    vip = make.option(forum)
    device = device_at(another(forum, options=[vip.id], days=[day]))
    assert device.scan(ticket(guest)) == "not_here"
    assert device.scan(ticket(make.registration(forum, vip))) == "ok"
    later = device_at(another(forum, "Tomorrow", days=[day + timedelta(days=1)]))
    assert later.scan(ticket(guest)) == "not_here"


def test_the_list_has_what_a_door_needs_and_no_email_addresses(device, make, forum, guest):
    gone = make.registration(forum, guest.option, family_name="Gone", given_name="Girl", email="gone@example.org")
    with transaction():
        registration.cancel(fresh(gone))
    waiting = make.registration(forum, make.approval_option(forum), family_name="鈴木", given_name="一郎")
    answer = device.load()
    rows = {row[0]: row for row in answer["people"]}
    assert answer["count"] == 3
    assert rows[gone.id] == [gone.id, 0, "withdrawn"]
    assert rows[guest.id][2:6] == [
        "confirmed",
        guest.option_id,
        printed(fresh(guest)).code.replace("-", ""),
        "Ada Lovelace",
    ]
    assert rows[waiting.id][2] == "not_confirmed" and rows[waiting.id][5] == "鈴木 一郎"
    assert "@" not in str(answer)


@pytest.mark.both_engines("what was changed since")
def test_a_list_follows_what_changes_and_says_so_if_it_can_t(device, make, forum, guest):
    device.load()
    assert "list" not in device.sync()
    with transaction():
        edits.new_link(fresh(guest))
    changed = device.sync()["list"]
    assert changed["people"][0][:3] == [guest.id, 1, "confirmed"] and changed["count"] == 1
    device.version = "nonsense"
    assert device.sync()["list"] == "anew"


def test_news_tell_what_other_doors_did(device, device_at, forum, guest):
    other = device_at(another(forum))
    device.sync()
    other.scan(ticket(guest))
    (row,) = device.sync()["presence"]
    assert row[:2] == [guest.id, True] and row[2] == row[3]
    other.scan(ticket(guest), "out")
    assert device.sync()["presence"][0][:2] == [guest.id, False]
    fresh_device = device_at(another(forum, "Third"))
    assert fresh_device.sync()["presence"][0][0] == guest.id, "a new one is told where everybody is"


def test_settings_are_told_once_and_again_when_they_change(device, make, forum, guest):
    first = device.sync()["settings"]
    assert first["event"]["title"]["en"] == "Forum of cities" and first["options"][str(guest.option_id)]["door"]
    assert len(first["keys"]["0"]) == 64 and first["points"] == []
    assert "settings" not in device.sync()
    make.option(forum, Mode.ONLINE)
    assert not all(option["door"] for option in device.sync()["settings"]["options"].values())


def test_only_the_device_of_a_team_member_changes_doors(device, device_at, door, forum):
    back = another(forum)
    assert device.send("point", {"point": back.id}).status_code == 422
    own = device_at(door, own=True)
    assert len(own.sync()["settings"]["points"]) == 2
    assert own.send("point", {"point": back.id}).status_code == 200
    assert own.sync()["settings"]["point"]["id"] == back.id
    assert own.send("point", {"point": 999}).status_code == 404


def test_signing_out_gives_the_key_back(device):
    assert device.send("sign-out").status_code == 200
    assert device.send("sync", {"clock": 0}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"clock": "noon"},
        {"clock": -1},
        {"clock": 0, "scans": [{}]},
        {"clock": 0, "scans": [{"nonce": "long enough", "kind": "jump", "at": 0}]},
        {"clock": 0, "scans": [{"nonce": "long enough", "kind": "in", "at": 0, "person": 2**40}]},
        {"clock": 0, "scans": [{"nonce": "a\x00bcdefgh", "kind": "in", "at": 0}]},
        {"clock": 0, "scans": [{"nonce": "long enough", "kind": "in", "at": 0}] * 101},
        {"clock": 0, "cursor": True},
    ],
)
def test_what_no_device_sends_is_refused_with_a_sentence(device, body):
    response = device.send("sync", body)
    assert response.status_code == 422 and "check-in device" in response.get_json()["error"]


@pytest.mark.slow
@pytest.mark.both_engines("the door decides under a row lock")
def test_one_ticket_on_eight_devices_at_once_lets_one_person_in(app, make, forum, door, device_at, guest):
    devices = [device_at(door) for _ in range(8)]
    text = ticket(guest)
    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda one: one.scan(text), devices))
    assert sorted(results) == ["already_in"] * 7 + ["ok"]


@pytest.mark.slow
@pytest.mark.both_engines("two batches with the same people in another order")
def test_batches_with_the_same_people_in_another_order_do_not_block_each_other(make, forum, door, device_at):
    option = make.option(forum)
    people = [make.registration(forum, option).id for _ in range(12)]
    devices = [device_at(door) for _ in range(4)]
    db.session.rollback()

    def send(number: int) -> list[str]:
        order = people if number % 2 else people[::-1]
        scans = [devices[number].question(person=one, offline=True, device_result="ok") for one in order]
        return [answer["result"] for answer in devices[number].sync(*scans)["answers"]]

    with ThreadPoolExecutor(4) as pool:
        results = [one for answers in pool.map(send, range(4)) for one in answers]
    assert len(results) == 48 and set(results) <= {"ok", "already_in"}
    assert db.session.scalar(select(func.count()).select_from(Presence)) == 12


def test_the_desk_and_the_devices_write_one_log(make, device, forum, guest):
    with transaction():
        operations.check(fresh(forum), fresh(guest), kind=CheckInKind.IN, nonce="at the desk", user_id=None)
    assert device.scan(ticket(guest)) == "already_in"
