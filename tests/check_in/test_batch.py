"""Scans of many devices in one transaction."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from eventapp.check_in import batch, operations, sync
from eventapp.check_in.models import CheckIn, CheckInDevice, Presence
from eventapp.check_in.rules import CheckInKind
from eventapp.core import revisions
from eventapp.core.db import db, transaction
from tests.check_in.conftest import milliseconds, ticket


def environ(device, *scans, **values):
    body = json.dumps({"clock": milliseconds(), "scans": list(scans), **values}).encode()
    return {
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {device.key}",
        "wsgi.input": BytesIO(body),
    }


@pytest.fixture
def answer(app):
    """Answer requests together; returns the bodies, None for what is left to the view."""

    def answered(*environs):
        db.session.rollback()
        waiting = [list(environs)]
        found = batch.handler()(lambda most: waiting.pop() if waiting else [])
        db.session.rollback()
        return [one and json.loads(one[2]) for one in found]

    return answered


@pytest.mark.both_engines("one transaction for many")
def test_of_one_ticket_on_many_devices_at_once_one_is_let_in(answer, device_at, door, guest):
    devices = [device_at(door) for _ in range(5)]
    text = ticket(guest)
    bodies = answer(*(environ(one, one.question(text=text)) for one in devices))
    results = [body["answers"][0]["result"] for body in bodies]
    assert results == ["ok"] + ["already_in"] * 4
    assert db.session.scalar(select(func.count()).select_from(CheckIn)) == 5


@pytest.mark.both_engines("one transaction for many")
def test_the_answers_are_those_of_the_view_in_the_order_that_was_sent(answer, device, make, forum, guest):
    other = make.registration(forum, guest.option)
    asked = [device.question(text=ticket(other)), device.question(text="nothing"), device.question(person=guest.id)]
    (body,) = answer(environ(device, *asked))
    assert [one["nonce"] for one in body["answers"]] == [one["nonce"] for one in asked]
    again = device.sync(*asked, path="scan")
    assert [one | {"replayed": True} for one in body["answers"]] == again["answers"]


def test_what_is_not_usual_is_left_to_the_view(answer, device, guest):
    good = environ(device, device.question(text=ticket(guest)))
    stranger = good | {"HTTP_AUTHORIZATION": "Bearer " + "x" * 43, "wsgi.input": BytesIO(b"{}")}
    unreadable = good | {"wsgi.input": BytesIO(b"not json")}
    walk_in = environ(device, device.question(walk_in={"family_name": "Yamada"}))
    undo = environ(device, device.question("undo", undoes="something"))
    bodies = answer(stranger, unreadable, good, walk_in, undo)
    assert [body is None for body in bodies] == [True, True, False, True, True]
    assert answer(stranger) == [None]


def test_counts_follow_and_the_device_was_seen(answer, device, forum, guest):
    before = revisions.number(f"event:{forum.id}:check-ins")
    answer(environ(device, device.question(text=ticket(guest)), waiting=4))
    assert revisions.number(f"event:{forum.id}:check-ins") == before + 1
    assert db.session.scalar(select(CheckInDevice)).waiting == 4
    assert db.session.scalar(select(Presence)).inside


def test_if_the_database_refuses_the_view_tries_each(answer, device, guest, monkeypatch):
    def refuse(asked):
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    asked = device.question(text=ticket(guest))
    with monkeypatch.context() as patched:
        patched.setattr(sync, "write", refuse)
        assert answer(environ(device, asked)) == []
    assert device.sync(asked, path="scan")["answers"][0]["result"] == "ok"


@pytest.mark.parametrize(("header", "sentence"), [("ja,en;q=0.5", "このフォームは"), ("fi", "This form was sent")])
def test_a_refusal_is_in_the_language_of_the_device(answer, device, make, guest, header, sentence):
    other = make.event("other")
    with transaction():
        line = operations.scan(other, "nothing", kind=CheckInKind.IN, nonce="of-another-event", user_id=None)
    asked = environ(device, device.question(text=ticket(guest), nonce=line.nonce), device.question(text="nothing"))
    (body,) = answer(asked | {"HTTP_ACCEPT_LANGUAGE": header})
    assert body["answers"][0]["refused"].startswith(sentence)
    assert body["answers"][1]["result"] == "unknown"
