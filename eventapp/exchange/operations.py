"""Verbs of an import: compare, apply all or nothing, and keep a file until somebody has read the report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.words import TAG, Words
from eventapp.directory import operations as directory
from eventapp.directory.models import Person
from eventapp.events.models import Event
from eventapp.exchange import compare, formats, queries
from eventapp.exchange.compare import Change, Outcome, People, Report, shown
from eventapp.exchange.incoming import IncomingPerson, Options, Problem
from eventapp.exchange.models import Upload
from eventapp.programme import operations as programme
from eventapp.programme.models import Room, Session, Track
from eventapp.programme.operations import Part
from eventapp.programme.rules import ParticipationRole, SessionKind

KEPT = timedelta(days=1)
_COLOURS = 6


def plan(event: Event, data: bytes, options: Options, *, format: str = "") -> Report:
    """The dry run: what an import would do. Changes nothing.

    Raises Refused where the file as a whole can't be read; its field is file, zone, language or columns.
    """
    if options.zone and options.zone not in clock.zones():
        raise Refused(_("Choose a time zone from the list, such as Asia/Tokyo."), field="zone")
    if options.language and not TAG.fullmatch(options.language):
        raise Refused(_("Enter a language tag, such as en or ja."), field="language")
    incoming = formats.read(data, replace(options, own_uid=event.uid, home=event.zone), format=format)
    present = queries.present(event)
    language = options.language or incoming.language or event.languages[0]
    people = queries.people(present, incoming)
    report = compare.compare(
        incoming, present, people, language=language, stated=bool(options.language or incoming.language)
    )
    return _checked(event, report)


def _checked(event: Event, report: Report) -> Report:
    """The report after the rules that hold for every session: what they refuse is refused here already."""
    kept, refused = [], []
    for change in report.changes:
        try:
            if change.outcome in {Outcome.CREATED, Outcome.CHANGED}:
                values = change.values
                programme.check_session(
                    event, title=values["title"], starts_at=values["starts_at"], ends_at=values["ends_at"],
                    links=values.get("links"), minutes=values.get("minutes"),
                )  # fmt: skip
                _check_new(change)
            kept.append(change)
        except Refused as refusal:
            refused.append(Problem(change.where, f"“{change.title}”: {refusal.message}"))
    return _needed(replace(report, changes=tuple(kept), problems=(*report.problems, *refused)), left=report.changes)


def _needed(report: Report, *, left: Sequence[Change]) -> Report:
    """The report without new rooms, tracks and people that only refused entries have."""
    coming = [change for change in report.changes if change.outcome in {Outcome.CREATED, Outcome.CHANGED}]
    if not coming:
        return replace(report, new_rooms=(), new_tracks=(), new_people=())
    rooms = {name for change in coming for name in change.rooms}
    lost_rooms = {name for change in left for name in change.rooms} - rooms
    lost_tracks = {change.track for change in left} - {change.track for change in coming}
    people = {person.name for change in coming for person in change.people or ()}
    return replace(
        report,
        new_rooms=tuple(name for name in report.new_rooms if name not in lost_rooms),
        new_tracks=tuple(name for name in report.new_tracks if name not in lost_tracks),
        new_people=tuple(name for name in report.new_people if name in people),
    )


def _check_new(change: Change) -> None:
    incoming = change.incoming
    if change.outcome is Outcome.CREATED and incoming and incoming.status.value == "cancelled":
        raise Refused(_("It is cancelled there and was never here."))


def apply(event: Event, report: Report) -> None:
    """Do what the report says, all of it or nothing: the caller's transaction ends with any refusal.

    Raises Refused where there is nothing to do.
    """
    if not report.changes_something:
        raise Refused(_("There is nothing to import: everything is as the file says."))
    present = queries.present(event)
    rooms, tracks = _rooms(event, report, present.rooms), _tracks(event, report, present.tracks)
    people = _People(queries.people(present, report.incoming), report.language)
    codes = {session.code for session in present.sessions}
    with db.session.no_autoflush:
        for change in report.changes:
            if change.outcome is Outcome.REMOVED and change.session is not None:
                programme.set_status(change.session, change.values["status"])
            elif change.outcome in {Outcome.CREATED, Outcome.CHANGED}:
                _save(event, change, rooms=rooms, tracks=tracks, people=people, codes=codes)
    db.session.flush()


def _rooms(event: Event, report: Report, present: Sequence[Room]) -> dict[str, Room]:
    found = {name: room for room in present for name in room.name.values()}
    for name in report.new_rooms:
        found[name] = programme.save_room(
            event, None, name=Words({report.language: name}), capacity=report.incoming.capacities.get(name)
        )
    return found


def _tracks(event: Event, report: Report, present: Sequence[Track]) -> dict[str, Track]:
    found = {name: track for track in present for name in track.name.values()}
    for number, name in enumerate(report.new_tracks, len(present)):
        words = Words({report.language: name})
        found[name] = programme.save_track(event, None, name=words, colour=number % _COLOURS + 1)
    return found


class _People:
    """People of the file as rows: known ones as they are, new ones made once."""

    def __init__(self, known: People, language: str) -> None:
        self.known, self.language = known, language
        self.made: dict[object, Person] = {}

    def person(self, incoming: IncomingPerson) -> Person:
        known = self.known.of(incoming)
        if known is not None:
            return known
        key = incoming.guid or incoming.name
        if key not in self.made:
            # One name in one piece: nobody can tell which part of it is the family's.
            person = directory.save_person(None, family=Words({self.language: incoming.name}), given=Words())
            person.guid = incoming.guid or None
            if re.fullmatch(r"[A-Z0-9]{4,12}", incoming.code) and incoming.code not in self.known.by_code:
                person.code = incoming.code
            self.made[key] = person
        return self.made[key]


def _save(
    event: Event,
    change: Change,
    *,
    rooms: Mapping[str, Room],
    tracks: Mapping[str, Track],
    people: _People,
    codes: set[str],
) -> Session:
    values = dict(change.values)
    session = change.session
    if session is None and change.incoming is not None:
        code = change.incoming.code
        if code and code not in codes:
            values["code"] = code
            codes.add(code)
    kind = values.pop("kind", session.kind if session else SessionKind.LECTURE)
    return programme.save_session(
        event,
        session,
        title=values.pop("title"),
        kind=kind,
        starts_at=values.pop("starts_at"),
        ends_at=values.pop("ends_at"),
        rooms=[rooms[name] for name in change.rooms],
        track=tracks[change.track] if change.track else None,
        parts=_parts(session, change, people),
        **values,
    )


def _parts(session: Session | None, change: Change, people: _People) -> list[Part] | None:
    """The people of the file in its order, each in the role that is known here; then those whom no file knows."""
    if change.people is None:
        return None
    present = session.participations if session else []
    roles = {p.person_id: p for p in present}
    wanted = [people.person(incoming) for incoming in change.people]
    parts = [
        Part(person, roles[person.id].role, roles[person.id].mode)
        if person.id in roles
        else Part(person, ParticipationRole.SPEAKER)
        for person in wanted
    ]
    known = {id(p) for p in shown(session)} if session else set()
    return parts + [Part(p.person, p.role, p.mode) for p in present if id(p) not in known and p.person not in wanted]


def keep(event: Event, data: bytes, options: Options, *, name: str) -> Upload:
    """Keep a file for the report. Files of yesterday go."""
    forget_old()
    upload = Upload(event_id=event.id, name=name[:200], data=data, options=_stored(options))
    db.session.add(upload)
    db.session.flush()
    return upload


def restate(upload: Upload, options: Options) -> None:
    """Say something else of a file that waits."""
    upload.options = _stored(options)
    db.session.flush()


def options_of(upload: Upload) -> Options:
    """What was said of a file that waits."""
    return Options(**upload.options)


def _stored(options: Options) -> dict[str, object]:
    return {"zone": options.zone, "language": options.language, "columns": dict(options.columns)}


def forget(upload: Upload) -> None:
    """The file has been imported."""
    db.session.delete(upload)
    db.session.flush()


def forget_old(*, at: datetime | None = None) -> int:
    """Delete files that have waited for a day, and say how many."""
    done = db.session.execute(delete(Upload).where(Upload.created_at < (at or clock.now()) - KEPT))
    return int(done.rowcount)  # type: ignore[attr-defined]
