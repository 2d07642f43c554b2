"""Calendars (RFC 5545). Read line by line, for a report names lines, and one broken entry must not lose the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from io import BytesIO

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.exchange import values
from eventapp.exchange.collected import Book
from eventapp.exchange.frab import code_of
from eventapp.exchange.incoming import MOST, Identity, Incoming, IncomingSession, Options, Problem
from eventapp.exchange.values import Unclear
from eventapp.programme.rules import SessionStatus

_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";]*)')
# Octets of one content line and characters of its parameters; a text of 50,000 characters has room in it.
_LONGEST, _LONGEST_PARAMETERS = 400_000, 4_000
# Parts of calendars that are read. Of the others those are named that say something of the entry.
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
# Deeper than VCALENDAR / VTIMEZONE / STANDARD nothing is read.
_DEEPEST = 8
_ESCAPED = re.compile(r"\\([\\;,nN])")


# A TZID → the IANA zone that it means, or a fixed offset.
ZoneOf = Callable[[str], tuple[str, timedelta | None]]


@dataclass(slots=True)
class Property:
    """A content line."""

    value: str
    parameters: dict[str, str]

    @property
    def text(self) -> str:
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass(slots=True)
class Component:
    """A VEVENT, VTIMEZONE or what stands in one; of properties that come twice the first counts."""

    name: str
    line: int
    properties: dict[str, Property] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def say(self, name: str) -> str:
        found = self.properties.get(name)
        return found.text if found else ""


def read(data: bytes, options: Options) -> Incoming:
    """Raises Refused where the file as a whole can't be read, and where a zone is needed."""
    book = Book(options, "ics")
    calendars = _parse(data, book)
    head = calendars[0]
    book.in_zone(head.say("X-WR-TIMEZONE"), head.say("TIMEZONE-ID"))
    book.own = "//eventapp//" in head.say("PRODID")
    if not book.assumed and not options.zone:
        book.notes.append(
            _("Times without a time zone are read as %(zone)s, which the calendar names.", zone=book.zone)
        )
    rules = {part.say("TZID"): part for calendar in calendars for part in calendar.parts if part.name == "VTIMEZONE"}
    zone_of = cache(lambda name: _zone(name, rules.get(name)))  # rules may be long, and are looked at once
    events = [part for calendar in calendars for part in calendar.parts if part.name == "VEVENT"]
    newest: dict[str, int] = {}
    for event in events:
        newest[event.say("UID")] = max(_sequence(event), newest.get(event.say("UID"), 0))
    for event in events:
        uid = event.say("UID")
        if options.own_uid and uid == options.own_uid:
            continue  # the event itself, which stands beside its sessions in our own feeds
        # Of entries with one UID the one with the highest SEQUENCE is the newest (RFC 5546 §2.1.4).
        if not uid or _sequence(event) == newest[uid]:
            where, title = _("line %(line)d", line=event.line), values.glimpse(event.say("SUMMARY"))
            identity = Identity(
                values.glimpse(uid)[:200], code_of("", event.say("URL")[:1000]), (title,) if title else ()
            )
            book.take(where, identity, partial(_session, event, book, zone_of))
    return book.finish()


def _sequence(event: Component) -> int:
    said = event.say("SEQUENCE").strip()
    return int(said) if re.fullmatch(r"[0-9]{1,9}", said) else 0


def _unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    """(number of its first line, content line). A fold may stand inside a character: it is undone before decoding.

    What is longer than any text that is taken comes out cut.
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
        raise Refused(_("This calendar is not in UTF-8."), field="file") from error


def _decoded(line: bytearray) -> str:
    return line.decode() if len(line) <= _LONGEST else line[:_LONGEST].decode(errors="ignore")


def _content(line: str) -> tuple[str, str, str] | None:
    """(name, parameters, value) of a content line (RFC 5545 §3.1), or None. Quoted parameters may hold a colon."""
    name = _NAME.match(line)
    if name is None:
        return None
    quoted = False
    for at in range(name.end(), min(len(line), name.end() + _LONGEST_PARAMETERS)):
        letter = line[at]
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return name[0].upper(), line[name.end() : at], line[at + 1 :]
        elif at == name.end() and letter != ";":
            return None
    return None


def _parse(data: bytes, book: Book) -> list[Component]:
    """The calendars. Raises Refused where there is none, where one has no end, and for too many entries."""
    found: list[Component] = []
    stack: list[Component] = []
    entries, begun = 0, 0
    for number, line in _unfolded(data):
        if not line.strip():
            continue
        content = _content(line)
        if content is None:
            if stack:
                problem = _("We can't read this line of the calendar: “%(said)s”.", said=values.line(line[:40]))
                book.leave_out(Problem(_("line %(line)d", line=number), problem, whole=False))
            continue
        name, parameters, value = content
        if name == "BEGIN":
            component = Component(value.strip().upper()[:100], number)
            entries += component.name == "VEVENT"
            begun += 1
            if entries > MOST or begun > 10 * MOST:
                raise Refused(
                    _("The file has more than %(number)d entries. That is too many to import.", number=MOST),
                    field="file",
                )
            if len(stack) > _DEEPEST:
                raise Refused(_("This file is nested too deeply to be a programme."), field="file")
            if not stack and component.name == "VCALENDAR":
                found.append(component)
            elif stack and component.name in _PARTS.get(stack[-1].name, ()):
                stack[-1].parts.append(component)
            elif stack and stack[-1].name == "VEVENT":
                book.left_without_place(component.name)
            stack.append(component)
        elif name == "END":
            if stack:
                stack.pop()
        elif stack:
            _note(stack[-1], name, parameters, value, book)
    if not found:
        raise Refused(_("This is not a calendar file."), field="file")
    if stack:
        raise Refused(
            _(
                "The calendar file is incomplete: %(name)s on line %(line)d is not closed.",
                name=stack[-1].name[:30],
                line=stack[-1].line,
            ),
            field="file",
        )
    return found


def _note(component: Component, name: str, parameters: str, value: str, book: Book) -> None:
    """Keep a property that is read; of the others an entry's are named as left out."""
    if name in _READ:
        if name not in component.properties:
            given = {key.upper(): text.strip('"') for key, text in _PARAMETER.findall(parameters)}
            component.properties[name] = Property(value, given)
    elif component.name == "VEVENT" and name not in _SILENT and value.strip():
        book.left_without_place(name)


def _session(event: Component, book: Book, zone_of: ZoneOf) -> IncomingSession:
    # In our own calendars an &amp; is one that somebody typed.
    plain = str if book.own else values.unescaped
    title = values.line(plain(event.say("SUMMARY")))
    if not title:
        raise Unclear(_("The entry has no title."))
    for name in ("RRULE", "RDATE", "RECURRENCE-ID"):
        if name in event.properties:
            raise Unclear(
                _(
                    "“%(title)s” is a repeating entry (%(name)s). Add one entry for each session instead.",
                    title=title,
                    name=name,
                )
            )
    starts = _moment(event.properties.get("DTSTART"), title, book, zone_of)
    ends = _moment(event.properties.get("DTEND"), title, book, zone_of)
    if starts is None:
        raise Unclear(_("“%(title)s” has no start time.", title=title))
    if ends is None:
        length = values.minutes(event.say("DURATION"))
        if length is None:
            raise Unclear(_("“%(title)s” has a start time but no length.", title=title))
        ends = starts + timedelta(minutes=length)
    location = values.line(plain(event.say("LOCATION")))
    room = book.room(location)
    cancelled = event.say("STATUS").strip().upper() == "CANCELLED"
    url = event.say("URL")
    tag = event.properties["SUMMARY"].parameters.get("LANGUAGE", "")
    where = _("line %(line)d", line=event.line)
    # Our own calendars write speakers and addresses into the description, which are no part of the abstract.
    abstract = None if book.own or "DESCRIPTION" not in event.properties else book.prose(event.say("DESCRIPTION"))
    return IncomingSession(
        where=where,
        title={book.tag(where, tag) if tag else "": title},
        guid=values.line(event.say("UID"))[:200],
        code=code_of("", url),
        starts_at=starts,
        ends_at=ends,
        rooms=((room,) if room else ()) if "LOCATION" in event.properties else None,
        place=location,
        abstract=None if abstract is None else {"": values.unescaped(abstract)},
        status=SessionStatus.CANCELLED if cancelled else SessionStatus.PUBLISHED,
    )


def _moment(said: Property | None, title: str, book: Book, zone_of: ZoneOf) -> datetime | None:
    if said is None or not said.value.strip():
        return None
    bare = said.value.strip()
    match = re.fullmatch(r"(\d{8})(?:T(\d{4})(\d{2})(Z?))?", bare)
    if match is None:
        raise Unclear(
            _("We can't read the date and time “%(said)s”. Write it like 2031-03-18T09:30:00+09:00.", said=bare[:60])
        )
    if match[2] is None:
        raise Unclear(_("“%(title)s” is an all-day entry. A session needs a start and end time.", title=title))
    on, at = values.day(match[1]), values.clock_time(match[2])
    assert on is not None and at is not None
    if match[4]:
        return values.moment(on, at, timedelta(0), "")
    name = said.parameters.get("TZID", "")
    if not name:
        return values.moment(on, at, None, book.zone)
    zone, offset = zone_of(name)
    if not zone and offset is None:
        if not book.options.zone:
            raise Unclear(
                _("We don't know the time zone “%(name)s”. Choose the time zone the times are in.", name=name[:60])
            )
        zone = book.options.zone
    return values.moment(on, at, offset, zone)


def _zone(name: str, rules: Component | None) -> tuple[str, timedelta | None]:
    """The IANA zone that a TZID means, or a fixed offset.

    A name that is known goes before the rules in the file: these are wrong more often than names are.
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
    if known := values.zone_named(rules.say("X-LIC-LOCATION")):
        return known, None
    offsets = {part.say("TZOFFSETTO").strip() for part in rules.parts}
    if len(offsets) == 1 and re.fullmatch(r"[+-]\d{4}", only := offsets.pop()):
        hours = timedelta(hours=int(only[1:3]), minutes=int(only[3:]))
        return "", -hours if only[0] == "-" else hours
    return "", None
