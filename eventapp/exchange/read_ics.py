"""Reads calendars (RFC 5545) of other systems.

The `icalendar` library parses content lines and values. The components are assembled here, because a report names line
numbers and one broken entry must not lose the others: the library's own parser has no line numbers and gives up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from io import BytesIO
from typing import Any

from icalendar.parser import Contentline
from icalendar.prop import vDDDTypes, vUTCOffset
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.exchange import values
from eventapp.exchange.collected import ImportCollector
from eventapp.exchange.damaged import Damaged
from eventapp.exchange.frab import code_of
from eventapp.exchange.incoming import MOST, Identity, Incoming, IncomingSession, Options, Problem
from eventapp.exchange.values import AmbiguousValue
from eventapp.programme.rules import SessionStatus

# A line without parameters: so are most lines of a malicious file, and most need not be parsed at all.
_BARE = re.compile(r"([A-Za-z0-9-]{1,100}):")
# Octets of a content line, and characters before its value; a text of 50,000 characters fits.
_LONGEST, _LONGEST_HEAD = 400_000, 4_100
# Properties that are read. Others are reported as left out if they contain facts about the entry.
_READ = frozenset(
    [
        "UID",
        "SEQUENCE",
        "SUMMARY",
        "DTSTART",
        "DTEND",
        "DURATION",
        "LOCATION",
        "DESCRIPTION",
        "STATUS",
        "URL",
        "RRULE",
        "RDATE",
        "RECURRENCE-ID",
        "PRODID",
        "X-WR-TIMEZONE",
        "TIMEZONE-ID",
        "TZID",
        "X-LIC-LOCATION",
        "TZOFFSETTO",
    ]
)
_SILENT = frozenset(["DTSTAMP", "CREATED", "LAST-MODIFIED", "TRANSP", "CLASS", "PRIORITY"])
_PARTS = {"VCALENDAR": ("VEVENT", "VTIMEZONE"), "VTIMEZONE": ("STANDARD", "DAYLIGHT")}
# Nothing nested deeper than VCALENDAR / VTIMEZONE / STANDARD is read.
_DEEPEST = 8


# A TZID → its IANA zone, or a fixed offset.
ZoneOf = Callable[[str], tuple[str, timedelta | None]]


@dataclass(slots=True)
class Property:
    """A content line: its unescaped value, and its parameters by upper-case names."""

    text: str
    parameters: Mapping[str, Any]


@dataclass(slots=True)
class ParsedComponent:
    """A VEVENT, VTIMEZONE or a component inside one; of duplicate properties the first counts."""

    name: str
    line: int
    properties: dict[str, Property] = field(default_factory=dict)
    parts: list[ParsedComponent] = field(default_factory=list)

    def text_of(self, name: str) -> str:
        found = self.properties.get(name)
        return found.text if found else ""


def read(data: bytes, options: Options) -> Incoming:
    """Read a file. Raises Refused if the whole file is unreadable, and if a zone is needed."""
    collector = ImportCollector(options, "ics")
    calendars = _parse(data, collector)
    head = calendars[0]
    collector.in_zone(head.text_of("X-WR-TIMEZONE"), head.text_of("TIMEZONE-ID"))
    collector.own = "//eventapp//" in head.text_of("PRODID")
    if not collector.assumed and not options.zone:
        collector.notes.append(
            _("Times without a time zone are read as %(zone)s, which the calendar names.", zone=collector.zone)
        )
    parts = [part for calendar in calendars for part in calendar.parts]
    rules = {part.text_of("TZID"): part for part in parts if part.name == "VTIMEZONE"}
    zone_of = cache(lambda name: _zone(name, rules.get(name)))  # rules may be long, so they are parsed once
    events = [part for part in parts if part.name == "VEVENT"]
    newest: dict[str, int] = {}
    for event in events:
        newest[event.text_of("UID")] = max(_sequence(event), newest.get(event.text_of("UID"), 0))
    for event in events:
        uid = event.text_of("UID")
        if options.own_uid and uid == options.own_uid:
            continue  # the event itself, which our own feeds contain as well as its sessions
        # Of entries with the same UID, the one with the highest SEQUENCE is the newest (RFC 5546 §2.1.4).
        if not uid or _sequence(event) == newest[uid]:
            where, title = _("line %(line)d", line=event.line), values.glimpse(event.text_of("SUMMARY"))
            identity = Identity(
                values.glimpse(uid)[:200], code_of("", event.text_of("URL")[:1000]), (title,) if title else ()
            )
            collector.take(where, identity, partial(_session, event, collector, zone_of))
    return collector.finish()


def _sequence(event: ParsedComponent) -> int:
    number = event.text_of("SEQUENCE").strip()
    return int(number) if re.fullmatch(r"[0-9]{1,9}", number) else 0


def _unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    """(number of its first line, content line). A fold may split a character, so it is undone before decoding.

    Lines longer than any accepted text are cut off.
    """
    try:
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            data = data.decode("utf-16").encode()
        first, whole = 1, bytearray()
        for number, raw in enumerate(BytesIO(data.removeprefix(b"\xef\xbb\xbf")), 1):
            bare = raw.replace(b"\x00", b"").rstrip(b"\r\n")
            if bare[:1] in {b" ", b"\t"}:
                if len(whole) <= _LONGEST:
                    whole += bare[1:]
                continue
            yield first, _decoded(whole)
            first, whole = number, bytearray(bare)
        yield first, _decoded(whole)
    except UnicodeError as error:
        raise Damaged(_("This calendar is not in UTF-8.")) from error


def _decoded(line: bytearray) -> str:
    return line.decode() if len(line) <= _LONGEST else line[:_LONGEST].decode(errors="ignore")


def _content(line: str, known: Container[str]) -> tuple[str, Property] | None:
    """The name and the rest of a content line (RFC 5545 §3.1), or None. Names in `known` already have a value and are
    skipped.
    """
    bare = _BARE.match(line)
    if bare and ((name := bare[1].upper()) not in _READ or name in known):
        return name, Property(line[bare.end() :], {})
    if not bare and not _has_short_head(line):
        return None
    try:
        name, parameters, value = Contentline(line).parts()
    except ValueError:
        return None
    return name.upper(), Property(value, parameters)


def _has_short_head(line: str) -> bool:
    """Whether the value starts soon: the library is slow with many parameters, which no line needs."""
    return Contentline(line[:_LONGEST_HEAD]).value_separator_index() > 0


class _Nesting:
    """The components of a file while it is read: the current position, and the calendars found."""

    def __init__(self, collector: ImportCollector) -> None:
        self.calendars: list[ParsedComponent] = []
        self._collector = collector
        self._stack: list[ParsedComponent] = []
        self._entries = self._begun = 0

    @property
    def current(self) -> ParsedComponent | None:
        return self._stack[-1] if self._stack else None

    def begin(self, name: str, number: int) -> None:
        """Start a component. Raises Refused for more or deeper components than any programme has."""
        component = ParsedComponent(name.strip().upper()[:100], number)
        self._entries += component.name == "VEVENT"
        self._begun += 1
        if self._entries > MOST or self._begun > 10 * MOST:
            raise Refused(
                _("The file has more than %(number)d entries. That is too many to import.", number=MOST), field="file"
            )
        if len(self._stack) > _DEEPEST:
            raise Damaged(_("This file is nested too deeply to be a programme."))
        self._place(component)
        self._stack.append(component)

    def _place(self, component: ParsedComponent) -> None:
        outer = self.current
        if outer is None:
            if component.name == "VCALENDAR":
                self.calendars.append(component)
        elif component.name in _PARTS.get(outer.name, ()):
            outer.parts.append(component)
        elif outer.name == "VEVENT":
            self._collector.left_without_place(component.name)

    def end(self) -> None:
        if self._stack:
            self._stack.pop()


def _parse(data: bytes, collector: ImportCollector) -> list[ParsedComponent]:
    """The calendars. Raises Refused if there is none, one has no end, or there are too many entries."""
    nesting = _Nesting(collector)
    for number, line in _unfolded(data):
        if line.strip():
            _take(line, number, nesting, collector)
    if not nesting.calendars:
        raise Refused(_("This is not a calendar file."), field="file")
    if (open_one := nesting.current) is not None:
        raise Damaged(
            _(
                "The calendar file is incomplete: %(name)s on line %(line)d is not closed.",
                name=open_one.name[:30],
                line=open_one.line,
            )
        )
    return nesting.calendars


def _take(line: str, number: int, nesting: _Nesting, collector: ImportCollector) -> None:
    """Add a content line to its component, or record that it is invalid. Lines outside a calendar are ignored."""
    current = nesting.current
    content = _content(line, current.properties if current else ())
    if content is None:
        if current:
            problem = _("We can't read this line of the calendar: “%(said)s”.", said=values.line(line[:40]))
            collector.leave_out(Problem(_("line %(line)d", line=number), problem, whole=False))
        return
    name, found = content
    if name == "BEGIN":
        nesting.begin(found.text, number)
    elif name == "END":
        nesting.end()
    elif current:
        _note(current, name, found, collector)


def _note(component: ParsedComponent, name: str, found: Property, collector: ImportCollector) -> None:
    """Store a property that is read; others of an entry are reported as left out."""
    if name in _READ:
        component.properties.setdefault(name, found)
    elif component.name == "VEVENT" and name not in _SILENT and found.text.strip():
        collector.left_without_place(name)


def _session(event: ParsedComponent, collector: ImportCollector, zone_of: ZoneOf) -> IncomingSession:
    # In our own calendars an &amp; was typed by somebody.
    plain = str if collector.own else values.unescaped
    title = values.line(plain(event.text_of("SUMMARY")))
    if not title:
        raise AmbiguousValue(_("The entry has no title."))
    for name in ("RRULE", "RDATE", "RECURRENCE-ID"):
        if name in event.properties:
            raise AmbiguousValue(
                _(
                    "“%(title)s” is a repeating entry (%(name)s). Add one entry for each session instead.",
                    title=title,
                    name=name,
                )
            )
    starts = _moment(event.properties.get("DTSTART"), title, collector, zone_of)
    ends = _moment(event.properties.get("DTEND"), title, collector, zone_of)
    if starts is None:
        raise AmbiguousValue(_("“%(title)s” has no start time.", title=title))
    if ends is None:
        length = values.minutes(event.text_of("DURATION"))
        if length is None:
            raise AmbiguousValue(_("“%(title)s” has a start time but no length.", title=title))
        ends = starts + timedelta(minutes=length)
    location = values.line(plain(event.text_of("LOCATION")))
    room = collector.room(location)
    cancelled = event.text_of("STATUS").strip().upper() == "CANCELLED"
    url = event.text_of("URL")
    tag = event.properties["SUMMARY"].parameters.get("LANGUAGE", "")
    where = _("line %(line)d", line=event.line)
    # Our own calendars include speakers and URLs in the description, which are not part of the abstract.
    abstract = (
        None
        if collector.own or "DESCRIPTION" not in event.properties
        else collector.prose(event.text_of("DESCRIPTION"))
    )
    return IncomingSession(
        where=where,
        title={collector.tag(where, tag) if tag else "": title},
        guid=values.line(event.text_of("UID"))[:200],
        code=code_of("", url),
        starts_at=starts,
        ends_at=ends,
        rooms=((room,) if room else ()) if "LOCATION" in event.properties else None,
        place=location,
        abstract=None if abstract is None else {"": values.unescaped(abstract)},
        status=SessionStatus.CANCELLED if cancelled else SessionStatus.PUBLISHED,
    )


def _moment(said: Property | None, title: str, collector: ImportCollector, zone_of: ZoneOf) -> datetime | None:
    if said is None or not (bare := said.text.strip()):
        return None
    local = _local_time(bare)
    if local is None:
        raise AmbiguousValue(
            _("We can't read the date and time “%(said)s”. Write it like 2031-03-18T09:30:00+09:00.", said=bare[:60])
        )
    if not isinstance(local, datetime):
        raise AmbiguousValue(_("“%(title)s” is an all-day entry. A session needs a start and end time.", title=title))
    on, at = local.date(), time(local.hour, local.minute)
    if local.tzinfo:
        return values.moment(on, at, timedelta(0), "")
    name = str(said.parameters.get("TZID", ""))
    if not name:
        return values.moment(on, at, None, collector.zone)
    zone, offset = zone_of(name)
    if not zone and offset is None:
        if not collector.options.zone:
            raise AmbiguousValue(
                _("We don't know the time zone “%(name)s”. Choose the time zone the times are in.", name=name[:60])
            )
        zone = collector.options.zone
    return values.moment(on, at, offset, zone)


def _local_time(text: str) -> date | None:
    """A DATE-TIME, aware only if it is in UTC, or a DATE; None for anything else."""
    try:
        found = vDDDTypes.from_ical(text)
    except ValueError:
        return None
    return found if isinstance(found, date) else None


def _zone(name: str, rules: ParsedComponent | None) -> tuple[str, timedelta | None]:
    """The IANA zone of a TZID, or a fixed offset.

    A known name takes precedence over the rules in the file, which are wrong more often than names.
    """
    known = values.zone_named(name) or values.zone_named(WINDOWS_TO_OLSON.get(name, ""))
    if known:
        return known, None
    parts = name.split("/")
    for length in (3, 2):
        if len(parts) > length and (known := values.zone_named("/".join(parts[-length:]))):
            return known, None
    if rules is None:
        return "", None
    if known := values.zone_named(rules.text_of("X-LIC-LOCATION")):
        return known, None
    offsets = {part.text_of("TZOFFSETTO").strip() for part in rules.parts}
    try:
        return "", vUTCOffset.from_ical(offsets.pop()) if len(offsets) == 1 else None
    except ValueError:
        return "", None
