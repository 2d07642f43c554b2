"""Collects the content of an imported file, whatever its format: entries, refused ones, and general notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import pairwise

from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.exchange import language_names, values
from eventapp.exchange.html import to_markdown
from eventapp.exchange.incoming import (
    MOST,
    MOST_IN_SESSION,
    MOST_NAMES,
    MOST_PEOPLE,
    FileColumn,
    Identity,
    Incoming,
    IncomingPerson,
    IncomingSession,
    Options,
    Problem,
    distinguished,
    gathered,
)
from eventapp.exchange.values import AmbiguousValue, TooLong
from eventapp.programme.rules import SessionKind

# The generator name in our own files, with the language of their texts after the version: <generator version="1 ja">.
GENERATOR = "eventapp"
_PARTS_NAMED = 40


@dataclass
class Names:
    """Rooms or tracks of a file, each with its names in all languages under one key."""

    by_key: dict[str, dict[str, str]] = field(default_factory=dict)
    by_name: dict[str, list[str]] = field(default_factory=dict)
    # Key → those that came directly before it in the list of an entry.
    after: dict[str, dict[str, None]] = field(default_factory=dict)

    def key(self, texts: Mapping[str, str]) -> str:
        """The key for these names. Two entries share a key if they have a name in common and none contradicts."""
        named = {tag: text for tag, text in texts.items() if text}
        for text in named.values():
            for key in self.by_name.get(text, ()):
                known = self.by_key[key]
                if all(known.get(tag, other) == other for tag, other in named.items()):
                    self._learn(key, named)
                    return key
        if len(self.by_key) >= MOST_NAMES:
            raise Refused(
                _("The file has more than %(number)d rooms or tracks. That is too many to import.", number=MOST_NAMES),
                field="file",
            )
        key = next(iter(named.values()))
        if key in self.by_key:
            key = " / ".join(dict.fromkeys(named.values()))
        self.by_key.setdefault(key, {})
        self._learn(key, named)
        return key

    def listed(self, keys: Sequence[str]) -> None:
        """Record that an entry lists these in this order."""
        for before, key in pairwise(keys):
            self.after.setdefault(key, {})[before] = None

    def in_order(self) -> dict[str, dict[str, str]]:
        """All names in order of appearance, but each after those that precede it in an entry's list."""
        found: dict[str, dict[str, str]] = {}
        begun: set[str] = set()
        for first in self.by_key:
            stack = [first]
            while stack:
                key = stack[-1]
                earlier = [one for one in self.after.get(key, ()) if one not in begun]
                if key not in begun and earlier:
                    begun.add(key)
                    stack += reversed(earlier)
                else:
                    begun.add(key)
                    found.setdefault(stack.pop(), self.by_key[key])
        return found

    def _learn(self, key: str, said: Mapping[str, str]) -> None:
        for tag, text in said.items():
            if self.by_key[key].setdefault(tag, text) == text and key not in (
                keys := self.by_name.setdefault(text, [])
            ):
                keys.append(key)


@dataclass
class ImportCollector:
    """Collects sessions and problems while a file is read."""

    options: Options
    format: str
    acronym: str = ""
    zone: str = ""
    own: bool = False
    language: str = ""
    every_language: bool = False
    sessions: list[IncomingSession] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rooms: Names = field(default_factory=Names)
    tracks: Names = field(default_factory=Names)
    capacities: dict[str, int] = field(default_factory=dict)
    unknown_kinds: dict[str, None] = field(default_factory=dict)
    elsewhere: list[tuple[time, datetime]] = field(default_factory=list)
    without_place: Counter[str] = field(default_factory=Counter)
    too_long: int = 0
    people: int = 0
    assumed: bool = False
    columns: tuple[FileColumn, ...] = ()

    def head(self, acronym: object, zone: object, generator: Mapping[str, object]) -> None:
        """Read the file's own metadata. A zone stated by the user takes precedence over that of the file."""
        self.acronym = values.line(acronym)
        self.in_zone(zone)
        self.own = generator.get("name") == GENERATOR
        if self.own:
            self.language = self.tag("generator", values.line(generator.get("version")).partition(" ")[2])

    def in_zone(self, *named: object) -> None:
        """Set the zone for times without an offset: the one stated by the user, else the file's, else the event's."""
        stated = self.options.zone or next(filter(None, map(values.zone_named, named)), "")
        self.zone, self.assumed = stated or self.options.home, not stated

    def leave_out(self, problem: Problem) -> None:
        """Record a problem. Raises Refused for the whole file if there are too many."""
        if len(self.problems) >= MOST:
            raise Refused(_("We can read almost nothing in this file. Is it a programme?"), field="file")
        self.problems.append(problem)

    def take(self, where: str, identity: Identity, read: Callable[[], IncomingSession]) -> None:
        """Add the session that `read` returns for an entry, or record why it can't. Raises Refused for the whole
        file.
        """
        if len(self.sessions) >= MOST:
            raise Refused(
                _("The file has more than %(number)d entries. That is too many to import.", number=MOST), field="file"
            )
        try:
            self.sessions.append(read())
        except Dismissed as dismissed:
            self.leave_out(Problem(where, str(dismissed), of=None))
        except AmbiguousValue as unclear:
            self.leave_out(Problem(where, str(unclear), of=identity))
        except OverflowError:  # before the year 1, or after 9999
            self.leave_out(Problem(where, _("A time of this entry is too far away. Check its year."), of=identity))

    def tag(self, where: str, said: object) -> str:
        """The language of a word; an unknown one is recorded as a problem and "" returned, without refusing the
        entry.
        """
        try:
            return language_names.language(said)
        except AmbiguousValue as unclear:
            self.leave_out(Problem(where, str(unclear), whole=False))
            return ""

    def tags(self, where: str, said: object) -> tuple[str, ...]:
        """The languages in a list; unknown ones are recorded as problems."""
        found, unknown = language_names.languages(said)
        for word in unknown:
            self.leave_out(
                Problem(where, _("We don't know the language “%(said)s”.", said=values.glimpse(word)[:40]), whole=False)
            )
        return tuple(found)

    def prose(self, *said: object) -> str | None:
        """A multi-line text from one or two values, with HTML converted to Markdown; None and a note if it is too long.

        Texts in our own files are Markdown already.
        """
        try:
            return described(*said, own=self.own)
        except TooLong:
            self.too_long += 1
            return None

    def left_without_place(self, name: str, number: int = 1) -> None:
        """Count an unsupported part of the file; it is reported once, at the end."""
        if name in self.without_place or len(self.without_place) < _PARTS_NAMED:
            self.without_place[name] += number
        else:
            self.without_place["…"] += number

    def room(self, name: str) -> str:
        """The key of a room by its name."""
        return self.rooms.key({"": name}) if name else ""

    def track(self, name: str) -> str:
        """The key of a track by its name."""
        return self.tracks.key({"": name}) if name else ""

    def somebody(self, people: Iterable[IncomingPerson]) -> tuple[IncomingPerson, ...]:
        """The people of an entry, each once. Raises AmbiguousValue or Refused if there are more than in any
        programme.
        """
        found = tuple(people)
        if len(found) > MOST_IN_SESSION:
            raise AmbiguousValue(
                _("One entry has more than %(number)d people. That is too many to import.", number=MOST_IN_SESSION)
            )
        self.people += len(found)
        if self.people > MOST_PEOPLE:
            raise Refused(
                _("The file has more than %(number)d people. That is too many to import.", number=MOST_PEOPLE),
                field="file",
            )
        return found

    def links(self, where: str, said: Iterable[tuple[object, object]]) -> tuple[Mapping[str, str], ...]:
        """The links of an entry; an invalid one is recorded, and the rest of the entry is kept."""
        found = []
        for title, url in said:
            try:
                found.append(values.web_link(title, url))
            except AmbiguousValue as unclear:
                self.leave_out(Problem(where, str(unclear), whole=False))
        return tuple(filter(None, found))

    def kind(self, said: object) -> SessionKind | None:
        """The session kind for a word; an unknown one is recorded."""
        found = values.kind(said)
        if found is None and (bare := values.line(said)):
            self.unknown_kinds[bare] = None
        return found

    def finish(self) -> Incoming:
        """The result."""
        if self.unknown_kinds:
            self.notes.append(
                _(
                    "Unknown kinds of session will be imported as “Lecture”: %(kinds)s.",
                    kinds=", ".join(list(self.unknown_kinds)[:12]),
                )
            )
        if self.elsewhere:
            said, meant = self.elsewhere[0]
            self.notes.append(
                _(
                    "The file says %(said)s. With its UTC offset, that is %(meant)s in %(zone)s (%(number)d "
                    "entries). If you mean %(said)s local time, correct the offset in the file.",
                    said=f"{said:%H:%M}",
                    meant=f"{meant:%H:%M}",
                    zone=self.options.home,
                    number=len(self.elsewhere),
                )
            )
        if self.without_place:
            parts = _(", ").join(f"{name[:60]} ({number})" for name, number in self.without_place.items())
            self.notes.append(_("These parts can't be imported: %(parts)s.", parts=parts))
        if self.too_long:
            self.notes.append(
                _(
                    "Texts longer than %(limit)d characters can't be imported (%(number)d).",
                    limit=values.LONGEST_TEXT,
                    number=self.too_long,
                )
            )
        apart, shared = distinguished(self.sessions)
        if shared:
            named = _(", ").join(f"{guid[:60]} ({number})" for guid, number in list(shared.items())[:12])
            self.notes.append(
                _("Several entries have the same identifier, so we don't use it: %(identifiers)s.", identifiers=named)
            )
        sessions, twice = gathered(apart)
        return Incoming(
            self.format,
            tuple(sessions),
            self.rooms.in_order(),
            self.tracks.by_key,
            self.capacities,
            (*self.problems, *twice),
            tuple(self.notes),
            self.zone,
            self.language,
            self.every_language,
            self.columns,
        )


class Dismissed(AmbiguousValue):
    """An entry that the file marks as not on the programme, such as a rejected proposal."""


def described(*said: object, own: bool = False) -> str:
    """One text from one or two, without duplication. Raises TooLong. In our `own` files there is no HTML."""
    texts = [values.text(one) for one in said]
    if not own:
        texts = [to_markdown(one) for one in texts]
    first, second = (*texts, "", "")[:2]
    whole = second if first in second else first if second in first else f"{first}\n\n{second}"
    if len(whole) > values.LONGEST_TEXT:
        raise TooLong(_("A text is longer than %(number)d characters.", number=values.LONGEST_TEXT))
    return whole
