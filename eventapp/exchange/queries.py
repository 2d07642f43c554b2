"""What an import compares with, what an export writes, and files that wait."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from eventapp.core.db import db
from eventapp.core.revisions import Revision
from eventapp.directory.models import Person
from eventapp.events.models import Event
from eventapp.exchange.compare import Present
from eventapp.exchange.incoming import Incoming
from eventapp.exchange.models import Upload
from eventapp.exchange.people import People
from eventapp.programme import queries as programme
from eventapp.programme import releases
from eventapp.programme.models import Participation, Session
from eventapp.programme.published import Document


class State(StrEnum):
    """Which programme a file holds: what is public, what would be with the next release, or drafts as well."""

    PUBLIC = "public"
    READY = "ready"
    DRAFT = "draft"


def present(event: Event) -> Present:
    """The programme as the team has it: five statements."""
    options = [
        selectinload(Session.rooms),
        joinedload(Session.track),
        selectinload(Session.participations).joinedload(Participation.person),
    ]
    sessions = db.session.scalars(
        select(Session).where(Session.event_id == event.id).options(*options).order_by(Session.id)
    )
    return Present(list(sessions), programme.rooms(event), programme.tracks(event))


def people(present: Present, incoming: Incoming) -> People:
    """Everybody at the event, and whom the file names by a guid or a code."""
    named = [person for session in incoming.sessions for person in session.people or ()]
    guids, codes = {person.guid for person in named} - {""}, {person.code for person in named} - {""}
    found: dict[int, Person] = {}
    if guids or codes:
        found |= {p.id: p for p in _with(Person.guid, guids)} | {p.id: p for p in _with(Person.code, codes)}
    if any(guid.startswith("00000000-0000-8000-8") for guid in guids):
        # Numbers of our own files are made from codes, so they are found only by making them again.
        found |= {p.id: p for p in db.session.scalars(select(Person).where(Person.guid.is_(None)))}
    return People(present.sessions, list(found.values()))


def elsewhere(event: Event, people: Iterable[int]) -> set[int]:
    """Those of the people who have a part in another event, too."""
    wanted, found = sorted(people), set[int]()
    for start in range(0, len(wanted), 500):
        query = (
            select(Participation.person_id)
            .join(Session, Session.id == Participation.session_id)
            .where(Session.event_id != event.id, Participation.person_id.in_(wanted[start : start + 500]))
        )
        found.update(db.session.scalars(query))
    return found


def _with(column: object, values: Iterable[str]) -> list[Person]:
    wanted = sorted(values)
    found: list[Person] = []
    for start in range(0, len(wanted), 500):
        found += db.session.scalars(select(Person).where(column.in_(wanted[start : start + 500])))  # type: ignore[attr-defined]
    return found


def version(event: Event) -> str:
    """What the event's content was changed to last: a report of another version is out of date."""
    row = db.session.execute(select(Revision.number).where(Revision.scope == f"event:{event.id}:desk")).scalar()
    return str(row or 0)


def upload(event: Event, key: str, *, content: bool = False) -> Upload | None:
    """A file that waits, with what was read of it; with its `content` where it must be read anew."""
    more = [undefer(Upload.read), *([undefer(Upload.data)] if content else [])]
    return db.session.scalar(select(Upload).where(Upload.event_id == event.id, Upload.key == key).options(*more))


def document(event: Event, state: State) -> Document:
    """The programme to be written."""
    if state is State.PUBLIC:
        released = programme.document(event)
        return Document(released.rooms, released.tracks, tuple(released.listed))
    return releases.planned(event, drafts=state is State.DRAFT)


def named(document: Document) -> dict[int, Person]:
    """The people of a document, by number."""
    ids = sorted({part.person_id for session in document.sessions for part in session.participations})
    found: dict[int, Person] = {}
    for start in range(0, len(ids), 500):
        found |= {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(ids[start : start + 500])))}
    return found
