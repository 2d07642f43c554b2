"""What schedule.xml and schedule.json of frab, pretalx and c3voc have in common: one event of them as plain values.

The format is described at https://c3voc.de/wiki/schedule. Its `date` carries day, time and offset; older files have
only `start`, on the day of the element around it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.exchange import values
from eventapp.exchange.html import to_markdown
from eventapp.exchange.incoming import (
    MOST,
    Incoming,
    IncomingPerson,
    IncomingSession,
    Options,
    Problem,
    gathered,
    told_apart,
)
from eventapp.exchange.numbers import guid_of_number
from eventapp.exchange.values import Unclear
from eventapp.programme.rules import SessionKind

# The name that our own files carry, with the language of their texts behind the version: <generator version="1 ja">.
GENERATOR = "eventapp"


@dataclass(frozen=True)
class Day:
    """The day around an event. Between `opens` and the same time of the next day a time of day belongs to it."""

    on: date | None = None
    opens: time | None = None


@dataclass(frozen=True)
class Raw:
    """An event as it stands in a file; `texts` by the names of the format."""

    where: str
    texts: Mapping[str, object]
    day: Day
    people: Sequence[Mapping[str, object]]
    links: Sequence[tuple[object, object]]
    rooms: Sequence[object]


@dataclass
class Book:
    """What is gathered while a file is read."""

    options: Options
    format: str
    acronym: str = ""
    zone: str = ""
    own: bool = False
    language: str = ""
    sessions: list[IncomingSession] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rooms: dict[str, None] = field(default_factory=dict)
    tracks: dict[str, None] = field(default_factory=dict)
    capacities: dict[str, int] = field(default_factory=dict)
    unknown_kinds: dict[str, None] = field(default_factory=dict)
    elsewhere: list[tuple[time, datetime]] = field(default_factory=list)
    without_place: Counter[str] = field(default_factory=Counter)

    def head(self, acronym: object, zone: object, generator: Mapping[str, object]) -> None:
        """What the file says of itself. A zone that somebody states goes before that of the file."""
        self.acronym = values.line(acronym)
        self.zone = self.options.zone or values.zone_named(zone)
        self.own = generator.get("name") == GENERATOR
        if self.own:
            self.language = self.tag("generator", values.line(generator.get("version")).partition(" ")[2])

    def leave_out(self, problem: Problem) -> None:
        """Note what is refused. Raises Refused for the file as a whole where there is no end of it."""
        if len(self.problems) >= MOST:
            raise Refused(_("Almost nothing of this file can be read: is it a programme?"), field="file")
        self.problems.append(problem)

    def tag(self, where: str, said: object) -> str:
        """The language that a word means, or nothing and the reason among the problems: the entry itself is taken."""
        try:
            return values.language(said)
        except Unclear as unclear:
            self.leave_out(Problem(where, str(unclear), whole=False))
            return ""

    def add(self, raw: Raw) -> None:
        """Take an event, or note why not. Raises Refused where the file as a whole can't be taken."""
        if len(self.sessions) >= MOST:
            raise Refused(_("A programme with more than %(number)d entries is not read.", number=MOST), field="file")
        try:
            self.sessions.append(self._session(raw))
        except Unclear as unclear:
            self.leave_out(Problem(raw.where, str(unclear)))

    def finish(self) -> Incoming:
        """The whole."""
        if self.unknown_kinds:
            self.notes.append(
                _("Kinds without a counterpart here are taken as lectures: %(kinds)s.",
                  kinds=", ".join(list(self.unknown_kinds)[:12]))
            )  # fmt: skip
        if self.elsewhere:
            said, meant = self.elsewhere[0]
            self.notes.append(
                _("The file says %(said)s, and by its offset that is %(meant)s in %(zone)s (%(number)d entries). "
                  "If %(said)s is meant there, correct the offset in the file.",
                  said=f"{said:%H:%M}", meant=f"{meant:%H:%M}", zone=self.options.home, number=len(self.elsewhere))
            )  # fmt: skip
        if self.without_place:
            parts = _(", ").join(f"{name} ({number})" for name, number in self.without_place.items())
            self.notes.append(_("What has no place here is left out: %(parts)s.", parts=parts))
        apart, shared = told_apart(self.sessions)
        if shared:
            named = _(", ").join(f"{guid[:60]} ({number})" for guid, number in list(shared.items())[:12])
            self.notes.append(
                _("Different entries share an identifier, which is not used then: %(identifiers)s.", identifiers=named)
            )
        sessions, twice = gathered(apart)
        return Incoming(
            self.format, tuple(sessions), tuple(self.rooms), tuple(self.tracks), self.capacities,
            (*self.problems, *twice), tuple(self.notes), self.zone, self.language,
        )  # fmt: skip

    def _session(self, raw: Raw) -> IncomingSession:
        says = raw.texts.get
        if isinstance(attachments := says("attachments"), list) and attachments:
            self.without_place[_("attachments")] += len(attachments)
        if biographies := sum(bool(says_.get("biography")) for says_ in raw.people):
            self.without_place[_("biographies")] += biographies
        title = values.line(says("title"))
        if not title:
            raise Unclear(_("The entry has no title."))
        starts = self._starts(raw)
        length = values.minutes(says("duration"))
        if starts is not None and length is None:
            raise Unclear(_("“%(title)s” has a start and no length.", title=title))
        guid = values.line(says("guid"))
        if not guid and (number := values.line(says("id"))):
            # An id is only known within its own system.
            guid = f"{self.acronym or self.format}:{number}"[:200]
        track = values.line(says("track"))
        if track:
            self.tracks[track] = None
        rooms = tuple(dict.fromkeys(filter(None, (values.line(room) for room in raw.rooms))))
        self.rooms.update(dict.fromkeys(rooms))
        subtitle = values.line(says("subtitle"))
        return IncomingSession(
            where=raw.where,
            title={"": title},
            guid=guid,
            code=code_of(says("code"), says("url")),
            starts_at=starts,
            ends_at=starts + timedelta(minutes=length) if starts and length else None,
            minutes=length,
            rooms=rooms,
            track=track,
            kind=self.kind(says("type")),
            language=self.tag(raw.where, says("language")),
            subtitle={"": subtitle},
            abstract={"": described(says("abstract"), says("description"), own=self.own)},
            people=tuple(self._people(raw)),
            do_not_record=values.yes(says("optout")),
            links=self.links(raw.where, raw.links),
        )

    def links(self, where: str, said: Iterable[tuple[object, object]]) -> tuple[Mapping[str, str], ...]:
        """The links of an entry; one that leads nowhere is noted and takes nothing else with it."""
        found = []
        for title, url in said:
            try:
                found.append(values.web_link(title, url))
            except Unclear as unclear:
                self.leave_out(Problem(where, str(unclear), whole=False))
        return tuple(filter(None, found))

    def kind(self, said: object) -> SessionKind | None:
        """The kind that a word means; one without a counterpart is noted."""
        found = values.kind(said)
        if found is None and (bare := values.line(said)):
            self.unknown_kinds[bare] = None
        return found

    def _starts(self, raw: Raw) -> datetime | None:
        written, start = values.line(raw.texts.get("date")), values.clock_time(raw.texts.get("start"))
        on, at, offset = values.day_and_time(written) if written else (raw.day.on, None, None)
        if on is None and start is None:
            return None
        if on is None:
            raise Unclear(_("There is a time, but no day."))
        if at is not None and offset is None and start is not None and start != at:
            raise Unclear(
                _("The date says %(one)s and the start says %(other)s.", one=f"{at:%H:%M}", other=f"{start:%H:%M}")
            )
        if at is None:
            at = start
            if at is None:
                raise Unclear(_("There is a day, but no time."))
            if raw.day.on == on and raw.day.opens is not None and at < raw.day.opens:
                on += timedelta(days=1)  # past midnight: it belongs to the day that began the morning before
        moment = values.moment(on, at, offset, self.zone)
        if offset is not None and start == at and self.options.home:
            # Programs that know no zones write a Z or their own offset behind what the clock on the wall shows.
            there = moment.astimezone(ZoneInfo(self.options.home))
            if there.time() != at:
                self.elsewhere.append((at, there))
        return moment

    def _people(self, raw: Raw) -> list[IncomingPerson]:
        found = []
        for says in raw.people:
            name = values.line(
                next((says[k] for k in ("name", "public_name", "full_public_name", "full_name") if says.get(k)), "")
            )
            guid, code = values.line(says.get("guid")), values.line(says.get("code"))
            number = values.line(says.get("id"))
            if not guid and self.own and number.isdecimal():
                guid = guid_of_number(int(number[:20]))
            if name or guid:
                found.append(IncomingPerson(name, guid[:200], code[:20]))
            elif number or code:
                self.leave_out(Problem(raw.where, _("Somebody has a number, but no name."), whole=False))
        return found


def code_of(code: object, url: object) -> str:
    """A public code: the one given, or that of an address like …/talk/G9JGWY/ or …/sessions/K3X9PW."""
    given = values.line(code)
    if not given and (match := re.search(r"/(?:talk|sessions)/([A-Z0-9]{4,12})/?(?:[?#]|$)", values.line(url))):
        given = match[1]
    return given if re.fullmatch(r"[A-Z0-9]{4,12}", given) else ""


def described(abstract: object, description: object, *, own: bool = False) -> str:
    """One text of two, without saying the same twice. In our `own` files texts are Markdown already."""
    first, second = values.text(abstract), values.text(description)
    if not own:
        first, second = to_markdown(first), to_markdown(second)
    if first in second:
        return second
    return first if second in first else f"{first}\n\n{second}"
