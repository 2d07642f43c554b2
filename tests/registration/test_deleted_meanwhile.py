"""What somebody is about to use is deleted, added or filled by somebody else while they wait for a lock: they are told,
or what they do comes second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration import edits, operations, setup, setup_seats
from eventapp.registration.models import AttendanceOption, Contact, Registration, SeatPool
from eventapp.registration.operations import RegistrationInput
from tests.registration.test_locks import NEW, save
from tests.support.at_once import after, by_number, during
from tests.support.make import fresh, words

# On SQLite, a writer waits before it reads.
pytestmark = pytest.mark.parametrize("app", ["postgresql"], indirect=True)

OPTIONS = "/manage/events/forum/options"


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def hall(make, forum):
    return make.pool(forum, capacity=5)


@pytest.fixture
def guests(make, forum):
    return make.option(forum, title="Guests")


@pytest.fixture
def press(make, forum, guests):
    return make.option(forum, title="Press", capacity=3)


def removed(option: AttendanceOption) -> Callable[[], None]:
    mine = by_number(AttendanceOption, option)
    return lambda: setup.remove_option(mine())


def pool_removed(pool: SeatPool) -> Callable[[], None]:
    mine, of = pool.id, pool.event_id
    return lambda: setup_seats.remove_pool(db.session.get_one(Event, of), db.session.get_one(SeatPool, mine))


def registers(option: AttendanceOption, email: str, name: str = "Bo") -> Callable[[], Registration]:
    mine = by_number(AttendanceOption, option)
    bo = RegistrationInput(email=email, family_name=name)
    return lambda: operations.register(mine().event, bo, option=mine())


def sent_while(first: Callable[[], Any], client: Any, path: str, data: dict[str, Any], *, to: str = "") -> Any:
    """What the form on a page answers that is sent `to` somewhere while the `first` thing is done."""
    target = to or path
    values = client.values(path, action=target) | data
    return during(first, lambda: client.post(target, data=values))


@pytest.mark.parametrize("shared", [False, True])
def test_who_registers_is_told_that_the_option_was_deleted(client, make, forum, press, hall, shared):
    if shared:
        with transaction():
            save(fresh(press), pool=fresh(hall))
    values = {"email": "bo@example.org", "family_name": "Bo", "option": press.key}
    answer = sent_while(removed(press), client, "/events/forum/register", values)
    assert answer.status_code == 422
    assert "This option was deleted in the meantime." in answer.text


def test_who_changes_to_an_option_is_told_that_it_was_deleted(client, make, forum, guests, press):
    page = f"/registrations/{make.registration(forum, guests).token}"
    answer = sent_while(removed(press), client, page, {"option": press.key}, to=f"{page}/option")
    assert answer.status_code == 422
    assert "This option was deleted in the meantime." in answer.text


@pytest.mark.parametrize("what", ["", "/remove"])
def test_the_team_is_told_that_an_option_was_deleted(organizer, press, what):
    page = f"{OPTIONS}/{press.key}"
    answer = sent_while(removed(press), organizer, page, {}, to=page + what)
    assert answer.status_code == 422
    assert "This option was deleted in the meantime." in answer.text


@pytest.mark.parametrize("what", ["", "/remove"])
def test_the_team_is_told_that_shared_seats_were_deleted(organizer, guests, hall, what):
    page = f"{OPTIONS}/shared/{hall.id}"
    answer = sent_while(pool_removed(hall), organizer, page, {}, to=page + what)
    assert answer.status_code == 422
    assert "These shared seats were deleted in the meantime." in answer.text


def test_an_option_can_not_get_shared_seats_that_were_deleted(organizer, guests, hall):
    answer = sent_while(pool_removed(hall), organizer, f"{OPTIONS}/{guests.key}", {"pool": str(hall.id)})
    assert answer.status_code == 422
    assert "These shared seats were deleted in the meantime." in answer.text


def test_an_option_that_somebody_registers_for_meanwhile_is_not_deleted(app, press):
    with pytest.raises(Refused, match="People have registered"):
        after(app, registers(press, "bo@example.org"), removed(press))


def test_shared_seats_that_the_first_option_gets_meanwhile_are_not_deleted(app, forum, hall):
    of, pool = by_number(Event, forum), by_number(SeatPool, hall)
    with pytest.raises(Refused, match="still has these seats"):
        after(
            app,
            lambda: setup.save_option(of(), None, mode=Mode.IN_PERSON, title=words("A"), pool=pool()),
            pool_removed(hall),
        )


def test_the_first_option_of_an_event_can_be_added_twice_at_once(app, forum):
    of = by_number(Event, forum)

    def add() -> str:
        return setup.save_option(of(), None, mode=Mode.IN_PERSON, title=words("A"), capacity=3).key

    assert after(app, add, add) == "in_person_2"


def test_an_address_whose_owner_moves_away_meanwhile_is_a_new_contact(app, make, forum, guests):
    mine = by_number(Registration, make.registration(forum, guests, "old@example.org"))
    after(app, lambda: edits.change(mine(), NEW, by_team=True), registers(guests, "old@example.org"))
    db.session.rollback()
    assert sorted(db.session.scalars(select(Contact.email))) == [NEW.email, "old@example.org"]
