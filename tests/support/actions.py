"""An event with guests and speakers, and the operations of its team, guests and speakers in random order."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Visibility
from eventapp.lifecycle import cancel_event, postpone_event
from eventapp.programme import operations as programme
from eventapp.programme.models import Session
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.proposals import speakers
from eventapp.proposals.models import SpeakerLink
from eventapp.registration import decisions, edits, setup, sign_ups
from eventapp.registration import operations as registration
from eventapp.registration.models import AttendanceOption, Registration
from tests.proposals.conftest import DRAFT
from tests.support.make import START, Make, fresh


def attempt(action: Callable[[], object], *, alone: Collection[Callable[[], object]]) -> str:
    """Try it, and return what was done or refused; in a transaction, except for operations that commit `alone`."""
    try:
        with nullcontext() if action in alone else transaction():
            action()
    except Refused as refusal:
        return f"{action.__name__} refused: {refusal}"
    return action.__name__


class World:
    """An event with guests, speakers and sessions, and all operations on them."""

    def __init__(self, make: Make, seed: int) -> None:
        self.make, self.draw, self.number = make, random.Random(seed), 0
        self.event = make.event(
            "forum",
            ends_at=START + timedelta(days=2),
            venue_name=LocalizedText(en="Place 0"),
            join_url="https://meet.example/event0",
            personal_join_links=self.draw.random() < 0.5,
        )
        self.rooms = [make.room(self.event, name) for name in ("Hall", "Attic")]
        self.people = [make.person("Lovelace", "Ada"), make.person("Ek", "Bo")]
        self.options = [
            make.option(self.event, Mode.IN_PERSON, capacity=2),
            make.option(self.event, Mode.ONLINE),
            make.approval_option(self.event),
        ]
        self.sessions: list[Session] = []
        self.titles: set[str] = set()
        for _ in range(3):
            self.new_session()
        make.release(fresh(self.event))
        self.guests = [make.registration(fresh(self.event), fresh(self.options[n % 3])) for n in range(4)]
        for person in self.people:
            with transaction():
                self._ask(person)

    def next(self) -> int:
        self.number += 1
        return self.number

    def _moment(self) -> datetime:
        return START + timedelta(minutes=30 * self.draw.randrange(40))

    def _title(self) -> LocalizedText:
        self.titles.add(title := f"Talk{self.next():04}")
        return LocalizedText(en=title)

    def _edit(self, **values: Any) -> None:
        lifecycle.change_event(fresh(self.event), slug="forum", **values)

    def _guest(self) -> Registration:
        row: Registration = fresh(self.draw.choice(self.guests))
        return row

    # ---- the team: the event ----

    def times(self) -> None:
        starts = START + timedelta(hours=self.draw.randrange(4))
        self._edit(starts_at=starts, ends_at=starts + timedelta(days=2))

    def zone(self) -> None:
        self._edit(zone=self.draw.choice(["Asia/Tokyo", "Europe/Helsinki", "America/Lima"]))

    def place(self) -> None:
        self._edit(venue_name=LocalizedText(en=f"Place {self.draw.randrange(3)}"))

    def spelling(self) -> None:
        row: Event = fresh(self.event)
        place = str(row.venue_name)
        self._edit(
            title=LocalizedText(en=f"Forum {self.draw.randrange(9)}"),
            venue_name=self.draw.choice(
                [LocalizedText(en=place.upper()), LocalizedText(en=place, ja="場所"), LocalizedText(en=place)]
            ),
        )

    def event_link(self) -> None:
        self._edit(join_url=self.draw.choice(["", "https://meet.example/event1", "https://meet.example/event2"]))

    def own_links(self) -> None:
        self._edit(personal_join_links=self.draw.random() < 0.5)

    def venue(self) -> None:
        row: Event = fresh(self.event)
        known = db.session.scalar(select(events.Venue).where(events.Venue.event_id == row.id))
        name = LocalizedText(en=f"Arena {self.draw.randrange(3)}")
        if known is not None and self.draw.random() < 0.3:
            events.remove_venue(known)
            return
        venue = events.save_venue(row, known, name=name, address=LocalizedText())
        room = fresh(self.rooms[0])
        programme.save_room(row, room, name=room.name, venue=venue)

    def audience(self) -> None:
        self._edit(visibility=self.draw.choice(list(Visibility)))

    def status(self) -> None:
        row: Event = fresh(self.event)
        if row.status in {EventStatus.DRAFT, EventStatus.POSTPONED} and self.draw.random() < 0.9:
            lifecycle.publish_event(row)
        elif row.status is EventStatus.PUBLISHED and self.draw.random() < 0.4:
            lifecycle.unpublish_event(row)
        elif row.status is EventStatus.PUBLISHED and self.draw.random() < 0.8:
            postpone_event(row, note=LocalizedText(en="Rain"))
        elif row.status is not EventStatus.DRAFT and self.draw.random() < 0.4:
            cancel_event(row, note=LocalizedText())

    # ---- the team: sessions ----

    def new_session(self) -> None:
        room = [fresh(one) for one in self.draw.sample(self.rooms, self.draw.randrange(2))]
        self.sessions.append(
            self.make.session(
                fresh(self.event),
                self._title(),
                starts_at=self._moment(),
                release=False,
                rooms=room,
                people=[fresh(self.draw.choice(self.people))],
                capacity=3,
                join_url=f"https://meet.example/room{self.next()}",
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
        }
        starts = self._moment()
        parts = [
            ParticipationInput(fresh(one), mode=self.draw.choice([Mode.IN_PERSON, Mode.ONLINE])) for one in self.people
        ]
        values |= self.draw.choice(
            [
                {"starts_at": starts, "ends_at": starts + timedelta(minutes=30)},
                {"title": self._title()},
                {"rooms": [fresh(one) for one in self.draw.sample(self.rooms, self.draw.randrange(3))]},
                {"parts": self.draw.sample(parts, self.draw.randrange(3))},
                {"join_url": self.draw.choice(["", f"https://meet.example/room{self.next()}"])},
            ]
        )
        programme.save_session(fresh(self.event), row, **values)

    def session_status(self) -> None:
        programme.set_status(fresh(self.draw.choice(self.sessions)), self.draw.choice(list(SessionStatus)))

    def delete_session(self) -> None:
        row = self.draw.choice(self.sessions)
        programme.delete_session(fresh(row))
        self.sessions.remove(row)

    def rename_room(self) -> None:
        room = fresh(self.draw.choice(self.rooms))
        words = LocalizedText(en=str(room.name).swapcase(), ja="室")
        programme.save_room(fresh(self.event), room, name=words, venue=room.venue)

    def release(self) -> None:
        self.make.release(fresh(self.event))

    # ---- guests and speakers ----

    def option(self) -> None:
        row: AttendanceOption = fresh(self.draw.choice(self.options))
        setup.save_option(
            fresh(self.event),
            row,
            mode=self.draw.choice([Mode.IN_PERSON, Mode.ONLINE]),
            title=LocalizedText(),
            capacity=self.draw.choice([None, 2, 3]),
            access=row.access,
        )

    def register(self) -> None:
        removed = [one for one in map(fresh, self.guests) if not one.status.active]
        email = (
            self.draw.choice(removed).email if removed and self.draw.random() < 0.7 else f"new{self.next()}@example.org"
        )
        answers = registration.RegistrationInput(email, "Guest", zone=self.draw.choice(["", "Europe/Berlin"]))
        if fresh(self.event).public:
            self.guests.append(
                registration.register(fresh(self.event), answers, option=fresh(self.draw.choice(self.options)))
            )

    def guest(self) -> None:
        row = self._guest()
        verbs: list[Callable[[Registration], object]] = [
            edits.new_link,
            registration.cancel,
            decisions.approve,
            decisions.decline,
        ]
        self.draw.choice(verbs)(row)

    def other_option(self) -> None:
        edits.change_option(self._guest(), fresh(self.draw.choice(self.options)))

    def sign_up(self) -> None:
        wait = self.draw.random() < 0.5
        sign_ups.sign_up(self._guest(), fresh(self.draw.choice(self.sessions)).code, wait=wait)

    def release_seat(self) -> None:
        sign_ups.release(self._guest(), fresh(self.draw.choice(self.sessions)).code)

    def _ask(self, person: Any) -> None:
        email = f"{fresh(person).code.lower()}@example.org"
        if self.draw.random() < 0.3:
            email = f"other-{email}"
        speakers.ask(fresh(self.event), fresh(person), email=email, language="en", draft=DRAFT)

    def ask(self) -> None:
        self._ask(self.draw.choice(self.people))

    def answer(self) -> None:
        link = self.draw.choice(self.links())
        speakers.answer(link, yes=self.draw.random() < 0.7)

    def links(self) -> list[SpeakerLink]:
        return list(db.session.scalars(select(SpeakerLink).order_by(SpeakerLink.id)))

    def step(self) -> str:
        """Do something, and return a description."""
        action = self.draw.choice(
            [
                self.times,
                self.zone,
                self.place,
                self.spelling,
                self.event_link,
                self.own_links,
                self.venue,
                self.audience,
                self.status,
                self.new_session,
                self.save_session,
                self.save_session,
                self.save_session,
                self.session_status,
                self.delete_session,
                self.rename_room,
                self.release,
                self.release,
                self.release,
                self.option,
                self.register,
                self.guest,
                self.other_option,
                self.sign_up,
                self.sign_up,
                self.release_seat,
                self.ask,
                self.answer,
                self.answer,
            ]
        )
        return attempt(action, alone={self.release, self.new_session})
