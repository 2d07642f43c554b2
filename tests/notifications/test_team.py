"""The e-mail page: e-mails without their secrets, and each kind only for members with the permission."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Permission, Role
from eventapp.core.db import db, transaction
from eventapp.mail import operations as mail
from eventapp.mail.models import Email, EmailStatus
from eventapp.notifications.speaker_emails import Draft
from eventapp.notifications.tasks import send_due
from eventapp.notifications.team import FAMILIES
from eventapp.programme.rules import Mode
from eventapp.proposals import speakers
from tests.support.make import Make


@pytest.fixture
def written(make: Make):
    """An online event with an e-mail to an attendee and one to a speaker."""
    event = make.event("forum", join_url="https://meet.example/j/JoinSecret", personal_join_links=False)
    guest = make.registration(event, make.option(event, Mode.ONLINE), "guest@example.org")
    person = make.person()
    make.session(event, people=[person])
    with transaction():
        link = speakers.ask(event, person, email="ada@example.org", language="en", draft=Draft("Please", "Say yes"))
    return event, guest, link


def emails(**values) -> list[Email]:
    send_due()
    return list(db.session.scalars(select(Email).filter_by(**values).order_by(Email.id)))


def test_an_email_shows_no_private_link_and_no_joining_link(organizer, written):
    _event, guest, link = written
    with transaction():
        email = emails(to="guest@example.org")[0]
        email.subject = f"See http://localhost/registrations/{guest.token}"
        email.last_error = f"refused: http://localhost/registrations/{guest.token}"
    whole = "".join(one.text + one.subject for one in emails())
    assert guest.token in whole and link.token in whole and "JoinSecret" in whole
    pages = [organizer.get("/manage/events/forum/mail")]
    pages += [organizer.get(f"/manage/events/forum/mail/{one.id}") for one in emails()]
    for answer in pages:
        assert answer.status_code == 200
        for secret in (guest.token, link.token, "JoinSecret"):
            assert secret not in answer.text
    assert "/registrations/…" in pages[1].text
    assert emails(to="guest@example.org")[0].text.count(guest.token) >= 1, "what is sent keeps its keys"


SEEN = {
    Role.OWNER: {"guest@example.org", "ada@example.org"},
    Role.REGISTRATION: {"guest@example.org"},
    Role.PROGRAMME: {"ada@example.org"},
    Role.CHECK_IN: None,
    Role.VIEWER: None,
}


@pytest.mark.parametrize(("role", "seen"), SEEN.items())
def test_each_role_reads_the_emails_about_what_it_works_on(app, make, written, role, seen):
    event, *_rest = written
    with transaction():
        for email in emails():
            email.status = EmailStatus.FAILED
    member = make.member(event, role)
    visitor = app.test_client()
    visitor.sign_in(member)
    listed = visitor.get("/manage/events/forum/mail")
    assert listed.status_code == (403 if seen is None else 200)
    overview = visitor.get("/manage/events/forum").text
    number = len([one for one in emails() if one.to in (seen or ())])
    told = re.search(r"(\d+) e-mails? (?:was|were) not delivered", overview)
    assert (int(told[1]) if told else 0) == number
    for one in emails():
        may = one.to in (seen or ())
        assert (one.to in listed.text) == may
        page = visitor.get(f"/manage/events/forum/mail/{one.id}")
        assert page.status_code == (403 if seen is None else 200 if may else 404)
        if may:
            assert visitor.fill(f"/manage/events/forum/mail/{one.id}", action="/retry").status_code == 303
            continue
        # The form of a page that this role may see, sent to the e-mail's URL.
        answer = visitor.fill_elsewhere("/manage", f"/manage/events/forum/mail/{one.id}/retry")
        assert answer.status_code in {403, 404}
    states = {one.to: one.status for one in emails()}
    assert {to for to, status in states.items() if status is EmailStatus.QUEUED} == (seen or set())


def test_a_kind_that_no_page_shows_is_shown_to_nobody(organizer, make):
    event = make.event("forum")
    with transaction():
        mail.enqueue(to="x@example.org", subject="s", text="t", kind="other.kind", topic=f"event:{event.id}")
    number = emails()[0].id
    assert "x@example.org" not in organizer.get("/manage/events/forum/mail").text
    assert organizer.get(f"/manage/events/forum/mail/{number}").status_code == 404
    assert set(FAMILIES.values()) <= set(Permission)


def test_the_overview_shows_proposals_only_to_members_who_may_see_them(app, make, written):
    event, _guest, link = written
    with transaction():
        speakers.answer(link, yes=False)
    for role in Role:
        visitor = app.test_client()
        visitor.sign_in(make.member(event, role))
        told = "declined" in visitor.get("/manage/events/forum").text
        assert told == (role in {Role.OWNER, Role.PROGRAMME}), role
