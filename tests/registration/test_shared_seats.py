"""Seats that several options share, and seats that are drawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import operations, setup, setup_seats, waiting_list
from eventapp.registration.models import Registration
from eventapp.registration.rules import Access, Availability, RegistrationStatus
from tests.support.make import fresh, words

CONFIRMED, WAITLISTED = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def hall(make, forum):
    return make.pool(forum, capacity=2)


@pytest.fixture
def guests(make, forum, hall):
    return make.option(forum, title="Guests", pool=hall)


@pytest.fixture
def press(make, forum, hall):
    return make.option(forum, title="Press", pool=hall)


def change(option, **values):
    with transaction():
        one = fresh(option)
        kept = {"mode": one.mode, "title": one.title, "pool": one.pool, "capacity": one.capacity}
        setup.save_option(one.event, one, **kept | values)


def status(registration) -> RegistrationStatus:
    db.session.rollback()
    return fresh(registration).status


def test_two_options_share_their_seats_and_one_waiting_list(make, forum, hall, guests, press):
    people = [make.registration(forum, option) for option in (guests, press, guests, press)]
    assert [one.status for one in people] == [CONFIRMED, CONFIRMED, WAITLISTED, WAITLISTED]
    assert [waiting_list.position(one) for one in people[2:]] == [1, 2]
    assert fresh(press).availability is Availability.WAITING_LIST
    with transaction():
        operations.cancel(fresh(people[1]))
    assert [status(one) for one in people[2:]] == [CONFIRMED, WAITLISTED], "whichever option they chose"
    assert (fresh(hall).seats_taken, fresh(guests).seats_taken, fresh(press).seats_taken) == (2, 2, 0)


def test_more_shared_seats_go_to_the_waiting_list(make, forum, hall, guests, press):
    people = [make.registration(forum, option) for option in (guests, press, guests, press)]
    with transaction():
        setup_seats.save_pool(fresh(forum), fresh(hall), title=words("Hall"), capacity=3)
    assert [status(one) for one in people[2:]] == [CONFIRMED, WAITLISTED]
    with pytest.raises(Refused, match="3 seats are already taken"), transaction():
        setup_seats.save_pool(fresh(forum), fresh(hall), title=words("Hall"), capacity=2)


def test_an_option_takes_its_people_along_when_it_changes_between_own_and_shared_seats(make, forum, hall, guests):
    own = make.option(forum, title="Own", capacity=5)
    people = [make.registration(forum, own) for _ in range(2)]
    change(own, pool=fresh(hall))
    assert (fresh(hall).seats_taken, fresh(own).capacity) == (2, None)
    waiting = make.registration(forum, guests)
    assert waiting.status is WAITLISTED
    change(own, pool=None, capacity=5)
    assert (fresh(hall).seats_taken, status(waiting)) == (1, CONFIRMED), "the seats that it left are given on"
    make.registration(forum, guests)
    with pytest.raises(Refused, match="not enough shared seats"):
        change(own, pool=fresh(hall))
    assert [status(one) for one in people] == [CONFIRMED] * 2


def test_shared_seats_are_only_deleted_when_no_option_has_them(make, forum, hall, guests):
    with pytest.raises(Refused), transaction():
        setup_seats.remove_pool(fresh(forum), fresh(hall))
    change(guests, pool=None, capacity=2)
    with transaction():
        setup_seats.remove_pool(fresh(forum), fresh(hall))
    assert setup_seats.pools(forum) == []


# Lotteries.


@pytest.fixture
def lottery(make, forum):
    return make.option(forum, access=Access.LOTTERY, capacity=2, closes_at=clock.now() + timedelta(days=2))


def after_closing():
    return time_machine.travel(clock.now() + timedelta(days=3))


def test_nobody_has_a_seat_before_the_draw(make, forum, lottery):
    people = [make.registration(forum, lottery) for _ in range(4)]
    assert {one.status for one in people} == {WAITLISTED}
    assert (fresh(lottery).seats_taken, fresh(lottery).availability) == (0, Availability.OPEN)
    send_due()
    assert {email.subject for email in db.session.scalars(select(Email))} == {"You are in the draw: Forum of cities"}


def test_the_draw_gives_out_the_seats_in_an_order_that_anyone_can_check(make, forum, lottery):
    people = [make.registration(forum, lottery) for _ in range(6)]
    send_due()
    with after_closing():
        with transaction():
            winners = setup_seats.draw(fresh(lottery))
        assert len(winners) == 2
        rows = list(db.session.scalars(select(Registration)))
        repeated = setup_seats.drawn(fresh(lottery).draw_seed, [[row] for row in rows])
        assert [party[0].id for party in repeated[:2]] == [one.id for one in winners]
        losers = [party[0] for party in waiting_list.line(fresh(lottery))]
        assert [one.id for one in losers] == [party[0].id for party in repeated[2:]]
        send_due()
        kinds = sorted(email.kind for email in db.session.scalars(select(Email)))
        assert kinds == ["registration.confirmed"] * 2 + ["registration.waitlisted"] * (len(people) + 4)
        with pytest.raises(Refused, match="drawn already"), transaction():
            setup_seats.draw(fresh(lottery))


def test_after_the_draw_a_free_seat_goes_to_the_next_in_its_order(make, forum, lottery):
    for _ in range(3):
        make.registration(forum, lottery)
    with after_closing():
        with transaction():
            winners = setup_seats.draw(fresh(lottery))
        (third,) = [party[0] for party in waiting_list.line(fresh(lottery))]
        with transaction():
            operations.cancel(fresh(winners[0]))
        assert status(third) is CONFIRMED


def test_a_draw_has_to_wait_until_nobody_can_register_any_more(make, forum, lottery):
    make.registration(forum, lottery)
    with pytest.raises(Refused, match="People can still register"), transaction():
        setup_seats.draw(fresh(lottery))
    with after_closing(), pytest.raises(Refused, match="Nobody has registered"), transaction():
        other = make.option(forum, access=Access.LOTTERY, closes_at=clock.now() - timedelta(hours=1))
        setup_seats.draw(fresh(other))


def test_a_lottery_has_seats_of_its_own(make, forum, hall):
    with pytest.raises(Refused) as refused:
        make.option(forum, Mode.ONLINE, access=Access.LOTTERY, pool=hall)
    assert refused.value.field == "pool"
