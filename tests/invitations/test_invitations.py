"""People are invited by name, answer with one link, and can name somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import InvitationStatus, InvitedGuest, guests_in
from eventapp.mail.models import Email
from eventapp.programme.rules import Mode
from eventapp.registration import setup
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import Access, RegistrationSource, RegistrationStatus
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("unique keys and locks")

DESK = "/manage/events/forum/invitations"


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def option(make, forum):
    return make.option(forum, capacity=1)


def said(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def invite(organizer, lines: str, **values) -> list[Invitation]:
    """Add people on the desk and send the invitations."""
    response = organizer.fill(f"{DESK}/new", {"guests": lines, **values})
    assert response.status_code == 303, said(organizer)
    organizer.fill(f"{DESK}/review", {})
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


def written(make) -> list[Email]:
    """All e-mails, after the worker has written those that are due."""
    make.tell()
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def page_of(invitation: Invitation) -> str:
    return f"/invitations/{invitation.token}"


def states() -> list[str]:
    db.session.rollback()
    return [one.status.value for one in db.session.scalars(select(Invitation).order_by(Invitation.id))]


def registered() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


@pytest.mark.parametrize(
    ("line", "guest"),
    [
        ("ada@example.org", InvitedGuest("ada@example.org")),
        ("Ada Lovelace <ada@example.org>", InvitedGuest("ada@example.org", "Ada Lovelace")),
        ("Ada <ada@example.org>, City of London", InvitedGuest("ada@example.org", "Ada", "City of London")),
        ("鈴木 美咲\tmisaki@example.jp\t松山市", InvitedGuest("misaki@example.jp", "鈴木 美咲", "松山市")),
        ('"Lovelace" ; ada@example.org ;', InvitedGuest("ada@example.org", "Lovelace")),
    ],
)
def test_a_pasted_line_is_a_guest(line, guest):
    assert guests_in(line) == ([guest], [])


def test_nothing_is_sent_before_the_list_was_seen(organizer, make, forum, option):
    organizer.fill(f"{DESK}/new", {"guests": "Ada Lovelace <ada@example.org>\nben@example.org"})
    assert written(make) == []
    organizer.get(f"{DESK}/review")
    assert "We will e-mail 2 people at once." in said(organizer)
    organizer.fill(f"{DESK}/review", {})
    (first, _second) = written(make)
    assert first.subject == "You are invited: Forum of cities"
    assert "Dear Ada Lovelace," in first.text
    assert f"/invitations/{db.session.scalars(select(Invitation.token).order_by(Invitation.id)).first()}" in first.text


def test_who_is_invited_or_registered_already_is_left_out_and_named(organizer, make, forum, option):
    make.registration(forum, option, "ada@example.org")
    invite(organizer, "ben@example.org")
    organizer.fill(f"{DESK}/new", {"guests": "ada@example.org\nben@example.org\ncid@example.org"}, follow=True)
    text = organizer.page.text(organizer.page.one("main"))
    assert "ada@example.org is registered already." in text
    assert "ben@example.org is invited already." in text
    assert [one.email for one in db.session.scalars(select(Invitation).order_by(Invitation.id))] == [
        "ben@example.org",
        "cid@example.org",
    ]


def test_a_line_without_an_address_is_refused_and_nothing_is_lost(organizer, forum, option):
    response = organizer.fill(f"{DESK}/new", {"guests": "Ada Lovelace\nben@example.org"})
    assert response.status_code == 422
    assert "There is no valid e-mail address in “Ada Lovelace”." in said(organizer)
    assert "ben@example.org" in said(organizer)


def test_a_guest_accepts_and_is_registered_with_what_is_known(client, organizer, forum, option):
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>, City of London", option="in_person")
    client.get(page_of(ada))
    assert "This invitation is for Ada Lovelace." in said(client)
    location = client.fill(f"{page_of(ada)}/accept", {}).location
    assert "/registrations/" in location
    (one,) = registered()
    assert (one.name, one.email, one.organization_name) == ("Ada Lovelace", "ada@example.org", "City of London")
    assert (one.status, one.source) == (RegistrationStatus.CONFIRMED, RegistrationSource.INVITATION)
    assert states() == ["yes"]
    client.get(page_of(ada))
    assert "You have accepted." in said(client)


@pytest.mark.parametrize("although", [True, False])
def test_an_invitation_may_add_a_seat_where_none_is_free(client, organizer, make, forum, option, although):
    make.registration(forum, option)
    (ada,) = invite(organizer, "ada@example.org", option="in_person", although_full="y" if although else None)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert registered()[1].status.value == ("confirmed" if although else "waitlisted")
    option = fresh(option)
    assert (option.capacity, option.seats_taken) == ((2, 2) if although else (1, 1))


@pytest.mark.parametrize("although", [True, False])
def test_an_invitation_may_open_what_is_closed(client, organizer, make, forum, although):
    option = make.option(forum, closes_at=clock.now() + timedelta(minutes=1))
    (ada,) = invite(organizer, "ada@example.org", option=option.key, although_closed="y" if although else None)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert [one.status.value for one in registered()] == (["confirmed"] if although else [])


@pytest.mark.parametrize("although", [True, False])
def test_an_invitation_may_need_no_approval(client, organizer, make, forum, although):
    option = make.approval_option(forum)
    values = {"option": option.key, "without_approval": "y" if although else None}
    (ada,) = invite(organizer, "ada@example.org", **values)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert [one.status.value for one in registered()] == ["confirmed" if although else "pending"]


def test_what_an_invitation_may_do_is_for_its_address_alone(client, organizer, make, forum):
    option = make.approval_option(forum)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Eve", "email": "eve@example.org"})
    assert [one.status.value for one in registered()] == ["pending"]


def test_an_invitation_takes_the_place_of_a_code(client, organizer, make, forum):
    option = make.option(forum, access=Access.CODE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert [one.status.value for one in registered()] == ["confirmed"]


def test_another_option_than_that_of_the_invitation_is_refused(client, organizer, make, forum, option):
    other = make.option(forum, Mode.ONLINE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    response = client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "option": other.key})
    assert response.status_code == 422
    assert registered() == []


def test_an_answer_can_be_changed(client, organizer, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    for answer in ("maybe", "no"):
        client.fill(page_of(ada), action=f"/{answer}")
        assert states() == [answer]
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert states() == ["yes"]
    client.fill(page_of(ada), action="/no")
    assert states() == ["no"]
    assert [one.status.value for one in registered()] == ["cancelled"]


def test_reading_the_link_answers_nothing(client, organizer, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    for path in ("", "/accept", "/substitute"):
        client.get(page_of(ada) + path)
    assert client.get(f"{page_of(ada)}/no").status_code == 405
    assert states() == ["awaiting"]


def test_a_guest_names_somebody_who_comes_in_their_place(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>", option="in_person", although_full="y")
    client.fill(f"{page_of(ada)}/accept", {})
    make.tell()
    client.fill(f"{page_of(ada)}/substitute", {"family_name": "Charles Babbage", "email": "charles@example.org"})
    assert states() == ["replaced", "awaiting"]
    assert [one.status.value for one in registered()] == ["cancelled"]
    _ada, charles = db.session.scalars(select(Invitation).order_by(Invitation.id))
    assert (charles.family_name, charles.given_name, charles.although_full) == ("Babbage", "Charles", True)
    client.get(page_of(charles))
    assert "Ada Lovelace has named you." in said(client)
    client.fill(f"{page_of(charles)}/accept", {})
    assert [one.status.value for one in registered()] == ["cancelled", "confirmed"]
    organizer.get(DESK)
    assert "in place of Ada Lovelace" in said(organizer)


def test_naming_somebody_tells_nothing_about_who_is_registered(client, organizer, make, forum, option):
    make.registration(forum, option, "ben@example.org")
    (ada,) = invite(organizer, "ada@example.org")
    response = client.fill(f"{page_of(ada)}/substitute", {"family_name": "Ben", "email": "ben@example.org"})
    assert response.status_code == 303
    client.get(page_of(ada))
    assert "We have invited the person whom you named." in said(client)
    assert states() == ["replaced"]


def test_reminders_go_to_who_has_not_answered_and_not_twice_in_a_day(client, organizer, make, forum, option):
    ada, ben, _cid = invite(organizer, "ada@example.org\nben@example.org\ncid@example.org")
    make.tell()
    client.fill(page_of(ada), action="/no")
    client.fill(page_of(ben), action="/maybe")
    organizer.get(f"{DESK}/remind")
    assert "There is nobody to remind at the moment." in said(organizer)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        organizer.get(f"{DESK}/remind")
        assert "We will e-mail 2 people at once" in said(organizer)
        organizer.fill(f"{DESK}/remind", {})
        make.tell()
        organizer.get(f"{DESK}/remind")
        assert "There is nobody to remind at the moment." in said(organizer)
    sent = db.session.scalars(select(Email).where(Email.kind == "invitation.reminder").order_by(Email.id)).all()
    assert [email.to for email in sent] == ["ben@example.org", "cid@example.org"]
    assert "maybe" in sent[0].text


def test_who_answers_before_the_reminder_is_written_gets_none(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    make.tell()
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        organizer.fill(f"{DESK}/remind", {})
        client.fill(page_of(ada), action="/no")
        assert [email.kind for email in written(make)] == ["invitation.invite"]


def test_a_withdrawn_invitation_says_so_and_can_not_be_answered(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    organizer.fill(f"{DESK}/{ada.id}/withdraw", {})
    assert written(make) == []
    client.get(page_of(ada))
    assert "This invitation is not valid any more." in said(client)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert registered() == []


def test_an_invitation_is_sent_again_with_the_same_link(organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    make.tell()
    organizer.fill(f"{DESK}/{ada.id}/again", {})
    make.tell()
    texts = db.session.scalars(select(Email.text)).all()
    assert len(texts) == 2
    assert all(ada.token in text for text in texts)


def test_a_draft_sends_no_invitations_and_its_link_is_closed(client, organizer, make, forum, option):
    with transaction():
        fresh(forum).status = "draft"
    organizer.fill(f"{DESK}/new", {"guests": "ada@example.org"})
    assert organizer.fill(f"{DESK}/review", {}).status_code == 422
    assert client.get(page_of(db.session.scalars(select(Invitation)).one())).status_code == 404


def test_only_who_works_on_registrations_sees_invitations(app, make, forum):
    for role, status in ((Role.VIEWER, 403), (Role.PROGRAMME, 403), (Role.REGISTRATION, 200)):
        visitor = app.test_client()
        visitor.sign_in(make.member(forum, role))
        assert visitor.get(DESK).status_code == status


def test_a_double_click_accepts_once(client, organizer, forum, option):
    (ada,) = invite(organizer, "ada@example.org", option="in_person")
    values = {"option": "in_person", "email": "ada@example.org", "family_name": "Ada"}
    for _click in range(2):
        assert client.post(f"{page_of(ada)}/accept", data=values).status_code == 303
    assert len(registered()) == 1


def test_an_option_that_is_deleted_leaves_its_invitations(organizer, client, make, forum, option):
    make.option(forum, Mode.ONLINE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    with transaction():
        setup.remove_option(db.session.get_one(AttendanceOption, option.id))
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "option": "online"})
    assert states() == [InvitationStatus.YES.value]
