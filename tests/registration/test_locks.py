"""Who waits for a lock sees afterwards what the one before has done, also in the rows that hang on the locked ones.

PostgreSQL reads a row again that it has waited for, but what was joined to it only as it was before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.lifecycle import cancel_event
from eventapp.registration import edits, notices, operations, queries, releases, seats, setup, waiting_list
from eventapp.registration.models import AttendanceOption, Registration, SeatPool
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import Notice
from tests.support.at_once import after, by_number, in_line
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("PostgreSQL rereads a row that it has waited for, and not what is joined to it")

NEW = RegistrationInput(email="new@example.org", family_name="Guest", given_name="One")


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def hall(make, forum):
    return make.pool(forum, capacity=5)


def save(option: AttendanceOption, **values: Any) -> None:
    setup.save_option(option.event, option, mode=option.mode, title=option.title, **values)


def test_the_seats_that_options_share_are_those_that_are_left(app, make, forum, hall):
    make.registration(forum, make.option(forum, pool=hall))
    mine = by_number(Registration, make.registration(forum, queries.options(forum)[0]))

    def left() -> tuple[int, int | None]:
        option = mine().option
        queries.lock_options(option.event_id)
        return option.pool.seats_taken, option.seats_left

    assert after(app, lambda: operations.cancel(mine()), left) == (1, 4)


def test_an_option_that_was_given_shared_seats_meanwhile_has_them(app, make, forum, hall):
    option = by_number(AttendanceOption, make.option(forum, capacity=9))
    pool = by_number(SeatPool, hall)

    def left() -> int | None:
        mine = option()
        queries.lock_options(mine.event_id)
        return mine.seats_left

    assert after(app, lambda: save(option(), pool=pool()), left) == 5


def test_seats_that_are_taken_while_an_option_moves_are_counted(app, make, forum, hall):
    guests, press = (by_number(AttendanceOption, make.option(forum, title=name, pool=hall)) for name in ("A", "B"))
    make.registration(forum, guests())
    bo = RegistrationInput(email="bo@example.org", family_name="Bo")
    after(
        app,
        lambda: operations.register(press().event, bo, option=press()),
        lambda: save(press(), capacity=3, pool=None),
    )
    db.session.rollback()
    assert (fresh(hall).seats_taken, fresh(guests()).seats_taken, fresh(press()).seats_taken) == (1, 1, 1)


def test_a_registration_whose_address_is_changed_meanwhile_is_reread(app, make, forum):
    mine = by_number(Registration, make.registration(forum, make.option(forum)))

    def reread() -> str:
        registration = mine()
        queries.lock(registration)
        return registration.contact.email

    assert after(app, lambda: edits.change(mine(), NEW, by_team=True), reread) == NEW.email


def test_nobody_leaves_the_waiting_list_because_an_address_is_changed_meanwhile(app, make, forum):
    option = make.option(forum, capacity=1)
    _seated, first, second = (make.registration(forum, option) for _ in range(3))
    changed, hall, in_order = by_number(Registration, first), by_number(AttendanceOption, option), [first.id, second.id]

    def waiting() -> list[int]:
        return [one.id for party in waiting_list.line(hall()) for one in party]

    assert after(app, lambda: edits.change(changed(), NEW, by_team=True), waiting) == in_order


def test_a_group_that_finds_too_few_seats_stands_in_nobodys_way(app, make, forum):
    """Who locks all options in their order waits for the last one meanwhile, and holds the first."""
    make.option(forum, title="A", capacity=9)
    last = by_number(AttendanceOption, make.option(forum, title="B", capacity=2))

    answers = in_line(
        app,
        lambda: seats.take(last()),
        lambda: seats.take_for_newcomer(last(), 2),
        lambda: [option.title["en"] for option in queries.lock_options(last().event_id)],
    )
    assert answers == [False, ["A", "B"]]


def finished(order: list[str], name: str, act: Callable[[], Any]) -> Callable[[], None]:
    """An act that writes down when it has been done."""

    def done() -> None:
        act()
        order.append(name)

    return done


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_who_publishes_waits_for_the_event_before_holding_its_options(app, make, forum):
    """Who moves the dates of an event locks it first, and then its options."""
    make.option(forum)
    make.session(forum, release=False)
    mine, order = by_number(Event, forum), []
    steps = {"published": lambda: releases.release(mine()), "locked": lambda: queries.lock_options(mine().id)}
    in_line(app, lambda: events.lock(mine()), *(finished(order, *step) for step in steps.items()))
    assert order == ["locked", "published"]


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_who_cancels_an_event_waits_for_changes_of_its_registrations_before_writing_to_anybody(app, make, forum):
    option = make.option(forum)
    first, second = (by_number(Registration, make.registration(forum, option)) for _ in range(2))
    mine, order = by_number(Event, forum), []
    steps = {
        "cancelled": lambda: cancel_event(mine(), note=LocalizedText()),
        "written": lambda: notices.notify(first(), Notice.AGAIN),
    }
    in_line(app, lambda: operations.cancel(second()), *(finished(order, *step) for step in steps.items()))
    assert order == ["written", "cancelled"]
