"""The linter's rules: bytes in, findings out. Pure, and never raises for any input.

The rules are those of RFC 5545, 5546, 6047 and 7986, and of common calendar apps: each rule is here because some reader
fails without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote

from tests.support.ical_lint import timezones
from tests.support.ical_lint.tree import Component, Finding, Line, plain, read, worded


class Profile(StrEnum):
    """The purpose of a calendar, which determines its form.

    A public feed; a personal feed, which may contain joining links; a single entry to download; one that its owner
    downloads, which may contain them too; an invitation by e-mail.
    """

    FEED = "feed"
    PERSONAL = "personal"
    SINGLE = "single"
    OWN = "own"
    INVITATION = "invitation"


_FEEDS = {Profile.FEED, Profile.PERSONAL}
_UTC = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_DURATION = re.compile(r"[+-]?P([0-9]+W|([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)(?<!P)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")
_GEO = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]+)?);(-?[0-9]{1,3}(?:\.[0-9]+)?)")
# A language tag (RFC 5646): language, script, region.
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_ESCAPED = re.compile(r"\\[\\;,n]")
# Each may occur once in an entry (RFC 5545 §3.6.1).
_ONCE = {
    "UID",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "DURATION",
    "SEQUENCE",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "STATUS",
    "TRANSP",
    "URL",
    "GEO",
    "LAST-MODIFIED",
    "CREATED",
    "CLASS",
    "PRIORITY",
    "ORGANIZER",
    "RECURRENCE-ID",
    "COLOR",
}
# The format requires the first three; every app shows or uses the others.
_NEEDED = ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS", "TRANSP")
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
_TEXT = {
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "NAME",
    "X-WR-CALNAME",
    "X-WR-CALDESC",
    "COMMENT",
    "CONTACT",
    "UID",
    "RELATED-TO",
}
_TEXTS = {"CATEGORIES", "RESOURCES"}
_ADDRESSES = {"URL", "SOURCE", "CONFERENCE", "IMAGE", "ATTENDEE", "ORGANIZER"}
# Their default type is not the one in use, or none is defined: without VALUE strict readers reject the calendar.
_VALUE = {"REFRESH-INTERVAL": "DURATION", "SOURCE": "URI", "CONFERENCE": "URI", "IMAGE": "URI"}
_STATUS = {"CONFIRMED", "TENTATIVE", "CANCELLED"}
# What makes Outlook open a new calendar instead of adding an entry.
_OF_A_FEED = {
    "NAME",
    "X-WR-CALNAME",
    "X-WR-CALDESC",
    "X-WR-TIMEZONE",
    "REFRESH-INTERVAL",
    "X-PUBLISHED-TTL",
    "SOURCE",
    "COLOR",
    "LAST-MODIFIED",
}
_FEED_NEEDS = ("NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "SOURCE")


def findings(data: bytes, *, profile: Profile | None = None, attendee: str = "") -> list[Finding]:
    """The problems of a calendar, by line; empty if there are none.

    Without a `profile` only rules for all calendars are checked. `attendee` is the e-mail address of the one person
    whom an invitation is for.
    """
    tops, found = read(data)
    calendars = [top for top in tops if top.name == "VCALENDAR"]
    if len(tops) != 1 or len(calendars) != 1:
        found.append(Finding("one-calendar", worded("The file does not hold exactly one calendar.")))
    for calendar in calendars:
        found += _calendar(calendar)
        if profile is not None:
            found += _in_profile(calendar, profile, attendee)
    return sorted(found, key=lambda one: one.line)


def _entry_title(event: Component) -> tuple[str, str]:
    return plain(event.first("UID")), plain(event.first("SUMMARY"))


def _calendar(calendar: Component) -> list[Finding]:
    found: list[Finding] = []
    if [line.value for line in calendar.all("VERSION")] != ["2.0"]:
        found.append(Finding("version", worded("The calendar does not say VERSION:2.0, once."), calendar.number))
    if len(calendar.all("PRODID")) != 1 or not calendar.first("PRODID"):
        found.append(
            Finding("product", worded("The calendar does not say by what it was made (PRODID)."), calendar.number)
        )
    for line in calendar.all("UID"):
        said = worded("The calendar as a whole has a UID: programs that split it take all of it for one entry.")
        found.append(Finding("calendar-uid", said, line.number))
    for name, number in Counter(line.name for line in calendar.lines).items():
        if number > 1 and name in {"METHOD", "CALSCALE", "X-WR-CALNAME", "REFRESH-INTERVAL", "SOURCE", "COLOR"}:
            said = worded("%(name)s comes twice.", name=name)
            found.append(Finding("twice", said, calendar.all(name)[1].number))
    for line in calendar.lines:
        found += _property(line)
        if line.name == "X-WR-TIMEZONE" and not timezones.known(line.value):
            said = worded("“%(name)s” is not the name of a place's time zone, such as Asia/Tokyo.", name=line.value)
            found.append(Finding("zone-name", said, line.number))
        if line.name == "COLOR" and not re.fullmatch(r"[a-z]+", line.value):
            found.append(Finding("colour", worded("COLOR is not one of the colour names of CSS."), line.number))
    for event in calendar.of("VEVENT"):
        found += _event(event)
    found += _uids(calendar.of("VEVENT"))
    return found + _zones(calendar)


def _uids(events: Iterable[Component]) -> list[Finding]:
    seen: set[tuple[str, str]] = set()
    found = []
    for event in events:
        key = event.first("UID"), event.first("RECURRENCE-ID")
        if key in seen and key[0]:
            said = worded("Another entry has the same UID: programs keep only one of them.")
            found.append(Finding("uid-twice", said, event.number, *_entry_title(event)))
        seen.add(key)
    return found


def _zones(calendar: Component) -> list[Finding]:
    found: list[Finding] = []
    zones: dict[str, Component] = {}
    for zone in calendar.of("VTIMEZONE"):
        tzid = zone.first("TZID")
        found += timezones.findings(zone)
        if tzid in zones:
            said = worded("The time zone %(zone)s is described twice.", zone=tzid)
            found.append(Finding("zone-twice", said, zone.number))
        zones.setdefault(tzid, zone)
    used: dict[str, list[tuple[datetime, int]]] = {}
    for event in calendar.of("VEVENT"):
        for line in [one for name in _TIMES for one in event.all(name) if "TZID" in one.params]:
            moments = used.setdefault(line.params["TZID"].strip('"'), [])
            if (local := timezones.local_time(line.value)) is not None:
                moments.append((local, line.number))
    for tzid, moments in used.items():
        if tzid in zones:
            found += timezones.untrue(zones[tzid], moments)
            continue
        said = worded("The time zone %(zone)s is used and not described.", zone=tzid)
        found.append(Finding("zone-missing", said, min((number for _local, number in moments), default=0)))
    for tzid, zone in zones.items():
        if tzid not in used:
            said = worded("The time zone %(zone)s is described and not used.", zone=tzid)
            found.append(Finding("zone-unused", said, zone.number))
    return found


def _property(line: Line) -> list[Finding]:
    """Findings about a single property."""
    found: list[Finding] = []
    value = line.params.get("VALUE", "")
    wanted = _VALUE.get(line.name)
    if wanted and value != wanted and not (line.name == "IMAGE" and value == "BINARY"):
        said = worded("%(name)s needs VALUE=%(value)s.", name=line.name, value=wanted)
        found.append(Finding("value", said, line.number))
    if line.name in {"REFRESH-INTERVAL", "X-PUBLISHED-TTL", "DURATION"} and not _DURATION.fullmatch(line.value):
        said = worded("%(name)s is no length of time, such as PT1H.", name=line.name)
        found.append(Finding("duration", said, line.number))
    if line.name in _ADDRESSES and value != "BINARY" and not _ADDRESS.fullmatch(line.value):
        said = worded("%(name)s is no address that programs can open.", name=line.name)
        found.append(Finding("address", said, line.number))
    if line.name in _TEXT or line.name in _TEXTS:
        bare = _ESCAPED.sub("", line.value)
        if "\\" in bare or ";" in bare or ("," in bare and line.name in _TEXT):
            said = worded("In %(name)s a backslash, semicolon or comma is not escaped as it must be.", name=line.name)
            found.append(Finding("escape", said, line.number))
    tag = line.params.get("LANGUAGE")
    if tag is not None and not _TAG.fullmatch(tag.strip('"')):
        found.append(Finding("language", worded("%(name)s names no language.", name=line.name), line.number))
    return found


# The violated rule, its message, and the line.
Fault = tuple[str, str, int]


def _event(event: Component) -> list[Finding]:
    uid, title = _entry_title(event)
    faults = [(one.rule, one.sentence, one.line) for line in event.lines for one in _property(line)]
    for look in (_numbers, _values, _times, _cancelled, _alarms):
        faults += look(event)
    return [Finding(rule, said, line, uid, title) for rule, said, line in faults]


def _numbers(event: Component) -> Iterable[Fault]:
    """Duplicate and missing properties."""
    for name, number in Counter(line.name for line in event.lines).items():
        if number > 1 and name in _ONCE:
            yield "twice", worded("%(name)s comes twice.", name=name), event.all(name)[1].number
    for name in _NEEDED:
        if not event.first(name).strip():
            yield "missing", worded("%(name)s is missing.", name=name), event.number


def _values(event: Component) -> Iterable[Fault]:
    for line in [one for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED") for one in event.all(name)]:
        if not _UTC.fullmatch(line.value) or line.params:
            yield "stamp", worded("%(name)s is not in UTC.", name=line.name), line.number
    for name, allowed in (("STATUS", _STATUS), ("TRANSP", {"OPAQUE", "TRANSPARENT"})):
        for line in [one for one in event.all(name) if one.value not in allowed]:
            yield "unknown-value", worded("%(name)s has a value that no program knows.", name=name), line.number
    for line in event.all("SEQUENCE"):
        if not re.fullmatch(r"[0-9]{1,9}", line.value):
            yield "sequence", worded("SEQUENCE is no whole number."), line.number
    for line in event.all("GEO"):
        place = _GEO.fullmatch(line.value)
        if place is None or abs(float(place[1])) > 90 or abs(float(place[2])) > 180:
            yield "place-on-map", worded("GEO is no latitude and longitude."), line.number
    if any(line.value == event.first("UID") for line in event.all("RELATED-TO")):
        yield "own-parent", worded("An entry is said to be a part of itself."), event.number


def _cancelled(event: Component) -> Iterable[Fault]:
    if event.first("STATUS") != "CANCELLED":
        return
    if event.first("TRANSP") != "TRANSPARENT":
        yield "cancelled-blocks", worded("A cancelled entry still takes the reader's time (TRANSP)."), event.number
    if event.all("CONFERENCE"):
        yield "cancelled-join", worded("A cancelled entry still has a link to join."), event.number
    if event.of("VALARM"):
        yield "cancelled-rings", worded("A cancelled entry would still ring."), event.number


def _alarms(event: Component) -> Iterable[Fault]:
    for alarm in event.of("VALARM"):
        if not all(alarm.first(name) for name in ("ACTION", "TRIGGER", "DESCRIPTION")):
            yield "alarm", worded("An alarm does not say when it rings, or what it says."), alarm.number


def _times(event: Component) -> Iterable[tuple[str, str, int]]:
    kinds: set[str] = set()
    for line in [one for name in _TIMES for one in event.all(name)]:
        kind, wrong = _time(line)
        kinds.add(kind)
        if wrong:
            yield "time", wrong, line.number
        if kind == "floating":
            said = worded("%(name)s has no time zone: every reader would take it for their own.", name=line.name)
            yield "floating", said, line.number
    if len(kinds) > 1:
        yield "time-kinds", worded("The times of an entry are written in different ways."), event.number
    if event.all("DTEND") and event.all("DURATION"):
        yield "end-twice", worded("An entry has an end and a duration as well."), event.number
    starts, ends = event.first("DTSTART"), event.first("DTEND")
    # For one kind and zone, the texts sort by time. A night with a repeated hour is written in UTC.
    same = len({line.params.get("TZID") for name in ("DTSTART", "DTEND") for line in event.all(name)}) == 1
    if ends and same and len(kinds) == 1 and ends <= starts:
        yield "end", worded("An entry does not end after it begins."), event.number


def _time(line: Line) -> tuple[str, str]:
    """The form of a time (date, utc, local, floating), and what is wrong with it."""
    kind, right = _written(line)
    if not right:
        return kind, worded("%(name)s is no date or time that there is.", name=line.name)
    tzid = line.params.get("TZID", "").strip('"')
    moment = timezones.local_time(line.value) if kind == "local" and timezones.known(tzid) else None
    if moment and timezones.skipped(moment, tzid):
        return kind, worded("%(name)s is a time that the clocks skip when summer time begins.", name=line.name)
    if moment and timezones.doubled(moment, tzid):
        return kind, worded("%(name)s is a time that comes twice: programs differ in which is meant.", name=line.name)
    return kind, ""


def _written(line: Line) -> tuple[str, bool]:
    """The form of a time, and whether that time exists."""
    if line.params.get("VALUE") == "DATE":
        day = re.fullmatch(r"[0-9]{8}", line.value) and timezones.local_time(f"{line.value}T000000")
        return "date", bool(day) and "TZID" not in line.params
    there = timezones.local_time(line.value.removesuffix("Z")) is not None
    if line.value.endswith("Z"):
        return "utc", there and "TZID" not in line.params
    return "local" if "TZID" in line.params else "floating", there


def _in_profile(calendar: Component, profile: Profile, attendee: str) -> Iterable[Finding]:
    here = {line.name: line.number for line in reversed(calendar.lines)}
    events = calendar.of("VEVENT")
    if profile in _FEEDS:
        yield from _feed(calendar, here, events)
    else:
        for name in sorted(_OF_A_FEED & here.keys()):
            said = worded("%(name)s belongs to a feed: Outlook would open a new calendar for it.", name=name)
            yield Finding("single", said, here[name])
        if len(events) != 1:
            yield Finding("one-entry", worded("The file does not hold exactly one entry."), calendar.number)
    if profile is Profile.INVITATION:
        yield from _invitation(calendar, events, attendee)
        return
    for event in events:
        for line in event.all("ATTENDEE") + event.all("ORGANIZER"):
            said = worded("%(name)s stands in a file that is not for one person.", name=line.name)
            yield Finding("people", said, line.number, *_entry_title(event))
    if profile not in {Profile.PERSONAL, Profile.OWN}:
        for event in events:
            for line in event.all("CONFERENCE"):
                said = worded("A link to join stands in a public calendar.")
                yield Finding("public-join", said, line.number, *_entry_title(event))


def _feed(calendar: Component, here: dict[str, int], events: list[Component]) -> Iterable[Finding]:
    for name in _FEED_NEEDS:
        if name not in here:
            yield Finding("feed-needs", worded("The feed has no %(name)s.", name=name), calendar.number)
    if {"NAME", "X-WR-CALNAME"} <= here.keys() and calendar.first("NAME") != calendar.first("X-WR-CALNAME"):
        yield Finding("two-names", worded("The feed has two different names."), here["X-WR-CALNAME"])
    if "METHOD" in here:
        said = worded("The feed has a METHOD: Outlook would take it for an invitation.")
        yield Finding("method-in-feed", said, here["METHOD"])
    if events and "LAST-MODIFIED" not in here:
        said = worded("The feed has no %(name)s.", name="LAST-MODIFIED")
        yield Finding("feed-needs", said, calendar.number)


def _invitation(calendar: Component, events: list[Component], attendee: str) -> Iterable[Finding]:
    method = calendar.first("METHOD")
    if method not in {"PUBLISH", "REQUEST", "CANCEL"}:
        yield Finding("method", worded("The file does not say what it wants (METHOD)."), calendar.number)
    if method not in {"REQUEST", "CANCEL"}:
        return
    for event in events:
        name = _entry_title(event)
        if len(event.all("ORGANIZER")) != 1:
            yield Finding("organizer", worded("An invitation has no organizer, or more than one."), event.number, *name)
        guests = [unquote(line.value).lower() for line in event.all("ATTENDEE")]
        if len(guests) != 1 or (attendee and guests != [f"mailto:{attendee.strip().lower()}"]):
            said = worded("An invitation names not exactly the one person whom it goes to.")
            yield Finding("attendee", said, event.number, *name)
        if (method == "CANCEL") is not (event.first("STATUS") == "CANCELLED"):
            said = worded("What the invitation wants (METHOD) and its STATUS do not agree.")
            yield Finding("method-status", said, event.number, *name)
