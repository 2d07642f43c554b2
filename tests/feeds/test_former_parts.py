"""Feeds of a room, track or speaker that a session has left, or that no longer exists in the programme."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from eventapp import lifecycle
from eventapp.core import clock
from eventapp.core.db import transaction
from eventapp.events.models import Event
from eventapp.programme import operations
from eventapp.programme.models import Session
from tests.feeds.test_random import entries
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event("forum", title="Forum")


def save(session: Session, **values: Any) -> None:
    row: Session = fresh(session)
    given = {
        "title": row.title,
        "kind": row.kind,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "rooms": row.rooms,
        "track": row.track,
    }
    with transaction():
        operations.save_session(fresh(row.event), row, **{**given, **values})


def read(client: Visitor, path: str) -> tuple[dict[str, str], ...]:
    response = client.get(f"/events/forum/{path}.ics")
    assert response.status_code == 200, path
    return tuple(entries(response.data).values())


@pytest.fixture
def left(make: Make, forum: Event) -> tuple[Session, dict[str, Callable[[], None]]]:
    """A session in a room and a track, with a speaker; and how to remove it from each, by feed URL."""
    room, track, ada = make.room(forum, "Hall"), make.track(forum, "Rivers"), make.person("Lovelace", "Ada")
    session = make.session(forum, "Talk", rooms=[room], track=track, people=[ada])

    def remove(thing: Any) -> None:
        with transaction():
            operations.remove(fresh(thing))

    return session, {
        f"rooms/{room.slug}": lambda: remove(room),
        f"tracks/{track.slug}": lambda: remove(track),
        f"speakers/{ada.code}": lambda: save(session, parts=[]),
    }


@pytest.mark.parametrize("number", range(3))
def test_removed_parts_of_the_programme_keep_a_feed_that_says_so(
    client: Visitor, make: Make, forum: Event, left: Any, number: int
) -> None:
    session, ways = left
    path, leave = list(ways.items())[number]
    (before,) = read(client, path)
    known = client.get(f"/events/forum/{path}.ics")
    assert before["STATUS"] == "CONFIRMED"
    leave()
    assert read(client, path) == (before,), "what the team works on is not public yet"
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        make.release(fresh(forum))
    (after,) = read(client, path)
    assert (after["STATUS"], after["SUMMARY"]) == ("CANCELLED", "No longer in this calendar: Talk")
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    answer = client.get(f"/events/forum/{path}.ics")
    assert lint.parse(answer.data).of("VEVENT")[0].one("UID") == fresh(session).uid
    assert answer.headers["ETag"] != known.headers["ETag"]
    assert answer.last_modified > known.last_modified
    again = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/events/forum/{path}.ics", headers=again).status_code == 304
    assert client.get(f"/events/forum/{path}.jcal").status_code == 200
    (whole,) = [one for one in read(client, "calendar") if "Talk" in one["SUMMARY"]]
    assert whole["STATUS"] == "CONFIRMED", "it takes place"
    with time_machine.travel(forum.ends_at + timedelta(days=29), tick=False):
        assert len(read(client, path)) == 1
    with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
        assert read(client, path) == ()
        assert client.get(f"/events/forum/{path}.ics").headers["ETag"] != answer.headers["ETag"]


def test_who_is_not_announced_any_more_is_not_named_by_the_calendar(
    client: Visitor, make: Make, forum: Event, left: Any
) -> None:
    path, leave = list(left[1].items())[2]
    assert b"Lovelace" in client.get(f"/events/forum/{path}.ics").data
    leave()
    make.release(fresh(forum))
    assert b"Lovelace" not in client.get(f"/events/forum/{path}.ics").data


def test_each_way_out_of_a_part_and_back_raises_the_sequence_there(
    client: Visitor, make: Make, forum: Event, left: Any
) -> None:
    """RFC 5546 §2.1.4: leaving and returning change the STATUS for subscribers of that calendar only."""
    session, _ways = left
    room, track = fresh(session).rooms[0], fresh(session).track
    attic = make.room(forum, "Attic")
    whole = read(client, "calendar")[1]
    history: dict[str, list[tuple[str, int]]] = {}
    for rooms, strand in (([attic], None), ([room], track), ([attic, room], None), ([], track)):
        save(session, rooms=[fresh(one) for one in rooms], track=strand and fresh(strand))
        make.release(fresh(forum))
        for path in (f"rooms/{room.slug}", f"tracks/{track.slug}"):
            (one,) = read(client, path)
            history.setdefault(path, []).append((one["STATUS"], int(one["SEQUENCE"])))
    base = int(whole["SEQUENCE"])
    assert history[f"rooms/{room.slug}"] == [
        ("CANCELLED", base + 1),
        ("CONFIRMED", base + 2),
        ("CONFIRMED", base + 3),
        ("CANCELLED", base + 4),
    ]
    assert history[f"tracks/{track.slug}"] == [
        ("CANCELLED", base + 2),
        ("CONFIRMED", base + 4),
        ("CANCELLED", base + 6),
        ("CONFIRMED", base + 8),
    ]


def test_a_session_that_left_and_is_removed_afterwards_stays_cancelled(
    client: Visitor, make: Make, forum: Event, left: Any
) -> None:
    session, ways = left
    path, leave = list(ways.items())[1]
    leave()
    make.release(fresh(forum))
    (before,) = read(client, path)
    with transaction():
        operations.set_status(fresh(session), operations.SessionStatus.DRAFT)
    make.release(fresh(forum))
    (after,) = read(client, path)
    assert after["STATUS"] == "CANCELLED"
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_a_track_that_is_removed_with_its_sessions_keeps_them_as_cancelled(
    client: Visitor, make: Make, forum: Event, left: Any
) -> None:
    session, ways = left
    path, leave = list(ways.items())[1]
    with transaction():
        operations.set_status(fresh(session), operations.SessionStatus.DRAFT)
    leave()
    make.release(fresh(forum))
    make.session(forum, "Another")
    (after,) = read(client, path)
    assert (after["STATUS"], after["SUMMARY"]) == ("CANCELLED", "Cancelled: Talk")


def test_an_unpublished_event_also_cancels_sessions_that_had_left(
    client: Visitor, make: Make, forum: Event, left: Any
) -> None:
    _session, ways = left
    for leave in ways.values():
        leave()
    make.release(fresh(forum))
    before = {path: int(read(client, path)[0]["SEQUENCE"]) for path in ways}
    with transaction():
        lifecycle.unpublish_event(fresh(forum))
    for path, number in before.items():
        (one,) = read(client, path)
        assert (one["STATUS"], one["SUMMARY"]) == ("CANCELLED", "Cancelled: no longer listed")
        assert int(one["SEQUENCE"]) > number


@pytest.mark.slow
def test_the_pages_and_files_of_the_programme_offer_nothing_that_it_has_no_more(
    client: Visitor, organizer: Visitor, make: Make, forum: Event, left: Any
) -> None:
    for leave in left[1].values():
        leave()
    make.release(fresh(forum))
    for path in ("programme", "calendar", "schedule.xml", "schedule.json"):
        said = client.get(f"/events/forum/{path}").get_data(as_text=True)
        assert "Hall" not in said
        assert "Rivers" not in said
    assert organizer.get("/manage/events/forum/calendars").status_code == 200
    assert organizer.get("/manage/events/forum/calendars?of=next").status_code == 200
