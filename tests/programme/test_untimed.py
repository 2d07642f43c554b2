"""Sessions on a day whose hour is not known yet: entered, published, shown, sent, exchanged."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from eventapp.core.clock import day_span
from eventapp.core.db import db, transaction
from eventapp.core.languages import force_locale
from eventapp.core.refusals import Refused
from eventapp.exchange import export
from eventapp.exchange.compare import Outcome
from eventapp.exchange.incoming import Options
from eventapp.exchange.queries import ExportState
from eventapp.programme import changes, issues, operations, queries, releases
from eventapp.programme.models import Session
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import ParticipationRole, SessionKind
from eventapp.registration import sign_ups
from tests.support import imports
from tests.support.make import START, fresh
from tests.support.outbox import emails, entry

DAY = date(2031, 3, 18)
NEW = "/manage/events/forum/programme/sessions/new"


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def signing(make, forum):
    """A signing on the day of the event, with two people and without an hour, published."""
    people = [make.person("Hongoya", "Kenji"), make.person("Luna", "Antolín")]
    hall = make.room(forum, "Hall")
    other = make.session(forum, "Opening", rooms=[hall], people=people, release=False)
    with transaction():
        starts, ends = day_span(DAY, forum.zone)
        session = operations.save_session(
            forum,
            None,
            title=other.title.__class__(en="Signing", ja="調印"),
            kind=SessionKind.CEREMONY,
            starts_at=starts,
            ends_at=ends,
            timed=False,
            rooms=[db.session.merge(hall)],
            parts=[ParticipationInput(person, ParticipationRole.SIGNATORY) for person in people],
            status="published",
        )
    make.release(forum)
    return session


def test_only_the_day_is_entered_and_a_time_as_well_is_refused(organizer, make, forum):
    both = {"title_en": "Signing", "day": "2031-03-18", "starts_at": "2031-03-18T10:00", "ends_at": "2031-03-18T11:00"}
    assert organizer.fill(NEW, both).status_code == 422
    assert organizer.page.by_id("day").get("value") == "2031-03-18", "what was typed stays"
    assert organizer.fill(NEW, {"title_en": "Signing", "day": "2031-03-18"}).status_code == 303
    (session,) = queries.sessions(forum)
    assert not session.timed and session.starts_at == datetime(2031, 3, 17, 15, tzinfo=UTC)
    path = f"/manage/events/forum/programme/sessions/{session.code}"
    organizer.get(path)
    assert organizer.page.by_id("starts_at").get("value") in {None, ""}
    assert organizer.fill(path, {"title_en": "The signing"}).status_code == 303
    assert not fresh(session).timed, "an edit of something else keeps it"
    times = {"day": "", "starts_at": "2031-03-18T10:00", "ends_at": "2031-03-18T11:00"}
    assert organizer.fill(path, times).status_code == 303
    assert fresh(session).timed and fresh(session).starts_at == START


def test_it_is_shown_with_its_day_and_without_an_hour(client, forum, signing):
    page = client.get(f"/events/forum/sessions/{signing.code}").text
    assert "time to be announced" in page and "00:00" not in page
    page = client.get("/events/forum/programme").text
    assert '<time datetime="2031-03-18">time to be announced</time>' in page and ">00:00" not in page


def test_it_does_not_say_when_a_day_of_the_event_begins(client, make):
    event = make.event("forum", ends_at=START + timedelta(days=1))
    make.session(event, "Opening", starts_at=START + timedelta(hours=1), release=False)
    make.session(event, "Closing", starts_at=START + timedelta(days=1), minutes=30, release=False)
    signing = make.session(event, "Signing", release=False)
    retimed(make, event, signing, timed=False)
    page = client.get("/events/forum").text
    assert "11:00 – 12:00" in page and "00:00 – " not in page


def test_its_calendar_entry_is_a_day_and_its_structured_data_a_date(client, forum, signing):
    calendar = client.get("/events/forum/calendar.ics").text.replace("\r\n ", "")
    entry = next(part for part in calendar.split("BEGIN:VEVENT") if "Signing" in part)
    assert "DTSTART;VALUE=DATE:20310318" in entry and "DTEND;VALUE=DATE:20310319" in entry
    assert "VALARM" not in entry and "TRANSP:TRANSPARENT" in entry
    assert "The time is still to be announced." in entry
    client.get("/events/forum")
    (script,) = [one for one in client.page.all("script") if one.get("type") == "application/ld+json"]
    sessions = json.loads(client.page.text(script))["subEvent"]
    signing_data = next(one for one in sessions if one["name"] == "Signing")
    assert (signing_data["startDate"], signing_data["endDate"]) == ("2031-03-18", "2031-03-18")


def test_it_collides_with_nothing_and_waits_beside_the_grid(organizer, forum, signing):
    assert [one for one in issues.findings(forum, language="en") if one.kind in {"room", "person", "day"}] == []
    state = organizer.get("/manage/events/forum/programme/state.json").json
    (shown,) = [one for one in state["sessions"] if one["code"] == signing.code]
    assert shown["starts"] is None and shown["day"] == "Tue 18 March"
    organizer.get("/manage/events/forum/programme")
    assert "time to be announced" in organizer.page.text(organizer.page.one("main"))


def test_an_hour_that_becomes_known_is_a_change_and_a_reschedule(make, forum, signing):
    before = queries.document(forum).by_code[signing.code]
    with transaction():
        row = db.session.get(Session, signing.id)
        operations.move_session(
            forum, row, starts_at=START, ends_at=START + timedelta(hours=1), rooms=list(row.rooms), by="A"
        )
    (change,) = releases.pending(forum).changes
    with force_locale("en"):
        said = changes.describe(change, zone=forum.zone, names={}, language="en")
    assert said == "Tue 18 March, time to be announced → 10:00 – 11:00"
    make.release(forum)
    after = queries.document(forum).by_code[signing.code]
    assert after.timed and after.sequence == before.sequence + 1


@pytest.mark.parametrize("format", ["json", "csv", "xml"])
@pytest.mark.parametrize("day", [date(2031, 3, 18), date(2031, 3, 30)])
def test_it_comes_back_from_a_file_as_it_was(make, format, day):
    """The second day has 23 hours in Berlin. schedule.xml and schedule.json have a slot of 24 hours from midnight."""
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    event = make.event("berlin", zone="Europe/Berlin", starts_at=start)
    starts, ends = day_span(day, event.zone)
    session = make.session(event, "Signing", release=False)
    with transaction():
        row = db.session.get(Session, session.id)
        row.starts_at, row.ends_at, row.timed = starts, ends, False
    with force_locale("en"):
        body = export.written(event, format, language="en", state=ExportState.READY)
        report = imports.plan(event, body, Options())
        assert report.counts[Outcome.UNCHANGED] == 1 and len(report.changes) == 1
        with transaction():
            db.session.delete(db.session.get(Session, session.id))
        (change,) = imports.plan(event, body, Options()).changes
    assert change.outcome is Outcome.CREATED
    assert (change.values["starts_at"], change.values["ends_at"], change.values["timed"]) == (starts, ends, False)


def test_a_span_of_more_than_a_day_needs_no_hour_to_be_refused(make, forum):
    with pytest.raises(Refused), transaction():
        operations.save_session(
            forum,
            None,
            title=forum.title,
            kind=SessionKind.LECTURE,
            starts_at=START,
            ends_at=START + timedelta(hours=25),
        )


def retimed(make, forum, signing, *, timed: bool) -> None:
    starts, ends = (START, START + timedelta(hours=1)) if timed else day_span(DAY, forum.zone)
    with transaction():
        row = db.session.get(Session, signing.id)
        row.starts_at, row.ends_at, row.timed = starts, ends, timed
    make.release(forum)


def test_who_has_a_seat_is_sent_a_day_and_then_the_hour(make, forum, signing, organizer):
    with transaction():
        db.session.get(Session, signing.id).capacity = 5
    make.release(forum)
    guest = make.registration(forum, make.option(forum))
    emails()
    with transaction():
        sign_ups.sign_up(fresh(guest), signing.code)
    assert make.tell() == 1
    (email,) = emails()
    assert "Tue 18 March 2031, time to be announced, Hall" in email.text
    assert entry(email).one("DTSTART") == "20310318"
    retimed(make, forum, signing, timed=True)
    assert make.tell() == 1
    (email,) = emails()
    assert "time to be announced → 10:00 – 11:00" in email.text
    assert "T10" in entry(email).one("DTSTART")
    retimed(make, forum, signing, timed=False)
    assert make.tell() == 1
    (email,) = emails()
    assert "10:00 – 11:00 → time to be announced" in email.text
    assert entry(email).one("DTSTART") == "20310318"
    assert organizer.get("/manage/events/forum/calendars").status_code == 200
