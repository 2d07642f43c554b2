"""Publishing the programme at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.notifications.tasks import send_due
from eventapp.programme import operations
from eventapp.programme import queries as released
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.proposals import speakers
from eventapp.registration import sign_ups
from tests.support.make import fresh
from tests.support.outbox import emails

PATH = "/manage/events/forum/programme/release"


@pytest.fixture
def forum(make):
    return make.event("forum")


def main(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def test_a_version_is_published_with_a_note_after_its_changes_were_shown(organizer, client, make, forum):
    session = make.session(forum, "Opening")
    with transaction():
        row = db.session.get(type(session), session.id)
        operations.save_session(
            forum, row, title=LocalizedText(en="Welcome"), kind=row.kind, starts_at=row.starts_at, ends_at=row.ends_at
        )
    organizer.get(PATH)
    assert "1 change" in main(organizer)
    assert "Title changed 1 Welcome previously “Opening”" in main(organizer)
    assert organizer.fill(PATH, {"note_en": "Only the title."}).status_code == 303
    made = released.latest(forum)
    assert (made.number, made.note["en"], made.user.email) == (2, "Only the title.", "organizer@example.org")
    organizer.get(PATH)
    assert "There is nothing to publish" in main(organizer)
    assert "Only the title." in client.get("/events/forum/changes").get_data(as_text=True)


def test_the_first_version_says_what_it_will_show_and_what_is_left_out(organizer, make, forum):
    make.session(forum, "Opening", release=False)
    with transaction():
        operations.save_session(forum, None, title=LocalizedText(en="Some day"), kind="lecture", status="published")
    organizer.get(PATH)
    text = main(organizer)
    assert "Nothing is published yet" in text
    assert "New 1 Opening" in text
    assert "1 session is ready but not scheduled, so it will not be published: Some day" in text


def test_publishing_twice_is_refused_in_a_sentence(organizer, make, forum):
    make.session(forum, "Opening", release=False)
    organizer.get(PATH)
    token = next(node.get("value") for node in organizer.page.all("input") if node.get("name") == "csrf_token")
    assert organizer.post(PATH, data={"csrf_token": token}).status_code == 303
    response = organizer.post(PATH, data={"csrf_token": token})
    assert response.status_code == 422
    assert "Nothing has changed since the last version." in response.get_data(as_text=True)
    assert len(released.releases(forum)) == 1


def test_issues_are_shown_before_publishing(organizer, make, forum):
    room = make.room(forum, "Main hall")
    make.session(forum, "A", rooms=[room], release=False)
    make.session(forum, "B", rooms=[room], release=False)
    organizer.get(PATH)
    assert "1 issue to check first" in main(organizer)
    assert "Main hall is double-booked" in main(organizer)


def test_only_those_who_work_on_the_programme_publish_it(app, make, forum):
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, Role.REGISTRATION))
    assert visitor.get(PATH).status_code == 403
    assert visitor.post(PATH).status_code in {400, 403, 422}
    assert released.releases(forum) == []


def test_what_is_about_to_be_published_can_be_seen_in_calendars_first(organizer, make, forum):
    make.session(forum, "Opening", release=False)
    organizer.get(PATH)
    links = {organizer.page.text(a): a.get("href") for a in organizer.page.all("a")}
    organizer.get(links["Preview in calendar apps"])
    assert "Opening" in main(organizer)


@pytest.mark.slow
def test_recipients_are_shown_before_publishing(organizer, make, forum):
    ada = make.person("Lovelace", "Ada")
    talk, other = make.session(forum, "Talk", people=[ada], capacity=3), make.session(forum, "Other")
    guest = make.registration(forum, make.option(forum))
    make.registration(forum, make.option(forum, Mode.ONLINE))
    with transaction():
        sign_ups.sign_up(fresh(guest), fresh(talk).code)
        link = speakers.link_for(fresh(forum), fresh(ada), email="ada@example.org", language="en")
        speakers.answer(link, yes=True)
    make.tell()
    emails()

    def edit(session, **values) -> None:
        row = fresh(session)
        given = {"title": row.title, "kind": row.kind, "starts_at": row.starts_at, "ends_at": row.ends_at, **values}
        with transaction():
            operations.save_session(fresh(forum), row, **given)

    edit(other, starts_at=other.starts_at + timedelta(minutes=30), ends_at=other.ends_at + timedelta(minutes=30))
    organizer.get(PATH)
    assert "No e-mails will be sent: these changes affect no attendee or speaker" in main(organizer)
    edit(talk, starts_at=talk.starts_at + timedelta(minutes=30), ends_at=talk.ends_at + timedelta(minutes=30))
    organizer.get(PATH)
    assert "up to: 1 registered attendee, 1 speaker." in main(organizer)
    assert not emails()
    assert make.tell() == 0, "nobody is expected because somebody looked"
    organizer.fill(PATH)
    assert make.tell() == 2
    with transaction():
        lifecycle.unpublish_event(fresh(forum))
    edit(talk, starts_at=talk.starts_at, ends_at=talk.ends_at)
    organizer.get(PATH)
    assert "e-mail" not in main(organizer), "of a draft nobody is told"


@pytest.mark.slow
def test_it_asks_as_often_for_many_who_would_be_written_to_as_for_one(organizer, make, queries):
    asked = []
    for several in (1, 4):
        event = make.event(f"e{several}")
        talk, option = make.session(event, people=[make.person()], capacity=9), make.option(event)
        for _ in range(several):
            guest = make.registration(fresh(event), fresh(option))
            with transaction():
                sign_ups.sign_up(fresh(guest), fresh(talk).code)
        send_due()
        with transaction():
            operations.set_status(fresh(talk), SessionStatus.CANCELLED)
        path = f"/manage/events/{event.slug}/programme/release"
        organizer.get(path)
        with queries() as counted:
            organizer.get(path)
        assert f"{several} registered {'attendee' if several == 1 else 'attendees'}" in main(organizer)
        asked.append(len(counted))
    assert asked[0] == asked[1], asked
