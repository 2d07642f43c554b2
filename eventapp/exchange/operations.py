"""Operations of an import: compare, apply all or nothing, and store a file until the report has been read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts.models import User
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import TAG, LocalizedText
from eventapp.core.refusals import Refused, WasDeleted
from eventapp.directory import operations as directory
from eventapp.directory.models import Person
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.exchange import compare, queries
from eventapp.exchange.compare import Outcome, Report, SessionImport, shown
from eventapp.exchange.incoming import Incoming, Options, Problem
from eventapp.exchange.language_names import text_language
from eventapp.exchange.models import KnownColumns, Upload
from eventapp.exchange.people import Match, wanted_parts
from eventapp.exchange.rows import head_of
from eventapp.programme import operations as programme
from eventapp.programme.models import Room, Session, Track
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import SessionKind

KEPT = timedelta(days=1)
_COLOURS = 6


def options_for(event: Event, options: Options) -> Options:
    """The options completed with facts of the event, and with what its earlier tables contained.

    Raises Refused for an invalid zone or language.
    """
    if options.zone and options.zone not in clock.zones():
        raise Refused(_("Choose a time zone from the list, such as Asia/Tokyo."), field="zone")
    if options.language and not TAG.fullmatch(options.language):
        raise Refused(_("Enter a language code such as en or ja."), field="language")
    return replace(options, own_uid=event.uid, home=event.zone, remembered=queries.known_columns(event))


def compared(event: Event, incoming: Incoming, options: Options, *, by: User | None = None) -> Report:
    """The dry run of a file that was read; it only reads the programme.

    `by`: the user who imports; people whom they may not find count as new. None for the command line.
    """
    present = queries.present(event)
    stated = options.language or incoming.language
    spoken = [*event.working_languages, *event.languages]
    report = compare.compare(
        incoming,
        present,
        queries.people(present, incoming, by),
        candidates=list(dict.fromkeys([stated, *spoken] if stated else spoken)),
        stated=bool(stated),
        add_only=options.add_only,
    )
    # A file of this team does not change what other teams show of a person.
    others = queries.elsewhere(event, report.biographies)
    own = {number: words for number, words in report.biographies.items() if number not in others}
    return _checked(event, replace(report, biographies=own))


def _checked(event: Event, report: Report) -> Report:
    """The report after the rules for all sessions, so that what they refuse is already refused here."""
    accepted, refused = [], []
    for change in report.changes:
        try:
            if change.outcome in {Outcome.CREATED, Outcome.CHANGED}:
                values = change.values
                programme.check_session(
                    event,
                    title=values["title"],
                    starts_at=values["starts_at"],
                    ends_at=values["ends_at"],
                    timed=values["timed"],
                    links=values.get("links"),
                    minutes=values.get("minutes"),
                )
                _check_new(change)
            accepted.append(change)
        except Refused as refusal:
            sentence = _("“%(title)s”: %(message)s", title=change.title, message=refusal.message)
            refused.append(Problem(change.where, sentence))
    return _needed(replace(report, changes=tuple(accepted), problems=(*report.problems, *refused)), left=report.changes)


def _needed(report: Report, *, left: Sequence[SessionImport]) -> Report:
    """The report without new rooms, tracks and people that only refused entries have."""
    coming = [change for change in report.changes if change.outcome in {Outcome.CREATED, Outcome.CHANGED}]
    if not coming:
        return replace(report, new_rooms=(), new_tracks=(), new_people=())
    rooms = {key for change in coming for key in change.rooms}
    unused_rooms = {key for change in left for key in change.rooms} - rooms
    unused_tracks = {change.track for change in left} - {change.track for change in coming}
    people = {match.incoming.name for change in coming for match in change.people or ()}
    return replace(
        report,
        new_rooms=tuple(key for key in report.new_rooms if key not in unused_rooms),
        new_tracks=tuple(key for key in report.new_tracks if key not in unused_tracks),
        new_people=tuple(name for name in report.new_people if name in people),
    )


def _check_new(change: SessionImport) -> None:
    incoming = change.incoming
    if change.outcome is Outcome.CREATED and incoming and incoming.status.value == "cancelled":
        raise Refused(_("Cancelled in the file and never imported here."))


def apply(
    event: Event, report: Report, *, by: User | None = None, upload: Upload | None = None, version: str = ""
) -> None:
    """Apply the report, all or nothing: any refusal ends the caller's transaction. Deletes the stored file, if it is
    from one; `version` is then that of the programme which the report has compared.

    Raises Refused if there is nothing to do, and if the file was imported or the programme has changed meanwhile.
    """
    if not report.changes_something:
        raise Refused(_("Nothing to import: the programme already matches the file."))
    if upload is not None:
        _wait_for_other_imports(event, upload, version)
    present = queries.present(event)
    rooms, tracks = _rooms(event, report, present.rooms), _tracks(event, report, present.tracks)
    known = queries.people(present, report.incoming, by).everybody
    people = _new_people(report)
    for person in known:
        person.biography = report.biographies.get(person.id, person.biography)
    codes = {session.code for session in present.sessions}
    try:
        with db.session.no_autoflush:
            for change in report.changes:
                if change.outcome is Outcome.REMOVED and change.session is not None:
                    programme.set_status(change.session, change.values["status"])
                elif change.outcome in {Outcome.CREATED, Outcome.CHANGED}:
                    _save(event, change, rooms=rooms, tracks=tracks, people=people, codes=codes)
        db.session.flush()
    except StaleDataError as error:
        raise Refused(_("The programme changed during the import. Nothing was imported. Please try again.")) from error
    if upload is not None:
        db.session.execute(delete(Upload).where(Upload.id == upload.id))


def _wait_for_other_imports(event: Event, upload: Upload, version: str) -> None:
    """Imports of an event are applied one after the other: each locks its file, and those of the others.

    A button that is pressed twice would import everything twice: what is new in a file collides with nothing.
    """
    files = select(Upload.id).where(Upload.event_id == event.id).order_by(Upload.id).with_for_update()
    if upload.id not in set(db.session.scalars(files)):
        raise WasDeleted(_("This file was imported in the meantime."))
    if queries.version(event) != version:
        raise Refused(outdated())


def outdated() -> str:
    """What is told of a report that shows an earlier programme."""
    return _(
        "The programme has changed since you opened this preview. Nothing was imported. Please check "
        "the updated preview."
    )


def _named(report: Report, texts: Mapping[str, str]) -> LocalizedText:
    """The names of a new room, track or person; the language of one without is detected from its script."""
    bare = texts.get("", "")
    named = {tag: text for tag, text in texts.items() if tag and text}
    if bare and bare not in named.values():
        named.setdefault(text_language(bare, report.candidates), bare)
    return LocalizedText(named)


def _rooms(event: Event, report: Report, present: Sequence[Room]) -> dict[int | str, Room]:
    found: dict[int | str, Room] = {room.id: room for room in present}
    for number, texts in report.room_names.items():
        room = found[number]
        programme.save_room(
            event,
            room,
            name=LocalizedText({**texts, **room.name}),
            venue=room.venue,
            online=room.online,
            capacity=room.capacity,
        )
    venues = events.venues(event) if report.new_rooms else []
    for key in report.new_rooms:
        found[key] = programme.save_room(
            event,
            None,
            name=_named(report, report.incoming.rooms[key]),
            # With one venue there is nothing to ask.
            venue=venues[0] if len(venues) == 1 else None,
            capacity=report.incoming.capacities.get(key),
        )
    return found


def _tracks(event: Event, report: Report, present: Sequence[Track]) -> dict[int | str, Track]:
    found: dict[int | str, Track] = {track.id: track for track in present}
    for number, texts in report.track_names.items():
        track = found[number]
        programme.save_track(event, track, name=LocalizedText({**texts, **track.name}), colour=track.colour)
    for number, key in enumerate(report.new_tracks, len(present)):
        name = _named(report, report.incoming.tracks[key])
        found[key] = programme.save_track(event, None, name=name, colour=number % _COLOURS + 1)
    return found


def _new_people(report: Report) -> dict[object, Person]:
    """Create the people of the file who are new here. Names are not split, as it is unknown which part is the family
    name.
    """
    matches: dict[object, Match] = {}
    for change in report.changes:
        for match in change.people or ():
            if match.person is None:
                matches.setdefault(match.key, match)
    named = [match.incoming for match in matches.values()]
    # A person of another team may have them: the new person then gets none.
    guids, codes = queries.taken((one.guid for one in named), (one.code for one in named))
    made: dict[object, Person] = {}
    for key, match in matches.items():
        incoming = match.incoming
        family = _named(report, incoming.names or {"": incoming.name})
        person = Person(family=family, biography=_named(report, incoming.biography))
        if incoming.guid and incoming.guid not in guids:
            person.guid = incoming.guid
        if re.fullmatch(r"[A-Z0-9]{4,12}", incoming.code) and incoming.code not in codes:
            person.code = incoming.code
            codes.add(incoming.code)
        made[key] = person
    directory.add_people(made.values())
    return made


def _save(
    event: Event,
    change: SessionImport,
    *,
    rooms: Mapping[int | str, Room],
    tracks: Mapping[int | str, Track],
    people: Mapping[object, Person],
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
        rooms=[rooms[key] for key in change.rooms],
        track=tracks[change.track] if change.track else None,
        parts=_parts(session, change, people),
        flush=False,
        **values,
    )


def _parts(
    session: Session | None, change: SessionImport, people: Mapping[object, Person]
) -> list[ParticipationInput] | None:
    """The people of the file in its order; then people that no file contains, such as interpreters."""
    if change.people is None:
        return None
    present = session.participations if session else []
    seen = shown(session) if session else []
    parts = [
        ParticipationInput(match.person or people[match.key], role, mode)
        for match, role, mode in wanted_parts(change.people, seen)
    ]
    taken = {(part.person, part.role) for part in parts}
    hidden = [part for part in present if part not in seen and (part.person, part.role) not in taken]
    return parts + [ParticipationInput(part.person, part.role, part.mode) for part in hidden]


def keep(event_id: int, data: bytes, options: Options, read: bytes, *, name: str) -> Upload:
    """Store a file with the result of reading it (see `reading.py`) for the report. Deletes old files."""
    forget_old()
    upload = Upload(event_id=event_id, name=name[:200], data=data, options=_stored(options), read=read)
    db.session.add(upload)
    db.session.flush()
    return upload


def restate(event: Event, upload: Upload, options: Options, read: bytes, found: Incoming) -> None:
    """Change the options of a stored file, with the result of reading it again. What the columns of a table contain is
    remembered for the next file of the event with the same head.
    """
    upload.options = _stored(options)
    upload.read = read
    if options.exact and found.columns:
        _remember(event, head_of([column.name for column in found.columns]), dict(options.columns))
    db.session.flush()


def _remember(event: Event, head: str, columns: dict[str, str]) -> None:
    query = select(KnownColumns).where(KnownColumns.event_id == event.id, KnownColumns.head == head)
    row = db.session.scalar(query)
    if row is None:
        row = KnownColumns(event_id=event.id, head=head)
        db.session.add(row)
    row.columns = columns


def options_of(upload: Upload) -> Options:
    """The options of a stored file."""
    return Options(**upload.options)


def _stored(options: Options) -> dict[str, object]:
    found: dict[str, object] = {"zone": options.zone, "language": options.language, "columns": dict(options.columns)}
    return found | {name: True for name in ("add_only", "exact") if getattr(options, name)}


def forget_old(*, at: datetime | None = None) -> int:
    """Delete files older than a day and return their number."""
    done = db.session.execute(delete(Upload).where(Upload.created_at < (at or clock.now()) - KEPT))
    return int(done.rowcount)  # type: ignore[attr-defined]
