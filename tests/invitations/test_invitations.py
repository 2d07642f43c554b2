"""People are invited by name, answer with one link, and can name somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.events.rules import EventStatus
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import InvitationStatus, InvitedGuest, guests_in
from eventapp.mail.models import Email
from eventapp.people import merging
from eventapp.programme.rules import Mode
from eventapp.registration import setup
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import Access, RegistrationSource, RegistrationStatus
from tests.support.make import fresh

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
    assert "We will e-mail 2 people straight away." in said(organizer)
    organizer.fill(f"{DESK}/review", {})
    (first, _second) = written(make)
    assert first.subject == "You are invited: Forum of cities"
    assert "Dear Ada Lovelace," in first.text
    assert f"/invitations/{db.session.scalars(select(Invitation.token).order_by(Invitation.id)).first()}" in first.text


@pytest.mark.both_engines("unique keys")
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


@pytest.mark.both_engines("row locks")
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


@pytest.mark.both_engines("row locks")
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


@pytest.mark.both_engines("row locks")
def test_reminders_go_to_who_has_not_answered_and_not_twice_in_a_day(client, organizer, make, forum, option):
    ada, ben, _cid = invite(organizer, "ada@example.org\nben@example.org\ncid@example.org")
    make.tell()
    client.fill(page_of(ada), action="/no")
    client.fill(page_of(ben), action="/maybe")
    organizer.get(f"{DESK}/remind")
    assert "There is nobody to remind at the moment." in said(organizer)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        organizer.get(f"{DESK}/remind")
        assert "We will e-mail 2 people straight away" in said(organizer)
        organizer.fill(f"{DESK}/remind", {})
        make.tell()
        organizer.get(f"{DESK}/remind")
        assert "There is nobody to remind at the moment." in said(organizer)
    sent = db.session.scalars(select(Email).where(Email.kind == "invitation.reminder").order_by(Email.id)).all()
    assert [email.to for email in sent] == ["ben@example.org", "cid@example.org"]
    assert "maybe" in sent[0].text


@pytest.mark.both_engines("row locks")
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
    assert "This invitation is no longer valid." in said(client)
    assert client.get(f"{page_of(ada)}/accept").location.endswith(page_of(ada))
    values = {"option": "in_person", "email": "ada@example.org", "family_name": "Ada"}
    assert client.post(f"{page_of(ada)}/accept", data=values).status_code == 422
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


@pytest.mark.both_engines("row locks")
def test_a_double_click_accepts_once(client, organizer, forum, option):
    (ada,) = invite(organizer, "ada@example.org", option="in_person")
    values = {"option": "in_person", "email": "ada@example.org", "family_name": "Ada"}
    for _click in range(2):
        assert client.post(f"{page_of(ada)}/accept", data=values).status_code == 303
    assert len(registered()) == 1


@pytest.mark.both_engines("rows that are kept when others are deleted")
def test_an_option_that_is_deleted_leaves_its_invitations(organizer, client, make, forum, option):
    make.option(forum, Mode.ONLINE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    with transaction():
        setup.remove_option(db.session.get_one(AttendanceOption, option.id))
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "option": "online"})
    assert states() == [InvitationStatus.YES.value]


def test_who_has_registered_with_the_form_meanwhile_has_accepted(client, organizer, make, forum):
    option = make.option(forum)
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>", option=option.key)
    known = make.registration(forum, option, "ada@example.org", family_name="Lovelace", given_name="Ada")
    assert client.fill(f"{page_of(ada)}/accept", {}).location.endswith(fresh(known).token)
    assert (states(), len(registered())) == (["yes"], 1)


@pytest.mark.both_engines("unique keys")
def test_somebody_else_s_registration_is_not_shown_and_its_owner_is_e_mailed(client, organizer, make, forum):
    option = make.option(forum)
    make.registration(forum, option, "eve@example.org", family_name="Lovelace", given_name="Ada")
    make.tell()
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>", option=option.key)
    response = client.fill(f"{page_of(ada)}/accept", {"email": "eve@example.org"})
    assert response.status_code == 422
    assert "Check your inbox: we have e-mailed you the next steps." in said(client)
    assert states() == ["awaiting"]
    assert [email.to for email in written(make) if email.kind != "invitation.invite"][-1] == "eve@example.org"


def test_an_option_with_a_code_wants_the_address_of_the_invitation(client, organizer, make, forum):
    option = make.option(forum, access=Access.CODE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "email": "other@example.org"})
    assert "Use the e-mail address to which the invitation was sent." in said(client)


def name(client, invitation, email: str):
    return client.fill(f"{page_of(invitation)}/substitute", {"family_name": "Sub", "email": email})


@pytest.mark.both_engines("row locks")
def test_one_invitation_is_one_seat_however_often_somebody_else_is_named(client, organizer, make, forum, option):
    make.registration(forum, option)
    (ada,) = invite(organizer, "ada@example.org", option="in_person", although_full="y")
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    name(client, ada, "ben@example.org")
    name(client, ada, "cid@example.org")
    assert states() == ["replaced", "withdrawn", "awaiting"], "the first one named is not invited any more"
    _ada, ben, cid = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    client.post(f"{page_of(ben)}/accept", data={"option": "in_person", "email": ben.email, "family_name": "Ben"})
    client.fill(f"{page_of(cid)}/accept", {"family_name": "Cid"})
    response = client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert response.status_code == 422
    assert "Somebody else is coming in your place." in said(client)
    assert fresh(option).seats_taken == 2


def test_who_comes_after_all_takes_the_invitation_back(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org", option="in_person", although_full="y")
    name(client, ada, "ben@example.org")
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert states() == ["yes", "withdrawn"]


def test_nobody_sends_many_invitations_with_one(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    found = [name(client, ada, f"stranger{number}@example.org").status_code for number in range(5)]
    assert found == [303, 303, 303, 422, 422]


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"ends_at": timedelta(days=-1)}])
def test_nobody_is_invited_or_reminded_once_the_event_is_off(client, organizer, make, forum, option, change):
    (ada,) = invite(organizer, "ada@example.org")
    organizer.fill(f"{DESK}/new", {"guests": "ben@example.org"})
    make.tell()
    with transaction():
        event = fresh(forum)
        if "status" in change:
            event.status = EventStatus.CANCELLED
        else:
            event.starts_at, event.ends_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        for page in ("review", "remind", f"{ada.id}/again"):
            response = organizer.fill(f"{DESK}/{page}", {})
            assert response.status_code == 422, page
        for path in ("no", "maybe"):
            client.post(f"{page_of(ada)}/{path}")
        client.get(page_of(ada))
        assert ("This event is cancelled." in said(client)) or ("This event is over." in said(client))
    assert states() == ["awaiting", "draft"]


def test_no_seat_is_added_to_what_is_drawn(client, organizer, make, forum):
    option = make.option(forum, capacity=1, access=Access.LOTTERY)
    (ada,) = invite(organizer, "ada@example.org", option=option.key, although_full="y")
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert (fresh(option).capacity, fresh(option).seats_taken) == (1, 0)
    assert [one.status.value for one in registered()] == ["waitlisted"]


def test_who_was_merged_and_says_no_is_not_registered_any_more(client, organizer, make, forum):
    option = make.option(forum)
    kept = make.registration(forum, option, "other@example.org", family_name="Lovelace", given_name="Ada")
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>")
    client.fill(f"{page_of(ada)}/accept", {})
    with transaction():
        merging.merge(fresh(kept), registered()[-1])
    client.fill(page_of(ada), action="/no")
    assert fresh(kept).status == "cancelled"


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("Ada L <a@x.org>; Ben B <b@x.org>; c@x.org", [("a@x.org", "Ada L"), ("b@x.org", "Ben B"), ("c@x.org", "")]),
        ("Ada L <a@x.org>, Ben B <b@x.org>", [("a@x.org", "Ada L"), ("b@x.org", "Ben B")]),
        ("a@x.org b@x.org", [("a@x.org", ""), ("b@x.org", "")]),
        ('"Lovelace, Ada" <a@x.org>', [("a@x.org", "Lovelace, Ada")]),
        ("鈴木 美咲，ｍｉｓａｋｉ＠ｘ．ｏｒｇ，松山市", [("misaki@x.org", "鈴木 美咲")]),
        ("鈴木 美咲、misaki@x.org、松山市", [("misaki@x.org", "鈴木 美咲")]),
        ("mailto:a@x.org", [("a@x.org", "")]),
    ],
)
def test_lines_of_mail_programs_name_everybody_in_them(text, guests):
    found, wrong = guests_in(text)
    assert ([(one.email, one.name) for one in found], wrong) == (guests, [])


@pytest.mark.both_engines("unique keys")
def test_who_was_withdrawn_can_be_invited_again_with_another_link(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    old = ada.token
    organizer.fill(f"{DESK}/{ada.id}/withdraw", {})
    (ada,) = invite(organizer, "ada@example.org", option="in_person")
    assert states() == ["awaiting"]
    assert client.get(f"/invitations/{old}").status_code == 404
    client.fill(f"{page_of(fresh(ada))}/accept", {"family_name": "Ada"})
    assert states() == ["yes"]


@pytest.mark.both_engines("unique keys")
def test_a_guest_may_name_the_same_person_again(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org", option="in_person")
    for email in ("ben@example.org", "cid@example.org", "ben@example.org"):
        name(client, ada, email)
    assert states() == ["replaced", "awaiting", "withdrawn"]
