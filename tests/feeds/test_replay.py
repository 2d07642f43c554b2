"""Five versions of one programme as all subscribers see them, and what a calendar must never do on the way.

No UID changes, SEQUENCE never falls and rises only with time, location and status, removed sessions stay as cancelled
entries, unchanged entries are byte-identical, and the headers signal a change exactly when there is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import time_machine

from eventapp.agenda import operations as agendas
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.ical import vcalendar as ics
from eventapp.programme import operations
from eventapp.programme.models import Session
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import SessionStatus
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor

pytestmark = pytest.mark.slow

START = datetime(2031, 1, 7, 8, 0, tzinfo=UTC)


@dataclass
class FetchedFeed:
    """A feed as fetched: its entries as bytes, by UID, and the headers for conditional requests."""

    data: bytes
    entries: dict[str, bytes]
    etag: str
    modified: datetime

    def numbers(self) -> dict[str, int]:
        return {uid: int(_value(entry, "SEQUENCE")) for uid, entry in self.entries.items()}

    def off(self) -> set[str]:
        return {uid for uid, entry in self.entries.items() if _value(entry, "STATUS") == "CANCELLED"}


def _value(entry: bytes, name: str) -> str:
    found = re.search(rf"(?m)^{name}(?:;[^:\r\n]*)?:(.*?)\r?$".encode(), entry)
    assert found, name
    return found[1].decode()


@dataclass
class Programme:
    """The forum that is replayed, and the changes of its team."""

    event: Event
    make: Make
    rooms: dict[str, Any]
    people: dict[str, Any]
    track: Any
    sessions: dict[str, Session]

    def add(self, name: str, hour: int, *, room: str, people: tuple[str, ...] = ()) -> None:
        self.sessions[name] = self.make.session(
            fresh(self.event),
            name,
            starts_at=self.event.starts_at + timedelta(hours=hour),
            release=False,
            rooms=[fresh(self.rooms[room])],
            people=[fresh(self.people[one]) for one in people],
            track=fresh(self.track),
        )

    def change(self, name: str, **values: Any) -> None:
        row: Session = fresh(self.sessions[name])
        given = {
            "title": row.title,
            "kind": row.kind,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "rooms": row.rooms,
            "track": row.track,
        }
        with transaction():
            operations.save_session(fresh(self.event), row, **{**given, **values})

    def move(self, name: str, minutes: int) -> None:
        row: Session = fresh(self.sessions[name])
        assert row.starts_at and row.ends_at
        by = timedelta(minutes=minutes)
        self.change(name, starts_at=row.starts_at + by, ends_at=row.ends_at + by)

    def status(self, name: str, status: SessionStatus) -> None:
        with transaction():
            operations.set_status(fresh(self.sessions[name]), status)


# ---- the five versions: what happens, whose SEQUENCE rises, and whose entry changes otherwise ------------------------


def first(p: Programme) -> None:
    p.add("Opening", 0, room="Hall", people=("Ada",))
    p.add("Panel", 1, room="Hall", people=("Ada", "Bo"))
    p.add("Talk", 2, room="Attic", people=("Bo",))
    p.add("Dinner", 6, room="Attic")
    p.add("Still", 4, room="Hall", people=("Ada",))


def second(p: Programme) -> None:
    p.move("Opening", 30)
    p.move("Panel", 45)
    p.move("Panel", -45)  # there and back
    p.change("Dinner", title=LocalizedText(en="Dinner by the river"))


def third(p: Programme) -> None:
    p.change("Talk", rooms=[fresh(p.rooms["Hall"])])
    p.status("Panel", SessionStatus.CANCELLED)
    p.add("Extra", 5, room="Attic", people=("Bo",))


def fourth(p: Programme) -> None:
    p.status("Opening", SessionStatus.DRAFT)  # removed
    p.change("Dinner", parts=[ParticipationInput(fresh(p.people["Bo"]))])
    p.change("Talk", abstract=LocalizedText(en="Of rivers."))


def fifth(p: Programme) -> None:
    p.status("Opening", SessionStatus.PUBLISHED)  # and restored
    p.status("Panel", SessionStatus.PUBLISHED)
    p.change("Extra", rooms=[fresh(p.rooms["Hall"])])
    p.change("Extra", rooms=[fresh(p.rooms["Attic"])])  # there and back
    p.change("Extra", title=LocalizedText(en="An extra"))


STEPS: list[tuple[Callable[[Programme], None], set[str], set[str], set[str]]] = [
    # what happens, rises, changes otherwise, is cancelled afterwards
    (first, set(), set(), set()),
    (second, {"Opening"}, {"Dinner"}, set()),
    (third, {"Talk", "Panel"}, set(), {"Panel"}),
    (fourth, {"Opening"}, {"Dinner", "Talk"}, {"Panel", "Opening"}),
    (fifth, {"Opening", "Panel"}, {"Extra"}, set()),
]


@pytest.fixture
def programme(make: Make) -> Iterator[Programme]:
    ics.vevent.cache_clear()
    with time_machine.travel(START, tick=True):
        event = make.event("forum", title="Forum")
        yield Programme(
            event,
            make,
            rooms={name: make.room(event, name) for name in ("Hall", "Attic")},
            people={"Ada": make.person("Lovelace", "Ada"), "Bo": make.person("Ek", "Bo")},
            track=make.track(event, "Rivers"),
            sessions={},
        )


def fetch(client: Visitor, path: str) -> FetchedFeed:
    response = client.get(path)
    assert response.status_code == 200, path
    again = client.get(path)
    assert (again.data, again.headers["ETag"]) == (response.data, response.headers["ETag"])
    known = {"If-None-Match": response.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304
    blocks = re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", response.data, re.DOTALL)
    entries = {_value(block, "UID"): block for block in blocks}
    assert len(entries) == len(blocks), "each UID once"
    assert lint.parse(response.data)
    return FetchedFeed(
        response.data, entries, response.headers["ETag"], parsedate_to_datetime(response.headers["Last-Modified"])
    )


def test_five_versions_reach_every_subscriber_correctly(client: Visitor, make: Make, programme: Programme) -> None:
    p = programme
    paths: list[str] = []
    history: dict[str, list[FetchedFeed]] = {}
    for number, (happens, rises, changes, off) in enumerate(STEPS):
        with time_machine.travel(START + timedelta(hours=number), tick=True):
            happens(p)
            make.release(fresh(p.event))
            if not paths:
                names = [fresh(one) for one in (p.track, *p.rooms.values(), *p.people.values())]
                track, hall, attic, ada, bo = names
                with transaction():
                    starred = agendas.open_agenda([f"forum/{fresh(one).code}" for one in p.sessions.values()])
                paths = [
                    "calendar.ics",
                    f"tracks/{track.slug}.ics",
                    f"rooms/{hall.slug}.ics",
                    f"rooms/{attic.slug}.ics",
                    f"speakers/{ada.code}.ics",
                    f"speakers/{bo.code}.ics",
                ]
                paths = [f"/events/forum/{path}" for path in paths] + [f"/agenda/{starred.token}.ics"]
            for path in paths:
                history.setdefault(path, []).append(fetch(client, path))
        uid = {name: fresh(session).uid for name, session in p.sessions.items()}
        left = {f"/events/forum/rooms/{attic.slug}.ics": {uid["Talk"]} if number >= 2 else set()}  # moved to the hall
        _check_version(history, {uid[n] for n in rises}, {uid[n] for n in changes}, {uid[n] for n in off}, left, number)
    whole = history["/events/forum/calendar.ics"]
    assert {told.entries[uid["Still"]] for told in whole} == {whole[0].entries[uid["Still"]]}
    assert {told.entries[fresh(p.event).uid] for told in whole} == {whole[0].entries[fresh(p.event).uid]}
    rises = {"Opening": 3, "Panel": 2, "Talk": 1, "Dinner": 0, "Still": 0, "Extra": 0}
    assert {name: whole[-1].numbers()[uid[name]] - fresh(p.event).sequence for name in rises} == rises


def _check_version(
    history: dict[str, list[FetchedFeed]],
    rises: set[str],
    changes: set[str],
    off: set[str],
    left: dict[str, set[str]],
    number: int,
) -> None:
    """What must hold between the last two versions of each feed, and between the feeds of one version."""
    for path, versions in history.items():
        now = versions[-1]
        whole = history["/events/forum/calendar.ics"][-1]
        assert {uid: n for uid, n in whole.numbers().items() if uid in now.entries} == now.numbers(), path
        assert now.off() == (off | left.get(path, set())) & now.entries.keys(), path
        if len(versions) == 1:
            continue
        was = versions[-2]
        assert was.entries.keys() <= now.entries.keys(), "no UID goes"
        for uid in was.entries.keys() & now.entries.keys():
            before, after = was.numbers()[uid], now.numbers()[uid]
            assert after == before + (uid in rises), (path, number)
            assert (was.entries[uid] != now.entries[uid]) is (uid in rises | changes), (path, number)
            assert _value(now.entries[uid], "DTSTAMP") >= _value(was.entries[uid], "DTSTAMP")
        assert now.modified >= was.modified, path
        # The feed of a part may have a new version without a change: its version is that of the whole programme.
        if was.data != now.data:
            assert was.etag != now.etag, path
            assert now.modified > was.modified, path


def test_the_headers_of_the_whole_feed_change_exactly_when_it_does(
    client: Visitor, make: Make, programme: Programme
) -> None:
    path = "/events/forum/calendar.ics"
    first(programme)
    make.release(fresh(programme.event))
    told = fetch(client, path)
    with time_machine.travel(START + timedelta(hours=1), tick=True):
        make.event("other")  # changes of other events do not affect this feed
        programme.move("Panel", 45)  # nor do unpublished changes of the team
        make.session(fresh(programme.event), "Secret", status=SessionStatus.DRAFT)
        now = fetch(client, path)
        assert now.data == told.data
    with time_machine.travel(START + timedelta(hours=2), tick=True):
        make.release(fresh(programme.event))
        later = fetch(client, path)
        assert later.etag != told.etag and later.data != told.data and later.modified > told.modified
