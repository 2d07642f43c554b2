"""Seats that are held for a time: until an e-mail address is confirmed, or an offer is accepted."""

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
from eventapp.registration import decisions, holds, operations, setup_seats, tasks, waiting_list
from eventapp.registration.models import Registration
from eventapp.registration.rules import AddressCheck, Promotion, RegistrationStatus
from tests.support.make import fresh

CANCELLED, CONFIRMED, EXPIRED, OFFERED, PENDING, UNCONFIRMED, UNCONFIRMED_WAITING, WAITLISTED = (
    RegistrationStatus.CANCELLED,
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.EXPIRED,
    RegistrationStatus.OFFERED,
    RegistrationStatus.PENDING,
    RegistrationStatus.UNCONFIRMED,
    RegistrationStatus.UNCONFIRMED_WAITING,
    RegistrationStatus.WAITLISTED,
)


def states(people) -> list[RegistrationStatus]:
    db.session.rollback()
    return [fresh(one).status for one in people]


def do(operation, registration) -> None:
    with transaction():
        operation(fresh(registration))


def sent(kind: str = "") -> list[Email]:
    send_due()
    db.session.rollback()
    return [email for email in db.session.scalars(select(Email).order_by(Email.id)) if email.kind.endswith(kind)]


@pytest.fixture
def forum(make):
    return make.event("forum", address_check=AddressCheck.ALWAYS)


@pytest.fixture
def line(make, forum):
    """Three people who want the only seat and have not confirmed their addresses."""
    option = make.option(forum, capacity=1)
    return [make.registration(forum, option) for _ in range(3)]


def test_who_confirms_first_does_not_pass_who_registered_first(make, forum, line):
    assert states(line) == [UNCONFIRMED, UNCONFIRMED_WAITING, UNCONFIRMED_WAITING]
    do(holds.confirm_address, line[2])
    assert states(line) == [UNCONFIRMED, UNCONFIRMED_WAITING, WAITLISTED]
    do(operations.cancel, line[0])
    assert states(line) == [CANCELLED, UNCONFIRMED, WAITLISTED], "the seat is held for the next, who can still confirm"
    do(holds.confirm_address, line[1])
    assert states(line) == [CANCELLED, CONFIRMED, WAITLISTED]


def test_a_seat_that_is_not_confirmed_within_half_an_hour_goes_to_the_next(make, forum, line):
    do(holds.confirm_address, line[1])
    with time_machine.travel(clock.now() + timedelta(minutes=29)):
        assert tasks.expire_held() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert tasks.expire_held() == 2
        assert states(line) == [EXPIRED, CONFIRMED, EXPIRED]


def test_who_confirms_too_late_gets_a_seat_if_one_is_free_and_else_the_end_of_the_line(make, forum, line):
    do(holds.confirm_address, line[1])
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        tasks.expire_held()
        do(holds.confirm_address, line[0])
        assert states(line) == [WAITLISTED, CONFIRMED, EXPIRED]
        do(operations.cancel, line[1])
        do(operations.cancel, line[0])
        do(holds.confirm_address, line[2])
        assert states(line) == [CANCELLED, CANCELLED, CONFIRMED]


def test_an_address_that_was_not_confirmed_gets_one_e_mail_without_a_calendar_entry(make, forum, line):
    assert [(email.kind, email.calendars) for email in sent()] == [("registration.address", [])] * 3
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        tasks.expire_held()
        assert len(sent()) == 3, "nothing is sent to an address that may be a stranger's"


def test_confirming_twice_does_nothing_the_second_time(make, forum, line):
    do(holds.confirm_address, line[0])
    first = sent("confirmed")
    do(holds.confirm_address, line[0])
    assert (states(line)[0], sent("confirmed")) == (CONFIRMED, first)


def test_who_was_cancelled_cannot_confirm(make, forum, line):
    do(operations.cancel, line[0])
    with pytest.raises(Refused):
        do(holds.confirm_address, line[0])


def test_one_click_confirms_everybody_who_registered_with_the_address(make, forum):
    option = make.option(forum, capacity=5)
    first = make.registration(forum, option, "family@example.org", companions=["Bo", "Cy"])
    with transaction():
        holds.confirm_address(fresh(first))
    same = list(db.session.scalars(select(Registration).where(Registration.contact_id == first.contact_id)))
    assert [one.status for one in same] == [CONFIRMED] * 3
    assert len(sent("address")) == 0, "it was confirmed before the e-mail was written"
    assert len(sent("confirmed")) == 3


def test_the_link_of_an_option_without_the_check_confirms_no_address(make):
    """Anybody who types an address there sees the private link at once."""
    forum = make.event("forum", address_check=AddressCheck.AUTO, join_url="https://meet.example/x")
    here = make.registration(forum, make.option(forum), "ada@example.org", given_name="Ada")
    online = make.registration(forum, make.option(forum, Mode.ONLINE), "ada@example.org", given_name="Bo")
    assert states([here, online]) == [CONFIRMED, UNCONFIRMED]
    do(holds.confirm_address, here)
    assert states([here, online]) == [CONFIRMED, UNCONFIRMED]
    do(holds.confirm_address, online)
    assert states([here, online]) == [CONFIRMED, CONFIRMED]


@pytest.mark.parametrize("since", [AddressCheck.AUTO, AddressCheck.ALWAYS])
def test_an_offer_that_was_not_accepted_confirms_no_address(make, since):
    """Also if the team has decided since then that all addresses are checked."""
    forum = make.event("forum", address_check=AddressCheck.AUTO, join_url="https://meet.example/x")
    hall = make.option(forum, capacity=1, promotion=Promotion.OFFER)
    first, second = make.registration(forum, hall), make.registration(forum, hall, "ada@example.org")
    do(operations.cancel, first)
    assert states([second]) == [OFFERED]
    with time_machine.travel(clock.now() + timedelta(days=9)):
        online = make.registration(forum, make.option(forum, Mode.ONLINE), "ada@example.org", given_name="Bo")
        do(holds.expire, second)
        assert states([second]) == [EXPIRED]
        with transaction():
            setup_seats.save_settings(fresh(forum), address_check=since, hold_minutes=30)
        do(holds.confirm_address, second)
        assert states([second, online]) == [CONFIRMED, UNCONFIRMED]


def test_an_address_is_only_checked_by_default_where_there_is_a_link_to_join(make):
    plain = make.event("plain", address_check=AddressCheck.AUTO)
    assert make.registration(plain, make.option(plain, Mode.ONLINE)).status is CONFIRMED
    linked = make.event("linked", address_check=AddressCheck.AUTO, join_url="https://meet.example/x")
    assert make.registration(linked, make.option(linked, Mode.ONLINE)).status is UNCONFIRMED
    assert make.registration(linked, make.option(linked, Mode.IN_PERSON)).status is CONFIRMED
    sessions = make.event("sessions", address_check=AddressCheck.AUTO)
    make.session(sessions, join_url="https://meet.example/y")
    assert make.registration(sessions, make.option(sessions, Mode.ONLINE)).status is UNCONFIRMED


def test_the_team_need_not_confirm_an_address(make, forum, line):
    option = fresh(line[0]).option
    with transaction():
        fresh(option).capacity = 9
    answers = operations.RegistrationInput(email="pat@example.org", family_name="Pat")
    with transaction():
        pat = operations.register(fresh(forum), answers, option=fresh(option), by_team=True)
    assert pat.status is WAITLISTED or pat.status is CONFIRMED
    do(decisions.approve, line[0])
    assert states(line)[0] is CONFIRMED


# Offers.


@pytest.fixture
def offered(make):
    """Somebody with a seat, somebody to whom it was offered, and somebody else on the waiting list."""
    event = make.event("offers")
    option = make.option(event, capacity=1, promotion=Promotion.OFFER, offer_hours=2)
    people = [make.registration(event, option) for _ in range(3)]
    do(operations.cancel, people[0])
    return people


def test_a_free_seat_is_offered_and_taken_when_it_is_accepted(offered):
    assert states(offered) == [CANCELLED, OFFERED, WAITLISTED]
    assert "offered" in sent("offered")[0].kind
    do(holds.accept, offered[1])
    assert states(offered) == [CANCELLED, CONFIRMED, WAITLISTED]
    assert len(sent("confirmed")) == 1


def test_an_open_offer_counts_as_a_seat_that_is_taken(make, offered):
    newcomer = make.registration(fresh(offered[1]).event, fresh(offered[1]).option)
    assert newcomer.status is WAITLISTED
    assert waiting_list.position(newcomer) == 2


def test_an_offer_that_is_not_accepted_in_time_goes_to_the_next(offered):
    sent()
    with time_machine.travel(fresh(offered[1]).held_until + timedelta(minutes=1)):
        tasks.expire_held()
        assert states(offered) == [CANCELLED, EXPIRED, OFFERED]
        assert len(sent("registration.expired")) == 1
        with pytest.raises(Refused):
            do(holds.accept, offered[1])


def test_a_seat_that_becomes_free_at_night_is_offered_until_the_morning(make):
    event = make.event("night")
    option = make.option(event, capacity=1, promotion=Promotion.OFFER, offer_hours=2)
    people = [make.registration(event, option) for _ in range(2)]
    with time_machine.travel(event.starts_at - timedelta(days=30, hours=8), tick=False):  # 2:00 in Tokyo
        do(operations.cancel, people[0])
        assert fresh(people[1]).held_until == event.starts_at - timedelta(days=30), "10:00"


def test_who_rejects_a_seat_is_not_offered_it_again(offered):
    do(operations.cancel, offered[1])
    assert states(offered) == [CANCELLED, CANCELLED, OFFERED]
    do(operations.cancel, offered[2])
    tasks.seat_waiting()
    assert states(offered) == [CANCELLED, CANCELLED, CANCELLED]
    assert fresh(offered[0]).option.seats_taken == 0


def test_who_gives_up_a_seat_after_a_promotion_is_not_promoted_again(make):
    event = make.event("again")
    option = make.option(event, capacity=1)
    people = [make.registration(event, option) for _ in range(2)]
    do(operations.cancel, people[0])
    do(operations.cancel, people[1])
    tasks.seat_waiting()
    assert states(people) == [CANCELLED, CANCELLED]


def test_an_accepted_offer_still_needs_the_approval_of_the_team_where_that_is_asked(make):
    event = make.event("approval")
    option = make.approval_option(event, capacity=1, promotion=Promotion.OFFER)
    people = [make.registration(event, option) for _ in range(2)]
    do(operations.cancel, people[0])
    do(holds.accept, people[1])
    assert states(people)[1] is PENDING
