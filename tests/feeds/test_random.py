"""Random operations in random order: no calendar misinforms a subscriber.

Equal ETags mean equal bytes, Last-Modified changes with the bytes, no entry disappears without being cancelled, and
SEQUENCE never falls and rises with time, location and status. A seed that fails reproduces the same order.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from eventapp import lifecycle
from eventapp.agenda import operations as agendas
from eventapp.core import clock
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory import operations as directory
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Precision, Visibility
from eventapp.ical import vcalendar as ics
from eventapp.lifecycle import cancel_event, postpone_event
from eventapp.programme import operations as programme
from eventapp.programme.models import Session
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode, SessionKind, SessionStatus
from eventapp.proposals import operations as proposals
from eventapp.proposals import speakers
from eventapp.registration import edits, setup
from eventapp.registration import operations as registration
from eventapp.registration.models import AttendanceOption, Registration
from tests.support import ical_lint as lint
from tests.support.actions import attempt
from tests.support.make import START, Make, fresh
from tests.support.visitor import Visitor

pytestmark = pytest.mark.slow

# A few in every run; hundreds when run by hand.
SEEDS = range(int(os.environ.get("EVENTAPP_TEST_SEEDS", "1")))
STEPS = 30


class World:
    """An event with everything that calendars show, an agenda, and all operations on them."""

    def __init__(self, make: Make, seed: int) -> None:
        self.make, self.draw = make, random.Random(seed)
        self.event = make.event("forum", title="Forum", ends_at=START + timedelta(days=2))
        self.rooms = [make.room(self.event, name) for name in ("Hall", "Attic")]
        self.people = [make.person("Lovelace", "Ada"), make.person("Ek", "Bo")]
        self.track = make.track(self.event, "Rivers")
        self.options = [make.option(self.event, mode, capacity=2) for mode in (Mode.IN_PERSON, Mode.ONLINE)]
        self.sessions: list[Session] = []
        for _ in range(3):
            self.new_session()
        make.release(fresh(self.event))
        self.guests = [make.registration(fresh(self.event), fresh(self.options[1])) for _ in range(3)]
        with transaction():
            link = speakers.link_for(fresh(self.event), fresh(self.people[0]), email="a@b.example", language="en")
            speakers.answer(link, yes=True)
            self.agenda = agendas.open_agenda([f"forum/{fresh(one).code}" for one in self.sessions[:2]])
            agendas.add_part(self.agenda, link)
            agendas.add_registration(self.agenda, fresh(self.guests[0]))
        self.paths = [
            *(
                f"/events/forum/{path}"
                for path in (
                    "calendar.ics",
                    "calendar.ics?deadlines=1",
                    "calendar.ics?span=0&tz=utc&lang=ja",
                    "calendar.jcal",
                    f"tracks/{fresh(self.track).slug}.ics",
                    f"rooms/{fresh(self.rooms[0]).slug}.ics",
                    f"speakers/{fresh(self.people[0]).code}.ics",
                    f"sessions/{fresh(self.sessions[0]).code}.ics",
                )
            ),
            "/calendar.ics",
            f"/agenda/{fresh(self.agenda).token}.ics",
        ]

    # ---- operations of the team, speakers and attendees ----

    def _moment(self) -> datetime:
        return START + timedelta(minutes=30 * self.draw.randrange(48))

    def _edit(self, **values: Any) -> None:
        row = fresh(self.event)
        lifecycle.change_event(row, slug="forum", **values)

    def new_session(self) -> None:
        starts = self._moment()
        self.sessions.append(
            self.make.session(
                fresh(self.event),
                f"Talk {len(self.sessions)}",
                starts_at=starts,
                release=False,
                rooms=[fresh(self.draw.choice(self.rooms))],
                people=[fresh(self.draw.choice(self.people))],
                track=fresh(self.track),
                join_url="https://meet.example.org/x",
            )
        )

    def save_session(self) -> None:
        row: Session = fresh(self.draw.choice(self.sessions))
        values: dict[str, Any] = {
            "title": row.title,
            "kind": row.kind,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "rooms": row.rooms,
            "track": row.track,
        }
        starts = self._moment()
        values |= self.draw.choice(
            [
                {"starts_at": starts, "ends_at": starts + timedelta(minutes=30)},
                {"title": LocalizedText(en=f"Talk {self.draw.randrange(99)}")},
                {"rooms": [fresh(self.draw.choice(self.rooms))]},
                {
                    "parts": [
                        ParticipationInput(fresh(one)) for one in self.draw.sample(self.people, self.draw.randrange(3))
                    ]
                },
                {"track": None},
                {"track": fresh(self.track)},
                {"join_url": f"https://meet.example.org/{self.draw.randrange(9)}"},
            ]
        )
        programme.save_session(fresh(self.event), row, **values)

    def session_status(self) -> None:
        programme.set_status(fresh(self.draw.choice(self.sessions)), self.draw.choice(list(SessionStatus)))

    def delete_session(self) -> None:
        if len(self.sessions) > 1:
            programme.delete_session(fresh(self.sessions.pop()))

    def release(self) -> None:
        self.make.release(fresh(self.event))

    def times(self) -> None:
        days = self.draw.randrange(1, 9)
        self._edit(starts_at=START, ends_at=START + timedelta(days=days))

    def zone(self) -> None:
        self._edit(zone=self.draw.choice(["Asia/Tokyo", "Europe/Helsinki", "America/Lima"]))

    def precision(self) -> None:
        self._edit(precision=self.draw.choice([Precision.DAY, Precision.DAY, Precision.MONTH]))

    def words(self) -> None:
        self._edit(
            title=LocalizedText(en=f"Forum {self.draw.randrange(9)}"),
            venue_name=LocalizedText(en=f"Hall {self.draw.randrange(9)}"),
        )

    def audience(self) -> None:
        self._edit(visibility=self.draw.choice(list(Visibility)))

    def status(self) -> None:
        row: Event = fresh(self.event)
        if row.status is EventStatus.DRAFT:
            lifecycle.publish_event(row)
        elif row.status is EventStatus.POSTPONED:
            self.draw.choice([lifecycle.publish_event, lambda one: cancel_event(one, note=LocalizedText())])(row)
        elif row.status is EventStatus.PUBLISHED:
            self.draw.choice(
                [
                    lifecycle.unpublish_event,
                    lifecycle.unpublish_event,
                    lambda one: postpone_event(one, note=LocalizedText(en="Rain")),
                ]
            )(row)

    def rename(self) -> None:
        name = LocalizedText(en=f"Name {self.draw.randrange(9)}")
        room, person = fresh(self.draw.choice(self.rooms)), fresh(self.draw.choice(self.people))
        self.draw.choice(
            [
                lambda: programme.save_room(fresh(self.event), room, name=name),
                lambda: programme.save_track(fresh(self.event), fresh(self.track), name=name, colour=2),
                lambda: directory.save_person(person, family=name, given=person.given),
                lambda: events.save_venue(
                    fresh(self.event), None, name=LocalizedText(en="Arena"), address=LocalizedText()
                ),
            ]
        )()

    def another_part(self) -> None:
        """Remove the room or track; later another one of the same name gets its URL."""
        name = self.draw.choice(["Hall", "Attic", "Rivers"])
        row: Event = fresh(self.event)
        if name == "Rivers":
            programme.remove(fresh(self.track))
            self.track = programme.save_track(row, None, name=LocalizedText(en=name), colour=1)
        else:
            number = ["Hall", "Attic"].index(name)
            programme.remove(fresh(self.rooms[number]))
            self.rooms[number] = programme.save_room(row, None, name=LocalizedText(en=name))

    def option(self) -> None:
        closes = self.draw.choice([None, START - timedelta(days=self.draw.randrange(1, 20))])
        row: AttendanceOption = fresh(self.draw.choice(self.options))
        setup.save_option(
            fresh(self.event),
            row,
            mode=row.mode,
            title=LocalizedText(en=f"Way {self.draw.randrange(9)}"),
            closes_at=closes,
            capacity=row.capacity,
        )

    def more_options(self) -> None:
        row = setup.save_option(
            fresh(self.event),
            None,
            mode=Mode.ONLINE,
            title=LocalizedText(en="More"),
            closes_at=START - timedelta(days=3),
        )
        if self.draw.random() < 0.5:
            setup.remove_option(row)
        else:
            self.options.append(row)

    def fewer_options(self) -> None:
        if len(self.options) > 2:
            setup.remove_option(fresh(self.options.pop()))

    def call(self) -> None:
        closes = self.draw.choice([None, START - timedelta(days=self.draw.randrange(20, 40))])
        proposals.save_call(
            fresh(self.event),
            opens_at=None,
            closes_at=closes,
            text=LocalizedText(),
            kinds=[SessionKind.LECTURE],
            lengths=[20],
            modes=[Mode.IN_PERSON],
        )

    def guest(self) -> None:
        row: Registration = fresh(self.draw.choice(self.guests))
        self.draw.choice([edits.new_link, registration.cancel])(row)

    def own(self) -> None:
        agendas.add_registration(fresh(self.agenda), fresh(self.draw.choice(self.guests)))

    def star(self) -> None:
        session = fresh(self.draw.choice(self.sessions))
        agendas.set_star(fresh(self.agenda), fresh(self.event), session.code, on=self.draw.random() < 0.5)

    def step(self) -> str:
        """Do something, and return a description."""
        every: list[Callable[[], Any]] = [
            self.save_session,
            self.save_session,
            self.session_status,
            self.delete_session,
            self.new_session,
            self.release,
            self.release,
            self.times,
            self.zone,
            self.precision,
            self.words,
            self.audience,
            self.status,
            self.status,
            self.rename,
            self.another_part,
            self.option,
            self.more_options,
            self.fewer_options,
            self.call,
            self.guest,
            self.own,
            self.star,
        ]
        action = self.draw.choice(every)
        return attempt(action, alone={self.release, self.new_session})


class Subscription:
    """What a subscriber has of one feed, and the check of each new response."""

    def __init__(self, client: Visitor, path: str) -> None:
        self.client, self.path = client, path
        # A single session is downloaded once; nobody subscribes to it.
        self.whole = not path.startswith("/events/forum/sessions/")
        self.answer: Any = None
        self.entries: dict[str, dict[str, str]] = {}
        self.highest: dict[str, int] = {}

    def look(self) -> None:
        """Fetch again and compare with the last response."""
        known = self.answer
        headers = {"If-None-Match": known.headers["ETag"]} if known is not None else {}
        answer = self.client.get(self.path, headers=headers)
        anew = self._anew()
        if answer.status_code == 304:
            assert anew.data == known.data, f"{self.path}: other bytes under the same ETag"
            assert anew.headers["Last-Modified"] == known.headers["Last-Modified"]
            return
        assert answer.status_code == anew.status_code
        if answer.status_code == 404:
            assert not (self.whole and self.entries), f"{self.path} is gone and has said nothing"
            self.answer = None
            return
        assert answer.status_code == 200
        assert anew.data == answer.data, f"{self.path}: kept bytes are not the present ones"
        if known is not None and known.data != answer.data:
            assert answer.last_modified > known.last_modified, f"{self.path}: Last-Modified stays"
        self.answer = answer
        if not self.path.endswith(".jcal"):
            self._compare(entries(answer.data))

    def _anew(self) -> Any:
        """The response with empty caches."""
        cache = self.client.application.extensions["feeds"]
        cache.clear()
        ics.vevent.cache_clear()
        return self.client.get(self.path)

    def _compare(self, now: dict[str, dict[str, str]]) -> None:
        removed = self.entries.keys() - now.keys()
        assert not (self.whole and removed), (
            f"{self.path}: {[self.entries[uid] for uid in removed]} went without a word"
        )
        for uid, entry in now.items():
            number, before = int(entry["SEQUENCE"]), self.entries.get(uid)
            assert number >= self.highest.get(uid, 0), f"{self.path}: SEQUENCE falls: {before} {entry}"
            if before is not None and _moved(before, entry):
                assert number > self.highest[uid], f"{self.path}: SEQUENCE stays: {before} {entry}"
            self.highest[uid] = number
        self.entries |= now


SIGNIFICANT = ("DTSTART", "DTEND", "STATUS", "LOCATION")


def _moved(before: dict[str, str], now: dict[str, str]) -> bool:
    """Whether something significant has changed. A renamed room is in the same location."""
    renamed = any("Name" in entry["LOCATION"] for entry in (before, now))
    return any(now[name] != before[name] for name in SIGNIFICANT if name != "LOCATION" or not renamed)


def entries(data: bytes) -> dict[str, dict[str, str]]:
    """What subscribers see of each entry, by UID."""
    found: dict[str, dict[str, str]] = {}
    for part in lint.parse(data).of("VEVENT"):
        found[part.one("UID")] = {name: part.first(name) for name in (*SIGNIFICANT, "SEQUENCE", "SUMMARY")}
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_subscribers_are_informed_correctly_whatever_is_done(client: Visitor, make: Make, seed: int) -> None:
    world = World(make, seed)
    told = [Subscription(client, path) for path in world.paths]
    done: list[str] = []
    start = clock.now()
    try:
        for minute in range(STEPS):
            with time_machine.travel(start + timedelta(minutes=minute), tick=False):
                if minute:
                    done.append(world.step())
                for one in told:
                    one.look()
    except AssertionError as error:
        raise AssertionError(f"{error}\nafter {done}") from error
