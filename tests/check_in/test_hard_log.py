"""Undos before their lines, people with several registrations, and clocks that are wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.certificates import operations as certificates
from eventapp.certificates import queries as certificate_queries
from eventapp.check_in import overview, search
from eventapp.check_in.models import CheckInDevice, Presence
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.people import merging
from eventapp.registration import operations as registration
from tests.check_in.conftest import ticket
from tests.support.make import fresh


@pytest.fixture
def twice(make, forum, guest):
    """Another registration of the guest."""
    return make.registration(forum, guest.option, family_name="Lovelace", given_name="Ada")


def due(forum):
    return certificates.due(fresh(forum), {}, least_minutes=60)


def merged(guest, twice) -> None:
    with transaction():
        merging.merge(fresh(guest), fresh(twice))


def test_an_undo_that_names_nobody_takes_the_entry_back_in_whatever_order_they_arrive(device, guest):
    made = device.question(text=ticket(guest), offline=True, device_result="ok", ago=3)
    back = device.question("undo", undoes=made["nonce"], offline=True, device_result="ok")
    for scans in ((made, back), (back, made)):
        assert device.sync(*scans)["numbers"]["checked_in"] == 0
    assert db.session.scalar(select(Presence)) is None
    other = device.question(text=ticket(guest), offline=True, device_result="ok", ago=2)
    later = device.question("undo", undoes=other["nonce"], offline=True, device_result="ok")
    assert device.sync(later)["numbers"]["checked_in"] == 0
    assert device.sync(other)["numbers"]["checked_in"] == 0
    assert device.sync(device.question(text=ticket(guest)))["answers"][0]["result"] == "ok"


def test_a_scan_that_arrives_after_its_undo_does_not_count_online_either(device, guest):
    made = device.question(text=ticket(guest))
    device.sync(device.question("undo", undoes=made["nonce"], person=guest.id, offline=True))
    assert device.sync(made)["numbers"]["checked_in"] == 0


def test_who_was_let_in_against_the_list_and_taken_back_is_nothing_to_look_at(device, guest, forum):
    with transaction():
        registration.cancel(fresh(guest))
    made = device.question(text=ticket(guest), offline=True, device_result="ok", ago=3)
    device.sync(made)
    assert len(overview.to_look_at(fresh(forum))) == 1
    db.session.rollback()
    device.sync(device.question("undo", undoes=made["nonce"], offline=True, device_result="ok"))
    assert overview.to_look_at(fresh(forum)) == []


def test_somebody_whose_registrations_were_merged_is_inside_once_and_can_leave(device, guest, twice, forum):
    assert device.scan(ticket(twice)) == "ok"
    merged(guest, twice)
    assert device.scan(ticket(guest)) == "already_in"
    assert device.scan(ticket(guest), "out") == "ok"
    numbers = search.numbers(fresh(forum))
    assert (numbers.checked_in, numbers.inside) == (1, 0)
    assert [one.checked_in for one in overview.points(fresh(forum))] == [1]
    assert search.was_there(guest.id)


def test_a_merge_between_two_entries_leaves_one_person(device, guest, twice, forum):
    assert [device.scan(ticket(one)) for one in (guest, twice)] == ["ok", "ok"]
    merged(guest, twice)
    numbers = search.numbers(fresh(forum))
    assert (numbers.checked_in, numbers.inside) == (1, 1)
    assert [one.checked_in for one in overview.points(fresh(forum))] == [1]


def test_who_has_cancelled_and_registered_again_is_one_person(device, make, forum, guest):
    assert device.scan(ticket(guest)) == "ok"
    with transaction():
        registration.cancel(fresh(guest))
    again = make.registration(forum, guest.option, family_name="Lovelace", given_name="Ada", email=guest.email)
    assert device.scan(ticket(again)) == "ok"
    numbers = search.numbers(fresh(forum))
    assert (numbers.checked_in, numbers.inside) == (1, 1)
    assert [row["registration_id"] for row in due(forum)] == [again.id]


def test_a_certificate_of_a_registration_that_was_merged_is_that_of_the_person(device, make, forum, guest, twice):
    device.scan(ticket(twice))
    with transaction():
        fresh(forum).starts_at = clock.now() - timedelta(hours=1)
    with transaction():
        certificates.issue(fresh(forum), due(forum))
    merged(guest, twice)
    assert due(forum) == []
    assert certificate_queries.of_registration(guest.id) is not None


def test_a_time_that_can_not_be_is_that_of_the_arrival(device, guest):
    question = device.question(text=ticket(guest), offline=True, device_result="ok")
    question["at"] = 1000
    device.sync(question)
    created = db.session.scalar(select(CheckInDevice.created_at))
    at = db.session.scalar(select(Presence.first_in))
    assert created <= at <= clock.now() + timedelta(seconds=1)
