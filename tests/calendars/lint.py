"""What no calendar of ours may do, checked on the bytes. Any test that produces a calendar can call `check`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Z][A-Z0-9-]*")
_PARAM = re.compile(r';([A-Z][A-Z0-9-]*)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_UTC = re.compile(r"\d{8}T\d{6}Z")
_LOCAL = re.compile(r"\d{8}T\d{6}")
_DATE = re.compile(r"\d{8}")
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
_ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "TRANSP",
         "URL", "GEO", "LAST-MODIFIED", "ORGANIZER", "DURATION"}  # fmt: skip
_NOT_IANA = {"UTC", "GMT", "JST", "CET", "EST", "Z"}
_FEED_ONLY = {"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "SOURCE", "COLOR", "LAST-MODIFIED"}
_ALLOWED_ESCAPES = {"\\\\", "\\;", "\\,", "\\n"}
_TEXT = {"SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME", "X-WR-CALDESC", "CATEGORIES"}


@dataclass
class Line:
    name: str
    params: dict[str, str]
    value: str


@dataclass
class Component:
    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def one(self, name: str) -> str:
        found = self.all(name)
        assert len(found) == 1, f"{self.name} has {len(found)} {name}"
        return found[0].value


def unfold(data: bytes) -> list[str]:
    """Logical lines, after checking the bytes."""
    assert not data.startswith(b"\xef\xbb\xbf"), "a byte order mark"
    assert data.endswith(b"\r\n"), "no line end at the end"
    assert b"\n" not in data.replace(b"\r\n", b""), "a bare LF"
    assert b"\r" not in data.replace(b"\r\n", b""), "a bare CR"
    physical = data[:-2].split(b"\r\n")
    for raw in physical:
        assert len(raw) <= 75, f"{len(raw)} octets: {raw!r}"
        assert raw, "an empty line"
        text = raw.decode("utf-8")  # raises where a fold splits a character
        bad = [c for c in text if (c < " " and c != "\t") or "\x7f" <= c <= "\x9f" or c in "\u2028\u2029"]
        assert not bad, f"control characters {bad!r}"
    lines: list[str] = []
    for raw in physical:
        if raw.startswith(b" "):
            assert lines, "the file begins with a fold"
            lines[-1] += raw[1:].decode()
        else:
            lines.append(raw.decode())
    return lines


def parse_line(text: str) -> Line:
    name = _NAME.match(text)
    assert name, f"no property name: {text!r}"
    rest = text[name.end() :]
    params: dict[str, str] = {}
    while rest.startswith(";"):
        found = _PARAM.match(rest)
        assert found, f"a broken parameter: {text!r}"
        assert found[1] not in params, f"the parameter {found[1]} comes twice: {text!r}"
        params[found[1]] = found[2]
        rest = rest[found.end() :]
    assert rest.startswith(":"), f"no colon: {text!r}"
    return Line(name[0], params, rest[1:])


def parse(data: bytes) -> Component:
    stack: list[Component] = []
    done: list[Component] = []
    for text in unfold(data):
        line = parse_line(text)
        if line.name == "BEGIN":
            stack.append(Component(line.value))
        elif line.name == "END":
            component = stack.pop()
            assert component.name == line.value, f"END:{line.value} closes {component.name}"
            (stack[-1].parts if stack else done).append(component)
        else:
            assert stack, "a property outside of any component"
            stack[-1].lines.append(line)
    assert not stack, f"{stack[-1].name} is never closed"
    assert len(done) == 1, f"{len(done)} calendars in one file"
    return done[0]


def _check_text(line: Line) -> None:
    bare = re.sub(r"\\\\|\\;|\\,|\\n", "", line.value)
    assert "\\" not in bare, f"an unknown escape: {line.value!r}"
    assert ";" not in bare, f"an unescaped semicolon: {line.value!r}"
    if line.name != "CATEGORIES":
        assert "," not in bare, f"an unescaped comma: {line.value!r}"


def _check_event(event: Component, known: set[str], used: set[str]) -> None:
    for name in _ONCE:
        assert len(event.all(name)) <= 1, f"{name} comes twice"
    for name in ("UID", "DTSTAMP", "DTSTART", "SEQUENCE", "STATUS", "SUMMARY", "TRANSP"):
        event.one(name)
    assert _UTC.fullmatch(event.one("DTSTAMP"))
    assert not (event.all("DTEND") and event.all("DURATION")), "DTEND and DURATION"
    kinds = set()
    for line in [one for name in _TIMES for one in event.all(name)]:
        if line.params.get("VALUE") == "DATE":
            assert _DATE.fullmatch(line.value), line
            assert "TZID" not in line.params, "a date with a TZID"
            kinds.add("date")
        elif "TZID" in line.params:
            assert _LOCAL.fullmatch(line.value), line
            used.add(line.params["TZID"])
            kinds.add("local")
        else:
            assert _UTC.fullmatch(line.value), f"a floating time: {line}"
            kinds.add("utc")
    assert len(kinds) == 1, f"times of several kinds: {kinds}"
    for line in event.lines:
        if line.name in _TEXT:
            _check_text(line)
        if line.name == "CONFERENCE":
            assert line.params.get("VALUE") == "URI", "CONFERENCE needs VALUE=URI"
        if line.name in {"URL", "CONFERENCE", "ATTENDEE", "ORGANIZER"}:
            assert re.fullmatch(r"[\x21-\x7e]+", line.value), f"no URI: {line.value!r}"
    if event.one("STATUS") == "CANCELLED":
        assert event.one("TRANSP") == "TRANSPARENT", "a cancelled entry blocks time"
        assert not event.all("CONFERENCE"), "a cancelled entry has a link to join"


def check(data: bytes, *, feed: bool | None = None, personal: bool = False) -> Component:
    """The calendar as a tree, or AssertionError with the reason. `feed` says which profile it must keep to."""
    calendar = parse(data)
    assert calendar.name == "VCALENDAR"
    assert calendar.one("VERSION") == "2.0"
    assert calendar.one("PRODID")
    assert not calendar.all("UID"), "a UID of the calendar: vdirsyncer would fold the feed into one item"
    for line in calendar.lines:
        if line.name in _TEXT:
            _check_text(line)
        if line.name == "REFRESH-INTERVAL":
            assert line.params.get("VALUE") == "DURATION", "REFRESH-INTERVAL needs VALUE=DURATION"
        if line.name == "SOURCE":
            assert line.params.get("VALUE") == "URI", "SOURCE needs VALUE=URI"
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    zones = [part for part in calendar.parts if part.name == "VTIMEZONE"]
    known = {zone.one("TZID") for zone in zones}
    assert len(known) == len(zones), "a VTIMEZONE comes twice"
    assert not known & _NOT_IANA, f"no IANA name: {known & _NOT_IANA}"
    for zone in zones:
        assert zone.parts, "a VTIMEZONE without onsets"
        for onset in zone.parts:
            assert _LOCAL.fullmatch(onset.one("DTSTART")), "an onset is local"
            assert not onset.all("RDATE"), "Outlook ignores RDATE"
            for rule in onset.all("RRULE"):
                assert re.fullmatch(r"FREQ=YEARLY;BYMONTH=\d+;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)", rule.value)
    used: set[str] = set()
    for event in events:
        _check_event(event, known, used)
    assert used == known, f"TZIDs {used} against VTIMEZONEs {known}"
    uids = [event.one("UID") for event in events]
    assert len(set(uids)) == len(uids), "a UID comes twice"
    if calendar.all("METHOD") and calendar.one("METHOD") in {"REQUEST", "CANCEL"}:
        assert len(set(uids)) == 1, "an invitation has one UID"
        assert all(event.all("ORGANIZER") for event in events), "an invitation has an organizer"
    here = {line.name for line in calendar.lines}
    if feed is True:
        assert {"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"} <= here, "a feed names itself"
        assert "METHOD" not in here
        assert not any(event.all("ATTENDEE") for event in events), "a feed names no attendees"
        assert personal or not any(event.all("CONFERENCE") for event in events), "a public feed has no link to join"
    if feed is False:
        assert not here & _FEED_ONLY, f"a single entry carries {here & _FEED_ONLY}: Outlook opens a new calendar"
        assert len(events) == 1
    return calendar


def text(value: str) -> str:
    """A TEXT value without its escapes."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)
