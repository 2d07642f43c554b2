"""Each rule of the linter finds a calendar that violates it; a valid calendar has no findings; nothing makes it
raise.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventapp.ical import zones
from tests.support.ical_lint import Profile, findings, timezones, tree
from tests.support.ical_lint import rules as product

BERLIN = zones.vtimezone("Europe/Berlin", 2031, 2031).decode()
ENTRY = """BEGIN:VEVENT
UID:one
DTSTAMP:20301201T093015Z
DTSTART;TZID=Europe/Berlin:20310318T100000
DTEND;TZID=Europe/Berlin:20310318T110000
SEQUENCE:3
LAST-MODIFIED:20301201T093015Z
SUMMARY;LANGUAGE=en:Opening\\, with music
DESCRIPTION;LANGUAGE=en:First line\\nSecond line
GEO:35.893900;139.631200
URL:https://example.org/events/forum
CATEGORIES:Cities,Keynote
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
"""
HEAD = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//somebody//EN
CALSCALE:GREGORIAN
"""
FEED_HEAD = """NAME:Forum
X-WR-CALNAME:Forum
X-WR-TIMEZONE:Europe/Berlin
COLOR:navy
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
SOURCE;VALUE=URI:https://example.org/calendar.ics
LAST-MODIFIED:20301201T093015Z
"""
ZONE = BERLIN.replace("\r\n", "\n")
ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:Opening\nEND:VALARM\nEND:VEVENT\n"
GUESTS = "ORGANIZER:mailto:forum@example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.org\nEND:VEVENT\n"


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def feed(entries: str = ENTRY, *, zone: str = ZONE, head: str = FEED_HEAD) -> str:
    return f"{HEAD}{head}{zone}{entries}END:VCALENDAR\n"


def single(entry: str = ENTRY, *, method: str = "") -> str:
    return f"{HEAD}{method}{ZONE}{entry}END:VCALENDAR\n"


def invitation(method: str = "METHOD:REQUEST\n", guests: str = GUESTS, status: str = "CONFIRMED") -> str:
    entry = ENTRY.replace("END:VEVENT\n", guests).replace("STATUS:CONFIRMED", f"STATUS:{status}")
    return single(entry.replace("OPAQUE", "TRANSPARENT"), method=method)


def instead(old: str, new: str, text: str | None = None) -> str:
    given = feed() if text is None else text
    assert old in given, old
    return given.replace(old, new, 1)


def without(line: str) -> str:
    return re.sub(rf"(?m)^{line}.*\n", "", feed(), count=1)


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        (feed(), Profile.FEED),
        (feed("", zone=""), Profile.FEED),
        (single(), Profile.SINGLE),
        (invitation(), Profile.INVITATION),
        (invitation("METHOD:CANCEL\n", status="CANCELLED"), Profile.INVITATION),
        (single(method="METHOD:PUBLISH\n"), Profile.INVITATION),
        (feed(ENTRY.replace("END:VEVENT\n", ALARM)), Profile.FEED),
        (feed(ENTRY.replace("TRANSP", "CONFERENCE;VALUE=URI:https://meet.example/1\nTRANSP")), Profile.PERSONAL),
        (feed(ENTRY.replace("TRANSP", "IMAGE;VALUE=BINARY;ENCODING=BASE64:aGk=\nTRANSP")), Profile.FEED),
    ],
)
def test_a_right_calendar_has_no_finding(text: str, profile: Profile) -> None:
    assert findings(crlf(text), profile=profile, attendee="Ada@example.org") == []


START = "DTSTART;TZID=Europe/Berlin:20310318T100000"
OFF = ENTRY.replace("STATUS:CONFIRMED", "STATUS:CANCELLED").replace("OPAQUE", "TRANSPARENT")
TWICE = ENTRY.replace("20310318T1", "20311026T0").replace("T00", "T02").replace("T01", "T03")
EDGE = ENTRY.replace("20310318T100000", "20310330T023000").replace("20310318T110000", "20310330T033000")

# Name of the rule → a calendar that violates it. Checked as a feed unless a profile is given.
BROKEN: dict[str, list[str | bytes | tuple[str, Profile]]] = {
    # the bytes
    "byte-order-mark": [b"\xef\xbb\xbf" + crlf(feed())],
    "line-end": [
        feed().encode(),
        crlf(feed()).replace(b"SEQUENCE:3\r\n", b"SEQUENCE:3\r"),
        crlf(feed()).replace(b"VERSION:2.0\r\n", b"VERSION:2.0\n"),
    ],
    "last-line-end": [crlf(feed())[:-2], b""],
    "long-line": [instead("Opening", "x" * 76)],
    "empty-line": [instead("SEQUENCE", "\nSEQUENCE"), feed() + "\n"],
    "split-character": [crlf(instead("Second", "Sec字nd")).replace(b"\xe5\xad\x97", b"\xe5\r\n \xad\x97")],
    "encoding": [crlf(feed()).replace(b"Second", b"Sec\xffnd")],
    "control-character": [instead("Second", f"Sec{c}ond") for c in "\x00\x07\x1b\x7f\x85\x9b\u2028\u2029"],
    "fold-first": [" " + feed()],
    # the lines
    "no-name": [instead("SEQUENCE:3", ":3")],
    "parameter": [instead(START, "DTSTART;TZID:20310318T100000")],
    "parameter-twice": [instead("LANGUAGE=en", "LANGUAGE=en;LANGUAGE=ja")],
    "no-colon": [instead("SEQUENCE:3", "SEQUENCE"), instead("LANGUAGE=en", 'LANGUAGE="en')],
    "outside": ["SUMMARY:Outside\n" + feed()],
    "never-ended": [instead("END:VEVENT\n", "")],
    "not-begun": [instead("END:VEVENT\n", "END:VTODO\nEND:VEVENT\n"), feed() + "END:VCALENDAR\n"],
    # the calendar
    "one-calendar": [feed() + feed(), ENTRY, b""],
    "version": [
        without("VERSION"),
        instead("VERSION:2.0", "VERSION:1.0"),
        instead("VERSION:2.0", "VERSION:2.0\nVERSION:2.0"),
    ],
    "product": [without("PRODID"), instead("-//somebody//EN", "")],
    "calendar-uid": [instead("CALSCALE", "UID:all\nCALSCALE")],
    "twice": [
        instead("SEQUENCE:3", "SEQUENCE:3\nSEQUENCE:4"),
        instead("COLOR:navy", "COLOR:navy\nCOLOR:red"),
        instead("X-WR-CALNAME:Forum", "X-WR-CALNAME:Forum\nX-WR-CALNAME:Other"),
    ],
    "colour": [instead("navy", "#000080")],
    "uid-twice": [feed(ENTRY + ENTRY)],
    # the properties
    "value": [
        instead("REFRESH-INTERVAL;VALUE=DURATION", "REFRESH-INTERVAL"),
        instead("SOURCE;VALUE=URI", "SOURCE"),
        (instead("TRANSP", "CONFERENCE:https://meet.example/1\nTRANSP"), Profile.PERSONAL),
        instead("TRANSP", "IMAGE:https://example.org/a.png\nTRANSP"),
    ],
    "duration": [
        instead("DURATION:PT1H", "DURATION:1 hour"),
        instead("TTL:PT1H", "TTL:PT"),
        instead("TTL:PT1H", "TTL:P"),
    ],
    "address": [
        instead("URL:https", "URL:ht tps"),
        instead("URL:https://example.org", "URL:example.org"),
        instead("URL:https://example.org", "URL:https://example.org/都市"),
    ],
    "escape": [
        instead("music", "mu;sic"),
        instead("music", "mu,sic"),
        instead("Second", "\\Second"),
        instead("\\nSecond", "\\NSecond"),
        instead("Cities", "Ci;ties"),
    ],
    "language": [instead("LANGUAGE=en", "LANGUAGE=English")],
    # the entry
    "missing": [without(name) for name in ("UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "STATUS", "TRANSP")]
    + [feed(re.sub(r"DT(START|END).*\n", "", ENTRY), zone="")],
    "stamp": [
        instead("DTSTAMP:20301201T093015Z", "DTSTAMP:20301201T093015"),
        instead("LAST-MODIFIED:20301201T093015Z\nSUMMARY", "LAST-MODIFIED;TZID=Europe/Berlin:20301201T093015\nSUMMARY"),
    ],
    "unknown-value": [instead("STATUS:CONFIRMED", "STATUS:CANCELED"), instead("TRANSP:OPAQUE", "TRANSP:BUSY")],
    "sequence": [instead("SEQUENCE:3", "SEQUENCE:-1"), instead("SEQUENCE:3", "SEQUENCE:three")],
    "place-on-map": [instead("GEO:35.893900;139", "GEO:139.631200;35"), instead("GEO:35.893900", "GEO:north")],
    "own-parent": [instead("STATUS", "RELATED-TO:one\nSTATUS")],
    "cancelled-blocks": [feed(OFF.replace("TRANSPARENT", "OPAQUE"))],
    "cancelled-join": [
        (feed(OFF.replace("TRANSP", "CONFERENCE;VALUE=URI:https://meet.example/1\nTRANSP", 1)), Profile.PERSONAL)
    ],
    "cancelled-rings": [feed(OFF.replace("END:VEVENT\n", ALARM))],
    "alarm": [feed(ENTRY.replace("END:VEVENT\n", ALARM.replace("TRIGGER:-PT15M\n", "")))],
    # its times
    "time": [
        instead("20310318T100000", "20310230T100000"),
        instead("20310318T100000", "today"),
        instead("20310318T100000", "20310318T100000Z"),
        feed(EDGE),
        feed(TWICE),
        feed(re.sub(r"DT(START|END).*", r"DT\1;VALUE=DATE:20310231", ENTRY), zone=""),
    ],
    "floating": [feed(re.sub(";TZID=Europe/Berlin", "", ENTRY), zone="")],
    "time-kinds": [
        instead("DTEND;TZID=Europe/Berlin:20310318T110000", "DTEND;VALUE=DATE:20310319"),
        instead("DTEND;TZID=Europe/Berlin:20310318T110000", "DTEND:20310318T110000Z"),
    ],
    "end-twice": [instead("SEQUENCE", "DURATION:PT1H\nSEQUENCE")],
    "end": [instead("20310318T110000", "20310318T100000"), instead("20310318T110000", "20310317T110000")],
    # its zones
    "zone-name": [
        feed(ENTRY.replace("Europe/Berlin", name), zone=ZONE.replace("Europe/Berlin", name))
        for name in ("GMT", "JST", "CET", "UTC", "Etc/GMT-1", "W. Europe Standard Time")
    ]
    + [instead("X-WR-TIMEZONE:Europe/Berlin", "X-WR-TIMEZONE:Berlin")],
    "zone-missing": [feed(zone="")],
    "zone-unused": [feed(ENTRY.replace(";TZID=Europe/Berlin:20310318T1", ":20310318T1").replace("0000\n", "0000Z\n"))],
    "zone-twice": [feed(zone=ZONE + ZONE)],
    "zone-without-name": [feed(zone=ZONE.replace("TZID:Europe/Berlin\n", ""))],
    "zone-empty": [feed(zone="BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nEND:VTIMEZONE\n")],
    "zone-part": [instead("BEGIN:DAYLIGHT", "BEGIN:SUMMER", feed().replace("END:DAYLIGHT", "END:SUMMER"))],
    "zone-onset": [instead("DTSTART:20300331T020000", "DTSTART:20300331T020000Z")],
    "zone-offset": [
        instead("TZOFFSETTO:+0200", "TZOFFSETTO:+2"),
        instead("TZOFFSETTO:+0200", "TZOFFSETTO:-0000"),
        instead("TZOFFSETTO:+0200\n", ""),
    ],
    "zone-dates": [instead("TZOFFSETTO:+0200", "RDATE:20310330T020000\nTZOFFSETTO:+0200")],
    "zone-rule": [
        instead("BYDAY=-1SU", "BYMONTHDAY=31"),
        instead("BYDAY=-1SU", "BYDAY=SU"),
        instead("BYMONTH=3;BYDAY=-1SU", "UNTIL=20310101T000000Z;BYMONTH=3;BYDAY=-1SU"),
    ],
    "zone-first": [instead("BYDAY=-1SU", "BYDAY=1SU")],
    "zone-untrue": [instead("TZOFFSETTO:+0100", "TZOFFSETTO:+0000")],
    # what a calendar is for
    "single": [(single().replace("CALSCALE", f"{name}\nCALSCALE"), Profile.SINGLE) for name in FEED_HEAD.splitlines()],
    "one-entry": [
        (single(ENTRY + ENTRY.replace("UID:one", "UID:two")), Profile.SINGLE),
        (single(""), Profile.INVITATION),
    ],
    "people": [instead("END:VEVENT\n", GUESTS), (single(ENTRY.replace("END:VEVENT\n", GUESTS)), Profile.SINGLE)],
    "public-join": [instead("TRANSP", "CONFERENCE;VALUE=URI:https://meet.example/1\nTRANSP")],
    "feed-needs": [
        without(name)
        for name in ("NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "SOURCE", "LAST-MODIFIED")
    ],
    "two-names": [instead("X-WR-CALNAME:Forum", "X-WR-CALNAME:Other")],
    "method-in-feed": [instead("CALSCALE", "METHOD:PUBLISH\nCALSCALE")],
    "method": [(invitation(""), Profile.INVITATION)],
    "organizer": [(invitation(guests=GUESTS.replace("ORGANIZER:mailto:forum@example.org\n", "")), Profile.INVITATION)],
    "attendee": [
        (invitation(guests="ORGANIZER:mailto:forum@example.org\nEND:VEVENT\n"), Profile.INVITATION),
        (invitation(guests=GUESTS.replace("ada@", "bo@")), Profile.INVITATION),
        (
            invitation(guests=GUESTS.replace("END:VEVENT", "ATTENDEE:mailto:bo@example.org\nEND:VEVENT")),
            Profile.INVITATION,
        ),
    ],
    "method-status": [
        (invitation("METHOD:CANCEL\n"), Profile.INVITATION),
        (invitation(status="CANCELLED"), Profile.INVITATION),
    ],
}
CASES = [(rule, number, case) for rule, cases in BROKEN.items() for number, case in enumerate(cases)]


@pytest.mark.parametrize(("rule", "number", "case"), CASES, ids=[f"{rule}-{number}" for rule, number, _ in CASES])
def test_each_rule_finds_what_breaks_it(rule: str, number: int, case: str | bytes | tuple[str, Profile]) -> None:
    text, profile = case if isinstance(case, tuple) else (case, Profile.FEED)
    data = text if isinstance(text, bytes) else crlf(text)
    found = findings(data, profile=profile, attendee="ada@example.org")
    assert rule in {one.rule for one in found}
    assert all(one.sentence for one in found)


def test_every_rule_was_seen_to_find_something() -> None:
    source = "".join(Path(module.__file__ or "").read_text() for module in (product, timezones, tree))
    rules = set(re.findall(r'(?:Finding|fault)\(\s*"([a-z-]+)"|yield "([a-z-]+)"', source))
    assert {one or other for one, other in rules} == set(BROKEN)


def test_a_finding_says_where_it_is_and_in_which_entry() -> None:
    text = instead("STATUS:CONFIRMED", "STATUS:MAYBE")
    (found,) = findings(crlf(text), profile=Profile.FEED)
    assert crlf(text).split(b"\r\n")[found.line - 1] == b"STATUS:MAYBE"
    assert (found.uid, found.title) == ("one", "Opening, with music")


def test_the_line_is_that_of_the_file_behind_folds() -> None:
    text = crlf(feed()).replace(b"First line", b"First\r\n  line").replace(b"STATUS:CONFIRMED", b"STATUS:MAYBE")
    (found,) = findings(text, profile=Profile.FEED)
    assert text.split(b"\r\n")[found.line - 1] == b"STATUS:MAYBE"


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A calendar with some bytes replaced, duplicated or removed."""
    data = bytearray(crlf(draw(st.sampled_from([feed(), single(), invitation(), feed(OFF + EDGE)]))))
    for _ in range(draw(st.integers(1, 6))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [
                        b"\r\n",
                        b"\n ",
                        b";",
                        b":",
                        b"\\",
                        b'"',
                        b"BEGIN:VEVENT\r\n",
                        b"END:VEVENT\r\n",
                        b"99991231T235959",
                        b"00010101T000000",
                        b"00000000",
                        b"20310330T023000",
                        b"%",
                        b"%(name)s",
                        b"TZID=Europe/Paris",
                        bytes(data[at : at + 60]),
                        "９".encode(),
                        "²".encode(),
                    ]
                ),
            )
        )
        data[at : at + length] = piece
    return bytes(data)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.one_of(spoilt(), st.binary(max_size=300)), st.sampled_from([None, *Profile]))
@pytest.mark.slow
def test_nothing_makes_it_raise(data: bytes, profile: Profile | None) -> None:
    for one in findings(data, profile=profile, attendee="ada@example.org"):
        assert one.sentence


def test_a_hostile_file_does_not_take_for_ever() -> None:
    for data in (b"BEGIN:VEVENT\r\n" * 20_000, b"A;" + b"B=," * 40_000, b'A;B="' * 40_000, b"\r\n" * 50_000):
        assert findings(data)
