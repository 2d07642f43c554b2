"""What is gathered while a file is read, whatever its format: entries, what was refused, and what is said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import pairwise

from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.exchange import language_names, values
from eventapp.exchange.html import to_markdown
from eventapp.exchange.incoming import (
    MOST,
    MOST_IN_SESSION,
    MOST_NAMES,
    MOST_PEOPLE,
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

# The name that our own files carry, with the language of their texts behind the version: <generator version="1 ja">.
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
        """The key of what is called so. Two are one where a name is the same and none contradicts."""
        said = {tag: text for tag, text in texts.items() if text}
        for text in said.values():
            for key in self.by_name.get(text, ()):
                known = self.by_key[key]
                if all(known.get(tag, other) == other for tag, other in said.items()):
                    self._learn(key, said)
                    return key
        if len(self.by_key) >= MOST_NAMES:
            raise Refused(
                _("The file has more than %(number)d rooms or tracks. That is too many to import.", number=MOST_NAMES),
                field="file",
            )
        key = next(iter(said.values()))
        if key in self.by_key:
            key = " / ".join(dict.fromkeys(said.values()))
        self.by_key.setdefault(key, {})
        self._learn(key, said)
        return key

    def listed(self, keys: Sequence[str]) -> None:
        """Note that an entry names these in this order."""
        for before, key in pairwise(keys):
            self.after.setdefault(key, {})[before] = None

    def in_order(self) -> dict[str, dict[str, str]]:
        """All of them in the order in which they came, but none before what stands before it in an entry's list."""
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
    """What is gathered while a file is read."""

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

    def head(self, acronym: object, zone: object, generator: Mapping[str, object]) -> None:
        """What the file says of itself. A zone that somebody states goes before that of the file."""
        self.acronym = values.line(acronym)
        self.in_zone(zone)
        self.own = generator.get("name") == GENERATOR
        if self.own:
            self.language = self.tag("generator", values.line(generator.get("version")).partition(" ")[2])

    def in_zone(self, *named: object) -> None:
        """Times without an offset are those of the zone that is stated, else of the file's, else of the event's."""
        stated = self.options.zone or next(filter(None, map(values.zone_named, named)), "")
        self.zone, self.assumed = stated or self.options.home, not stated

    def leave_out(self, problem: Problem) -> None:
        """Note what is refused. Raises Refused for the file as a whole where there is no end of it."""
        if len(self.problems) >= MOST:
            raise Refused(_("We can read almost nothing in this file. Is it a programme?"), field="file")
        self.problems.append(problem)

    def take(self, where: str, identity: Identity, read: Callable[[], IncomingSession]) -> None:
        """Add what `read` makes of an entry, or note why it can't. Raises Refused where the file as a whole can't."""
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

    def tag(self, where: str, said: object) -> str:
        """The language that a word means, or nothing and the reason among the problems: the entry itself is taken."""
        try:
            return language_names.language(said)
        except AmbiguousValue as unclear:
            self.leave_out(Problem(where, str(unclear), whole=False))
            return ""

    def tags(self, where: str, said: object) -> tuple[str, ...]:
        """The languages of a list, and among the problems the words that mean none."""
        found, unknown = language_names.languages(said)
        for word in unknown:
            self.leave_out(
                Problem(where, _("We don't know the language “%(said)s”.", said=values.glimpse(word)[:40]), whole=False)
            )
        return tuple(found)

    def prose(self, *said: object) -> str | None:
        """A text of several lines from one or two values, HTML made Markdown; None and a note where it is too long.

        In our own files texts are Markdown already.
        """
        try:
            return described(*said, own=self.own)
        except TooLong:
            self.too_long += 1
            return None

    def left_without_place(self, name: str, number: int = 1) -> None:
        """Count a part of the file that nothing here takes; it is said once, at the end."""
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
        """The people of an entry, each once. Raises AmbiguousValue and Refused for more than any programme has."""
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
        """The links of an entry; one that leads nowhere is noted and takes nothing else with it."""
        found = []
        for title, url in said:
            try:
                found.append(values.web_link(title, url))
            except AmbiguousValue as unclear:
                self.leave_out(Problem(where, str(unclear), whole=False))
        return tuple(filter(None, found))

    def kind(self, said: object) -> SessionKind | None:
        """The kind that a word means; one without a counterpart is noted."""
        found = values.kind(said)
        if found is None and (bare := values.line(said)):
            self.unknown_kinds[bare] = None
        return found

    def finish(self) -> Incoming:
        """The whole."""
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
        )


class Dismissed(AmbiguousValue):
    """An entry that the file itself says is not on the programme: a proposal that was rejected."""


def described(*said: object, own: bool = False) -> str:
    """One text of one or two, without saying the same twice. Raises TooLong. In our `own` files there is no HTML."""
    texts = [values.text(one) for one in said]
    if not own:
        texts = [to_markdown(one) for one in texts]
    first, second = (*texts, "", "")[:2]
    whole = second if first in second else first if second in first else f"{first}\n\n{second}"
    if len(whole) > values.LONGEST_TEXT:
        raise TooLong(_("A text is longer than %(number)d characters.", number=values.LONGEST_TEXT))
    return whole
