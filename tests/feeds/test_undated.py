"""A public event whose date is no longer known: calendars are told, and its entries lose their times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from eventapp import lifecycle
from eventapp.core import clock
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import Precision
from eventapp.lifecycle import postpone_event
from eventapp.programme import operations as programme
from eventapp.programme.rules import SessionStatus
from tests.agenda.test_unpublished import by_uid
from tests.agenda.test_views import begin
from tests.feeds.test_unpublished import parts, withdraw
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor

FEED = "/events/forum/calendar.ics"


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event("forum", title="Forum")


def known_by(event: Event, precision: Precision) -> None:
    with transaction():
        lifecycle.change_event(fresh(event), slug="forum", precision=precision)


def seen(found: dict[str, lint.Component], *uids: str) -> list[tuple[str, str]]:
    return [(lint.text(found[uid].one("SUMMARY")), found[uid].one("STATUS")) for uid in uids]


def numbers(found: dict[str, lint.Component]) -> dict[str, int]:
    return {uid: int(one.one("SEQUENCE")) for uid, one in found.items()}


@pytest.mark.parametrize("agenda", [False, True])
def test_its_sessions_say_that_their_hours_do_not_hold(client: Visitor, make: Make, forum: Event, agenda: bool) -> None:
    talk, off = make.session(forum, "Talk"), make.session(forum, "Off")
    with transaction():
        programme.set_status(fresh(off), SessionStatus.CANCELLED)
    make.release(forum)
    address = begin(client, f"forum/{talk.code}", f"forum/{off.code}") if agenda else ""

    def read() -> dict[str, lint.Component]:
        found = by_uid(client, address) if agenda else parts(client, FEED)
        return {uid: one for uid, one in found.items() if uid != forum.uid}

    before = read()
    known = client.get(f"{address}.ics" if agenda else FEED).headers["ETag"]
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        known_by(forum, Precision.MONTH)
    assert client.get(f"{address}.ics" if agenda else FEED, headers={"If-None-Match": known}).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        make.session(forum, "Came after")
    after = read()
    assert after.keys() == before.keys() == {talk.uid, off.uid}, "what never had an hour is not told as off"
    assert seen(after, talk.uid, off.uid) == [("Postponed: Talk", "CANCELLED"), ("Cancelled: Off", "CANCELLED")]
    for uid, one in after.items():
        assert one.one("DTSTART") == before[uid].one("DTSTART")
        assert numbers(after)[uid] > numbers(before)[uid]
    with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
        assert not read()
    known_by(forum, Precision.DAY)
    again = read()
    assert seen(again, talk.uid) == [("Talk", "CONFIRMED")]
    assert all(numbers(again)[uid] > number for uid, number in numbers(after).items())
    assert len(again) == (2 if agenda else 3)


def test_the_event_itself_is_cancelled_in_the_calendar_of_all_events(client: Visitor, forum: Event) -> None:
    (before,) = parts(client, "/calendar.ics").values()
    known_by(forum, Precision.MONTH)
    found = parts(client, "/calendar.ics")
    assert seen(found, forum.uid) == [("Cancelled: no longer listed", "CANCELLED")]
    assert found[forum.uid].one("DTSTART") == before.one("DTSTART")
    known_by(forum, Precision.DAY)
    again = parts(client, "/calendar.ics")
    assert seen(again, forum.uid) == [("Forum", "CONFIRMED")]
    assert numbers(again)[forum.uid] > numbers(found)[forum.uid] > int(before.one("SEQUENCE"))


def test_a_postponed_event_says_so_and_a_file_of_a_session_too(client: Visitor, make: Make, forum: Event) -> None:
    talk = make.session(forum, "Talk")
    with transaction():
        postpone_event(fresh(forum), note=LocalizedText(en="In autumn."))
    known_by(forum, Precision.MONTH)
    found = parts(client, FEED)
    assert seen(found, talk.uid) == [("Postponed: Talk", "CANCELLED")]
    assert "In autumn." in lint.text(found[talk.uid].one("DESCRIPTION"))
    assert "STATUS:CANCELLED" in client.get(f"/events/forum/sessions/{talk.code}.ics").get_data(as_text=True)


def test_an_event_republished_without_a_date_says_so(client: Visitor, make: Make, forum: Event) -> None:
    talk = make.session(forum, "Talk")
    address = begin(client, f"forum/{talk.code}")
    withdraw(forum)
    removed = parts(client, FEED)
    make.session(fresh(forum), "Came after")
    known_by(forum, Precision.MONTH)
    with transaction():
        lifecycle.publish_event(fresh(forum))
    back = parts(client, FEED)
    assert back.keys() == removed.keys()
    assert seen(back, talk.uid) == seen(by_uid(client, address), talk.uid) == [("Postponed: Talk", "CANCELLED")]
    assert numbers(back)[talk.uid] > numbers(removed)[talk.uid]
    withdraw(forum)
    assert parts(client, FEED).keys() == by_uid(client, address).keys() | {forum.uid} == removed.keys()


def test_many_such_events_ask_an_agenda_as_often_as_one(client: Visitor, make: Make, queries: Any) -> None:
    asked = []
    for several in (1, 4):
        found = [make.event(f"e{several}-{n}") for n in range(several)]
        address = begin(client, *(f"{event.slug}/{make.session(event).code}" for event in found))
        for event in found:
            with transaction():
                lifecycle.change_event(fresh(event), slug=event.slug, precision=Precision.MONTH)
        client.get(f"{address}.ics")
        client.application.extensions["feeds"].clear()
        with queries() as counted:
            assert len(by_uid(client, address)) == several
        asked.append(len(counted))
    assert asked[0] == asked[1], asked
