"""Free seats go to the waiting list, however they became free, and to nobody else first."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp import lifecycle
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventStatus, Visibility
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due
from eventapp.registration import decisions, edits, operations, setup, sign_ups, tasks, waiting_list
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("people move up under SKIP LOCKED")

CANCELLED, CONFIRMED, OFFERED, PENDING, WAITLISTED = (
    RegistrationStatus.CANCELLED,
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.OFFERED,
    RegistrationStatus.PENDING,
    RegistrationStatus.WAITLISTED,
)


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def line(make, forum):
    """One person with the only seat, and two on the waiting list in this order."""
    option = make.option(forum, capacity=1)
    return [make.registration(forum, option) for _ in range(3)]


def states(line) -> list[RegistrationStatus]:
    db.session.rollback()
    return [fresh(one).status for one in line]


def postpone(event) -> None:
    with transaction():
        lifecycle.postpone_event(fresh(event), note=LocalizedText())


def give_a_date(event) -> None:
    with transaction():
        fresh(event).status = EventStatus.PUBLISHED


def unpublish(event) -> None:
    with transaction():
        fresh(event).visibility = Visibility.PRIVATE


def publish_again(event) -> None:
    with transaction():
        fresh(event).visibility = Visibility.PUBLIC


def end_wrongly(event) -> None:
    with transaction():
        row = fresh(event)
        row.starts_at, row.ends_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)


def correct_the_end(event) -> None:
    with transaction():
        row = fresh(event)
        row.starts_at, row.ends_at = clock.now() + timedelta(days=9), clock.now() + timedelta(days=10)


WAYS = [(postpone, give_a_date), (unpublish, publish_again), (end_wrongly, correct_the_end)]


@pytest.mark.parametrize(("leave", "come_back"), WAYS)
def test_a_seat_that_became_free_meanwhile_goes_to_who_waits_once_the_event_is_back(forum, line, leave, come_back):
    leave(forum)
    with transaction():
        operations.cancel(fresh(line[0]))
    assert tasks.seat_waiting() == 0, "nobody is promoted at an event that is off"
    assert states(line)[1:] == [WAITLISTED, WAITLISTED]
    come_back(forum)
    assert tasks.seat_waiting() == 1
    assert states(line)[1:] == [CONFIRMED, WAITLISTED]
    assert tasks.seat_waiting() == 0


@pytest.mark.parametrize(("leave", "come_back"), WAYS)
def test_a_newcomer_is_not_seated_past_the_line(make, forum, line, leave, come_back):
    leave(forum)
    with transaction():
        operations.cancel(fresh(line[0]))
    come_back(forum)
    newcomer = make.registration(fresh(forum), fresh(line[0]).option)
    assert states([*line[1:], newcomer]) == [CONFIRMED, WAITLISTED, WAITLISTED]


def test_who_comes_from_another_option_is_no_better_than_a_newcomer(make, forum, line):
    other = make.registration(forum, make.option(forum))
    postpone(forum)
    with transaction():
        operations.cancel(fresh(line[0]))
    give_a_date(forum)
    with pytest.raises(Refused, match="You keep your current seat"), transaction():
        edits.change_option(fresh(other), fresh(line[0]).option)
    db.session.rollback()


def test_when_there_are_more_seats_than_people_waiting_a_newcomer_gets_one(make, forum, line):
    postpone(forum)
    with transaction():
        fresh(line[0]).option.capacity = 4
    give_a_date(forum)
    newcomer = make.registration(fresh(forum), fresh(line[0]).option)
    assert states([*line, newcomer]) == [CONFIRMED] * 4


def test_a_seat_that_becomes_free_after_the_form_has_closed_goes_to_the_next(make, forum, line):
    with transaction():
        fresh(line[0]).option.closes_at = clock.now() + timedelta(minutes=5)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        with transaction():
            operations.cancel(fresh(line[0]))
        assert states(line)[1:] == [CONFIRMED, WAITLISTED]


def test_in_the_last_hours_a_seat_is_only_offered(make, forum, line):
    with transaction():
        fresh(line[0]).option.promote_hours = 24
    with time_machine.travel(forum.starts_at - timedelta(hours=23)):
        with transaction():
            operations.cancel(fresh(line[0]))
        assert states(line)[1:] == [OFFERED, WAITLISTED]
        with transaction():
            decisions.approve(fresh(line[1]))  # the team decides
        assert states(line)[1:] == [CONFIRMED, WAITLISTED]
        with transaction():
            fresh(line[0]).option.promote_hours = 12
            operations.cancel(fresh(line[1]))
        assert states(line)[1:] == [CANCELLED, CONFIRMED], "and it can change its mind"


def test_nobody_is_promoted_once_the_event_has_begun(make, forum, line):
    with time_machine.travel(forum.starts_at + timedelta(minutes=1)):
        with transaction():
            operations.cancel(fresh(line[0]))
        assert tasks.seat_waiting() == 0
        assert states(line)[1:] == [WAITLISTED, WAITLISTED]


def test_who_waits_reads_until_when_and_in_which_order(client, make, forum, line):
    with transaction():
        fresh(line[0]).option.promote_hours = 24
    client.get(f"/registrations/{fresh(line[2]).token}")
    text = client.page.text(client.page.one("main"))
    assert "You are number 2 on the waiting list." in text
    assert "A free seat goes straight to the first in line until Mon 17 March 2031, 10:00 JST." in text
    send_due()
    waiting = db.session.scalars(select(Email).where(Email.kind == "registration.waitlisted")).all()
    assert len(waiting) == 2
    assert all("until Mon 17 March 2031, 10:00 JST" in email.text for email in waiting)


def test_a_promotion_to_pending_approval_is_notified(make, forum):
    option = make.approval_option(forum)
    with transaction():
        setup.save_option(forum, option, mode=option.mode, title=option.title, capacity=1, access=option.access)
    first, second = (make.registration(forum, fresh(option)) for _ in range(2))
    assert states([first, second]) == [PENDING, WAITLISTED]
    with transaction():
        operations.cancel(fresh(first))
    assert states([second]) == [PENDING]
    send_due()
    email = db.session.scalars(select(Email).where(Email.to == second.email).order_by(Email.id.desc())).first()
    assert email.subject.startswith("A seat has become free")
    assert "you are next on the waiting list" in email.text


def test_the_question_finds_only_what_can_be_done(forum, line):
    assert waiting_list.options_with_seats_for_waiting() == []
    with transaction():
        fresh(line[0]).option.capacity = None
    assert waiting_list.options_with_seats_for_waiting() == [(line[0].option_id, forum.id)]


AFTERWARDS = {
    "cancel": lambda one, _: operations.cancel(one, by_guest=True),
    "change": lambda one, _: edits.change(
        one, operations.RegistrationInput(email=one.email, family_name="Changed"), by_guest=True
    ),
    "take part otherwise": lambda one, other: edits.change_option(one, other, by_guest=True),
    "sign up": lambda one, _: sign_ups.sign_up(one, "NOSUCH"),
    "give up": lambda one, _: sign_ups.release(one, "NOSUCH"),
}


@pytest.mark.parametrize("what", AFTERWARDS)
@pytest.mark.parametrize("over", [True, False], ids=["over", "cancelled"])
def test_what_the_page_hides_once_an_event_is_over_the_server_refuses(make, forum, what, over):
    guest, other = make.registration(forum, make.option(forum)), make.option(forum)
    if not over:
        with transaction():
            lifecycle.cancel_event(fresh(forum), note=LocalizedText())
    later = forum.ends_at + timedelta(minutes=1) if over else clock.now()
    with time_machine.travel(later), pytest.raises(Refused, match="This event is"), transaction():
        AFTERWARDS[what](fresh(guest), fresh(other))
    db.session.rollback()
    assert fresh(guest).status is CONFIRMED
    assert fresh(guest).family_name != "Changed"


def test_a_postponed_event_is_not_over_when_its_old_date_has_passed(client, make, forum):
    guest = make.registration(forum, make.option(forum))
    postpone(forum)
    with time_machine.travel(forum.ends_at + timedelta(days=9)):
        page = client.get(f"/registrations/{guest.token}").get_data(as_text=True)
        assert "We will e-mail you when there is a new date." in page
        assert "This event is over." not in page
        assert client.post(f"/registrations/{guest.token}/cancel").status_code == 303
    assert states([guest]) == [CANCELLED]


def test_an_old_page_that_was_left_open_gets_a_sentence(client, make, forum):
    guest = make.registration(forum, make.option(forum))
    path = f"/registrations/{guest.token}"
    with time_machine.travel(forum.ends_at + timedelta(minutes=1)):
        response = client.post(f"{path}/cancel")
        assert response.status_code == 422
        assert "This event is over." in response.get_data(as_text=True)


def test_the_team_can_still_set_right_what_was_registered_for_an_event_that_is_over(organizer, make, forum):
    guest = make.registration(forum, make.option(forum))
    with time_machine.travel(forum.ends_at + timedelta(minutes=1)):
        organizer.sign_in(make.owner())
        path = f"/manage/events/forum/registrations/{guest.id}"
        assert organizer.fill(path, {"family_name": "Changed"}, action=path).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Registration, guest.id).family_name == "Changed"
