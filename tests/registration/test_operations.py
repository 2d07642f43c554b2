"""Operations on registrations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp import lifecycle
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory.rules import OrganizationKind
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import decisions, edits, operations, queries, setup, waiting_list
from eventapp.registration.models import ModeChange, Registration
from eventapp.registration.rules import HOLDS_SEAT, Access, RegistrationStatus
from tests.support.at_once import at_once
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("seats are taken under row locks")


def emails(kind: str | None = None) -> list[Email]:
    send_due()
    found = list(db.session.scalars(select(Email).order_by(Email.id)))
    return [email for email in found if kind is None or email.kind == kind]


@pytest.fixture
def forum(make):
    return make.event("forum")


def test_an_attendee_is_confirmed_and_gets_an_email_with_the_calendar_file(make, forum):
    registration = make.registration(forum, make.option(forum), "ada@example.org", family_name="Lovelace")
    assert registration.status is RegistrationStatus.CONFIRMED
    (email,) = emails()
    assert email.to == "ada@example.org"
    assert registration.token in email.text
    (file,) = email.calendars
    assert file.content.startswith(b"BEGIN:VCALENDAR")
    assert registration.uid.encode() in file.content


def test_the_email_is_in_the_language_of_its_recipient(make, forum):
    make.registration(forum, make.option(forum), language="ja")
    (email,) = emails()
    assert email.language == "ja"
    assert "都市フォーラム" in email.subject


def test_the_last_seat_goes_to_one_and_the_next_waits(make, forum):
    option = make.option(forum, capacity=1)
    first, second, third = (make.registration(forum, option) for _ in range(3))
    assert [r.status.value for r in (first, second, third)] == ["confirmed", "waitlisted", "waitlisted"]
    assert waiting_list.position(third) == 2
    assert option.seats_taken == 1


def test_a_full_option_without_a_waiting_list_says_so(make, forum):
    option = make.option(forum, capacity=1, waiting_list=False)
    make.registration(forum, option)
    with pytest.raises(Refused, match="full"):
        make.registration(forum, option)


def test_a_seat_that_becomes_free_goes_to_the_first_on_the_waiting_list(make, forum):
    option = make.option(forum, capacity=1)
    first, second, third = (make.registration(forum, option) for _ in range(3))
    send_due()
    with transaction():
        operations.cancel(first)
    assert (first.status, second.status, third.status) == (
        RegistrationStatus.CANCELLED,
        RegistrationStatus.CONFIRMED,
        RegistrationStatus.WAITLISTED,
    )
    assert option.seats_taken == 1
    assert [email.to for email in emails("registration.confirmed")] == [first.email, second.email]


def test_additional_seats_go_to_the_waiting_list(make, forum):
    option = make.option(forum, capacity=1)
    _, second, third = (make.registration(forum, option) for _ in range(3))
    with transaction():
        setup.save_option(forum, option, mode=Mode.IN_PERSON, title=LocalizedText(), capacity=2)
    assert second.status is RegistrationStatus.CONFIRMED
    assert third.status is RegistrationStatus.WAITLISTED


def test_fewer_seats_than_are_taken_are_refused(make, forum):
    option = make.option(forum, capacity=5)
    for _ in range(3):
        make.registration(forum, option)
    with pytest.raises(Refused, match="3 seats are already taken"), transaction():
        setup.save_option(forum, option, mode=Mode.IN_PERSON, title=LocalizedText(), capacity=2)


def test_cancelling_twice_releases_one_seat(make, forum):
    option = make.option(forum, capacity=2)
    registration = make.registration(forum, option)
    with transaction():
        operations.cancel(registration)
        operations.cancel(registration)
    assert option.seats_taken == 0
    (email,) = emails("registration.cancelled")
    assert "/events/forum?lang=en\n" in email.text, "the page on which one can register again"


def test_an_address_is_registered_once_whatever_its_case(make, forum):
    option = make.option(forum)
    make.registration(forum, option, "Ada@Example.org")
    with pytest.raises(operations.AlreadyRegistered):
        make.registration(forum, option, "ada@example.org")
    assert option.seats_taken == 1


def test_after_cancelling_one_can_come_again_with_a_new_calendar_entry(make, forum):
    option = make.option(forum)
    first = make.registration(forum, option, "ada@example.org")
    with transaction():
        operations.cancel(first)
    second = make.registration(forum, option, "ada@example.org")
    assert second.uid != first.uid
    assert second.token != first.token


def test_an_option_with_approval_holds_a_seat_but_confirms_nothing(make, forum):
    option = make.option(forum, capacity=1, access=Access.APPROVAL)
    registration = make.registration(forum, option)
    assert registration.status is RegistrationStatus.PENDING
    assert option.seats_taken == 1
    with transaction():
        decisions.approve(registration)
    assert registration.status is RegistrationStatus.CONFIRMED
    assert len(emails("registration.confirmed")) == 1


def test_nobody_is_promised_a_seat_at_a_cancelled_event(make, forum, organizer):
    registration = make.registration(forum, make.option(forum, access=Access.APPROVAL))
    page = f"/manage/events/{forum.slug}/registrations/{registration.id}"
    organizer.get(page)
    assert "Confirm" in organizer.page.text(organizer.page.one("main"))
    with transaction():
        lifecycle.cancel_event(fresh(forum), note=LocalizedText())
    with pytest.raises(Refused, match="Cancelled"), transaction():
        decisions.approve(fresh(registration))
    assert not emails("registration.confirmed")
    organizer.get(page)
    assert "Confirm" not in organizer.page.text(organizer.page.one("main"))


def test_a_declined_registration_releases_its_seat(make, forum):
    option = make.option(forum, capacity=1, access=Access.APPROVAL)
    registration = make.registration(forum, option)
    with transaction():
        decisions.decline(registration)
    assert option.seats_taken == 0
    assert registration.status is RegistrationStatus.DECLINED


def test_nobody_on_the_waiting_list_is_approved_without_a_seat(make, forum):
    option = make.option(forum, capacity=1)
    make.registration(forum, option)
    waiting = make.registration(forum, option)
    with pytest.raises(Refused, match="no free seats"), transaction():
        decisions.approve(waiting)


def test_changing_the_option_moves_the_seat_and_keeps_the_history(make, forum):
    hall, online = make.option(forum, capacity=1), make.option(forum, Mode.ONLINE)
    registration = make.registration(forum, hall)
    waiting = make.registration(forum, hall)
    with transaction():
        edits.change_option(registration, online)
    assert registration.status is RegistrationStatus.CONFIRMED
    assert (hall.seats_taken, online.seats_taken) == (1, 1)
    assert waiting.status is RegistrationStatus.CONFIRMED
    assert registration.sequence == 1
    assert db.session.scalars(select(ModeChange)).one().to_option_id == online.id


def test_nobody_loses_a_seat_for_a_full_option(make, forum):
    hall, online = make.option(forum, capacity=1), make.option(forum, Mode.ONLINE)
    make.registration(forum, hall)
    registration = make.registration(forum, online)
    with pytest.raises(Refused, match="You keep your current seat"), transaction():
        edits.change_option(registration, hall)
    db.session.refresh(registration)
    assert registration.option_id == online.id
    assert online.seats_taken == 1


def test_registration_opens_and_closes(make, forum):
    later = make.option(forum, opens_at=clock.now() + timedelta(hours=1))
    closed = make.option(forum, Mode.ONLINE, closes_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Refused, match="not opened"):
        make.registration(forum, later)
    with pytest.raises(Refused, match="closed"):
        make.registration(forum, closed)


def test_the_team_may_register_somebody_after_the_closing(make, forum):
    closed = make.option(forum, closes_at=clock.now() - timedelta(hours=1))
    with transaction():
        registration = operations.register(
            forum,
            operations.RegistrationInput(email="late@example.org", family_name="Late"),
            option=closed,
            by_team=True,
        )
    assert registration.status is RegistrationStatus.CONFIRMED


def test_nobody_registers_for_a_cancelled_event(make, forum):
    option = make.option(forum)
    with transaction():
        lifecycle.cancel_event(forum, note=LocalizedText())
    with pytest.raises(Refused, match="cancelled"):
        make.registration(forum, option)


def test_an_organization_that_is_known_is_found_by_any_of_its_names(make, forum):
    make.organization(
        LocalizedText(en="Nürnberg", ja="ニュルンベルク市"), OrganizationKind.CITY, aliases=["Nuremberg", "Nurnberg"]
    )
    option = make.option(forum)
    for name in ("City of Nuremberg", "NÜRNBERG", "ニュルンベルク"):
        registration = make.registration(forum, option, organization=name)
        assert registration.organization is not None, name
        assert registration.organization_kind is OrganizationKind.CITY


def test_a_new_link_makes_the_old_one_void(make, forum):
    registration = make.registration(forum, make.option(forum))
    old = registration.token
    with transaction():
        edits.new_link(registration)
    assert queries.by_token(old) is None
    assert queries.by_token(registration.token) is registration


def test_an_option_with_people_stays(make, forum):
    option = make.option(forum)
    make.registration(forum, option)
    with pytest.raises(Refused, match="People have registered"), transaction():
        setup.remove_option(option)


def test_a_seat_released_eight_times_at_once_goes_to_one(app, make, forum):
    hall = make.option(forum, capacity=1)
    token = make.registration(forum, hall).token
    for _ in range(4):
        make.registration(forum, hall)
    assert at_once(app, lambda _: operations.cancel(queries.by_token(token))) == {"done": 8}
    db.session.expire_all()
    assert hall.seats_taken == 1
    assert queries.numbers_by_status(forum)[RegistrationStatus.CONFIRMED] == 1
    assert len(emails("registration.cancelled")) == 1


@pytest.mark.slow
def test_those_who_come_go_and_change_at_once_never_wait_for_each_other_forever(app, make, forum):
    hall, online = make.option(forum, capacity=6), make.option(forum, Mode.ONLINE, capacity=6)
    tokens = [make.registration(forum, (hall, online)[n % 2]).token for n in range(16)]

    def move(number: int) -> None:
        mine = queries.by_token(tokens[number])
        options = queries.options(mine.event)
        if number % 4 < 2:
            operations.cancel(mine)
            operations.register(
                mine.event,
                operations.RegistrationInput(email=f"new{number}@example.org", family_name="N"),
                option=options[0],
            )
        else:
            edits.change(mine, operations.RegistrationInput(email="", family_name="Changed"))
            edits.change_option(mine, options[number % 4 == 2])

    for offset in (0, 8):
        ends = at_once(app, lambda number, offset=offset: move(number + offset))
        assert set(ends) <= {"done", "no"}, ends
    db.session.expire_all()
    for option in (hall, online):
        held = db.session.scalars(select(Registration).where(Registration.option_id == option.id)).all()
        assert option.seats_taken == sum(r.status in HOLDS_SEAT for r in held) <= 6
