"""An act on many people says before what it will do, does what it can, names the others, and can be undone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.mail.models import Email, PendingNotification
from eventapp.people import bulk, tasks
from eventapp.people.models import BulkAction, BulkResult
from eventapp.people.rules import BulkState
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import fresh

DESK = "/manage/events/forum/registrations"


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def waiting(make, forum):
    """Five people who wait for approval, for four seats of an option and one more on the waiting list."""
    option = make.approval_option(forum, capacity=4)
    return [make.registration(forum, option, family_name=f"Guest{n}", given_name="") for n in range(5)]


def states(people) -> list[str]:
    db.session.rollback()
    return [fresh(person).status.value for person in people]


def numbers_of(people) -> str:
    return "&".join(f"number={person.id}" for person in people)


def said(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def act(organizer, verb: str, query: str, **values) -> str:
    """Confirm an act and go to its result; returns where that is."""
    response = organizer.fill(f"{DESK}/bulk/{verb}?{query}", values)
    assert response.status_code == 303, said(organizer)
    organizer.get(response.location)
    return str(response.location)


def test_the_page_before_says_how_many_are_concerned_and_who_is_left_out(organizer, waiting):
    with transaction():
        fresh(waiting[0]).status = RegistrationStatus.CONFIRMED
    organizer.get(f"{DESK}/bulk/approve?{numbers_of(waiting)}")
    text = said(organizer)
    assert "This applies to 4 people." in text
    assert "1 person (status: Confirmed)" in text
    assert "We will e-mail 4 people straight away" in text


@pytest.mark.both_engines("row locks")
def test_people_are_confirmed_together_in_the_order_of_registration(organizer, make, waiting):
    act(organizer, "approve", numbers_of(waiting))
    result = said(organizer)
    assert states(waiting) == ["confirmed"] * 4 + ["waitlisted"]
    assert "Done: 4 people" in result
    assert "There are no free seats" in result
    assert "Guest4" in result
    make.tell()
    assert len(db.session.scalars(select(Email).where(Email.kind == "registration.confirmed")).all()) == 4


def test_an_act_can_be_silent(organizer, make, waiting):
    make.tell()
    act(organizer, "cancel", numbers_of(waiting[:1]), silent="y")
    assert states(waiting[:1]) == ["cancelled"]
    told = db.session.scalars(select(PendingNotification.recipient)).all()
    assert f"registration:{waiting[0].id}" not in told
    assert f"registration:{waiting[4].id}" in told  # who gets the seat is told


def test_a_reason_is_in_the_email_and_in_the_history(organizer, make, waiting):
    act(organizer, "decline", numbers_of(waiting[:2]), reason="The hall is smaller than planned.")
    make.tell()
    declined = db.session.scalars(select(Email).where(Email.kind == "registration.declined")).all()
    assert len(declined) == 2
    assert all("The hall is smaller than planned." in email.text for email in declined)
    organizer.get(f"{DESK}/{waiting[0].id}")
    assert "The hall is smaller than planned." in said(organizer)


@pytest.mark.both_engines("row locks")
def test_an_act_is_undone_as_far_as_seats_are_free(organizer, make, waiting):
    result = act(organizer, "cancel", numbers_of(waiting[:2]))
    assert states(waiting) == ["cancelled", "cancelled", "pending", "pending", "pending"]
    organizer.get(organizer.fill(result, action="/undo").location)
    assert "Done: 2 people" in said(organizer)
    assert states(waiting) == ["pending", "waitlisted", "pending", "pending", "pending"]


def test_an_act_is_undone_once(organizer, waiting):
    first = act(organizer, "cancel", numbers_of(waiting[:1]))
    organizer.fill(first, action="/undo")
    organizer.get(first)
    assert "This has been undone." in said(organizer)
    with pytest.raises(Refused), transaction():
        action = db.session.scalars(select(BulkAction).order_by(BulkAction.id)).first()
        bulk.undo_action(action, language="en", user_id=action.user_id)


@pytest.mark.both_engines("row locks")
def test_people_are_moved_and_moved_back_to_where_each_was(organizer, make, forum):
    hall, gallery, stream = make.option(forum), make.option(forum), make.option(forum, Mode.ONLINE)
    people = [make.registration(forum, hall), make.registration(forum, gallery)]
    result = act(organizer, "move", numbers_of(people), option=stream.key)
    assert "Done: 2 people" in said(organizer)
    assert [fresh(one).option_id for one in people] == [stream.id, stream.id]
    organizer.fill(result, action="/undo")
    db.session.rollback()
    assert [fresh(one).option_id for one in people] == [hall.id, gallery.id]


def test_moving_to_no_option_is_refused_at_the_field(organizer, waiting):
    assert organizer.fill(f"{DESK}/bulk/move?{numbers_of(waiting)}").status_code == 422


@pytest.mark.both_engines("an insert of many rows")
def test_tags_are_given_and_taken_in_bulk(organizer, waiting):
    act(organizer, "tag", numbers_of(waiting[:3]), tag="VIP")
    assert "Done: 3 people" in said(organizer)
    organizer.get(f"{DESK}?tag=vip&columns=tags")
    assert "3 registrations" in said(organizer)
    assert "VIP" in said(organizer)
    organizer.get(f"{DESK}/bulk/tag?{numbers_of(waiting)}&name=VIP")
    assert "2 people" in said(organizer)
    act(organizer, "untag", numbers_of(waiting), tag="VIP")
    organizer.get(f"{DESK}?tag=-")
    assert "5 registrations" in said(organizer)


@pytest.mark.both_engines("row locks")
def test_the_list_that_was_confirmed_is_the_list_that_is_acted_on(organizer, make, forum, waiting):
    query = "status=pending"
    organizer.get(f"{DESK}/bulk/cancel?{query}")
    digest = organizer.page.by_id("digest").get("value")
    with transaction():
        fresh(waiting[4]).status = RegistrationStatus.PENDING
    response = organizer.fill(f"{DESK}/bulk/cancel?{query}", {"digest": digest})
    assert response.status_code == 422
    assert "The list has changed." in said(organizer)
    assert states(waiting) == ["pending"] * 5


@pytest.mark.both_engines("savepoints")
def test_a_large_act_is_finished_by_the_worker_and_survives_its_end(organizer, make, forum, monkeypatch):
    monkeypatch.setattr(bulk, "AT_A_TIME", 2)
    option = make.option(forum)
    people = [make.registration(forum, option) for _number in range(5)]
    act(organizer, "cancel", "status=confirmed")
    assert "2 of 5 people are done." in said(organizer)
    monkeypatch.setattr(tasks, "TURNS", 1)
    assert tasks.go_on() == 2
    assert states(people).count("cancelled") == 4
    assert tasks.go_on() == 1
    assert tasks.go_on() == 0
    assert states(people) == ["cancelled"] * 5
    assert db.session.scalars(select(BulkAction.state)).one() is BulkState.DONE
    assert len(db.session.scalars(select(BulkResult.registration_id)).all()) == 5


@pytest.mark.both_engines("savepoints")
def test_a_large_act_that_fails_in_the_middle_is_not_half_done(organizer, make, forum, monkeypatch):
    monkeypatch.setattr(bulk, "AT_A_TIME", 2)
    option = make.option(forum)
    people = [make.registration(forum, option) for _number in range(4)]
    act(organizer, "cancel", "status=confirmed")
    usual, calls = bulk._act, []

    def dies(action, event, person):
        calls.append(person.id)
        if len(calls) == 2:
            raise KeyboardInterrupt
        usual(action, event, person)

    monkeypatch.setattr(bulk, "_act", dies)
    with pytest.raises(KeyboardInterrupt):
        tasks.go_on()
    assert states(people).count("cancelled") == 2
    monkeypatch.setattr(bulk, "_act", usual)
    tasks.go_on()
    assert states(people) == ["cancelled"] * 4
    assert db.session.scalars(select(Registration.sequence)).all() == [1] * 4


def test_nobody_is_selected_by_accident(organizer, waiting):
    response = organizer.get(f"{DESK}/selected?verb=cancel")
    assert response.status_code == 303
    organizer.get(response.location)
    assert "Select at least one person first." in organizer.page.text(organizer.page.one("main"))
    response = organizer.get(f"{DESK}/selected?verb=cancel&number=7&all=1&status=pending")
    assert response.location.endswith("/bulk/cancel?status=pending"), "all is all, regardless of the selection"
