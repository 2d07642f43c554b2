"""An event of a given size, written directly to the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from eventapp import lifecycle
from eventapp.agenda import operations as agenda
from eventapp.core import tokens
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Person
from eventapp.programme import queries as programme
from eventapp.programme import releases
from eventapp.programme.models import Participation, Room, Session, Track
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus
from eventapp.registration import setup
from eventapp.registration.models import Contact, Registration
from eventapp.registration.rules import RegistrationStatus, name_key, searchable

AGENDA = "the-agenda-of-a-benchmark"
START = datetime(2031, 3, 18, 0, 0, tzinfo=UTC)


def fill(slug: str, *, sessions: int, registrations: int) -> None:
    """A published event over four days in ten rooms, with two speakers per session."""
    with transaction():
        event = lifecycle.create_event(
            owner=None,
            slug=slug,
            title=LocalizedText(en="Summit of cities", ja="都市サミット"),
            purpose=LocalizedText(en="To compare what works.", ja="取り組みを比べます。"),
            starts_at=START,
            ends_at=START + timedelta(days=4),
            zone="Asia/Tokyo",
            working_languages=["en", "ja"],
            counts_public=True,
            venue_name=LocalizedText(en="Hall", ja="会館"),
        )
        lifecycle.publish_event(event)
        option = setup.save_option(event, None, mode=Mode.IN_PERSON, title=LocalizedText(), capacity=10_000_000)
        rooms = [
            Room(event_id=event.id, slug=f"room-{n}", name=LocalizedText(en=f"Room {n}"), position=n) for n in range(10)
        ]
        tracks = [
            Track(event_id=event.id, slug=f"t-{n}", name=LocalizedText(en=f"Track {n}"), colour=n + 1) for n in range(5)
        ]
        people = [
            Person(family=LocalizedText(en=f"Family{n}", ja="山田"), given=LocalizedText(en="Given", ja=f"{n}"))
            for n in range(sessions)
        ]
        db.session.add_all([*rooms, *tracks, *people])
        db.session.flush()
        per_room = -(-sessions // (10 * 4))
        minutes = max(10 * 60 // max(per_room, 1), 5)
        for n in range(sessions):
            day, rest = divmod(n, 10 * per_room)
            slot, room = divmod(rest, 10)
            start = START + timedelta(days=day, minutes=slot * minutes)
            db.session.add(
                Session(
                    event=event,
                    event_id=event.id,
                    title=LocalizedText(en=f"Session {n} on what cities do", ja=f"都市の取り組み {n}"),
                    abstract=LocalizedText(en="What was tried, what it cost, and what came of it. " * 4),
                    kind=SessionKind.LECTURE,
                    status=SessionStatus.PUBLISHED,
                    starts_at=start,
                    ends_at=start + timedelta(minutes=minutes),
                    track=tracks[n % 5],
                    spoken=["en"],
                    interpreted=["ja"],
                    rooms=[rooms[room]],
                    participations=[
                        Participation(person=people[n], role=ParticipationRole.LECTURER, mode=Mode.IN_PERSON),
                        Participation(
                            person=people[(n + 1) % sessions], role=ParticipationRole.MODERATOR, mode=Mode.ONLINE
                        ),
                    ],
                )
            )
        db.session.flush()
        releases.release(event, despite_errors=True)
        rows = [
            {
                "event_id": event.id,
                "option_id": option.id,
                "status": RegistrationStatus.CONFIRMED,
                "family_name": f"Family{n}",
                "name_key": name_key(f"Family{n}", ""),
                "organization_name": f"City {n % 400}",
                "searchable": searchable(f"Family{n}", "", f"City {n % 400}"),
                "country_code": ["JP", "DE", "US", "BD"][n % 4],
                "token": tokens.token(),
                "uid": tokens.uid(),
            }
            for n in range(registrations)
        ]
        created = insert(Contact).returning(Contact.id, sort_by_parameter_order=True)
        for first in range(0, len(rows), 1000):
            some = rows[first : first + 1000]
            addresses = [f"p{n}@example.org" for n in range(first, first + len(some))]
            contacts = [{"event_id": event.id, "email": email, "email_key": email} for email in addresses]
            numbers = db.session.scalars(created, contacts)
            db.session.execute(
                insert(Registration), [row | {"contact_id": n} for row, n in zip(some, numbers, strict=True)]
            )
        option.seats_taken = registrations
        codes = programme.document(event).by_code
        agenda.open_agenda(f"{slug}/{code}" for code in codes).token = AGENDA
