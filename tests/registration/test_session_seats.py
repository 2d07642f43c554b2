"""Waiting lists of sessions: first come, first served, and a freed seat is given on in the same transaction."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventStatus
from eventapp.programme import operations as programme
from eventapp.programme.rules import Mode
from eventapp.registration import edits, operations, session_queries, session_seats, sign_ups, tasks
from eventapp.registration.models import Registration, SessionSignup
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import fresh
from tests.support.outbox import emails

HOUR = timedelta(hours=1)


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def option(make, forum):
    return make.option(forum)


def guests(make, forum, option, number: int) -> list[Registration]:
    return [make.registration(forum, option, f"guest{n}@example.org") for n in range(number)]


def sign_up(guest, session, *, wait: bool = False) -> bool:
    with transaction():
        return sign_ups.sign_up(fresh(guest), session.code, wait=wait)


def release(guest, session) -> None:
    with transaction():
        sign_ups.release(fresh(guest), session.code)


def offer(guest, session):
    return next(one for one in session_queries.offers(fresh(guest)) if one.session.id == session.id)


def seats(*people, session) -> list[bool]:
    return [offer(one, session).mine for one in people]


def places(*people, session) -> list[int | None]:
    return [offer(one, session).place for one in people]


def queue(make, forum, option, *, seats: int = 1, people: int = 3):
    """A session whose seats are taken by the first, and for which the others wait, in order."""
    session = make.session(forum, "Workshop", capacity=seats)
    found = guests(make, forum, option, people)
    for number, guest in enumerate(found):
        sign_up(guest, session, wait=number >= seats)
    return session, found


@pytest.mark.both_engines("seats in sessions are taken under row locks")
def test_who_gives_up_a_seat_gives_it_to_the_first_in_line_who_is_written_to(make, forum, option):
    session, (first, second, third) = queue(make, forum, option)
    assert places(first, second, third, session=session) == [None, 1, 2]
    make.tell()
    emails()
    release(first, session)
    assert seats(first, second, third, session=session) == [False, True, False]
    assert places(first, second, third, session=session) == [None, None, 1]
    written = {email.to: email for email in emails()}
    assert list(written) == [second.email], "at once, and only to who got the seat"
    assert "You have a seat in:" in written[second.email].text
    assert "Workshop" in written[second.email].text
    assert [file.method for file in written[second.email].calendars] == ["REQUEST"]


@pytest.mark.both_engines("seats in sessions are taken under row locks")
def test_who_cancels_the_registration_gives_up_the_seats_and_the_waiting(make, forum, option):
    session, (first, second, third) = queue(make, forum, option)
    with transaction():
        operations.cancel(fresh(second))
    with transaction():
        operations.cancel(fresh(first))
    assert seats(third, session=session) == [True]
    with transaction():
        operations.reinstate(fresh(first))
    assert seats(first, third, session=session) == [False, True], "the seat was given on, and is not sold twice"


@pytest.mark.both_engines("seats in sessions are taken under row locks")
@pytest.mark.parametrize("where", ["desk", "terminal"])
def test_more_seats_in_a_new_version_go_to_the_waiting_list(app, organizer, make, forum, option, where):
    session, (_first, second, third) = queue(make, forum, option)
    with transaction():
        programme.save_session(
            fresh(forum),
            fresh(session),
            title=session.title,
            kind=session.kind,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            capacity=2,
        )
    assert seats(second, session=session) == [False], "the team's draft changes nothing"
    if where == "desk":
        assert organizer.fill("/manage/events/forum/programme/release").status_code == 303
    else:
        assert app.test_cli_runner().invoke(args=["programme", "release", "forum"]).exit_code == 0
    assert seats(second, third, session=session) == [True, False]


def test_the_team_sees_how_many_wait_for_a_session(organizer, make, forum, option):
    session, _people = queue(make, forum, option)
    organizer.get(f"/manage/events/forum/programme/sessions/{session.code}")
    assert "2 people wait for a seat." in organizer.page.text(organizer.page.one("main"))


@pytest.mark.both_engines("no other test runs one of its statements")
def test_where_no_seat_is_needed_any_more_everybody_who_waits_gets_one(make, forum, option):
    session, people = queue(make, forum, option)
    with transaction():
        fresh(session).capacity = None
    make.release(forum)
    assert tasks.seat_waiting_in_sessions() == 2
    assert seats(*people, session=session) == [True] * 3
    assert tasks.seat_waiting_in_sessions() == 0


@pytest.mark.both_engines("seats in sessions are taken under row locks")
def test_newcomers_never_overtake(make, forum, option):
    session, (_first, second, _third) = queue(make, forum, option)
    newcomer = make.registration(forum, option, "newcomer@example.org")
    with transaction():
        fresh(session).capacity = 2
    make.release(forum)  # by the command, say: nobody has been promoted yet
    with pytest.raises(Refused, match="This session is full"):
        sign_up(newcomer, session)
    db.session.rollback()
    assert not sign_up(newcomer, session, wait=True)
    assert seats(second, newcomer, session=session) == [True, False]
    assert places(newcomer, session=session) == [2]


def test_a_full_session_is_joined_only_by_who_wants_to_wait(make, forum, option):
    session = make.session(forum, capacity=1)
    first, second = guests(make, forum, option, 2)
    assert sign_up(first, session)
    with pytest.raises(Refused, match="You can join its waiting list"):
        sign_up(second, session)
    db.session.rollback()
    assert places(second, session=session) == [None]
    assert not sign_up(second, session, wait=True)
    assert not sign_up(second, session, wait=True), "once"
    release(second, session)
    release(first, session)
    assert seats(first, second, session=session) == [False, False]


def test_a_seat_that_is_free_when_one_joins_the_list_is_taken_at_once(make, forum, option):
    session = make.session(forum, capacity=1)
    (guest,) = guests(make, forum, option, 1)
    assert sign_up(guest, session, wait=True)
    assert (seats(guest, session=session), places(guest, session=session)) == ([True], [None])


def test_nobody_is_promoted_after_the_session_has_begun_or_while_the_event_is_postponed(make, forum, option):
    session, (first, second, _third) = queue(make, forum, option)
    newcomer = make.registration(forum, option, "newcomer@example.org")
    with transaction():
        fresh(forum).status = EventStatus.POSTPONED
    release(first, session)
    assert seats(second, session=session) == [False]
    with pytest.raises(Refused, match="This session is full"):
        sign_up(newcomer, session)
    db.session.rollback()
    with transaction():
        fresh(forum).status = EventStatus.PUBLISHED
    with time_machine.travel(session.starts_at + timedelta(minutes=1)):
        assert tasks.seat_waiting_in_sessions() == 0
    assert tasks.seat_waiting_in_sessions() == 1
    assert seats(second, session=session) == [True]


# ---- at the same time ---------------------------------------------------------------------------------------------


def overlapping(make, forum, *, seats: int = 1):
    return make.session(forum, "Workshop", capacity=seats), make.session(forum, "Clinic", capacity=seats)


def test_two_seats_at_the_same_time_are_refused_and_both_sessions_are_named(client, make, forum, option):
    workshop, clinic = overlapping(make, forum)
    later = make.session(forum, "Later", capacity=5, starts_at=workshop.ends_at)
    (guest,) = guests(make, forum, option, 1)
    assert sign_up(guest, workshop)
    with pytest.raises(Refused, match="“Clinic” is at the same time as “Workshop”"):
        sign_up(guest, clinic)
    db.session.rollback()
    assert sign_up(guest, later)
    response = client.post(f"/registrations/{guest.token}/sessions/{clinic.code}", data={"on": "1"})
    assert response.status_code == 422
    text = client.page.text(client.page.one("main"))
    assert "“Clinic” is at the same time as “Workshop”, where you have a seat." in text
    assert "Overlaps with “Workshop”, where you have a seat" in text
    assert seats(guest, session=clinic) == [False]


def test_a_seat_is_exchanged_for_a_free_one_at_the_same_time_with_one_button(client, make, forum, option):
    workshop, clinic = overlapping(make, forum)
    guest, next_one = guests(make, forum, option, 2)
    sign_up(guest, workshop)
    sign_up(next_one, workshop, wait=True)
    path = f"/registrations/{guest.token}"
    client.get(path)
    assert "Take this seat instead" in client.page.text(client.page.by_id("sessions"))
    assert client.fill(path, action=f"/sessions/{clinic.code}").status_code == 303
    assert seats(guest, session=workshop) == [False]
    assert seats(guest, session=clinic) == [True]
    assert seats(next_one, session=workshop) == [True], "and the seat that was given up goes to the next in line"


@pytest.mark.both_engines("seats in sessions are taken under row locks")
def test_who_is_promoted_gives_up_the_seat_at_the_same_time_and_was_told_so(client, make, forum, option):
    """Nobody is skipped: one waits for a session because one would rather be there."""
    workshop, clinic = overlapping(make, forum)
    first, second, third = guests(make, forum, option, 3)
    sign_up(first, workshop)
    sign_up(second, clinic)
    sign_up(third, clinic, wait=True)
    assert not sign_up(second, workshop, wait=True)
    client.get(f"/registrations/{second.token}")
    text = client.page.text(client.page.by_id("sessions"))
    assert "If you get it, your seat in “Clinic” is released." in text
    assert "Overlaps with “Workshop”, for which you wait: if you get a seat there, this one is released" in text
    make.tell()
    emails()
    with transaction():
        operations.cancel(fresh(first))
    assert seats(second, third, session=workshop) == [True, False]
    assert seats(second, third, session=clinic) == [False, True], "in the same transaction"
    written = {email.to: email.text for email in emails()}
    assert "You no longer have a seat in: Clinic" in written[second.email]
    assert "You have a seat in:" in written[second.email]
    assert "Clinic" in written[third.email]


# ---- taking part in another way -----------------------------------------------------------------------------------


def test_who_changes_to_online_frees_the_seat_in_a_room_but_not_the_one_online(make, forum, option):
    hall, stream = make.room(forum, "Hall"), make.room(forum, "Stream", online=True)
    on_site = make.session(forum, "Workshop", capacity=1, rooms=[hall])
    online = make.session(forum, "Webinar", capacity=1, rooms=[stream], starts_at=forum.starts_at + 2 * HOUR)
    elsewhere = make.option(forum, Mode.ONLINE)
    first, second = guests(make, forum, option, 2)
    for session in (on_site, online):
        sign_up(first, session)
        sign_up(second, session, wait=True)
    make.tell()
    emails()
    with transaction():
        edits.change_option(fresh(first), fresh(elsewhere), by_guest=True)
    assert seats(first, second, session=on_site) == [False, True]
    assert seats(first, second, session=online) == [True, False]
    assert {email.to: "Workshop" in email.text for email in emails()} == {first.email: True, second.email: True}
    with pytest.raises(Refused, match="This session is on site"):
        sign_up(first, on_site, wait=True)


def test_who_waits_for_approval_again_is_promoted_all_the_same(make, forum, option):
    session, (first, second, _third) = queue(make, forum, option)
    with transaction():
        edits.change_option(fresh(second), fresh(make.approval_option(forum)))
    assert fresh(second).status is RegistrationStatus.PENDING
    release(first, session)
    assert session_queries.signed_up_for(fresh(second)) == [session.code]


# ---- many at once -------------------------------------------------------------------------------------------------


def rush(app, people: list[Registration], path: str, wish: str) -> list[int]:
    """All of them press the button in the same moment; returns the statuses of the answers."""
    addresses = [f"/registrations/{guest.token}{path}" for guest in people]
    db.session.rollback()

    def press(address: str) -> int:
        visitor = app.test_client()
        visitor.looks = False
        return visitor.post(address, data={"on": wish}).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(press, addresses))


def taken() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SessionSignup)) or 0


@pytest.fixture
def slowly(monkeypatch):
    """It takes a while from counting the seats to taking one."""
    count = session_queries.seats_taken

    def counted(session_ids):
        found = count(session_ids)
        sleep(0.03)
        return found

    monkeypatch.setattr(session_queries, "seats_taken", counted)


@pytest.fixture
def two_count_first(monkeypatch):
    """The first two have counted the seats before either of them takes one."""
    count, both, numbers = session_queries.seats_taken, Barrier(2), itertools.count()

    def counted(session_ids):
        found = count(session_ids)
        if next(numbers) < 2:
            both.wait(timeout=30)
        return found

    monkeypatch.setattr(session_queries, "seats_taken", counted)


@pytest.mark.both_engines("seats in sessions are taken under row locks")
@pytest.mark.slow
def test_the_last_seat_is_sold_once_and_all_others_wait_in_line(app, make, forum, option, slowly):
    session = make.session(forum, capacity=1)
    people = guests(make, forum, option, 6)
    assert sorted(rush(app, people, f"/sessions/{session.code}", "1")) == [303] + [422] * 5
    assert taken() == 1
    assert set(rush(app, people, f"/sessions/{session.code}", "wait")) == {303}
    assert taken() == 1
    assert sorted(place or 0 for place in places(*people, session=session)) == [0, 1, 2, 3, 4, 5]


@pytest.mark.both_engines("seats in sessions are taken under row locks")
@pytest.mark.slow
def test_without_its_guard_the_last_seat_is_sold_more_than_once(app, make, forum, option, two_count_first, monkeypatch):
    """The control: the race is real and would be noticed."""
    session = make.session(forum, capacity=1)
    people = guests(make, forum, option, 6)
    monkeypatch.setattr(sign_ups, "hold", lambda registration: None)
    rush(app, people, f"/sessions/{session.code}", "1")
    assert taken() > 1


@pytest.mark.both_engines("seats in sessions are taken under row locks")
@pytest.mark.slow
def test_seats_that_many_give_up_at_once_go_to_as_many_others(app, make, forum, option, slowly):
    session, people = queue(make, forum, option, seats=3, people=6)
    assert set(rush(app, people[:3], "/cancel", "")) == {303}
    assert seats(*people[3:], session=session) == [True] * 3
    assert taken() == 3


@pytest.mark.both_engines("seats in sessions are taken under row locks")
@pytest.mark.slow
def test_a_button_pressed_twice_takes_one_seat(app, make, forum, option, slowly):
    session = make.session(forum, capacity=3)
    (guest,) = guests(make, forum, option, 1)
    assert set(rush(app, [guest] * 4, f"/sessions/{session.code}", "1")) == {303}
    assert taken() == 1
    assert session_seats.promote_all(fresh(forum)) == 0
