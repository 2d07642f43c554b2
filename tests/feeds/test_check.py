"""The desk checks exactly the bytes that are served, now or after the next version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import current_app

from eventapp import lifecycle
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.feeds import check
from eventapp.feeds import state as states
from eventapp.feeds.check import Checked, Source, Which
from eventapp.programme import operations as programme
from eventapp.programme import queries as programme_queries
from eventapp.programme.rules import SessionStatus
from tests.support.make import START, Make, fresh
from tests.support.visitor import Visitor

TAGS = ["en", "ja"]


def source(event: Event, which: Which = Which.PUBLIC) -> Source:
    state = states.state(event.slug)
    assert state is not None
    return check.source(fresh(event), state, which)


def written(event: Event, which: Which = Which.PUBLIC) -> dict[str, bytes]:
    found = {options.address: data for options, data in check.calendars(source(event, which), TAGS)}
    return {address.removeprefix("http://localhost"): data for address, data in found.items()}


def served(client: Visitor, addresses: Any) -> dict[str, bytes]:
    found = {}
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        found[address] = response.data
    return found


@pytest.fixture
def forum(make: Make) -> Event:
    """An event with every kind of calendar, including something cancelled and something removed."""
    event = make.event("forum", title=LocalizedText(en="Forum", ja="フォーラム"))
    make.option(event, closes_at=datetime(2031, 3, 1, tzinfo=UTC))
    room, track = make.room(event, "Attic", venue=make.venue(event)), make.track(event, "Rivers")
    make.session(event, "Talk", rooms=[room], track=track, people=[make.person()])
    make.session(event, "Other", people=[make.person("Hopper", "Grace")])
    off = make.session(event, "Off", rooms=[room])
    removed = make.session(event, "Gone", track=track)
    with transaction():
        programme.set_status(fresh(off), SessionStatus.CANCELLED)
        programme.set_status(fresh(removed), SessionStatus.DRAFT)
    make.release(event)
    return event


def test_every_calendar_is_byte_identical_to_what_its_url_returns(client: Visitor, forum: Event) -> None:
    found = written(forum)
    assert {urlsplit(address).path.rpartition("/")[0] for address in found} == {
        "/events/forum",
        "/events/forum/rooms",
        "/events/forum/tracks",
        "/events/forum/speakers",
        "/events/forum/sessions",
    }
    assert len(found) == 2 + 2 + 1 + 1 + 2 + 4
    assert found == served(client, found)


@pytest.mark.slow
def test_the_next_version_is_to_the_byte_what_is_served_once_it_is_published(
    client: Visitor, make: Make, forum: Event
) -> None:
    session = next(one for one in programme_queries.sessions(fresh(forum)) if str(one.title) == "Talk")
    with transaction():
        programme.save_session(
            fresh(forum),
            session,
            title=LocalizedText(en="Talk of rivers"),
            kind=session.kind,
            starts_at=START + timedelta(hours=2),
            ends_at=START + timedelta(hours=3),
        )
    make.session(forum, "New", release=False)
    before = written(forum)
    with time_machine.travel("2030-05-05T05:05:05Z", tick=False):
        planned = written(forum, Which.NEXT)
        assert written(forum) == before != planned
        make.release(forum)
        assert planned == served(client, planned)


def test_a_draft_is_shown_as_it_will_be_published(client: Visitor, make: Make) -> None:
    with time_machine.travel("2030-05-05T05:05:05Z", tick=False):
        event = make.event("forum", status=EventStatus.DRAFT, format=EventFormat.ONLINE)
        make.session(event, "Talk", release=False, people=[make.person()])
        make.session(event, "Idea", status=SessionStatus.DRAFT)
        planned = written(event, Which.NEXT)
        assert b"Talk" in planned["/events/forum/calendar.ics?lang=en"]
        assert not any(b"Idea" in data for data in planned.values())
        with transaction():
            lifecycle.publish_event(fresh(event))
        make.release(event)
        found = served(client, planned)
        # Publishing itself is a change of the event, so SEQUENCE is one higher then.
        assert {path: data.replace(b"SEQUENCE:0", b"SEQUENCE:1") for path, data in planned.items()} == found


def test_an_unpublished_event_is_shown_as_its_subscribers_have_it(client: Visitor, forum: Event) -> None:
    with transaction():
        lifecycle.unpublish_event(fresh(forum))
    found = written(forum)
    assert found == served(client, found)
    assert not any(b"Talk" in data for data in found.values())
    assert any(b"Talk" in data for data in written(forum, Which.NEXT).values())


def test_an_event_whose_day_is_not_known_has_no_sessions_in_its_calendars(client: Visitor, make: Make) -> None:
    event = make.event("forum", precision=Precision.MONTH)
    make.session(event, "Talk")
    for which in Which:
        found = written(event, which)
        assert not any(b"Talk" in data for data in found.values())
        assert found == served(client, found)


def test_what_has_left_a_room_or_a_track_is_written_as_it_is_served(client: Visitor, make: Make) -> None:
    event = make.event("moves")
    rooms, track = [make.room(event, "Hall"), make.room(event, "Attic")], make.track(event, "Rivers")
    session = make.session(event, "Moves", rooms=rooms[:1], track=track)
    make.session(event, "Stays", rooms=rooms, track=track)
    row = fresh(session)
    with transaction():
        programme.save_session(
            fresh(event),
            row,
            title=row.title,
            kind=row.kind,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            rooms=[fresh(rooms[1])],
        )
    make.release(event)
    for days, number in ((0, 2), (31, 0)):
        with time_machine.travel(event.ends_at + timedelta(days=days), tick=False):
            found = written(event)
            assert found == served(client, found)
            assert sum(b"No longer in this calendar: Moves" in data for data in found.values()) == number


def test_a_month_after_the_event_removed_sessions_are_no_longer_shown(client: Visitor, forum: Event) -> None:
    with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
        found = written(forum)
        assert not any(b"Gone" in data for data in found.values())
        assert found == served(client, found)


def test_nothing_is_wrong_with_what_we_write(forum: Event) -> None:
    for which in Which:
        assert check.check(source(forum, which), TAGS) == Checked(12)


def broken(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """A writer with a bug."""
    write = Source.write
    monkeypatch.setattr(Source, "write", lambda self, *options: change(write(self, *options)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"SUMMARY;LANGUAGE=en:Talk\r\n", b""),
        (b"VERSION:2.0", b"VERSION:3.0"),
        (b"END:VCALENDAR\r\n", b""),
        (b"DTSTART;TZID=Asia/Tokyo:20310318T10", b"DTSTART;TZID=Asia/Tokyo:20310318T09"),
        (b"TZID=Asia/Tokyo", b"TZID=Nowhere/City"),
        (b"STATUS:CONFIRMED", b"STATUS:CONFIRMED\r\nSTATUS:CONFIRMED"),
    ],
)
def test_a_fault_has_a_reference_and_its_details_are_only_in_the_log(
    forum: Event, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, old: bytes, new: bytes
) -> None:
    broken(monkeypatch, lambda data: data.replace(old, new))
    found = check.check(source(forum), TAGS)
    assert found.reference and found.reference in caplog.text
    assert "http://localhost/events/forum/calendar.ics?lang=en: " in caplog.text
    caplog.clear()
    assert check.check(source(forum), TAGS) == found, "the number stays while nothing changes"
    assert not caplog.text


def test_the_result_is_cached_until_something_changes(
    make: Make, forum: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check.check(source(forum), TAGS).calendars == 12
    broken(monkeypatch, lambda data: data.replace(b"VERSION:2.0", b"VERSION:3.0"))
    assert not check.check(source(forum), TAGS).reference
    make.session(forum, "Another")
    assert check.check(source(forum), TAGS).reference


def test_both_versions_are_cached_at_the_same_time(make: Make, forum: Event) -> None:
    """Switching between the public and the next version is slow only the first time."""
    make.session(forum, "Draft", release=False)
    kept = {which: check.check(source(forum, which), TAGS) for which in Which}
    cache = current_app.extensions["feeds"]
    names = {which: f"check {which} forum en ja" for which in Which}
    for which in Which:
        assert cache.get(names[which], source(forum, which).version), which
    assert kept[Which.NEXT].calendars == kept[Which.PUBLIC].calendars + 1


def test_what_was_found_is_looked_for_again_when_the_month_is_over(make: Make, forum: Event) -> None:
    for public in (True, False):
        if not public:
            with transaction():
                lifecycle.unpublish_event(fresh(forum))
        before = [source(forum, which).version for which in Which]
        with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
            after = [source(forum, which).version for which in Which]
        assert not set(before) & set(after)


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("change", ["event", "person", "draft", "deadline"])
def test_the_version_moves_with_all_that_is_written(make: Make, forum: Event, change: str, public: bool) -> None:
    which = Which.PUBLIC if public and change != "draft" else Which.NEXT
    if not public:
        with transaction():
            lifecycle.unpublish_event(fresh(forum))
    before = source(forum, which).version
    assert source(forum, which).version == before
    if change == "event":
        with transaction():
            lifecycle.change_event(fresh(forum), slug="forum", title=LocalizedText(en="Forum of rivers"))
    elif change == "person":
        make.person("Curie", "Marie")
    elif change == "draft":
        make.session(forum, "Unreleased", release=False)
    else:
        make.option(forum, closes_at=datetime(2031, 2, 1, tzinfo=UTC))
    assert source(forum, which).version != before
