"""After a change that attendees are told of, the team reads how many will be notified, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from eventapp import lifecycle
from eventapp.core.clock import to_local
from eventapp.core.db import db, transaction
from eventapp.mail.models import PendingNotification
from eventapp.notifications import expected as expected_of
from eventapp.notifications.expected import expected
from eventapp.notifications.scan import scan
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import sign_ups
from tests.support.make import fresh

DESK = "/manage/events/forum"


@pytest.fixture
def forum(make):
    """An event for which two have registered in person and one online, who know of everything."""
    forum = make.event("forum")
    here, online = make.option(forum), make.option(forum, mode=Mode.ONLINE)
    for option in (here, here, online):
        make.registration(forum, option)
    send_due()
    return forum


def told(organizer, response) -> list[str]:
    assert response.status_code == 303, organizer.page.text(organizer.page.one("main"))
    organizer.get(response.location)
    return [organizer.page.text(one) for one in organizer.page.nodes if one.get("role") == "status"]


def later(forum, hours: int = 1) -> str:
    return f"{to_local(forum.ends_at, forum.zone) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


@pytest.mark.both_engines("tuples of columns, and counting distinct rows")
def test_everybody_registered_is_counted_when_the_event_takes_place_at_another_time(organizer, forum):
    said = told(organizer, organizer.fill(f"{DESK}/edit", {"ends_at": later(forum)}))
    assert any(one.startswith("Saved. We will notify 3 registered attendees at ") for one in said), said
    assert any(one.endswith(" JST.") for one in said)
    scan()
    pending = db.session.scalars(select(PendingNotification)).all()
    assert len(pending) == 3


def test_a_new_venue_concerns_only_those_who_come_there(organizer, make, forum):
    said = told(organizer, organizer.fill(f"{DESK}/sites/new", {"name_en": "Port"}))
    assert any("We will notify 2 registered attendees" in one for one in said), said


def test_nothing_is_promised_for_a_text_or_where_nobody_is_registered(organizer, make, forum):
    said = told(organizer, organizer.fill(f"{DESK}/edit/texts", {"purpose_en": "Water"}))
    assert any("has been saved." in one for one in said) and not any("notify" in one for one in said), said
    make.event("empty")
    said = told(organizer, organizer.fill("/manage/events/empty/sites/new", {"name_en": "Port"}))
    assert any("“Port” was saved." in one for one in said) and not any("notify" in one for one in said), said


def test_nothing_is_promised_for_a_draft(organizer, forum):
    with transaction():
        lifecycle.unpublish_event(fresh(forum))
    said = told(organizer, organizer.fill(f"{DESK}/edit", {"ends_at": later(forum)}))
    assert not any("notify" in one for one in said), said


def test_what_is_changed_back_is_not_counted(organizer, forum):
    before = later(forum, hours=0)
    told(organizer, organizer.fill(f"{DESK}/edit", {"ends_at": later(forum)}))
    said = told(organizer, organizer.fill(f"{DESK}/edit", {"ends_at": before}))
    assert not any("notify" in one for one in said), said


def test_those_who_wait_already_are_notified_at_the_time_of_the_first_change(organizer, forum):
    told(organizer, organizer.fill(f"{DESK}/edit", {"ends_at": later(forum)}))
    scan()
    first = min(db.session.scalars(select(PendingNotification.due_at)))
    told(organizer, organizer.fill(f"{DESK}/edit", {"ends_at": later(forum, hours=2)}))
    found = expected(forum)
    assert found is not None and (found.attendees, found.at) == (3, first)


@pytest.mark.both_engines("tuples of columns, and counting distinct rows")
@pytest.mark.parametrize("groups_at_once", [expected_of.MOST_GROUPS, 1])
def test_the_joining_link_of_a_session_is_told_to_those_who_sit_in_it_online(
    organizer, make, forum, groups_at_once, monkeypatch
):
    monkeypatch.setattr(expected_of, "MOST_GROUPS", groups_at_once)
    with transaction():
        forum.personal_join_links = False  # personal ones stay the same whatever they lead to
    option = make.option(forum, mode=Mode.ONLINE)
    link, after = "https://a.example/1", forum.starts_at + timedelta(hours=2)
    sessions = [
        make.session(forum, "One", capacity=9, join_url=link),
        make.session(forum, "Two", capacity=9, join_url=link, starts_at=after),
    ]
    guest = make.registration(forum, option)
    with transaction():
        for one in sessions:
            sign_ups.sign_up(guest, one.code)
    make.tell()
    for one in sessions:  # somebody in two sessions is one person
        path = f"{DESK}/programme/sessions/{one.code}"
        said = told(organizer, organizer.fill(path, {"join_url": "https://a.example/2"}))
        assert any("We will notify 1 registered attendee at" in line for line in said), said


def test_the_number_of_statements_and_of_their_rows_does_not_grow_with_the_registrations(make, forum):
    def statements() -> tuple[int, int]:
        forum.ends_at = forum.ends_at + timedelta(hours=1)
        db.session.commit()
        seen: list[str] = []
        listen = ("after_cursor_execute", lambda *rest: seen.append(rest[2]))
        sqlalchemy_event.listen(db.engine, *listen)
        found = expected(forum)
        sqlalchemy_event.remove(db.engine, *listen)
        assert found is not None
        return len(seen), found.attendees

    before = statements()
    option = make.option(forum)
    for _ in range(12):
        make.registration(forum, option)
    send_due()
    after = statements()
    assert after[0] == before[0] <= 6
    assert (before[1], after[1]) == (3, 15)
