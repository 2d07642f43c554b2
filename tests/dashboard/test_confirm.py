"""Destructive actions ask for confirmation, say who will be e-mailed, and can be undone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.events import queries as events
from eventapp.events.rules import EventStatus
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due
from eventapp.registration import operations
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import fresh

DESK = "/manage/events/forum"


@pytest.fixture
def forum(make):
    return make.event("forum")


def said(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def emails() -> int:
    db.session.rollback()
    send_due()
    return db.session.scalar(select(func.count()).select_from(Email)) or 0


def link(visitor, path: str, ending: str) -> str:
    visitor.get(path)
    return next(a.get("href") for a in visitor.page.all("a") if (a.get("href") or "").endswith(ending))


def test_cancelling_a_registration_says_who_is_emailed_and_can_be_undone(organizer, make, forum):
    option = make.option(forum, capacity=1)
    first, second = make.registration(forum, option), make.registration(forum, option)
    page = f"{DESK}/registrations/{first.id}"
    confirm = link(organizer, page, "/cancel")
    before = emails()
    organizer.get(confirm)
    assert f"We will e-mail {first.email}" in said(organizer)
    assert "We will offer it to the 1 person on the waiting list" in said(organizer)
    assert emails() == before, "to look is not to do"
    assert organizer.fill(confirm).status_code == 303
    assert emails() == before + 2
    assert fresh(second).status is RegistrationStatus.CONFIRMED
    response = organizer.fill(page, action="/restore", follow=True)
    assert response.status_code == 200
    assert fresh(first).status is RegistrationStatus.WAITLISTED, "the seat is somebody else's by now"
    assert emails() == before + 3


def test_a_registration_that_is_put_back_has_its_seat_and_comes_into_the_calendar_again(organizer, make, forum):
    guest = make.registration(forum, make.option(forum))
    page = f"{DESK}/registrations/{guest.id}"
    send_due()
    organizer.fill(f"{page}/cancel")
    send_due()
    assert fresh(guest).option.seats_taken == 0
    organizer.fill(page, action="/restore")
    assert fresh(guest).status is RegistrationStatus.CONFIRMED
    assert fresh(guest).option.seats_taken == 1
    send_due()
    off, back = db.session.scalars(select(Email).order_by(Email.id)).all()[-2:]
    assert [file.method for file in (*off.calendars, *back.calendars)] == ["CANCEL", "REQUEST"]
    numbers = [
        int(next(line for line in file.content.decode().splitlines() if line.startswith("SEQUENCE:"))[9:])
        for file in (*off.calendars, *back.calendars)
    ]
    assert numbers[1] > numbers[0]


def test_what_can_not_be_put_back_is_refused_inside_the_desk(organizer, make, forum):
    option = make.option(forum, capacity=1, waiting_list=False)
    guest = make.registration(forum, option)
    page = f"{DESK}/registrations/{guest.id}"
    organizer.fill(f"{page}/cancel")
    make.registration(forum, option)
    organizer.get(page)
    response = organizer.fill(page, action="/restore")
    assert response.status_code == 422
    assert "This option is full." in said(organizer)
    assert organizer.page.all("nav"), "the list of the desk is still there"
    assert any(a.get("href") == f"{DESK}/registrations" for a in organizer.page.all("a"))
    other = make.registration(forum, make.option(forum), "ada@example.org")
    with transaction():
        operations.cancel(fresh(other))
    make.registration(forum, make.option(forum), "ada@example.org")
    response = organizer.fill(f"{DESK}/registrations/{other.id}", action="/restore")
    assert response.status_code == 422
    assert "One Guest has registered again." in said(organizer)


def test_declining_says_that_nobody_else_is_emailed(organizer, make, forum):
    guest = make.registration(forum, make.approval_option(forum))
    confirm = link(organizer, f"{DESK}/registrations/{guest.id}", "/decline")
    organizer.get(confirm)
    assert "Nobody else will be e-mailed." in said(organizer)
    organizer.fill(confirm)
    assert fresh(guest).status is RegistrationStatus.DECLINED


def test_back_to_draft_is_asked_once_more(organizer, make, forum):
    make.registration(forum, make.option(forum))
    confirm = link(organizer, DESK, "/withdraw")
    before = emails()
    organizer.get(confirm)
    assert "No e-mails will be sent." in said(organizer)
    assert "1 registration is kept." in said(organizer)
    assert fresh(forum).status is EventStatus.PUBLISHED
    assert organizer.fill(confirm).status_code == 303
    assert fresh(forum).status is EventStatus.DRAFT
    assert emails() == before
    organizer.fill(DESK, action="/publish")
    assert fresh(forum).status is EventStatus.PUBLISHED


def test_removing_a_member_is_asked_once_more(organizer, make, forum):
    member = make.member(forum, Role.VIEWER)
    organizer.get(f"{DESK}/team")
    paths = [a.get("href") for a in organizer.page.all("a") if (a.get("href") or "").endswith("/remove")]
    for path in paths:
        organizer.get(path)
        if member.email in said(organizer):
            break
    assert "loses access to this event" in said(organizer)
    assert len(events.team(fresh(forum))) == 2
    assert organizer.fill(path).status_code == 303
    db.session.rollback()
    assert [one.user.email for one in events.team(fresh(forum))] == ["organizer@example.org"]


def test_a_refusal_leads_back_to_the_page_it_came_from_and_to_no_other(organizer, make, forum):
    guest = make.registration(forum, make.option(forum))
    organizer.get(f"{DESK}/registrations/{guest.id}")
    proof = next(one.get("value") for one in organizer.page.all("input") if one.get("name") == "csrf_token")
    path = f"{DESK}/registrations/{guest.id}/decline"
    for referrer, leads in (
        (f"http://localhost{DESK}/registrations/{guest.id}", f"{DESK}/registrations/{guest.id}"),
        ("https://evil.example/x", f"{DESK}/registrations/{guest.id}"),
    ):
        organizer.post(path, data={"csrf_token": proof}, headers={"Referer": referrer})
        assert "You can only decline a registration that is waiting." in said(organizer)
        links = [a.get("href") for a in organizer.page.one("main").iter("a")]
        assert links == [leads]
