"""Messages of devices that are wrong on purpose, and keys of people who are no longer in the team."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.check_in import batch, points
from eventapp.check_in.models import CheckIn
from eventapp.core.db import db, transaction
from eventapp.events import operations as events
from eventapp.events.models import TeamMember
from eventapp.registration.models import Registration
from tests.check_in.conftest import milliseconds, ticket
from tests.support.make import fresh

SCAN = {"nonce": "long enough", "kind": "in", "at": 0}
UNREADABLE = (
    {"clock": 0, "scans": [SCAN | {"kind": []}]},
    {"clock": 0, "scans": [SCAN | {"kind": {}}]},
    {"clock": 0, "scans": [SCAN | {"text": {}}]},
    {"clock": 0, "scans": [SCAN | {"walk_in": {"family_name": []}}]},
    {"clock": 0, "version": "1.999999999999999"},
    {"clock": True},
)


def raw(device, path: str, body: bytes, **headers: str):
    return device.client.post(
        f"/check-in/api/{path}",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {device.key}", **headers},
    )


def test_what_is_not_a_message_is_refused_or_left_out_and_never_fails(device, guest):
    for body in UNREADABLE:
        for path in ("scan", "sync"):
            assert device.send(path, body).status_code in {200, 422}, body
    odd = SCAN | {"device_result": [], "text": ticket(guest)}
    assert device.send("scan", {"clock": milliseconds(), "scans": [odd]}).get_json()["answers"][0]["result"] == "ok"


def test_deep_nesting_is_refused(device):
    for path in ("devices", "scan", "sync", "point"):
        for body in (b"[" * 100_000, b'{"a":' * 100_000):
            assert raw(device, path, body).status_code == 422, path


@pytest.mark.both_engines("what is too large for a column, and a NUL in a text, fail on PostgreSQL only")
def test_a_point_is_a_number_that_there_can_be(device_at, door):
    device = device_at(door, own=True)
    for number in (2**70, 2**40, -1, 0, True, "1", None, [], 1.5):
        assert device.send("point", {"point": number}).status_code in {404, 422}, number


@pytest.mark.both_engines("what is too large for a column, and a NUL in a text, fail on PostgreSQL only")
def test_a_link_and_its_label_are_texts(device, forum, door):
    for link in ("\ud800" * 30, "\x00" * 30, "é" * 30, 7, None):
        assert device.send("devices", {"link": link}).status_code in {410, 422}
    with transaction():
        made = points.make_link(fresh(forum), fresh(door), label="Mika", user_id=None)
    for label in ("a\ud800b", "a\x00b", "a\nb", "x" * 10_000):
        assert device.send("devices", {"link": made.secret, "label": label}).status_code == 200


@pytest.mark.both_engines("a foreign key and a number out of range fail in different ways")
def test_an_undo_leads_to_nobody_of_another_event_and_to_nobody_whom_there_is_not(organizer, device, make):
    other = make.event("other")
    stranger = make.registration(other, make.option(other), family_name="Secretname", given_name="Zoe")
    for number, person in enumerate((stranger.id, 2**31 - 1)):
        back = {"nonce": f"long enough {number}", "kind": "undo", "at": 0, "undoes": "never was there"}
        answer = device.send("sync", {"clock": milliseconds(), "scans": [back | {"person": person}]})
        assert answer.status_code == 200
    assert set(db.session.scalars(select(CheckIn.registration_id))) == {None}
    assert "Secretname" not in organizer.get("/manage/events/forum/check-in").text


def test_the_device_of_somebody_who_may_no_longer_check_in_is_signed_out(app, make, forum, door):
    user = make.member(forum, Role.CHECK_IN)

    def key() -> str:
        with transaction():
            link = points.make_link(fresh(forum), fresh(door), label="Mine", user_id=user.id, own=True, walk_ins=True)
        return client.post("/check-in/api/devices", json={"link": link.secret}).get_json()["key"]

    def status(key: str) -> int:
        return client.get("/check-in/api/list", headers={"Authorization": f"Bearer {key}"}).status_code

    client = app.test_client()
    client.looks = False
    mine = key()
    assert status(mine) == 200
    with transaction():
        events.set_member(fresh(forum), db.session.merge(user), Role.VIEWER)
    assert status(mine) == 401
    with transaction():
        events.set_member(fresh(forum), db.session.merge(user), Role.REGISTRATION)
    assert status(mine) == 200
    with transaction():
        member = db.session.scalar(select(TeamMember).where(TeamMember.user_id == user.id))
        events.remove_member(fresh(forum), member)
    assert status(mine) == 401


def test_the_device_of_an_account_that_was_closed_is_signed_out(device_at, door, make):
    device = device_at(door, own=True)
    device.load()
    with transaction():
        db.session.merge(make.owner()).active = False
    headers = {"Authorization": f"Bearer {device.key}"}
    assert device.client.get("/check-in/api/list", headers=headers).status_code == 401


def test_of_a_walk_in_only_a_country_and_an_address_that_there_can_be_are_kept(device_at, door, forum, make):
    make.option(forum)
    device = device_at(door, walk_ins=True)
    given = [("jp", ""), ("zz", ""), ("=1", "not an address"), ("DE", "x@example.org Bcc: y@example.org")]
    for number, (country, email) in enumerate(given):
        person = {"family_name": f"Guest{number}", "country": country, "email": email}
        (answer,) = device.sync(device.question(walk_in=person))["answers"]
        assert answer["result"] == "ok"
    rows = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    assert [(row.country_code, row.email) for row in rows] == [("JP", ""), (None, ""), (None, ""), ("DE", "")]


def test_a_walk_in_that_arrives_again_is_not_registered_again_whatever_its_nonce_led_to(device_at, door, forum, make):
    make.option(forum)
    device = device_at(door, walk_ins=True)
    used = device.question(text="https://example.org/")
    device.sync(used)
    for _ in range(3):
        device.sync(device.question(nonce=used["nonce"], walk_in={"family_name": "Again"}))
    assert db.session.scalar(select(Registration.id)) is None


def test_a_scan_is_json_wherever_it_is_answered(app, device, guest):
    body = json.dumps({"clock": milliseconds(), "scans": [device.question(text=ticket(guest))]}).encode()
    environ = {"HTTP_AUTHORIZATION": f"Bearer {device.key}", "CONTENT_TYPE": "text/plain"}
    waiting = [[environ | {"wsgi.input": BytesIO(sent)} for sent in (body, b"[" * 90_000)]]
    answers = batch.handler()(lambda most: waiting.pop() if waiting else [])
    assert answers == [None, None]
