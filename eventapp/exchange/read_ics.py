"""Calendars (RFC 5545). Read line by line, for a report names lines, and one broken entry must not lose the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.exchange import values
from eventapp.exchange.frab import Book, code_of
from eventapp.exchange.html import to_markdown
from eventapp.exchange.incoming import MOST, Incoming, IncomingSession, Options, Problem
from eventapp.exchange.values import Unclear
from eventapp.programme.rules import SessionStatus

_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^":;,]*)(?:,(?:"[^"]*"|[^":;,]*))*)*):(.*)', re.S)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";])*)')
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass
class Property:
    """A content line."""

    value: str
    parameters: dict[str, str]

    @property
    def text(self) -> str:
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass
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
    book.zone = (
        options.zone or values.zone_named(head.say("X-WR-TIMEZONE")) or values.zone_named(head.say("TIMEZONE-ID"))
    )
    book.own = "//eventapp//" in head.say("PRODID")
    if book.zone and not options.zone:
        book.notes.append(_("Times without a zone are those of %(zone)s, which the calendar names.", zone=book.zone))
    zones = {part.say("TZID"): part for calendar in calendars for part in calendar.parts if part.name == "VTIMEZONE"}
    latest: dict[str, tuple[int, int]] = {}
    kept: list[IncomingSession | None] = []
    for event in (part for calendar in calendars for part in calendar.parts if part.name == "VEVENT"):
        if options.own_uid and event.say("UID") == options.own_uid:
            continue  # the event itself, which stands beside its sessions in our own feeds
        where = _("line %(line)d", line=event.line)
        try:
            if len(kept) >= MOST:
                raise Refused(
                    _("A programme with more than %(number)d entries is not read.", number=MOST), field="file"
                )
            session = _session(event, book, zones)
        except Unclear as unclear:
            book.leave_out(Problem(where, str(unclear)))
            continue
        _keep(kept, latest, event, session)
    book.sessions = [session for session in kept if session is not None]
    return book.finish()


def _keep(
    kept: list[IncomingSession | None], latest: dict[str, tuple[int, int]], event: Component, session: IncomingSession
) -> None:
    """Of entries with one UID the one with the highest SEQUENCE is the newest (RFC 5546 §2.1.4)."""
    said = event.say("SEQUENCE").strip()
    sequence = int(said) if re.fullmatch(r"[0-9]{1,9}", said) else 0
    if session.guid in latest:
        older, place = latest[session.guid]
        if older > sequence:
            return
        if older < sequence:
            kept[place] = None
    if session.guid:
        latest[session.guid] = sequence, len(kept)
    kept.append(session)


def _unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    """(number of its first line, content line). A fold may stand inside a character: it is undone before decoding."""
    try:
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            data = data.decode("utf-16").encode()
        first, pieces = 1, [b""]
        for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").split(b"\n"), 1):
            bare = raw.rstrip(b"\r")
            if bare[:1] in {b" ", b"\t"}:
                pieces.append(bare[1:])
                continue
            yield first, b"".join(pieces).decode()
            first, pieces = number, [bare]
        yield first, b"".join(pieces).decode()
    except UnicodeError as error:
        raise Refused(_("This calendar is not in UTF-8."), field="file") from error


def _parse(data: bytes, book: Book) -> list[Component]:
    """The calendars. Raises Refused where there is none, or one has no end."""
    found: list[Component] = []
    stack: list[Component] = []
    for number, line in _unfolded(data):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            if stack:
                problem = _("“%(said)s” is no line of a calendar.", said=values.line(line[:40]))
                book.leave_out(Problem(_("line %(line)d", line=number), problem, whole=False))
            continue
        name, value = match[1].upper(), match[3]
        if name == "BEGIN":
            component = Component(value.strip().upper(), number)
            if len(stack) > 8:
                raise Refused(_("The elements stand deeper in each other than in any programme."), field="file")
            if stack:
                stack[-1].parts.append(component)
            elif component.name == "VCALENDAR":
                found.append(component)
            stack.append(component)
        elif name == "END":
            if stack:
                stack.pop()
        elif stack and name not in stack[-1].properties:
            given = {key.upper(): text.strip('"') for key, text in _PARAMETER.findall(match[2])}
            stack[-1].properties[name] = Property(value, given)
    if not found:
        raise Refused(_("This is no calendar: it does not begin with BEGIN:VCALENDAR."), field="file")
    if stack:
        raise Refused(
            _("The calendar has no end: %(name)s of line %(line)d is not closed.",
              name=stack[-1].name[:30], line=stack[-1].line),
            field="file",
        )  # fmt: skip
    return found


def _session(event: Component, book: Book, zones: dict[str, Component]) -> IncomingSession:
    # In our own calendars an &amp; is one that somebody typed.
    plain = str if book.own else values.unescaped
    title = values.line(plain(event.say("SUMMARY")))
    if not title:
        raise Unclear(_("The entry has no title."))
    for name in ("RRULE", "RDATE", "RECURRENCE-ID"):
        if name in event.properties:
            raise Unclear(_("“%(title)s” repeats (%(name)s); a session is held once.", title=title, name=name))
    starts = _moment(event.properties.get("DTSTART"), title, book, zones)
    ends = _moment(event.properties.get("DTEND"), title, book, zones)
    if starts is None:
        raise Unclear(_("“%(title)s” has no start.", title=title))
    if ends is None:
        length = values.minutes(event.say("DURATION"))
        if length is None:
            raise Unclear(_("“%(title)s” has a start and no length.", title=title))
        ends = starts + timedelta(minutes=length)
    location = values.line(plain(event.say("LOCATION")))
    rooms = (location,) if location else ()
    book.rooms.update(dict.fromkeys(rooms))
    cancelled = event.say("STATUS").strip().upper() == "CANCELLED"
    url = event.say("URL")
    tag = event.properties["SUMMARY"].parameters.get("LANGUAGE", "")
    where = _("line %(line)d", line=event.line)
    return IncomingSession(
        where=where,
        title={book.tag(where, tag) if tag else "": title},
        guid=values.line(event.say("UID"))[:200],
        code=code_of("", url),
        starts_at=starts,
        ends_at=ends,
        rooms=rooms if "LOCATION" in event.properties else None,
        place=location,
        # Our own calendars write speakers and addresses into the description, which are no part of the abstract.
        abstract=None if book.own or "DESCRIPTION" not in event.properties
        else {"": values.unescaped(to_markdown(values.text(event.say("DESCRIPTION"))))},
        status=SessionStatus.CANCELLED if cancelled else SessionStatus.PUBLISHED,
    )  # fmt: skip


def _moment(said: Property | None, title: str, book: Book, zones: dict[str, Component]) -> datetime | None:
    if said is None or not said.value.strip():
        return None
    bare = said.value.strip()
    match = re.fullmatch(r"(\d{8})(?:T(\d{4})(\d{2})(Z?))?", bare)
    if match is None:
        raise Unclear(_("“%(said)s” is no time that can be read; write 2031-03-18T09:30:00+09:00.", said=bare[:60]))
    if match[2] is None:
        raise Unclear(_("“%(title)s” is for whole days; a session has a time of day.", title=title))
    on, at = values.day(match[1]), values.clock_time(match[2])
    assert on is not None and at is not None
    if match[4]:
        return values.moment(on, at, timedelta(0), "")
    name = said.parameters.get("TZID", "")
    if not name:
        return values.moment(on, at, None, book.zone)
    zone, offset = _zone(name, zones.get(name))
    if not zone and offset is None:
        if not book.options.zone:
            raise Unclear(_("Where “%(name)s” is can't be told; say in which zone the times are.", name=name[:60]))
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
