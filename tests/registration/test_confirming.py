"""Confirming one's address and accepting a seat in the browser, and the desk's pages about seats."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.events.rules import EventStatus, Visibility
from eventapp.mail.models import Email
from eventapp.mail.operations import EMAILS_AN_HOUR
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import operations, queries, setup_seats, tasks
from eventapp.registration.models import AttendanceOption, Registration, SeatPool
from eventapp.registration.rules import Access, AddressCheck, Promotion
from tests.support.make import fresh, words

PATH = "/events/forum/register"
DESK = "/manage/events/forum/options"
ADA = {"option": "in_person", "email": "ada@example.org", "family_name": "Lovelace", "given_name": "Ada"}


@pytest.fixture
def forum(make):
    event = make.event("forum", address_check=AddressCheck.ALWAYS)
    make.option(event, capacity=1)
    return event


def options_of(event):
    return db.session.scalars(select(AttendanceOption).where(AttendanceOption.event_id == event.id)).all()


def own(number: int = 0) -> str:
    db.session.rollback()
    rows = list(db.session.scalars(select(Registration).order_by(Registration.id)))
    return f"/registrations/{rows[number].token}"


def emails() -> list[Email]:
    send_due()
    db.session.rollback()
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def status(client, path: str) -> str:
    client.get(path)
    return client.page.one("main").get("data-status")


def test_one_is_registered_once_one_has_confirmed_with_the_link_in_the_e_mail(client, forum):
    response = client.fill(PATH, ADA)
    assert (response.status_code, response.location) == (303, "/events/forum/register/sent")
    client.get(response.location)
    assert "You are not registered yet." in client.page.text(client.page.one("main"))
    assert own() not in response.location, "only the mailbox has the link"
    (email,) = emails()
    assert own() in email.text
    assert status(client, own()) == "unconfirmed"
    assert client.get(own() + "/confirm").status_code == 405, "programs that check e-mails follow links"
    assert client.fill(own(), action="/confirm").status_code == 303
    assert status(client, own()) == "confirmed"
    assert emails()[-1].kind == "registration.confirmed"


def test_the_answer_to_a_registered_address_is_the_same_as_to_another_one(client, forum):
    first = client.fill(PATH, ADA)
    again = client.fill(PATH, ADA)
    other = client.fill(PATH, {**ADA, "email": "bo@example.org"})
    answers = {(one.status_code, one.location, one.data) for one in (first, again, other)}
    assert len(answers) == 1
    assert [email.to for email in emails()] == ["ada@example.org", "bo@example.org"]
    client.fill(own(), action="/confirm")
    assert client.fill(PATH, ADA).location == first.location
    assert [email.kind for email in emails()][2:] == ["registration.confirmed", "registration.link"]


def test_a_full_option_is_full_also_for_who_is_registered(client, forum):
    client.fill(PATH, ADA)
    with transaction():
        option = queries.option_by_key(fresh(forum), "in_person")
        option.waiting_list = False
    answers = [
        client.post(PATH, data={**ADA, "email": email, "step": "register"})
        for email in ("ada@example.org", "bo@example.org")
    ]
    said = [one.get_data(as_text=True).replace(ADA["email"], "bo@example.org") for one in answers]
    assert [one.status_code for one in answers] == [422, 422]
    assert said[0] == said[1]


def test_a_registered_address_uses_up_the_same_budgets_as_another_one(client, forum):
    for _ in range(EMAILS_AN_HOUR):
        assert client.fill(PATH, ADA).status_code == 303
    refused = client.fill(PATH, ADA)
    assert refused.status_code == 422
    for number in range(EMAILS_AN_HOUR):
        assert client.fill(PATH, {**ADA, "email": "bo@example.org", "given_name": f"N{number}"}).status_code == 303
    other = client.fill(PATH, {**ADA, "email": "bo@example.org", "given_name": "One more"})
    assert other.status_code == 422


def test_who_confirms_a_position_on_the_waiting_list_reads_its_number(client, make, forum):
    make.registration(forum, queries.options(forum)[0])
    client.fill(PATH, ADA)
    assert status(client, own(1)) == "unconfirmed_waiting"
    assert "number 1" in client.page.text(client.page.one("main"))
    client.fill(own(1), action="/confirm")
    assert status(client, own(1)) == "waitlisted"


def test_who_is_too_late_can_register_again_with_one_click(client, make, forum):
    client.fill(PATH, ADA)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        tasks.expire_held()
        assert status(client, own()) == "expired"
        client.fill(own(), action="/confirm")
        assert status(client, own()) == "confirmed"


def test_who_is_too_late_is_promised_nothing_once_registration_has_closed(client, make, forum):
    client.fill(PATH, ADA)
    for late in (clock.now() + timedelta(days=9), forum.ends_at + timedelta(days=1)):
        with time_machine.travel(late):
            tasks.expire_held()
            if late < forum.ends_at:
                assert "register again" in client.get(own()).text
                with transaction():
                    for option in options_of(forum):
                        option.closes_at = late - timedelta(days=1)
            assert status(client, own()) == "expired"
            assert "register again" not in client.get(own()).text


@pytest.mark.parametrize(
    "values",
    [
        {"status": EventStatus.DRAFT},
        {"status": EventStatus.CANCELLED},
        {"status": EventStatus.POSTPONED},
        {"visibility": Visibility.PRIVATE},
    ],
    ids=lambda values: next(iter(values.values())).value,
)
def test_who_is_too_late_is_promised_nothing_at_an_event_that_takes_nobody(client, forum, values):
    client.fill(PATH, ADA)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        tasks.expire_held()
        path = own()
        assert "register again" in client.get(path).text
        filled = client.values(path, action="/confirm")
        with transaction():
            for name, value in values.items():
                setattr(fresh(forum), name, value)
        assert "register again" not in client.get(path).text
        assert client.post(f"{path}/confirm", data=filled).status_code == 422
        assert status(client, path) == "expired"


def test_a_page_that_was_open_for_too_long_says_that_the_offer_is_over(client, make):
    event = make.event("offers")
    option = make.option(event, capacity=1, promotion=Promotion.OFFER, offer_hours=1)
    people = [make.registration(event, option) for _ in range(2)]
    with transaction():
        operations.cancel(fresh(people[0]))
    assert status(client, own(1)) == "offered"
    values = client.values(own(1), action="/accept")
    with time_machine.travel(fresh(people[1]).held_until + timedelta(minutes=1)):
        tasks.expire_held()
        refused = client.post(own(1) + "/accept", data=values)
        assert refused.status_code == 422
        assert "no longer offered" in refused.text


def test_who_is_offered_a_seat_accepts_it_with_one_click(client, make):
    event = make.event("offers")
    option = make.option(event, capacity=1, promotion=Promotion.OFFER)
    people = [make.registration(event, option) for _ in range(2)]
    with transaction():
        operations.cancel(fresh(people[0]))
    assert client.fill(own(1), action="/accept").status_code == 303
    assert status(client, own(1)) == "confirmed"


# The desk.


def test_the_organizer_sets_up_shared_seats_and_gives_them_to_an_option(organizer, make, forum):
    organizer.fill(f"{DESK}/shared/new", {"title_en": "Hall", "capacity": "40"})
    pool = db.session.scalars(select(SeatPool)).one()
    organizer.fill(f"{DESK}/in_person", {"pool": str(pool.id)})
    organizer.get(DESK)
    assert "0 of 40 seats taken" in organizer.page.text(organizer.page.one("main"))
    refused = organizer.fill(f"{DESK}/shared/{pool.id}", {}, action="/remove")
    assert refused.status_code == 422
    organizer.fill(f"{DESK}/in_person", {"pool": "", "capacity": "9"})
    assert organizer.fill(f"{DESK}/shared/{pool.id}", {}, action="/remove").status_code == 303


def test_shared_seats_of_another_event_are_not_there(organizer, make, forum):
    other = make.event("other")
    with transaction():
        pool = setup_seats.save_pool(other, None, title=words("Hall"), capacity=4)
    assert organizer.get(f"{DESK}/shared/{pool.id}").status_code == 404


@pytest.mark.parametrize("wrong", [{"title_en": ""}, {"capacity": "0"}, {"capacity": "many"}])
def test_wrong_shared_seats_are_refused_and_stay_in_the_form(organizer, forum, wrong):
    response = organizer.fill(f"{DESK}/shared/new", {"title_en": "Hall", "capacity": "40"} | wrong)
    assert response.status_code == 422
    assert db.session.scalar(select(SeatPool)) is None


def test_the_organizer_decides_whether_addresses_are_checked(organizer, forum):
    organizer.fill(f"{DESK}/settings", {"address_check": "never", "hold_minutes": "45"})
    organizer.get(DESK)
    assert "Never" in organizer.page.text(organizer.page.by_id("rules").getparent().getparent())
    assert queries.hold_minutes(forum) == 45
    assert organizer.fill(f"{DESK}/settings", {"hold_minutes": "1"}).status_code == 422


def test_the_organizer_draws_the_seats_of_a_lottery(organizer, make):
    event = make.event("forum")
    closing = clock.now() + timedelta(days=1)
    option = make.option(event, Mode.IN_PERSON, access=Access.LOTTERY, capacity=1, closes_at=closing)
    for _ in range(3):
        make.registration(event, option)
    organizer.get(DESK)
    assert not [node for node in organizer.page.all("a") if "draw" in (node.get("href") or "")], "it is too early"
    with time_machine.travel(closing + timedelta(minutes=1)):
        organizer.get(DESK)
        organizer.get(f"{DESK}/in_person/draw")
        text = organizer.page.text(organizer.page.one("main"))
        assert "3 people have registered." in text
        assert "There is 1 seat." in text
        assert organizer.fill(f"{DESK}/in_person/draw").status_code == 303
        organizer.get(DESK)
        assert fresh(option).draw_seed in organizer.page.text(organizer.page.one("main"))
        assert fresh(option).seats_taken == 1


def test_a_rejected_seat_cannot_be_had_back_by_undoing_that(client, make):
    event = make.event("offers")
    option = make.option(event, capacity=1, promotion=Promotion.OFFER)
    people = [make.registration(event, option) for _ in range(3)]
    with transaction():
        operations.cancel(fresh(people[0]))
    client.fill(own(1), action="/cancel")
    client.get(own(1))
    assert "Undo" not in client.page.text(client.page.one("main"))
    assert status(client, own(2)) == "offered"
