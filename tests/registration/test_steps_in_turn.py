"""Steps that follow each other in an unusual order: none loses a seat, overtakes, or skips a check."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration import (
    edits,
    holds,
    operations,
    own_page,
    seats,
    self_service,
    session_queries,
    setup_seats,
    sign_ups,
    tasks,
    waiting_list,
)
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import Access, AddressCheck, Promotion, RegistrationStatus
from tests.support.make import fresh, words
from tests.support.outbox import emails

CONFIRMED, EXPIRED, OFFERED, UNCONFIRMED, WAITLISTED = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.EXPIRED,
    RegistrationStatus.OFFERED,
    RegistrationStatus.UNCONFIRMED,
    RegistrationStatus.WAITLISTED,
)


def do(operation, registration, *more, **how):
    with transaction():
        return operation(fresh(registration), *(fresh(one) for one in more), **how)


def later(**time):
    return time_machine.travel(clock.now() + timedelta(**time), tick=False)


@pytest.fixture
def forum(make):
    return make.event("forum")


def test_undoing_a_change_gives_an_offered_seat_back(make, forum):
    hall = make.option(forum, capacity=1)
    online = make.option(forum, mode=Mode.ONLINE, capacity=1, promotion=Promotion.OFFER)
    _seated, waiting = make.registration(forum, hall), make.registration(forum, hall)
    other = make.registration(forum, online)
    do(edits.change_option, waiting, online, by_guest=True)
    do(operations.cancel, other)
    assert fresh(waiting).status is OFFERED
    do(self_service.undo_last_step, waiting)
    assert (fresh(waiting).status, fresh(waiting).held_until) == (WAITLISTED, None)
    assert fresh(online).seats_taken == 0


def test_who_goes_back_to_a_waiting_list_gives_up_the_seats_in_sessions(make, forum):
    hall, online = make.option(forum, capacity=1), make.option(forum, mode=Mode.ONLINE)
    workshop = make.session(forum, "Workshop", capacity=1)
    _seated, waiting = make.registration(forum, hall), make.registration(forum, hall)
    do(edits.change_option, waiting, online, by_guest=True)
    with transaction():
        sign_ups.sign_up(fresh(waiting), workshop.code, language="en")
    do(self_service.undo_last_step, waiting)
    assert fresh(waiting).status is WAITLISTED
    assert session_queries.of_person(fresh(waiting))[0] == set()


def test_undoing_gives_up_seats_in_sessions_that_one_has_to_come_to(make, forum):
    hall, online = make.option(forum), make.option(forum, mode=Mode.ONLINE)
    workshop = make.session(forum, "Workshop", capacity=1, rooms=[make.room(forum)])
    ada = make.registration(forum, online)
    do(edits.change_option, ada, hall, by_guest=True)
    with transaction():
        sign_ups.sign_up(fresh(ada), workshop.code, language="en")
    do(self_service.undo_last_step, ada)
    assert fresh(ada).option_id == online.id
    assert session_queries.of_person(fresh(ada))[0] == set()


def test_who_left_a_waiting_group_and_comes_back_is_with_it_again(make, forum):
    """Alone, they would be passed by the rest of their group, which needs fewer seats."""
    option = make.option(forum, capacity=1, smaller_may_pass=True)
    make.registration(forum, option)
    first = make.registration(forum, option, "class@example.org", companions=["Bo Alt", "Cy Alt"], together=True)
    second = db.session.get(Registration, first.id + 1)
    do(self_service.cancel, second)
    do(self_service.undo_last_step, second)
    assert [[one.id for one in party] for party in waiting_list.line(fresh(option))] == [
        [first.id, first.id + 1, first.id + 2]
    ]


# ---- the draw of a lottery ----------------------------------------------------------------------------------------


@pytest.fixture
def tour(make, forum):
    return make.option(forum, capacity=1, access=Access.LOTTERY)


def close(option):
    with transaction():
        fresh(option).closes_at = clock.now()


def test_who_leaves_a_draw_and_comes_back_after_it_is_last(make, forum, tour):
    people = [make.registration(forum, tour) for _ in range(4)]
    do(self_service.cancel, people[0])
    close(tour)
    do(setup_seats.draw, tour)
    do(self_service.undo_last_step, people[0])
    line = [one.id for party in waiting_list.line(fresh(tour)) for one in party]
    assert line[-1] == people[0].id
    assert len(line) == 3


def test_the_result_of_a_draw_is_not_sent_to_an_address_that_was_not_confirmed(make):
    forum = make.event("checked", address_check=AddressCheck.ALWAYS)
    tour = make.option(forum, capacity=1, access=Access.LOTTERY)
    people = [make.registration(forum, tour) for _ in range(3)]
    emails()
    close(tour)
    do(setup_seats.draw, tour)
    assert len(people) == 3
    assert emails() == []


@pytest.mark.parametrize("status", [EventStatus.POSTPONED, EventStatus.CANCELLED])
def test_seats_are_not_drawn_while_nobody_can_get_one(make, forum, tour, status):
    """Everybody would read that they are on the waiting list."""
    make.registration(forum, tour)
    close(tour)
    with transaction():
        fresh(forum).status = status
    with pytest.raises(Refused, match="status of the event"):
        do(setup_seats.draw, tour)
    db.session.rollback()
    assert fresh(tour).draws


def test_nobody_gives_up_a_seat_for_a_draw(make, forum, tour):
    seated = make.registration(forum, make.option(forum))
    assert own_page.read(fresh(seated)).choices == []
    with pytest.raises(Refused, match="will be drawn"):
        do(edits.change_option, seated, tour, by_guest=True)
    db.session.rollback()
    assert (fresh(seated).status, fresh(tour).seats_taken) == (CONFIRMED, 0)


# ---- shared seats -------------------------------------------------------------------------------------------------


def test_who_has_a_shared_seat_keeps_it_with_another_option_although_all_are_taken(make, forum):
    with transaction():
        hall = setup_seats.save_pool(forum, None, title=words("Hall"), capacity=1)
    guests, press = (make.option(forum, title=words(name), pool=hall) for name in ("Guests", "Press"))
    ada, waiting = make.registration(forum, guests), make.registration(forum, guests)
    assert [one.full for one in own_page.read(fresh(ada)).choices] == [False]
    do(edits.change_option, ada, press, by_guest=True)
    assert (fresh(ada).status, fresh(ada).option_id) == (CONFIRMED, press.id)
    assert fresh(waiting).status is WAITLISTED
    assert (fresh(guests).seats_taken, fresh(press).seats_taken, fresh(hall).seats_taken) == (0, 1, 1)
    do(self_service.undo_last_step, ada)
    assert (fresh(ada).status, fresh(ada).option_id) == (CONFIRMED, guests.id)
    assert (fresh(guests).seats_taken, fresh(press).seats_taken, fresh(hall).seats_taken) == (1, 0, 1)


def test_an_option_in_memory_that_shares_seats_since_then_takes_one_of_them(make, forum):
    option = make.option(forum, title=words("Guests"))
    kept = fresh(option)
    assert kept.pool is None
    db.session.expunge(kept)
    with transaction():
        hall = setup_seats.save_pool(forum, None, title=words("Hall"), capacity=1)
        db.session.execute(update(AttendanceOption).where(AttendanceOption.id == option.id).values(pool_id=hall.id))
    with transaction():
        assert seats.take_for_newcomer(kept)
    with transaction():
        assert not seats.take_for_newcomer(kept)
    assert (fresh(option).seats_taken, fresh(hall).seats_taken) == (1, 1)


def test_an_option_in_memory_that_is_a_lottery_since_then_gives_no_seat(make, forum):
    option = make.option(forum, capacity=2)
    kept = fresh(option)
    db.session.expunge(kept)
    with transaction():
        fresh(option).access = Access.LOTTERY
    with transaction():
        assert not seats.take_for_newcomer(kept)
    assert fresh(option).seats_taken == 0


# ---- the check of e-mail addresses ----------------------------------------------------------------------------------


def test_a_group_that_confirms_too_late_is_registered_as_a_whole(make):
    forum = make.event("checked", address_check=AddressCheck.ALWAYS)
    option = make.option(forum, capacity=3)
    names = [RegistrationInput(email="class@example.org", family_name=name) for name in ("Ada", "Bea", "Cy")]
    with transaction():
        first = operations.register(forum, names[0], option=option, companions=names[1:])
    group = [one.id for one in db.session.query(Registration).order_by(Registration.id)]
    with later(minutes=40):
        tasks.expire_held()
        db.session.rollback()
        assert [db.session.get(Registration, one).status for one in group] == [EXPIRED] * 3
        do(holds.confirm_address, first)
        db.session.rollback()
        assert [db.session.get(Registration, one).status for one in group] == [CONFIRMED] * 3
    assert fresh(option).seats_taken == 3


@pytest.fixture
def by_link(make):
    """An event whose online option has a link to join: only there, addresses are checked."""
    event = make.event("by-link", address_check=AddressCheck.AUTO, join_url="https://meet.example/secret")
    return event, make.option(event), make.option(event, mode=Mode.ONLINE)


@pytest.mark.parametrize("way", ["/option", "/change"])
def test_nobody_registers_somebody_else_by_a_detour_over_an_option_without_the_check(client, make, by_link, way):
    _event, hall, online = by_link
    ada = make.registration(by_link[0], hall, "victim@example.org")
    emails()
    token = ada.token
    page = f"/registrations/{token}"
    if way == "/option":
        client.get(page)
        assert "confirm your e-mail address" in client.page.text(client.page.one("main"))
        response = client.fill(page, {"option": online.key}, action="/option")
    else:
        response = client.fill(page + "/change", {"option": online.key})
    assert (response.status_code, response.location) == (303, "/events/by-link/register/sent")
    assert client.get(page).status_code == 404, "the visitor who typed the address no longer has a link"
    assert fresh(ada).status is UNCONFIRMED
    (email,) = emails()
    assert (email.kind, email.to) == ("registration.address", "victim@example.org")
    assert fresh(ada).token in email.text and "meet.example" not in email.text
    client.fill(f"/registrations/{fresh(ada).token}", action="/confirm")
    assert (fresh(ada).status, fresh(ada).held_until, fresh(ada).option_id) == (CONFIRMED, None, online.id)
    assert (fresh(hall).seats_taken, fresh(online).seats_taken) == (0, 1)


def test_who_has_confirmed_an_address_once_is_not_asked_again(make, by_link):
    event, hall, online = by_link
    ada = make.registration(event, online)
    do(holds.confirm_address, ada)
    do(edits.change_option, ada, hall, by_guest=True)
    do(self_service.undo_last_step, ada)
    assert (fresh(ada).status, fresh(ada).option_id) == (CONFIRMED, online.id)


@pytest.mark.parametrize("checked_first", [False, True])
def test_who_is_asked_for_the_address_is_told_by_how_the_link_was_given_out(make, checked_first):
    """And not by what the team has set since."""
    event = make.event("forum", address_check=AddressCheck.ALWAYS if checked_first else AddressCheck.NEVER)
    hall, online = make.option(event), make.option(event, mode=Mode.ONLINE)
    ada = make.registration(event, hall, "ada@example.org")
    if checked_first:
        do(holds.confirm_address, ada)
    for check in (AddressCheck.NEVER, AddressCheck.ALWAYS):
        with transaction():
            setup_seats.save_settings(fresh(event), address_check=check, hold_minutes=30)
    do(edits.change_option, ada, online, by_guest=True)
    assert fresh(ada).status is (CONFIRMED if checked_first else UNCONFIRMED)


def test_the_team_changes_an_option_without_a_question(make, by_link):
    event, hall, online = by_link
    ada = make.registration(event, hall)
    do(edits.change_option, ada, online, by_team=True)
    assert fresh(ada).status is CONFIRMED
