"""Reads the programme for imports and exports, and stored uploads."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload, undefer

from eventapp.accounts.models import User
from eventapp.core.db import db
from eventapp.core.parts import in_parts
from eventapp.core.revisions import Revision
from eventapp.directory.models import Person, ShownPerson
from eventapp.events.models import Event
from eventapp.exchange.compare import CurrentProgramme
from eventapp.exchange.incoming import Incoming
from eventapp.exchange.models import KnownColumns, Upload
from eventapp.exchange.people import People
from eventapp.programme import profiles, releases
from eventapp.programme import queries as programme
from eventapp.programme.models import Participation, Session
from eventapp.programme.published import Document


class ExportState(StrEnum):
    """Which programme a file contains: the public one, that of the next release, or drafts as well."""

    PUBLIC = "public"
    READY = "ready"
    DRAFT = "draft"


def present(event: Event) -> CurrentProgramme:
    """The team's current programme: five statements."""
    options = [
        selectinload(Session.rooms),
        joinedload(Session.track),
        selectinload(Session.participations).options(
            joinedload(Participation.person), joinedload(Participation.at_event)
        ),
    ]
    sessions = db.session.scalars(
        select(Session).where(Session.event_id == event.id).options(*options).order_by(Session.id)
    )
    return CurrentProgramme(list(sessions), programme.rooms(event), programme.tracks(event), event.spoken)


def people(present: CurrentProgramme, incoming: Incoming, by: User | None) -> People:
    """Everybody at the event, and people whom the file names by guid or code, as far as `by` may find them.

    `by` None: the command line, which finds everybody.
    """
    named = [person for session in incoming.sessions for person in session.people or ()]
    guids, codes = {person.guid for person in named} - {""}, {person.code for person in named} - {""}
    found: dict[int, Person] = {}
    if guids or codes:
        identified = [*_with(Person.guid, guids, by), *_with(Person.code, codes, by)]
        found |= {person.id: person for person in identified}
    if any(guid.startswith("00000000-0000-8000-8") for guid in guids):
        # Numbers in our own files are derived from codes, so they can only be found by deriving them again.
        query = select(Person).where(Person.guid.is_(None), profiles.visible(by))
        found |= {p.id: p for p in db.session.scalars(query)}
    return People(present.sessions, list(found.values()))


def elsewhere(event: Event, people: Iterable[int]) -> set[int]:
    """Those of the people whom another event knows as well."""
    wanted, found = sorted(people), set[int]()
    for part in in_parts(wanted):
        found |= profiles.known_elsewhere(event, part)
    return found


def _with(column: InstrumentedAttribute[Any], values: Iterable[str], by: User | None) -> list[Person]:
    wanted = sorted(values)
    found: list[Person] = []
    for part in in_parts(wanted):
        found += db.session.scalars(select(Person).where(column.in_(part), profiles.visible(by)))
    return found


def taken(guids: Iterable[str], codes: Iterable[str]) -> tuple[set[str], set[str]]:
    """Those of the guids and codes that are in use by anybody, so that none is used twice."""
    found: list[set[str]] = []
    for column, values in ((Person.guid, guids), (Person.code, codes)):
        wanted, known = sorted(set(values) - {""}), set[str]()
        for part in in_parts(wanted):
            known.update(db.session.scalars(select(column).where(column.in_(part))))
        found.append(known)
    return found[0], found[1]


def version(event: Event) -> str:
    """The revision of the event's content: a report for another revision is out of date."""
    row = db.session.execute(select(Revision.number).where(Revision.scope == f"event:{event.id}:desk")).scalar()
    return str(row or 0)


def upload(event: Event, key: str, *, content: bool = False) -> Upload | None:
    """A stored file with the result of reading it; with its `content` if it must be read again."""
    more = [undefer(Upload.read), *([undefer(Upload.data)] if content else [])]
    return db.session.scalar(select(Upload).where(Upload.event_id == event.id, Upload.key == key).options(*more))


def known_columns(event: Event) -> dict[str, dict[str, str]]:
    """What the columns of the event's earlier tables contained, by their heads."""
    rows = db.session.scalars(select(KnownColumns).where(KnownColumns.event_id == event.id))
    return {row.head: row.columns for row in rows}


def document(event: Event, state: ExportState) -> Document:
    """The programme to export."""
    if state is ExportState.PUBLIC:
        released = programme.document(event)
        return Document(released.rooms, released.tracks, tuple(released.listed))
    return releases.planned(event, drafts=state is ExportState.DRAFT)


def named(event: Event, document: Document) -> dict[int, ShownPerson]:
    """The people of a document of the event, by id."""
    ids = sorted({part.person_id for session in document.sessions for part in session.participations})
    found: dict[int, ShownPerson] = {}
    for part in in_parts(ids):
        found |= programme.people_by_id(event, part, positions=False)
    return found
