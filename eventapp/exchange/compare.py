"""A file beside the programme as the team has it: what would be new, other, the same, gone, refused. No database.

A session is found by its guid, else by its code, else by title and start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.words import Words
from eventapp.directory.models import Person
from eventapp.exchange import numbers
from eventapp.exchange import values as file_values
from eventapp.exchange.incoming import Incoming, IncomingPerson, IncomingSession, Problem, Texts
from eventapp.programme.models import Participation, Room, Session, Track
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus


class Outcome(Labelled):
    CREATED = "created", _l("Created")
    CHANGED = "changed", _l("Changed")
    REMOVED = "removed", _l("Removed")
    UNCHANGED = "unchanged", _l("Unchanged")


class Field(Labelled):
    """What can be different."""

    TITLE = "title", _l("Title")
    SUBTITLE = "subtitle", _l("Subtitle")
    ABSTRACT = "abstract", _l("Abstract")
    TIME = "time", _l("Time")
    ROOMS = "rooms", _l("Rooms")
    TRACK = "track", _l("Track")
    KIND = "kind", _l("Kind")
    PEOPLE = "people", _l("People")
    SPOKEN = "spoken", _l("Spoken languages")
    INTERPRETED = "interpreted", _l("Interpreted into")
    RECORDING = "do_not_record", _l("Recording")
    LINKS = "links", _l("Links")
    STATUS = "status", _l("State")
    LENGTH = "minutes", _l("Planned length")
    GUID = "guid", _l("Identifier")


class FoundBy(StrEnum):
    GUID = "guid"
    CODE = "code"
    TITLE_AND_START = "title and start"


@dataclass(frozen=True)
class Change:
    """What becomes of one session. `values` are columns of Session; rooms, track and people stand by name."""

    outcome: Outcome
    title: str
    where: str = ""
    session: Session | None = None
    incoming: IncomingSession | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    found_by: FoundBy | None = None
    rooms: tuple[str, ...] = ()
    track: str = ""
    people: tuple[IncomingPerson, ...] | None = None


@dataclass(frozen=True)
class Report:
    """The whole comparison."""

    incoming: Incoming
    language: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    new_rooms: tuple[str, ...] = ()
    new_tracks: tuple[str, ...] = ()
    new_people: tuple[str, ...] = ()

    def of(self, outcome: Outcome) -> list[Change]:
        return [change for change in self.changes if change.outcome is outcome]

    @property
    def counts(self) -> dict[Outcome, int]:
        return {outcome: len(self.of(outcome)) for outcome in Outcome}

    @property
    def refused(self) -> list[Problem]:
        """Entries that are left out."""
        return [problem for problem in self.problems if problem.whole]

    @property
    def left_out(self) -> list[Problem]:
        """Single values that are left out of entries that come in."""
        return [problem for problem in self.problems if not problem.whole]

    @property
    def changes_something(self) -> bool:
        return any(change.outcome is not Outcome.UNCHANGED for change in self.changes)


@dataclass(frozen=True)
class Present:
    """The programme as it is."""

    sessions: Sequence[Session]
    rooms: Sequence[Room]
    tracks: Sequence[Track]


class Names:
    """Things by each of their names, in all languages."""

    def __init__(self, things: Sequence[Room] | Sequence[Track]) -> None:
        self.by_name: dict[str, Any] = {}
        for thing in things:
            for name in thing.name.values():
                self.by_name.setdefault(name, thing)

    def of(self, name: str) -> Any | None:
        return self.by_name.get(name)

    def key(self, name: str) -> object:
        """The thing's number, or the name of one that is not there yet."""
        thing = self.of(name)
        return thing.id if thing is not None else name


class People:
    """Who is known: everybody at the event by name, and those with a guid or code of the file wherever they are."""

    def __init__(self, sessions: Sequence[Session], others: Sequence[Person] = ()) -> None:
        self.by_guid: dict[str, Person] = {}
        self.by_name: dict[str, Person] = {}
        self.by_code: dict[str, Person] = {}
        here = [part.person for session in sessions for part in session.participations]
        for person in [*here, *others]:
            self.by_code.setdefault(person.code, person)
            for guid in (numbers.person_guid(person), numbers.guid_of_number(numbers.person_number(person))):
                self.by_guid.setdefault(guid, person)
            if person.guid:
                self.by_guid.setdefault(person.guid, person)
        for person in here:
            for tag in {**person.family, **person.given}:
                self.by_name.setdefault(person.name(tag).text, person)

    def of(self, incoming: IncomingPerson) -> Person | None:
        if incoming.guid and incoming.guid in self.by_guid:
            return self.by_guid[incoming.guid]
        known = self.by_name.get(incoming.name) if incoming.name else None
        if known is not None and not (incoming.guid and known.guid and known.guid != incoming.guid):
            return known
        person = self.by_code.get(incoming.code) if incoming.code else None
        return person if person is not None and incoming.name in {"", *_all_names(person)} else None

    def key(self, incoming: IncomingPerson) -> object:
        person = self.of(incoming)
        return person.id if person is not None else (incoming.guid or incoming.name)


def _all_names(person: Person) -> set[str]:
    return {person.name(tag).text for tag in {**person.family, **person.given}}


def merged(present: Words, said: Texts, language: str) -> Words:
    """The texts with those that are said: other languages stay, and a text that stands there already is no news."""
    texts: dict[str, str] = dict(present)
    # Files carry texts cleaned; one that differs in what is cleaned away is the same.
    known = {
        tag: (file_values.text(text), file_values.line(text[: file_values.LONGEST_LINE]))
        for tag, text in present.items()
    }
    for tag, text in said.items():
        if text in known.get(tag, ()) or (not tag and text and any(text in texts for texts in known.values())):
            continue
        if text or tag or not present or language in present:
            texts[tag or language] = text
    return Words(texts)


def compare(incoming: Incoming, present: Present, people: People, *, language: str, stated: bool) -> Report:
    """The report. `language` is for texts that name none; where it is not `stated`, an entry's own goes before it."""
    finder = _Finder(present.sessions)
    rooms, tracks = Names(present.rooms), Names(present.tracks)
    changes: list[Change] = []
    wanted_sessions, nameless = _known_or_named(incoming, people)
    for wanted in wanted_sessions:
        session, found_by = finder.find(wanted)
        tag = language if stated else _tongue(wanted, session, language)
        changes.append(_change(wanted, session, found_by, tag, rooms, tracks, people))
    for session in present.sessions:
        if session.guid and session.id not in finder.used:
            changes.append(_removed(session))
    return Report(
        incoming,
        language,
        tuple(changes),
        (*incoming.problems, *nameless),
        tuple(name for name in incoming.rooms if rooms.of(name) is None),
        tuple(name for name in incoming.tracks if tracks.of(name) is None),
        tuple(dict.fromkeys(p.name for c in changes for p in c.people or () if people.of(p) is None)),
    )


def _tongue(wanted: IncomingSession, session: Session | None, language: str) -> str:
    """The language of an entry's texts, where nobody states it: that of its only title here, else the one it names."""
    if session is not None and len(session.title) == 1:
        return next(iter(session.title))
    if session is None or wanted.language in session.title:
        return wanted.language or language
    return language


def _known_or_named(incoming: Incoming, people: People) -> tuple[list[IncomingSession], list[Problem]]:
    """The sessions without people of whom there is only a number that nobody here has."""
    kept, problems = [], []
    for session in incoming.sessions:
        nameless = [p for p in session.people or () if not p.name and people.of(p) is None]
        if nameless:
            problems.append(Problem(session.where, _("Somebody has a number, but no name."), whole=False))
            session = replace(session, people=tuple(p for p in session.people or () if p not in nameless))
        kept.append(session)
    return kept, problems


class _Finder:
    def __init__(self, sessions: Sequence[Session]) -> None:
        self.by_guid: dict[str, Session] = {}
        self.by_code: dict[str, Session] = {}
        self.by_title: dict[tuple[str, object], list[Session]] = {}
        self.used: set[int] = set()
        for session in sessions:
            for guid in (session.guid, session.uid, numbers.session_guid(session.guid or session.uid)):
                if guid:
                    self.by_guid.setdefault(guid, session)
            self.by_code[session.code] = session
            for title in set(session.title.values()):
                self.by_title.setdefault((title.casefold(), session.starts_at), []).append(session)

    def find(self, wanted: IncomingSession) -> tuple[Session | None, FoundBy | None]:
        for session, found_by in self._candidates(wanted):
            if session is not None and session.id not in self.used:
                self.used.add(session.id)
                return session, found_by
        return None, None

    def _candidates(self, wanted: IncomingSession) -> list[tuple[Session | None, FoundBy]]:
        by_code = self.by_code.get(wanted.code) if wanted.code else None
        return [
            (self.by_guid.get(wanted.guid) if wanted.guid else None, FoundBy.GUID),
            (by_code if by_code is not None and _may_be(by_code, wanted) else None, FoundBy.CODE),
            (self._by_title(wanted), FoundBy.TITLE_AND_START),
        ]

    def _by_title(self, wanted: IncomingSession) -> Session | None:
        """Several of one title at one time are told by their end, and are taken in the order in which they came."""
        named = [
            s for title in wanted.title.values() for s in self.by_title.get((title.casefold(), wanted.starts_at), [])
        ]
        free = [s for s in named if s.id not in self.used and not (s.guid and wanted.guid and s.guid != wanted.guid)]
        same_end = [s for s in free if s.ends_at == wanted.ends_at]
        return next(iter(same_end or free), None)


def _may_be(session: Session, wanted: IncomingSession) -> bool:
    """Whether equal codes mean one session: not where both have guids of one kind that differ."""
    if not session.guid or not wanted.guid:
        return True
    return "pretalx-" in {session.guid[:8], wanted.guid[:8]}


def _removed(session: Session) -> Change:
    title = str(session.title)
    if session.status is not SessionStatus.PUBLISHED:
        return Change(Outcome.UNCHANGED, title, session=session)
    return Change(
        Outcome.REMOVED, title, session=session, values={"status": SessionStatus.DRAFT}, fields=(Field.STATUS,)
    )


def _change(
    wanted: IncomingSession,
    session: Session | None,
    found_by: FoundBy | None,
    tag: str,
    rooms: Names,
    tracks: Names,
    people: People,
) -> Change:
    present = session or _nothing()
    values = _values(wanted, present, tag, new=session is None)
    room_names = wanted.rooms if wanted.rooms is not None else tuple(str(room.name) for room in present.rooms)
    if _still_at(wanted.place, present, rooms):
        room_names = tuple(str(room.name) for room in present.rooms)
    track = wanted.track if wanted.track is not None else str(present.track.name) if present.track else ""
    fields = [Field(_FIELD.get(name, name)) for name, value in values.items() if getattr(present, name) != value]
    if {rooms.key(name) for name in room_names} != {room.id for room in present.rooms}:
        fields.append(Field.ROOMS)
    if (tracks.key(track) if track else None) != (present.track.id if present.track else None):
        fields.append(Field.TRACK)
    parts = None
    if wanted.people is not None and [people.key(p) for p in wanted.people] != [p.person_id for p in shown(present)]:
        parts = wanted.people
        fields.append(Field.PEOPLE)
    if session is None:
        outcome, fields = Outcome.CREATED, []
    else:
        outcome = Outcome.CHANGED if fields else Outcome.UNCHANGED
    said = str(Words(values["title"])) or wanted.named
    return Change(
        outcome, said, wanted.where, session, wanted, values, tuple(dict.fromkeys(fields)), found_by, room_names, track,
        wanted.people if session is None else parts,
    )  # fmt: skip


def _still_at(place: str, present: Session, rooms: Names) -> bool:
    """Whether a calendar's place names the rooms that a session has, beside its house and its address."""
    parts = {part.strip() for part in re.split(r"[,;、·]", place)} | {place}
    named = {thing.id for part in parts if (thing := rooms.of(part)) is not None}
    return bool(present.rooms) and named == {room.id for room in present.rooms}


_FIELD = {"starts_at": "time", "ends_at": "time"}


def shown(session: Session) -> list[Participation]:
    """The parts that a file of another system can know: no interpreters, and nobody who has not said yes."""
    return [p for p in session.participations if p.confirmed and p.role is not ParticipationRole.INTERPRETER]


def _nothing() -> Session:
    return Session(
        title=Words(), subtitle=Words(), abstract=Words(), kind=SessionKind.LECTURE, status=SessionStatus.DRAFT,
        starts_at=None, ends_at=None, track=None, rooms=[], participations=[], spoken=[], interpreted=[], minutes=None,
        do_not_record=False, links=[], guid=None,
    )  # fmt: skip


def _values(wanted: IncomingSession, present: Session, tag: str, *, new: bool) -> dict[str, Any]:
    """The columns as they should be; what the file does not say stays."""
    cancelled = present.status is SessionStatus.CANCELLED or wanted.status is SessionStatus.CANCELLED
    values: dict[str, Any] = {
        # A cancelled entry of a calendar says so in its title, which is no new title.
        "title": present.title if cancelled and present.title else merged(present.title, wanted.title, tag),
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
        # What is cancelled here stays so, whatever another system still believes.
        "status": SessionStatus.CANCELLED if cancelled else wanted.status,
        "guid": present.guid or _guid(wanted, present, new=new),
    }
    for name, said in (("subtitle", wanted.subtitle), ("abstract", wanted.abstract)):
        if said is not None:
            values[name] = merged(getattr(present, name), said, tag)
    if wanted.kind is not None and not (cancelled and not new):
        values["kind"] = wanted.kind
    if wanted.minutes is not None and wanted.starts_at is None:
        values["minutes"] = wanted.minutes
    if wanted.language and present.spoken[:1] != [wanted.language]:
        values["spoken"] = [wanted.language]
    for name in ("interpreted", "links"):
        if (listed := getattr(wanted, name)) is not None:
            values[name] = [*listed]
    if wanted.do_not_record is not None:
        values["do_not_record"] = wanted.do_not_record
    return values


def _guid(wanted: IncomingSession, present: Session, *, new: bool) -> str | None:
    if not wanted.guid:
        return None
    if not new and wanted.guid in {present.uid, numbers.session_guid(present.uid or "")}:
        return None  # the session is ours: the file was written here
    return wanted.guid
