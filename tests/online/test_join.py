"""The personal link to join online."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp.check_in import search
from eventapp.check_in.models import CheckIn, CheckInPoint
from eventapp.check_in.points import save_point
from eventapp.check_in.rules import PointKind
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus, Precision
from eventapp.online import queries
from eventapp.programme.rules import Mode
from eventapp.registration import edits, operations, sign_ups
from tests.support.make import START, fresh
from tests.support.outbox import emails

SECRET = "https://meet.example.org/j/Secret?pwd=1&x=2"


@pytest.fixture
def forum(make):
    return make.event("forum", join_url=SECRET)


@pytest.fixture
def guest(make, forum):
    return make.registration(forum, make.option(forum, Mode.ONLINE), family_name="Lovelace", given_name="Ada")


def main(client) -> str:
    return client.page.text(client.page.one("main"))


def hrefs(client) -> set[str]:
    return {link.get("href") for link in client.page.all("a")}


def lines() -> int:
    return db.session.scalar(select(func.count()).select_from(CheckIn)) or 0


@pytest.mark.both_engines("a point that is made when it is first needed")
def test_the_button_records_the_arrival_once_and_goes_on_each_time(client, forum, guest):
    path = f"/registrations/{guest.token}/join"
    with time_machine.travel(START - timedelta(minutes=30), tick=False):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store" and "Secret" not in answer.text
        assert lines() == 0, "a GET changes nothing"
        for _ in range(3):
            answer = client.fill(path)
            assert answer.status_code == 200
            (goes_on,) = [one for one in client.page.all("meta") if one.get("http-equiv") == "refresh"]
            assert goes_on.get("content") == f"0; url={SECRET}"
            assert SECRET.replace("&", "&amp;") in answer.text
    assert lines() == 1
    assert search.checked_in(fresh(forum)) == {guest.id}
    point = db.session.scalars(select(CheckInPoint)).one()
    assert (point.kind, point.area) == (PointKind.ONLINE, "online")


def test_who_joins_on_the_second_day_is_counted_on_both(client, make):
    forum = make.event("two-days", join_url=SECRET, ends_at=START + timedelta(days=2))
    guest = make.registration(forum, make.option(forum, Mode.ONLINE))
    for day in (0, 0, 1, 1):
        with time_machine.travel(START + timedelta(days=day), tick=False):
            assert client.fill(f"/registrations/{guest.token}/join").status_code == 200
    found = db.session.scalars(select(CheckIn).order_by(CheckIn.id)).all()
    assert [(line.at, line.accepted) for line in found] == [(START, True), (START + timedelta(days=1), True)]
    assert search.checked_in(fresh(forum)) == {guest.id}


def test_before_and_afterwards_the_page_says_when(client, forum, guest):
    path = f"/registrations/{guest.token}/join"
    for moment, words in (
        (START - timedelta(minutes=61), "You can join from Tue 18 March 2031, 09:00"),
        (START + timedelta(hours=8), "This has ended."),
    ):
        with time_machine.travel(moment, tick=False):
            client.get(path)
            assert words in main(client)
            assert not client.page.forms()
            assert client.post(path).status_code == 422
    with transaction():
        fresh(forum).precision = Precision.MONTH
    with time_machine.travel(START, tick=False):
        client.get(path)
        assert "not known yet" in main(client)
    with transaction():
        fresh(forum).precision, fresh(forum).status = Precision.DAY, EventStatus.CANCELLED
    with time_machine.travel(START, tick=False):
        assert client.post(path).status_code == 422
    assert lines() == 0


def test_who_is_not_confirmed_or_attends_in_person_can_not_join(client, make, forum, guest):
    here = make.registration(forum, make.option(forum))
    waiting = make.registration(forum, make.approval_option(forum))
    with transaction():
        operations.cancel(fresh(guest))
    with time_machine.travel(START, tick=False):
        for one in (here, waiting, guest):
            answer = client.post(f"/registrations/{one.token}/join")
            assert "Secret" not in answer.text and "You can't join" in main(client)
        with transaction():
            fresh(forum).join_for_all = True
        assert "Secret" in client.post(f"/registrations/{here.token}/join").text
        assert "Secret" not in client.post(f"/registrations/{waiting.token}/join").text
    assert search.checked_in(fresh(forum)) == {here.id}
    assert client.get("/registrations/nobody/join").status_code == 404


def test_a_session_with_its_own_link_has_its_own_point(client, make, forum, guest):
    open_to_all = make.session(forum, "Panel", join_url="https://meet.example.org/panel")
    limited = make.session(forum, "Workshop", capacity=5, join_url="https://meet.example.org/workshop")
    make.session(forum, "Talk")
    path = f"/registrations/{guest.token}/join"
    with time_machine.travel(fresh(open_to_all).starts_at, tick=False):
        client.get(path)
        assert f"{path}/{open_to_all.code}" in hrefs(client) and f"{path}/{limited.code}" not in hrefs(client)
        assert client.get(f"{path}/{limited.code}").status_code == 404, "who has no seat"
        assert "meet.example.org/panel" in client.fill(f"{path}/{open_to_all.code}").text
    area = f"online-session-{open_to_all.id}"
    assert db.session.scalars(select(CheckInPoint.area)).all() == [area]
    with transaction():
        sign_ups.sign_up(fresh(guest), limited.code)
        save_point(fresh(forum), None, title=LocalizedText(), kind=PointKind.SESSION, session=fresh(open_to_all))
    assert client.get(f"{path}/{limited.code}").status_code == 200
    assert queries.meetings(fresh(guest)).event.address == SECRET


def test_more_presses_than_anybody_needs_are_refused(client, guest):
    path = f"/registrations/{guest.token}/join"
    with time_machine.travel(START, tick=False):
        answers = [client.post(path).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert lines() == 1


def test_the_own_page_leads_to_it(client, make, forum, guest):
    here = make.registration(forum, make.option(forum))
    client.get(f"/registrations/{guest.token}")
    assert f"/registrations/{guest.token}/join" in hrefs(client)
    client.get(f"/registrations/{here.token}")
    assert f"/registrations/{here.token}/join" not in hrefs(client)
    with transaction():
        fresh(forum).personal_join_links = False
    client.get(f"/registrations/{guest.token}")
    assert f"/registrations/{guest.token}/join" not in hrefs(client)
    assert "The link is in our e-mail" in main(client)


# E-mails


def test_emails_and_invitations_have_the_personal_link_and_another_address_behind_it_is_no_news(make, forum, guest):
    own = f"/registrations/{guest.token}/join"
    (email,) = emails()
    assert own in email.text and "meet.example" not in email.text
    assert own.encode() in email.calendars[0].content.replace(b"\r\n ", b"")
    assert b"meet.example" not in email.calendars[0].content.replace(b"\r\n ", b"")
    with transaction():
        fresh(forum).join_url = "https://meet.example.org/other"
    assert make.tell() == 0 and emails() == []


def test_an_event_from_before_sends_what_it_has_sent_until_the_team_turns_it_on(make):
    forum = make.event("before", join_url=SECRET, personal_join_links=False)
    guest = make.registration(forum, make.option(forum, Mode.ONLINE))
    here = make.registration(forum, make.option(forum))
    assert "meet.example" in {one.to: one for one in emails()}[guest.email].text
    with transaction():
        fresh(forum).contact_email = "team@example.org"  # something that makes the scan look again
    assert make.tell() == 0
    with transaction():
        fresh(forum).personal_join_links = True
    assert make.tell() == 1
    (email,) = emails()
    assert email.to == guest.email != here.email
    assert email.subject == "New joining link: Forum of cities"
    assert f"/registrations/{guest.token}/join" in email.text and "meet.example" not in email.text


def test_a_new_private_link_is_sent_to_the_calendar_entries_of_sessions_too(make, forum, guest):
    session = make.session(forum, "Workshop", capacity=5, join_url="https://meet.example.org/workshop")
    with transaction():
        sign_ups.sign_up(fresh(guest), session.code)
    make.tell()
    emails()
    with transaction():
        edits.new_link(fresh(guest))
    (email,) = emails()
    token = fresh(guest).token
    held = [one.content.replace(b"\r\n ", b"").decode() for one in email.calendars]
    assert len(held) == 2
    assert f"/registrations/{token}/join?" in held[0] and f"/registrations/{token}/join/{session.code}" in held[1]
