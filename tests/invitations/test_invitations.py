"""People are invited by name, reminded, and invited again."""

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
from eventapp.invitations.rules import InvitedGuest, guests_in
from eventapp.mail.models import Email
from tests.invitations.conftest import DESK, invite, page_of, registered, said, states, written
from tests.support.make import fresh


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
    assert "ada@example.org is already registered." in text
    assert "ben@example.org has already been invited." in text
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
