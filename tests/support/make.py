"""Builders for tests: state what matters, the rest has sensible defaults. Each commits, so that requests can see it."""

from __future__ import annotations

import io
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import time_machine
from flask_security.utils import hash_password
from PIL import Image
from sqlalchemy import inspect, select

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.accounts.rules import Role
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory import operations as directory
from eventapp.directory.models import Organization, Person
from eventapp.directory.rules import OrganizationKind
from eventapp.events import operations as events
from eventapp.events.models import Event, Venue
from eventapp.events.rules import EventStatus
from eventapp.mail.models import PendingNotification
from eventapp.mail.pending import CHANGES
from eventapp.media import operations as pictures
from eventapp.media import storage
from eventapp.media.models import Photo
from eventapp.media.rules import PictureUse
from eventapp.media.variants import variants
from eventapp.notifications.scan import scan
from eventapp.notifications.tasks import send_due, send_one
from eventapp.programme import operations as programme
from eventapp.programme import releases
from eventapp.programme.models import EventPerson, Release, Room, Session, Track
from eventapp.programme.rules import Mode, SessionKind, SessionStatus
from eventapp.registration import operations as registration
from eventapp.registration import setup, setup_seats
from eventapp.registration.models import AttendanceOption, Registration, SeatPool
from eventapp.registration.rules import Access, AddressCheck

# Far enough ahead to be open for registration, whenever the tests run.
START = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)


PASSWORD = "correct horse battery"


@cache
def _hashed() -> str:
    return str(hash_password(PASSWORD))


def words(text: str | LocalizedText | None, **more: str) -> LocalizedText:
    """An English text, or the LocalizedText given."""
    return text if isinstance(text, LocalizedText) else LocalizedText(en=text or "", **more)


def fresh(thing: Any) -> Any:
    """The row reread from the database. Its id is known: to ask an expired object for it is to read the row twice."""
    return db.session.get_one(type(thing), inspect(thing).identity or thing.id, populate_existing=True)


class Make:
    """The builders; one instance per test."""

    def __init__(self) -> None:
        self._owner: User | None = None
        self._number = 0

    def next(self) -> int:
        self._number += 1
        return self._number

    def user(self, email: str = "", *, admin: bool = False) -> User:
        """A user with the password PASSWORD, hashed once for all tests because hashing is slow on purpose."""
        with transaction():
            user = User(
                email=email or f"user{self.next()}@example.org",
                password=_hashed(),
                name="Aoi",
                admin=admin,
                fs_uniquifier=secrets.token_hex(8),
            )
            db.session.add(user)
        return user

    def owner(self) -> User:
        """The organizer of all events created here."""
        if self._owner is None:
            self._owner = self.user("organizer@example.org")
        return self._owner

    def event(
        self, slug: str = "", *, title: str | LocalizedText = "", owner: User | None = None, **values: Any
    ) -> Event:
        """A published public event on 18 March 2031, 10:00–18:00 in Tokyo."""
        status = values.pop("status", EventStatus.PUBLISHED)
        values.setdefault("starts_at", START)
        values.setdefault("ends_at", values["starts_at"] + timedelta(hours=8))
        values.setdefault("zone", "Asia/Tokyo")
        values.setdefault("country_code", "JP")
        values.setdefault("working_languages", ["en", "ja"])
        owner = owner or self.owner()
        # Registrations are confirmed at once, unless a test is about the check of addresses.
        check = values.pop("address_check", AddressCheck.NEVER)
        with transaction():
            if status is not EventStatus.DRAFT:
                # At once, for most tests need no venue, which an event must have to be published.
                values |= {"status": EventStatus.PUBLISHED, "sequence": 1}
            event = lifecycle.create_event(
                owner=owner,
                slug=slug or f"event-{self.next()}",
                title=words(title or "Forum of cities", **({} if title else {"ja": "都市フォーラム"})),
                **values,
            )
            event.status = status
            setup_seats.save_settings(event, address_check=check, hold_minutes=30)
        return event

    def member(self, event: Event, role: Role) -> User:
        user = self.user()
        with transaction():
            events.set_member(event, user, role)
        return user

    def room(self, event: Event, name: str = "", **values: Any) -> Room:
        with transaction():
            return programme.save_room(event, None, name=words(name or f"Room {self.next()}"), **values)

    def venue(self, event: Event, name: str = "Arena", **values: Any) -> Venue:
        with transaction():
            return events.save_venue(event, None, name=words(name), address=words("1-1 Chuo"), **values)

    def photo(self, event: Event, use: PictureUse, *, shown: bool = True, **of: int) -> Photo:
        """A picture in one colour that the public sees, with its files in the storage."""
        out = io.BytesIO()
        Image.new("RGB", (640, 400), "seagreen").save(out, "JPEG")
        files = variants(out.getvalue(), use)
        pictures.store_files(files, storage.store())
        with transaction():
            made = pictures.add_photo(db.session.merge(event), use, files, of=of)
            made.shown = shown
        return made

    def track(self, event: Event, name: str = "", *, colour: int = 1) -> Track:
        with transaction():
            return programme.save_track(event, None, name=words(name or f"Track {self.next()}"), colour=colour)

    def person(
        self,
        family: str | LocalizedText = "Lovelace",
        given: str | LocalizedText = "Ada",
        *,
        at: Event | None = None,
        **values: Any,
    ) -> Person:
        """A person of the directory, known to the team of one event if given."""
        with transaction():
            person = directory.save_person(None, family=words(family), given=words(given), **values)
            if at is not None:
                db.session.add(EventPerson(event_id=at.id, person_id=person.id))
        return person

    def session(
        self,
        event: Event,
        title: str | LocalizedText = "",
        *,
        minutes: int = 60,
        starts_at: datetime | None = None,
        status: SessionStatus = SessionStatus.PUBLISHED,
        people: list[Person] | None = None,
        release: bool = True,
        **values: Any,
    ) -> Session:
        """A session in the first hour of the event, released at once unless it is a draft."""
        start = starts_at or event.starts_at
        with transaction():
            session = programme.save_session(
                event,
                None,
                title=words(title or f"Session {self.next()}"),
                kind=values.pop("kind", SessionKind.LECTURE),
                starts_at=start,
                ends_at=start + timedelta(minutes=minutes),
                parts=[programme.ParticipationInput(person) for person in people or []],
                **values,
            )
            programme.set_status(session, status)
        if status is not SessionStatus.DRAFT and release:
            self.release(event)
        return session

    def release(self, event: Event, **values: Any) -> Release:
        """Publish the current programme, whatever is wrong with it."""
        values.setdefault("despite_errors", True)
        with transaction():
            return releases.release(event, **values)

    def tell(self, *, minutes: float = 11) -> int:
        """Run the worker: scan for changes now, and write the e-mails about them that would be due minutes later.

        Returns how many were about changes; those about actions, such as a registration, are written and not counted.
        """
        acts = select(PendingNotification.id).where(PendingNotification.kind.not_like(f"%.{CHANGES}"))
        for number in db.session.scalars(acts.order_by(PendingNotification.id)).all():
            send_one(number)
        scan()
        with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
            written = send_due()
        db.session.rollback()
        db.session.expire_all()
        return written

    def option(self, event: Event, mode: Mode = Mode.IN_PERSON, **values: Any) -> AttendanceOption:
        with transaction():
            return setup.save_option(event, None, mode=mode, title=words(values.pop("title", None)), **values)

    def pool(self, event: Event, *, capacity: int) -> SeatPool:
        """Seats that options of the event can share."""
        with transaction():
            return setup_seats.save_pool(event, None, title=words("Hall"), capacity=capacity)

    def approval_option(self, event: Event, **values: Any) -> AttendanceOption:
        return self.option(event, access=Access.APPROVAL, **values)

    def registration(self, event: Event, option: AttendanceOption, email: str = "", **values: Any) -> Registration:
        # Names of people who come along, as "Given Family".
        names = [name.partition(" ") for name in values.pop("companions", ())]
        companions = [
            registration.RegistrationInput(email="", family_name=family or "Guest", given_name=given)
            for given, _space, family in names
        ]
        together = values.pop("together", False)
        answers = registration.RegistrationInput(
            email=email or f"guest{self.next()}@example.org",
            family_name=values.pop("family_name", "Guest"),
            given_name=values.pop("given_name", "One"),
            **values,
        )
        with transaction():
            return registration.register(event, answers, option=option, companions=companions, together=together)

    def organization(
        self, name: str | LocalizedText, kind: OrganizationKind = OrganizationKind.COMPANY, **values: Any
    ) -> Organization:
        with transaction():
            return directory.add_organization(kind=kind, names=words(name), **values)
