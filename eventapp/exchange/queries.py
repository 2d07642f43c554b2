"""What an import compares with, what an export writes, and files that wait."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from eventapp.core.db import db
from eventapp.core.revisions import Revision
from eventapp.directory.models import Person
from eventapp.events.models import Event
from eventapp.exchange.compare import People, Present
from eventapp.exchange.incoming import Incoming
from eventapp.exchange.models import Upload
from eventapp.programme import queries as programme
from eventapp.programme.models import Participation, Room, Session
from eventapp.programme.published import (
    Document,
    PublishedPart,
    PublishedRoom,
    PublishedSession,
    PublishedSite,
    PublishedTrack,
)
from eventapp.programme.rules import shown


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


def _with(column: object, values: Iterable[str]) -> list[Person]:
    wanted = sorted(values)
    found: list[Person] = []
    for start in range(0, len(wanted), 500):
        found += db.session.scalars(select(Person).where(column.in_(wanted[start : start + 500])))  # type: ignore[attr-defined]
    return found


def version(event: Event) -> str:
    """What the event's content was changed to last: a report of another version is out of date."""
    row = db.session.execute(select(Revision.number).where(Revision.scope == f"event:{event.id}")).scalar()
    return str(row or 0)


def upload(event: Event, key: str) -> Upload | None:
    """A file that waits, with its content."""
    query = select(Upload).where(Upload.event_id == event.id, Upload.key == key).options(undefer(Upload.data))
    return db.session.scalar(query)


def document(event: Event, *, draft: bool = False) -> Document:
    """The programme to be written, from the working sessions: what is public, or with drafts that have a time.

    The one place to change once releases are what the public sees.
    """
    now = present(event)
    timed = [s for s in now.sessions if s.starts_at is not None and (draft or shown(s.status))]
    sessions = sorted(timed, key=lambda s: (s.starts_at, s.ends_at, s.id))
    rooms = {room.id: _room(room) for room in now.rooms}
    tracks = {track.id: PublishedTrack(track.slug, track.name, track.colour) for track in now.tracks}
    return Document(
        tuple(rooms.values()), tuple(tracks.values()), tuple(_session(session, rooms, tracks) for session in sessions)
    )


def named(document: Document) -> dict[int, Person]:
    """The people of a document, by number."""
    ids = sorted({part.person_id for session in document.sessions for part in session.participations})
    found: dict[int, Person] = {}
    for start in range(0, len(ids), 500):
        found |= {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(ids[start : start + 500])))}
    return found


def _room(room: Room) -> PublishedRoom:
    at = room.site
    site = PublishedSite(at.slug, at.name, at.address, at.latitude, at.longitude) if at else None
    return PublishedRoom(room.id, room.slug, room.name, room.online, room.capacity, site)


def _session(session: Session, rooms: dict[int, PublishedRoom], tracks: dict[int, PublishedTrack]) -> PublishedSession:
    assert session.starts_at is not None and session.ends_at is not None
    return PublishedSession(
        id=session.id, code=session.code, uid=session.uid, guid=session.guid or "", sequence=session.sequence,
        kind=session.kind, status=session.status, title=session.title, subtitle=session.subtitle,
        abstract=session.abstract, starts_at=session.starts_at, ends_at=session.ends_at, spoken=tuple(session.spoken),
        interpreted=tuple(session.interpreted), capacity=session.capacity, do_not_record=session.do_not_record,
        links=tuple(session.links), updated_at=session.updated_at,
        track=tracks.get(session.track_id) if session.track_id else None,
        rooms=tuple(rooms[room.id] for room in session.rooms),
        participations=tuple(
            PublishedPart(p.person_id, p.role, p.mode) for p in session.participations if p.confirmed
        ),
    )  # fmt: skip
