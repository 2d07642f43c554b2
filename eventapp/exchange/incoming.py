"""The result of reading a file: the same plain shapes for every format, and the problems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.exchange.numbers import in_room
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus

# Language tag → text. The empty tag means the import's default language: the file names none.
Texts = Mapping[str, str]

# More than any programme that we know of has; a larger file is not a programme.
MOST = 10_000
# Fields that can have a column for each language: title_ja.
IN_LANGUAGES = ("title", "subtitle", "abstract", "room", "track", "people")
MOST_PEOPLE, MOST_IN_SESSION, MOST_NAMES = 20_000, 200, 1_000


@dataclass(frozen=True)
class Options:
    """What a user states about a file that it may not contain itself.

    `zone` is an IANA zone for times without an offset, `language` a tag for texts without one, `columns` maps our
    column names to those of a table, or to #3 for its third column; with `exact` no other column is read. `remembered`
    are such exact mappings by the head of the table (`rows.head_of`). `add_only`: sessions that are not in the file are
    kept. `own_uid` is the UID of the event: its own entry in a calendar. `home` is the event's zone, for times that
    have neither offset nor zone.
    """

    zone: str = ""
    language: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    add_only: bool = False
    own_uid: str = ""
    home: str = ""
    exact: bool = False
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @staticmethod
    def columns_from(typed: str) -> dict[str, str]:
        """Parse `title=Titel, start=Beginn` into a mapping. Raises Refused for a part without an equals sign."""
        found = {}
        for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", typed))):
            ours, sign, theirs = part.partition("=")
            if not sign or not ours.strip() or not theirs.strip():
                raise Refused(_("Enter columns like this: title=Titel, start=Beginn."), field="columns")
            found[ours.strip()] = theirs.strip()
        return found


@dataclass(frozen=True)
class FileColumn:
    """A column of a table: its heading, what it is read as ("" for not at all), and its first values."""

    name: str
    meaning: str = ""
    examples: tuple[str, ...] = ()


class UnknownColumns(Refused):
    """A table can't be read until somebody says what its columns contain."""

    def __init__(self, message: str, columns: Sequence[FileColumn]) -> None:
        super().__init__(message, field="columns")
        self.columns = tuple(columns)


@dataclass(frozen=True)
class Identity:
    """What identifies an entry that could not be read as a whole; texts as in the file."""

    guid: str = ""
    code: str = ""
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What was refused, and why. `whole`: the entry is left out; otherwise only this value of it.

    `of` is the entry, whose session is then left unchanged. None: the file itself removes it from the programme.
    """

    where: str
    sentence: str
    whole: bool = True
    of: Identity | None = Identity()


@dataclass(frozen=True)
class IncomingPerson:
    """A person with a public name. The name is not split, because nobody can tell which part is the family name.

    `names` are those in further languages. `identified_by_name`: names in this file are edited by hand, so the guid
    only decides between people of the same name. Role and mode are None if the file has none.
    """

    name: str
    guid: str = ""
    code: str = ""
    names: Texts = field(default_factory=dict)
    role: ParticipationRole | None = None
    mode: Mode | None = None
    biography: Texts = field(default_factory=dict)
    identified_by_name: bool = False


@dataclass(frozen=True)
class IncomingSession:
    """A session in the file. None means that the file does not contain the value, which is then left unchanged.

    `rooms` and `track` are keys of `Incoming.rooms` and `tracks`. `place` is a text that contains the names of its
    rooms among others, as in calendars. `spoken` has one language if the format allows only one.
    """

    where: str
    title: Texts
    guid: str = ""
    code: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    # False: only the day is known, and the times are its beginning and its end.
    timed: bool = True
    minutes: int | None = None
    rooms: tuple[str, ...] | None = None
    place: str = ""
    track: str | None = None
    kind: SessionKind | None = None
    spoken: tuple[str, ...] = ()
    interpreted: tuple[str, ...] | None = None
    subtitle: Texts | None = None
    abstract: Texts | None = None
    people: tuple[IncomingPerson, ...] | None = None
    do_not_record: bool | None = None
    links: tuple[Mapping[str, str], ...] | None = None
    status: SessionStatus = SessionStatus.PUBLISHED

    @property
    def named(self) -> str:
        """A title for messages."""
        return next(iter(self.title.values()), "")


@dataclass(frozen=True)
class Incoming:
    """A file that was read. `language` is that of its texts, if the file states one for all of them.

    `rooms` and `tracks` are their names by language, under the keys that sessions use. `every_language`: the file names
    all spoken languages of a session, not only the first. `columns` are those of a table.
    """

    format: str
    sessions: tuple[IncomingSession, ...]
    rooms: Mapping[str, Texts] = field(default_factory=dict)
    tracks: Mapping[str, Texts] = field(default_factory=dict)
    capacities: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    zone: str = ""
    language: str = ""
    every_language: bool = False
    columns: tuple[FileColumn, ...] = ()


def distinguished(sessions: Sequence[IncomingSession]) -> tuple[list[IncomingSession], dict[str, int]]:
    """The sessions without meaningless identifiers, and how many entries had each of these.

    Some systems give one identifier to a whole day: entries with the same identifier that have neither title nor start
    in common are different sessions. Entries that differ in only one of them may have been moved or renamed, and are
    left to `gathered`.
    """
    by_guid: dict[str, list[IncomingSession]] = {}
    for session in sessions:
        if session.guid:
            by_guid.setdefault(session.guid, []).append(session)
    shared = {guid: len(group) for guid, group in by_guid.items() if _different(group)}
    return [replace(one, guid="") if one.guid in shared else one for one in sessions], shared


def _different(group: Sequence[IncomingSession]) -> bool:
    slots = list(dict.fromkeys((one.named, one.starts_at) for one in group))
    return any(a[0] != b[0] and a[1] != b[1] for a, b in pairwise(slots))


def gathered(sessions: Sequence[IncomingSession]) -> tuple[list[IncomingSession], list[Problem]]:
    """The sessions, each once: one in several rooms is merged, and a guid with two meanings is refused."""
    found: dict[str, IncomingSession] = {}
    problems = []
    first_of: dict[object, str] = {}
    for number, session in enumerate(sessions):
        key = session.guid or _same_in_another_room(session) or f"\n{number}"
        slot = (session.starts_at, session.ends_at, tuple(session.title.items()))
        first_guid = first_of.setdefault(slot, session.guid)
        if any(session.guid == in_room(first_guid, room) for room in session.rooms or ()):
            key = first_guid  # our own files give a session a different guid in each further room
        first = found.get(key)
        if first is None:
            found[key] = session
        elif (first.starts_at, first.ends_at, first.title) == (session.starts_at, session.ends_at, session.title):
            rooms = tuple(dict.fromkeys([*(first.rooms or ()), *(session.rooms or ())]))
            found[key] = first if len(rooms) > MOST_IN_SESSION else replace(first, rooms=rooms)
        else:
            problems.append(
                Problem(
                    session.where,
                    _(
                        "“%(title)s” has the same identifier as “%(other)s” (%(where)s), but a different title or "
                        "time.",
                        title=session.named,
                        other=first.named,
                        where=first.where,
                    ),
                )
            )
    return list(found.values()), problems


def _same_in_another_room(session: IncomingSession) -> str:
    """A key for a session without a guid: one that is equal except for the room is the same; empty without a time."""
    if session.starts_at is None:
        return ""
    people = [person.name for person in session.people or ()]
    texts = [*session.title.items(), *(session.abstract or {}).items()]
    return f"\n{(session.starts_at, session.ends_at, texts, people)}"
