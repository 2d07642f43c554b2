"""Seats in single sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.programme import issues
from eventapp.programme.conflicts import Level
from eventapp.registration import edits, operations, queries, session_queries, sign_ups
from eventapp.registration.models import Registration
from tests.support.make import fresh


@pytest.fixture
def forum(make):
    return make.event("forum")


def guests(make, forum, number: int) -> list[Registration]:
    option = make.option(forum)
    return [make.registration(forum, option) for _ in range(number)]


@pytest.mark.both_engines("seats in sessions are taken under row locks")
def test_a_seat_is_taken_and_released_on_ones_own_page(client, make, forum):
    session = make.session(forum, "Workshop", capacity=2)
    make.session(forum, "Open to all")
    (guest,) = guests(make, forum, 1)
    path = f"/registrations/{guest.token}"
    client.get(path)
    section = client.page.text(client.page.by_id("sessions"))
    assert "Workshop" in section
    assert "2 seats left" in section
    assert "Open to all" not in section
    client.fill(path, action=f"/sessions/{session.code}", follow=True)
    assert "You have a seat" in client.page.text(client.page.by_id("sessions"))
    assert "1 seat left" in client.page.text(client.page.by_id("sessions"))
    client.fill(path, action=f"/sessions/{session.code}", follow=True)
    assert "2 seats left" in client.page.text(client.page.by_id("sessions"))


@pytest.mark.both_engines("seats in sessions are taken under row locks")
def test_a_full_session_takes_nobody_until_a_seat_is_free(make, forum):
    session = make.session(forum, capacity=1)
    first, second = guests(make, forum, 2)
    with transaction():
        sign_ups.sign_up(first, session.code)
        sign_ups.sign_up(first, session.code)
    with pytest.raises(Refused, match="full"), transaction():
        sign_ups.sign_up(second, session.code)
    with transaction():
        operations.cancel(first)
    with transaction():
        sign_ups.sign_up(second, session.code)
    assert [offer.seats_left for offer in session_queries.offers(second)] == [0]


def test_only_a_confirmed_guest_signs_up_and_only_for_what_is_public_and_limited(make, forum):
    limited, free = make.session(forum, capacity=5), make.session(forum)
    draft = make.session(forum, capacity=5, release=False)
    (guest,) = guests(make, forum, 1)
    waiting = make.registration(forum, make.approval_option(forum))
    for person, code in ((guest, free.code), (guest, draft.code), (guest, "NOSUCH"), (waiting, limited.code)):
        with pytest.raises(Refused), transaction():
            sign_ups.sign_up(person, code)


@pytest.mark.both_engines("counting and grouping")
def test_the_check_reports_more_sign_ups_than_a_smaller_room_holds(make, forum):
    hall, closet = make.room(forum, capacity=50), make.room(forum, "Closet", capacity=1)
    session = make.session(forum, "Workshop", rooms=[hall], capacity=10)
    with transaction():
        for guest in guests(make, forum, 2):
            sign_ups.sign_up(guest, session.code)
    with transaction():
        db.session.merge(session).rooms = [db.session.merge(closet)]
    found = issues.findings(forum, queries.audience(forum), language="en")
    (error,) = [one for one in found if one.level is Level.ERROR]
    assert "2 people have signed up for “Workshop”" in error.sentence
    assert "its room holds only 1" in error.sentence


def test_who_waits_for_approval_again_keeps_the_seat(make, forum):
    session = make.session(forum, "Workshop", capacity=1)
    first, second = guests(make, forum, 2)
    approval = make.approval_option(forum)
    with transaction():
        sign_ups.sign_up(fresh(first), session.code)
        edits.change_option(fresh(first), fresh(approval))
    with pytest.raises(Refused, match="full"), transaction():
        sign_ups.sign_up(second, session.code)
    assert [(offer.seats_left, offer.mine) for offer in session_queries.offers(fresh(first))] == [(0, True)]
    with transaction():
        sign_ups.release(fresh(first), session.code)
    with transaction():
        sign_ups.sign_up(fresh(second), session.code)


@pytest.mark.slow
def test_a_session_has_no_fewer_seats_than_are_taken(organizer, make, forum):
    session = make.session(forum, "Workshop", capacity=5)
    for guest in guests(make, forum, 3):
        with transaction():
            sign_ups.sign_up(fresh(guest), session.code)
    path = f"/manage/events/forum/programme/sessions/{session.code}"
    response = organizer.fill(path, {"capacity": "2", "title_en": "Another name"})
    assert response.status_code == 422
    assert "3 people have signed up for this session" in response.get_data(as_text=True)
    assert 'value="Another name"' in response.get_data(as_text=True)
    assert fresh(session).capacity == 5
    for fine in ("3", ""):
        assert organizer.fill(path, {"capacity": fine}).status_code == 303


def test_a_seat_can_be_released_after_the_limit_is_removed(client, make, forum):
    session = make.session(forum, "Workshop", capacity=5)
    (guest,) = guests(make, forum, 1)
    with transaction():
        sign_ups.sign_up(guest, session.code)
    with transaction():
        fresh(session).capacity = None
    make.release(forum)
    path = f"/registrations/{guest.token}"
    client.get(path)
    assert "Sign-up is no longer needed" in client.page.text(client.page.by_id("sessions"))
    assert client.fill(path, action=f"/sessions/{session.code}").status_code == 303
    client.get(path)
    assert not [node for node in client.page.all("section") if node.get("id") == "sessions"]
    assert "Cancelled the seat: “Workshop”" in client.page.text(client.page.one("main")), "its history stays"


def test_nobody_signs_up_for_a_session_that_has_begun(client, make, forum):
    session = make.session(forum, "Workshop", capacity=5)
    make.session(forum, "Later", capacity=5, starts_at=forum.starts_at + timedelta(hours=4))
    (guest,) = guests(make, forum, 1)
    with time_machine.travel(session.starts_at + timedelta(minutes=1)):
        client.get(f"/registrations/{guest.token}")
        assert "This session has started or is over." in client.page.text(client.page.by_id("sessions"))
        with pytest.raises(Refused, match="started"), transaction():
            sign_ups.sign_up(fresh(guest), session.code)
