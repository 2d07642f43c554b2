"""Groups: several people with one contact, who want seats together or each on their own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.registration import edits, operations, waiting_list
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import fresh

CONFIRMED, WAITLISTED = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED


def group(registration) -> list[Registration]:
    db.session.rollback()
    query = select(Registration).where(Registration.contact_id == registration.contact_id)
    return list(db.session.scalars(query.order_by(Registration.id)))


def states(registration) -> list[RegistrationStatus]:
    return [one.status for one in group(registration)]


@pytest.fixture
def forum(make):
    return make.event("forum")


def test_people_who_come_only_together_get_all_seats_or_none(make, forum):
    option = make.option(forum, capacity=4)
    first = make.registration(forum, option, companions=["Bo", "Cy"], together=True)
    second = make.registration(forum, option, companions=["Bo"], together=True)
    assert states(first) == [CONFIRMED] * 3
    assert states(second) == [WAITLISTED] * 2
    assert fresh(option).seats_taken == 3


def test_people_who_may_be_separated_get_what_there_is(make, forum):
    option = make.option(forum, capacity=2)
    first = make.registration(forum, option, companions=["Bo", "Cy"])
    assert states(first) == [CONFIRMED, CONFIRMED, WAITLISTED]


def test_free_seats_wait_for_a_group_that_is_first_in_line(make, forum):
    option = make.option(forum, capacity=2)
    single, other = (make.registration(forum, option) for _ in range(2))
    pair = make.registration(forum, option, companions=["Bo"], together=True)
    last = make.registration(forum, option)
    with transaction():
        operations.cancel(fresh(single))
    assert (states(pair), states(last)) == ([WAITLISTED] * 2, [WAITLISTED])
    newcomer = make.registration(forum, option)
    assert newcomer.status is WAITLISTED, "nobody passes who has only just come"
    with transaction():
        operations.cancel(fresh(other))
    assert (states(pair), states(last)) == ([CONFIRMED] * 2, [WAITLISTED])


def test_a_smaller_group_passes_where_the_organizer_allows_it(make, forum):
    option = make.option(forum, capacity=2, smaller_may_pass=True)
    single, _other = (make.registration(forum, option) for _ in range(2))
    pair = make.registration(forum, option, companions=["Bo"], together=True)
    last = make.registration(forum, option)
    with transaction():
        operations.cancel(fresh(single))
    assert (states(pair), states(last)) == ([WAITLISTED] * 2, [CONFIRMED])


def test_a_group_that_becomes_smaller_gets_the_seats_that_waited_for_it(make, forum):
    option = make.option(forum, capacity=3)
    single = make.registration(forum, option)
    make.registration(forum, option)
    three = make.registration(forum, option, companions=["Bo", "Cy"], together=True)
    with transaction():
        operations.cancel(fresh(single))
    assert states(three) == [WAITLISTED] * 3
    with transaction():
        operations.cancel(group(three)[2])
    assert states(three)[:2] == [CONFIRMED] * 2


def test_when_the_group_that_is_first_goes_elsewhere_the_next_get_the_seats(make, forum):
    option, online = make.option(forum, capacity=1), make.option(forum, capacity=9)
    make.registration(forum, option)
    pair = make.registration(forum, option, companions=["Bo"], together=True)
    last = make.registration(forum, option)
    with transaction():
        fresh(option).capacity = 2
    assert states(last) == [WAITLISTED]
    for one in group(pair):
        with transaction():
            edits.change_option(fresh(one), fresh(online))
    assert states(last) == [CONFIRMED]


def test_who_comes_from_another_option_is_behind_those_who_waited_there_before(make, forum):
    full, other = make.option(forum, capacity=1), make.option(forum, capacity=1)
    make.registration(forum, full)
    make.registration(forum, other)
    switching = make.registration(forum, other)
    waiting = make.registration(forum, full)
    with transaction():
        edits.change_option(fresh(switching), fresh(full))
    assert [waiting_list.position(fresh(one)) for one in (waiting, switching)] == [1, 2]
    assert [party[0].id for party in waiting_list.line(fresh(full))] == [waiting.id, switching.id]


def test_nobody_is_in_a_group_twice(make, forum):
    option = make.option(forum)
    with pytest.raises(Refused, match="in the list twice"):
        make.registration(forum, option, family_name="Ono", given_name="Aki", companions=["Aki Ono"])
    assert db.session.scalar(select(Registration.id)) is None


def test_a_group_has_at_most_ten_people(make, forum):
    option = make.option(forum)
    with pytest.raises(Refused, match="At most 10 people"):
        make.registration(forum, option, companions=[f"Guest {n}" for n in range(10)])
    assert len(group(make.registration(forum, option, companions=[f"Guest {n}" for n in range(9)]))) == 10


def test_a_group_with_somebody_who_is_registered_registers_nobody_again(make, forum):
    option = make.option(forum, capacity=9)
    make.registration(forum, option, "ono@example.org", family_name="Ono", given_name="Bo")
    with pytest.raises(operations.AlreadyRegistered):
        make.registration(forum, option, "ono@example.org", family_name="Ono", given_name="Aki", companions=["Bo Ono"])
    assert fresh(option).seats_taken == 1


def test_a_long_line_is_read_in_order(make, forum, monkeypatch):
    monkeypatch.setattr(waiting_list, "_CHUNK", 2)
    option = make.option(forum, capacity=1)
    make.registration(forum, option)
    waiting = [
        make.registration(forum, option, companions=["Bo"] if n % 3 == 0 else [], together=True) for n in range(7)
    ]
    with transaction():
        found = [party[0].id for party in waiting_list.line(fresh(option))]
    assert found == [one.id for one in waiting]
