"""The desk's page of letters: what could not be delivered is tried again with one button."""

from __future__ import annotations

from sqlalchemy import update

from eventapp.core.db import db, transaction
from eventapp.mail import queries
from eventapp.mail.models import Mail, MailStatus

PATH = "/manage/events/forum/mail"


def give_up(topic: str) -> None:
    with transaction():
        db.session.execute(update(Mail).where(Mail.topic == topic).values(status=MailStatus.FAILED, attempts=90))


def test_all_letters_that_were_given_up_are_tried_again_with_one_button(organizer, make):
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
    assert queries.numbers_of_topic(f"event:{event.id}") == {MailStatus.QUEUED: 3}
    assert queries.numbers_of_topic(f"event:{other.id}") == {MailStatus.FAILED: 1}


def test_there_is_no_button_where_all_goes_well(organizer, make):
    event = make.event("forum")
    make.registration(event, make.option(event))
    organizer.get(PATH)
    assert not [form for form in organizer.page.forms() if (form.get("action") or "").endswith("/mail/retry")]
