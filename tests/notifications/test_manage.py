"""The desk's page of e-mails: undelivered ones can be queued again with one button."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.mail import operations as mail
from eventapp.mail import queries
from eventapp.mail.models import Email, EmailStatus
from eventapp.notifications import attendee_emails as registration_emails
from eventapp.notifications import speaker_emails as proposal_emails
from eventapp.notifications.tasks import send_due
from eventapp.notifications.team import FAMILIES

PATH = "/manage/events/forum/mail"


def give_up(topic: str) -> None:
    send_due()
    with transaction():
        db.session.execute(update(Email).where(Email.topic == topic).values(status=EmailStatus.FAILED, attempts=90))


def test_all_emails_that_were_given_up_are_tried_again_with_one_button(organizer, make):
    event, other = make.event("forum"), make.event("other")
    option = make.option(event)
    for _ in range(3):
        make.registration(event, option)
    make.registration(other, make.option(other))
    for one in (event, other):
        give_up(f"event:{one.id}")
    organizer.get(PATH)
    assert "3 e-mails could not be delivered." in organizer.page.text(organizer.page.one("main"))
    assert organizer.fill(PATH, action="/mail/retry").status_code == 303
    db.session.rollback()
    assert queries.numbers_of_topic(f"event:{event.id}", families=FAMILIES) == {EmailStatus.QUEUED: 3}
    assert queries.numbers_of_topic(f"event:{other.id}", families=FAMILIES) == {EmailStatus.FAILED: 1}


def test_there_is_no_button_where_all_goes_well(organizer, make):
    event = make.event("forum")
    make.registration(event, make.option(event))
    organizer.get(PATH)
    assert not [form for form in organizer.page.forms() if (form.get("action") or "").endswith("/mail/retry")]


@pytest.mark.both_engines("LIKE for each family of e-mails, and none")
def test_the_button_is_for_the_emails_that_the_member_sees_and_no_others(app, make):
    event = make.event("forum")
    make.registration(event, make.option(event))
    with transaction():
        db.session.add(
            Email(
                to="ada@example.org",
                topic=f"event:{event.id}",
                kind="proposals.confirm",
                subject="s",
                text="t",
                message_id="<x@eventapp>",
            )
        )
    give_up(f"event:{event.id}")
    visitor = app.test_client()
    visitor.sign_in(make.member(event, Role.REGISTRATION))
    assert visitor.fill(PATH, action="/mail/retry").status_code == 303
    db.session.rollback()
    by_family = [queries.numbers_of_topic(f"event:{event.id}", families=[one]) for one in ("registration", "proposals")]
    assert by_family == [{EmailStatus.QUEUED: 1}, {EmailStatus.FAILED: 1}]
    assert queries.numbers_of_topic(f"event:{event.id}", families=[]) == {}


def test_whatever_is_written_to_people_of_an_event_is_of_a_family_that_the_desk_shows():
    """E-mails about changes used to be sent but not shown to anybody."""
    source = "".join(
        Path(emails.__file__).read_text(encoding="utf-8") for emails in (registration_emails, proposal_emails)
    )
    written = set(re.findall(r'"(event|session|registration|proposals)\.', source))
    assert {"event", "session", "registration"} <= written <= set(FAMILIES)


def test_the_log_is_filtered_by_status_kind_and_address(organizer, make):
    event = make.event("forum")
    option = make.option(event)
    make.registration(event, option, "ada@example.org")
    make.registration(event, option, "bob@example.org")
    send_due()
    with transaction():
        db.session.execute(update(Email).where(Email.to == "bob@example.org").values(status=EmailStatus.STOPPED))

    def shown(query: str) -> list[str]:
        organizer.get(f"{PATH}?{query}")
        text = organizer.page.text(organizer.page.one("main"))
        return [name for name in ("ada", "bob") if f"{name}@example.org" in text]

    assert shown("") == ["ada", "bob"]
    assert shown("status=stopped") == ["bob"]
    assert shown("status=queued&kind=registration") == ["ada"]
    assert shown("kind=reminder") == []
    assert shown("to=BOB") == ["bob"]


def test_what_waits_is_stopped_one_by_one_or_as_the_filter_shows_it_and_can_be_tried_again(organizer, make):
    event = make.event("forum")
    option = make.option(event)
    for name in ("ada", "bob", "eve"):
        make.registration(event, option, f"{name}@example.org")
    send_due()
    first = db.session.scalars(select(Email).order_by(Email.id)).first()
    organizer.fill(f"{PATH}/{first.id}", action="/stop")
    organizer.get(f"{PATH}/stop?to=bob")
    assert "1 e-mail is waiting" in organizer.page.text(organizer.page.one("main"))
    organizer.fill(f"{PATH}/stop?to=bob")
    db.session.rollback()
    assert queries.numbers_of_topic(f"event:{event.id}", families=FAMILIES) == {
        EmailStatus.STOPPED: 2,
        EmailStatus.QUEUED: 1,
    }
    organizer.fill(f"{PATH}/{first.id}", action="/retry")
    db.session.rollback()
    assert queries.numbers_of_topic(f"event:{event.id}", families=FAMILIES)[EmailStatus.QUEUED] == 2


def test_the_page_of_a_person_says_that_their_address_does_not_exist(organizer, make):
    event = make.event("forum")
    ada = make.registration(event, make.option(event), "ada@example.org")
    page = f"/manage/events/forum/registrations/{ada.id}"
    organizer.get(page)
    assert "does not exist" not in organizer.page.text(organizer.page.one("main"))
    with transaction():
        mail.mark_address("ADA@example.org", "recipient refused (550): 5.1.1 unknown")
    organizer.get(page)
    assert "E-mail address does not exist" in organizer.page.text(organizer.page.one("main"))
