"""Publishing the programme at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.notifications.tasks import send_due
from eventapp.programme import operations, releases
from eventapp.programme import queries as released
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.proposals import speakers
from eventapp.registration import sign_ups
from tests.support.make import START, fresh
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


def double_booked(make, forum):
    hall = make.room(forum, "Hall")
    return [make.session(forum, title, rooms=[hall], release=False) for title in ("Opening", "Panel")]


def test_a_programme_with_errors_is_published_only_once_that_is_confirmed(organizer, make, forum):
    double_booked(make, forum)
    answer = organizer.fill(PATH)
    assert answer.status_code == 422 and released.latest(forum) is None
    assert "Publish although there is 1 error" in main(organizer)
    assert "The programme has 1 error." in main(organizer)
    with pytest.raises(Refused, match="1 error"), transaction():
        releases.release(forum)
    assert organizer.fill(PATH, {"despite_errors": "on"}).status_code == 303
    assert released.latest(forum).number == 1


def test_a_muted_issue_keeps_nobody_from_publishing_and_is_listed_apart_until_it_is_unmuted(organizer, make, forum):
    double_booked(make, forum)
    check = "/manage/events/forum/programme/check"
    organizer.get(check)
    (link,) = {one.get("href") for one in organizer.page.all("a") if "room" in (one.get("href") or "")}
    assert organizer.fill(link, {"note": "One hall, two stages."}).status_code == 303
    organizer.get(check)
    assert "Muted 1 Hall is double-booked" in main(organizer) and "One hall, two stages." in main(organizer)
    assert organizer.get("/manage/events/forum/programme/state.json").json["findings"] == []
    organizer.get(PATH)
    assert "issue to check" not in main(organizer) and "Publish although" not in main(organizer)
    assert organizer.fill(PATH).status_code == 303
    assert organizer.fill(check, action="/unmute").status_code == 303
    organizer.get(check)
    assert "Errors 1" in main(organizer) and "Muted" not in main(organizer)
    assert organizer.get("/manage/events/forum/programme/check/mute?key=error:room:99:X").status_code == 404


def test_a_muted_group_covers_what_joins_it(organizer, make, forum):
    for number in range(3):
        make.session(forum, spoken=["ja"], starts_at=START + timedelta(hours=number))
    check = "/manage/events/forum/programme/check"
    organizer.get(check)
    assert "3 sessions are not interpreted into English." in main(organizer)
    key = "notice:language:en"
    assert organizer.fill(f"{check}/mute?key={key}", {"note": "All are local."}).status_code == 303
    make.session(forum, spoken=["ja"], starts_at=START + timedelta(hours=4))
    organizer.get(check)
    assert "Notices" not in main(organizer) and "4 issues" in main(organizer)


def test_only_who_edits_the_programme_may_mute(client, make, forum):
    double_booked(make, forum)
    client.sign_in(make.member(forum, Role.VIEWER))
    assert client.get("/manage/events/forum/programme/check").status_code == 200
    assert not [one for one in client.page.all("a") if "mute" in (one.get("href") or "")]
    assert client.get("/manage/events/forum/programme/check/mute?key=x").status_code in {403, 404}
