"""The team sees who will be e-mailed, and sends the e-mails now or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.events.models import Event
from eventapp.mail.models import Email
from eventapp.notifications.scan import scan
from eventapp.notifications.tasks import send_due

PATH = "/manage/events/forum"


@pytest.fixture
def forum(make):
    """An event that was moved after two people registered."""
    event = make.event("forum")
    option = make.option(event)
    make.registration(event, option)
    make.registration(event, option)
    send_due()
    with transaction():
        db.session.execute(delete(Email))
        row = db.session.get_one(Event, event.id)
        lifecycle.change_event(row, slug="forum", starts_at=row.starts_at + timedelta(hours=1))
    scan()
    return event


def said(organizer) -> str:
    return organizer.page.text(organizer.page.one("main"))


def emails() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Email)).all())


@pytest.mark.parametrize("page", [PATH, f"{PATH}/programme/release"])
def test_the_desk_says_when_how_many_are_written_to(organizer, forum, page):
    organizer.get(page)
    assert "2 registered attendees" in said(organizer)
    assert "JST" in said(organizer)


def test_nothing_is_said_while_nobody_waits(organizer, make):
    make.event("forum")
    organizer.get(PATH)
    assert "E-mails about recent changes" not in said(organizer)


def test_the_emails_are_sent_at_once_when_the_team_says_so(organizer, forum):
    assert send_due() == 0
    organizer.fill(PATH, action="/news/now", follow=True)
    assert send_due() == 2
    assert emails() == 2
    organizer.get(PATH)
    assert "E-mails about recent changes" not in said(organizer)


def test_nobody_is_written_to_when_the_team_says_so(organizer, make, forum):
    organizer.fill(PATH, action="/news/nobody", follow=True)
    assert "No e-mails will be sent" in organizer.page.text(organizer.page.one("body"))
    assert make.tell() == 0
    assert emails() == 0


def test_only_those_who_work_on_the_programme_decide(app, make, forum):
    viewer = app.test_client()
    viewer.sign_in(make.member(forum, Role.VIEWER))
    viewer.get(PATH)
    assert "2 registered attendees" in said(viewer)
    assert not [form for form in viewer.page.forms() if "/news/" in (form.get("action") or "")]
    assert viewer.post(f"{PATH}/news/now").status_code in {400, 403}
    assert send_due() == 0
