"""Compares a file with the team's programme: what is new, changed, unchanged, removed, refused. No database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.core.localized import LocalizedText
from eventapp.exchange import numbers
from eventapp.exchange import values as file_values
from eventapp.exchange.finding import Finder, FoundBy, Things
from eventapp.exchange.incoming import Incoming, IncomingSession, Problem, Texts
from eventapp.exchange.language_names import text_language
from eventapp.exchange.people import Match, People, differ
from eventapp.exchange.values import TooLong
from eventapp.programme.models import Participation, Room, Session, Track
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus, spoken_in


class Outcome(Labelled):
    CREATED = "created", _l("New")
    CHANGED = "changed", _l("Changed")
    REMOVED = "removed", _l("Moved to draft")
    UNCHANGED = "unchanged", _l("Unchanged")


class Field(Labelled):
    """What can differ."""

    TITLE = "title", _l("Title")
    SUBTITLE = "subtitle", _l("Subtitle")
    ABSTRACT = "abstract", _l("Abstract")
    TIME = "time", _l("Time")
    ROOMS = "rooms", _l("Rooms")
    TRACK = "track", _l("Track")
    KIND = "kind", _l("Kind")
    PEOPLE = "people", lazy_pgettext("session", "People")
    SPOKEN = "spoken", _l("Spoken languages")
    INTERPRETED = "interpreted", _l("Interpreted into")
    RECORDING = "do_not_record", _l("Recording")
    LINKS = "links", _l("Links")
    STATUS = "status", _l("Status")
    LENGTH = "minutes", _l("Planned length")
    GUID = "guid", _l("Identifier")


@dataclass(frozen=True)
class SessionImport:
    """The planned change of one session. `values` are columns of Session.

    `rooms` and `track` are ids of existing ones and keys of new ones; `people` None leaves them unchanged.
    """

    outcome: Outcome
    title: str
    where: str = ""
    session: Session | None = None
    incoming: IncomingSession | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    found_by: FoundBy | None = None
    rooms: tuple[int | str, ...] = ()
    track: int | str = ""
    people: tuple[Match, ...] | None = None


@dataclass(frozen=True)
class Report:
    """The whole comparison. New rooms and tracks are named by their keys in the file.

    `room_names` and `track_names`: id of an existing one → its names in languages in which it has none. `kept` is how
    many sessions are missing from the file and kept, because the import only adds and changes. `biographies`: existing
    people without a biography, and the ones in the file. `candidates`: the possible languages of a text without one,
    most likely first.
    """

    incoming: Incoming
    language: str
    changes: tuple[SessionImport, ...]
    problems: tuple[Problem, ...]
    new_rooms: tuple[str, ...] = ()
    new_tracks: tuple[str, ...] = ()
    new_people: tuple[str, ...] = ()
    room_names: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    track_names: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    kept: int = 0
    biographies: Mapping[int, LocalizedText] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()

    def of(self, outcome: Outcome) -> list[SessionImport]:
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
        """Single values that are left out of imported entries."""
        return [problem for problem in self.problems if not problem.whole]

    @property
    def changes_something(self) -> bool:
        more = bool(self.room_names or self.track_names or self.biographies)
        return more or any(change.outcome is not Outcome.UNCHANGED for change in self.changes)


@dataclass(frozen=True)
class CurrentProgramme:
    """The current programme."""

    sessions: Sequence[Session]
    rooms: Sequence[Room]
    tracks: Sequence[Track]
    # The languages of sessions that name none of their own.
    spoken: Sequence[str] = ()


def merged(present: LocalizedText, said: Texts, languages: Sequence[str]) -> LocalizedText:
    """The current texts updated with those of the file: other languages are kept, and equal texts are not a change.

    A text without a language is in the first of `languages` that is written in its script.
    """
    texts: dict[str, str] = dict(present)
    # Files contain cleaned texts; a text that differs only in what cleaning removes is equal.
    known = {tag: (_cleaned(text), file_values.glimpse(text)) for tag, text in present.items()}
    for tag, text in said.items():
        if text in known.get(tag, ()) or (not tag and text and any(text in texts for texts in known.values())):
            continue
        own = tag or text_language(text, languages)
        if text or tag or not present or own in present:
            texts[own] = text
    return LocalizedText(texts)


def _cleaned(text: str) -> str:
    try:
        return file_values.text(text)
    except TooLong:
        return text


def compare(
    incoming: Incoming,
    present: CurrentProgramme,
    people: People,
    *,
    candidates: Sequence[str],
    stated: bool,
    add_only: bool = False,
) -> Report:
    """The report. `candidates` are the possible languages of texts without one, most likely first.

    If the first is not `stated` by the user, the spoken language of an entry takes precedence, and the script decides.
    """
    finder = Finder(present.sessions)
    rooms, tracks = Things(present.rooms), Things(present.tracks)
    wanted_sessions, nameless = _known_or_named(incoming, people)
    found = [(wanted, *finder.find(wanted)) for wanted in wanted_sessions]
    for wanted, session, _by in found:
        people.claim(wanted.people or (), session)
    context = _Context(incoming, rooms, tracks, people, tuple(candidates), stated, present.spoken)
    changes = [context.change(wanted, session, found_by) for wanted, session, found_by in found]
    refused = finder.kept(incoming.problems)
    missing = (
        []
        if refused is None
        else [
            session
            for session in present.sessions
            if session.guid and session.id not in finder.used and session.id not in refused
        ]
    )
    left = [session for session in missing if session.status is SessionStatus.PUBLISHED]
    if not add_only:
        changes += [_removed(session) for session in missing]
    return Report(
        incoming,
        candidates[0],
        tuple(changes),
        (*incoming.problems, *nameless),
        tuple(key for key, texts in incoming.rooms.items() if rooms.of(key, texts) is None),
        tuple(key for key, texts in incoming.tracks.items() if tracks.of(key, texts) is None),
        tuple(dict.fromkeys(m.incoming.name for c in changes for m in c.people or () if m.person is None)),
        rooms.lacking(incoming.rooms),
        tracks.lacking(incoming.tracks),
        len(left) if add_only else 0,
        context.biographies,
        tuple(candidates),
    )


def _known_or_named(incoming: Incoming, people: People) -> tuple[list[IncomingSession], list[Problem]]:
    """The sessions, without those whose people have only a number that is unknown here; and problems for the latter."""
    kept, problems = [], []
    for session in incoming.sessions:
        bare = [p for p in session.people or () if not p.name]
        nameless = [match.incoming for match in people.matches(bare, None) if match.person is None]
        if nameless:
            problems.append(Problem(session.where, _("A person has a number but no name."), whole=False))
            session = replace(session, people=tuple(p for p in session.people or () if p not in nameless))
        kept.append(session)
    return kept, problems


def _removed(session: Session) -> SessionImport:
    title = str(session.title)
    if session.status is not SessionStatus.PUBLISHED:
        return SessionImport(Outcome.UNCHANGED, title, session=session)
    return SessionImport(
        Outcome.REMOVED, title, session=session, values={"status": SessionStatus.DRAFT}, fields=(Field.STATUS,)
    )


@dataclass(frozen=True)
class _Context:
    """What every entry of a file is compared with."""

    incoming: Incoming
    rooms: Things
    tracks: Things
    people: People
    candidates: tuple[str, ...]
    stated: bool
    spoken: Sequence[str] = ()
    biographies: dict[int, LocalizedText] = field(default_factory=dict)

    def _note_biographies(self, matches: Sequence[Match]) -> None:
        for match in matches:
            person = match.person
            if person is not None and match.incoming.biography and not person.biography:
                self.biographies.setdefault(
                    person.id, merged(LocalizedText(), match.incoming.biography, self.candidates)
                )

    def languages(self, wanted: IncomingSession, session: Session | None) -> tuple[str, ...]:
        """The possible languages of an entry's texts: first that of its only title here, else its spoken language.

        If several languages are spoken, none tells which one the texts are in.
        """
        first: tuple[str, ...] = ()
        if self.stated:
            return self.candidates[:1]
        if session is not None and len(session.title) == 1:
            first = (next(iter(session.title)),)
        elif len(wanted.spoken) == 1 and (session is None or wanted.spoken[0] in session.title):
            first = wanted.spoken
        return tuple(dict.fromkeys([*first, *self.candidates, *wanted.spoken]))

    def change(self, wanted: IncomingSession, session: Session | None, found_by: FoundBy | None) -> SessionImport:
        """The planned change of a session, or of a new one."""
        present = session or _nothing()
        languages = self.languages(wanted, session)
        values = _values(wanted, present, languages, self.incoming, new=session is None)
        if session is not None and self._as_the_event(values.get("spoken"), session, wanted):
            del values["spoken"]
        here = {room.id for room in present.rooms}
        rooms = [self._key(self.rooms, self.incoming.rooms, name, present.rooms) for name in wanted.rooms or ()]
        if wanted.rooms is None or _still_at(wanted.place, present, self.rooms):
            rooms = [*here]
        track: int | str = present.track.id if present.track else ""
        if wanted.track is not None:
            tracks = [present.track] if present.track else []
            track = self._key(self.tracks, self.incoming.tracks, wanted.track, tracks) if wanted.track else ""
        fields = [Field(_FIELD.get(name, name)) for name, value in values.items() if getattr(present, name) != value]
        if set(rooms) != here:
            fields.append(Field.ROOMS)
        if track != (present.track.id if present.track else ""):
            fields.append(Field.TRACK)
        parts = None
        if wanted.people is not None:
            matches = self.people.matches(wanted.people, session)
            self._note_biographies(matches)
            if session is None or differ(matches, shown(present)):
                parts = tuple(matches)
                fields.append(Field.PEOPLE)
        outcome = Outcome.CREATED if session is None else Outcome.CHANGED if fields else Outcome.UNCHANGED
        return SessionImport(
            outcome,
            str(LocalizedText(values["title"])) or wanted.named,
            wanted.where,
            session,
            wanted,
            values,
            tuple(dict.fromkeys(fields)) if session else (),
            found_by,
            tuple(dict.fromkeys(rooms)),
            track,
            parts,
        )

    def _as_the_event(self, said: list[str] | None, session: Session, wanted: IncomingSession) -> bool:
        """Whether a session without languages of its own is said to have those of the event: that changes nothing."""
        usual = [*spoken_in(wanted.kind or session.kind, (), self.spoken)]
        return not session.spoken and said in (usual, usual if self.incoming.every_language else usual[:1])

    @staticmethod
    def _key(things: Things, named: Mapping[str, Texts], key: str, here: Sequence[Room] | Sequence[Track]) -> int | str:
        thing = things.of(key, named.get(key, {}), here)
        return thing.id if thing is not None else key


def _still_at(place: str, present: Session, rooms: Things) -> bool:
    """Whether a calendar's location contains the names of the session's rooms, among building and address."""
    if not place or not present.rooms:
        return False
    # Longer names first: "Hall 2, left" is not "Hall 2".
    named = set()
    for name, things in rooms.longest_first:
        if name in place and (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", place)):
            named.add(next((thing.id for thing in things if thing in present.rooms), things[0].id))
            place = f"{place[: match.start()]}\n{place[match.end() :]}"
    return named == {room.id for room in present.rooms}


_FIELD = {"starts_at": "time", "ends_at": "time", "timed": "time"}


def shown(session: Session) -> list[Participation]:
    """The parts that another system's file can know: no interpreters, and nobody unconfirmed."""
    return [p for p in session.participations if p.confirmed and p.role is not ParticipationRole.INTERPRETER]


def _nothing() -> Session:
    return Session(
        title=LocalizedText(),
        subtitle=LocalizedText(),
        abstract=LocalizedText(),
        kind=SessionKind.LECTURE,
        status=SessionStatus.DRAFT,
        starts_at=None,
        ends_at=None,
        timed=True,
        track=None,
        rooms=[],
        participations=[],
        spoken=[],
        interpreted=[],
        minutes=None,
        do_not_record=False,
        links=[],
        guid=None,
    )


def _values(
    wanted: IncomingSession, present: Session, languages: Sequence[str], incoming: Incoming, *, new: bool
) -> dict[str, Any]:
    """The new values of the columns; what the file does not contain is unchanged."""
    cancelled = present.status is SessionStatus.CANCELLED or wanted.status is SessionStatus.CANCELLED
    values: dict[str, Any] = {
        # A cancelled calendar entry says so in its title, which is not a new title.
        "title": present.title if cancelled and present.title else merged(present.title, wanted.title, languages),
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
        "timed": wanted.timed,
        # A session cancelled here stays cancelled, whatever another system has.
        "status": SessionStatus.CANCELLED if cancelled else wanted.status,
        "guid": present.guid or _guid(wanted, present, new=new),
    }
    for name, texts in (("subtitle", wanted.subtitle), ("abstract", wanted.abstract)):
        if texts is not None:
            values[name] = merged(getattr(present, name), texts, languages)
    if wanted.kind is not None and not (cancelled and not new):
        values["kind"] = wanted.kind
    if wanted.minutes is not None and wanted.starts_at is None:
        values["minutes"] = wanted.minutes
    # A format that allows only one language has the first of them.
    first_only = not incoming.every_language and present.spoken[:1] == list(wanted.spoken)
    if wanted.spoken and not first_only:
        values["spoken"] = [*wanted.spoken]
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
        return None  # the session is ours: the file was exported from here
    return wanted.guid
