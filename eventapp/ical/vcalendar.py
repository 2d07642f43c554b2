"""iCalendar files (RFC 5545, 7986): plain values in, bytes out. Equal values give equal bytes.

Two profiles: a *feed* to subscribe to, which has the properties of a calendar as a whole, and a *single* entry for
download or e-mail, which has none of them, because Outlook would open a new calendar. Neither has a UID of the calendar
itself: readers that split a feed would take all of it for one item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from eventapp.core.caching import memoized
from eventapp.core.localized import ResolvedText
from eventapp.ical import zones
from eventapp.ical.text import (
    clean,
    escaped,
    language,
    line,
    mail_address,
    one_line,
    parameter,
    web_address,
)

# Part of every ETag: increment it with any change of the output.
VERSION = 6
PRODUCT = "-//eventapp//Calendar//EN"
# How often subscribers are asked to refresh. Calendar apps have their own limits: see RFC 7986 §5.7.
REFRESH = "PT1H"
NOTHING = ResolvedText("", "en")
NO_IMAGE = ("", "")
_COLOUR = re.compile(r"[a-z]+")
_MEDIA_TYPE = re.compile(r"image/[a-z0-9.+-]+")
# Shown for an empty title, which would otherwise be invisible; a text of control characters is empty after cleaning.
NAMELESS = "…"


class Status(StrEnum):
    """STATUS of an entry (RFC 5545 §3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Method(StrEnum):
    """METHOD of a calendar in an e-mail (RFC 5546 §1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class CalendarUser:
    """Organizer or attendee of an invitation; `answer` and `wanted` are an attendee's PARTSTAT and RSVP."""

    email: str
    name: str = ""
    answer: str = "NEEDS-ACTION"
    wanted: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One VEVENT. Equal entries give equal bytes.

    `starts`, `ends` and `revised` are aware; times are written on the wall clock of the IANA `zone`. An `all_day` entry
    covers all days from the first to the last, inclusive. `geo` is (latitude, longitude) in degrees. `revised` becomes
    DTSTAMP and LAST-MODIFIED: when the content last changed (RFC 5545 §3.8.7.2), never the time of writing. The caller
    writes `join_url` into DESCRIPTION, where people see it; here it becomes CONFERENCE. `colour` is a CSS3 name (RFC
    7986 §5.9), `image` a URL with its media type. A transparent entry has an alarm only if it `rings`.
    """

    uid: str
    sequence: int
    revised: datetime
    starts: datetime
    ends: datetime
    zone: str
    summary: ResolvedText
    description: ResolvedText = NOTHING
    location: ResolvedText = NOTHING
    geo: tuple[float, float] | None = None
    url: str = ""
    categories: tuple[str, ...] = ()
    status: Status = Status.CONFIRMED
    all_day: bool = False
    transparent: bool = False
    rings: bool = False
    colour: str = ""
    image: tuple[str, str] = NO_IMAGE
    parent_uid: str = ""
    join_url: str = ""
    join_label: str = ""
    organizer: CalendarUser | None = None
    attendees: tuple[CalendarUser, ...] = ()

    def __post_init__(self) -> None:
        for moment in (self.revised, self.starts, self.ends):
            if moment.tzinfo is None:
                raise ValueError("a calendar's times are aware")
        if self.ends < self.starts:
            raise ValueError("the end lies before the start")

    @property
    def days(self) -> tuple[date, date]:
        """First day, and the day after the last one, in the entry's zone."""
        info = ZoneInfo(self.zone)
        first = self.starts.astimezone(info).date()
        # An entry that ends at midnight has its last moment on the day before.
        last = (self.ends - timedelta(microseconds=1)).astimezone(info).date()
        return first, max(first, last) + timedelta(days=1)

    @property
    def local(self) -> bool:
        """Whether the times can be written on the wall clock: all except in an hour that occurs twice.

        A local time that occurs twice means the first (RFC 5545 §3.3.5), so the second must be written in UTC. The
        first is as well, because Thunderbird's parser (ical.js) takes it for the second.
        """
        return self.zone != "UTC" and not any(
            _twice(t.astimezone(ZoneInfo(self.zone))) for t in (self.starts, self.ends)
        )


@dataclass(frozen=True, kw_only=True)
class CalendarHead:
    """The properties of a feed. `source` is its own URL, `url` the page it is about, `colour` a CSS3 name."""

    name: ResolvedText
    description: ResolvedText
    url: str
    source: str
    zone: str
    colour: str = ""


def _twice(local: datetime) -> bool:
    """Whether the zone's clocks show this time twice."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def _utc(moment: datetime) -> str:
    m = moment.astimezone(UTC)
    return f"{m.year:04d}{m.month:02d}{m.day:02d}T{m.hour:02d}{m.minute:02d}{m.second:02d}Z"


def _day(value: date) -> str:
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def _moment(name: str, moment: datetime, zone: str, *, local: bool) -> str:
    if not local:
        return f"{name}:{_utc(moment)}"
    return f"{name};TZID={zone}:{_utc(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC))[:-1]}"


def _text_property(name: str, said: ResolvedText, *, lines: bool = False) -> str:
    value = clean(said.text).strip() if lines else one_line(said.text)
    return f"{name}{language(said.language)}:{escaped(value)}" if value else ""


def _party(name: str, party: CalendarUser, *, attendee: bool) -> str:
    parts = [name]
    if party.name:
        parts.append(f"CN={parameter(one_line(party.name))}")
    if attendee:
        parts.append(f"ROLE=REQ-PARTICIPANT;PARTSTAT={party.answer};RSVP={'TRUE' if party.wanted else 'FALSE'}")
    return f"{';'.join(parts)}:{mail_address(party.email)}"


# Half the work of writing a feed is escaping and folding, and most entries of a changed programme are unchanged.
@memoized(budget=32 * 1024 * 1024, weigh=lambda asked, written: 2 * len(written) + 2_000)
def vevent(entry: Entry, *, utc: bool = False, alarm: int | None = None) -> bytes:
    """One VEVENT with CRLF at the end. `utc` writes all times with Z, for readers that can't handle time zones.

    `alarm` is how many minutes before the entry to remind; ignored for cancelled, all-day and transparent entries.
    """
    removed = entry.status is Status.CANCELLED
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escaped(one_line(entry.uid))}",
        f"DTSTAMP:{_utc(entry.revised)}",
    ]
    if entry.all_day:
        first, after = entry.days
        lines += [f"DTSTART;VALUE=DATE:{_day(first)}", f"DTEND;VALUE=DATE:{_day(after)}"]
    else:
        local = entry.local and not utc
        lines += [
            _moment("DTSTART", entry.starts, entry.zone, local=local),
            _moment("DTEND", entry.ends, entry.zone, local=local),
        ]
    categories = ",".join(escaped(one_line(name)) for name in entry.categories if one_line(name))
    url, join_url = web_address(entry.url), web_address(entry.join_url)
    lines += [
        f"SEQUENCE:{entry.sequence}",
        f"LAST-MODIFIED:{_utc(entry.revised)}",
        _text_property("SUMMARY", entry.summary) or f"SUMMARY:{NAMELESS}",
        _text_property("DESCRIPTION", entry.description, lines=True),
        _text_property("LOCATION", entry.location),
        f"GEO:{entry.geo[0]:.6f};{entry.geo[1]:.6f}" if entry.geo else "",
        f"URL:{url}" if url else "",
        f"CATEGORIES:{categories}" if categories else "",
        f"COLOR:{entry.colour}" if _COLOUR.fullmatch(entry.colour) else "",
        f"STATUS:{entry.status}",
        f"TRANSP:{'TRANSPARENT' if removed or entry.transparent else 'OPAQUE'}",
        f"RELATED-TO:{escaped(one_line(entry.parent_uid))}" if entry.parent_uid else "",
    ]
    image, media_type = web_address(entry.image[0]), entry.image[1]
    if image and _MEDIA_TYPE.fullmatch(media_type):
        lines.append(f"IMAGE;VALUE=URI;DISPLAY=FULLSIZE;FMTTYPE={media_type}:{image}")
    if join_url and not removed:
        label = f";LABEL={parameter(one_line(entry.join_label))}" if entry.join_label else ""
        lines.append(f"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO{label}:{join_url}")
    if entry.organizer:
        lines.append(_party("ORGANIZER", entry.organizer, attendee=False))
    lines += [_party("ATTENDEE", party, attendee=True) for party in entry.attendees]
    if alarm is not None and not removed and not entry.all_day and (entry.rings or not entry.transparent):
        trigger = f"TRIGGER:-PT{alarm}M" if alarm else "TRIGGER:PT0S"
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", trigger, _text_property("DESCRIPTION", entry.summary), "END:VALARM"]
    lines.append("END:VEVENT")
    return b"".join(line(content) for content in lines if content)


def _zones(entries: Iterable[Entry]) -> list[bytes]:
    """One VTIMEZONE for each TZID used by the entries, ordered by name."""
    used: dict[str, list[datetime]] = {}
    for entry in entries:
        if not entry.all_day and entry.local:
            used.setdefault(entry.zone, []).extend((entry.starts, entry.ends))
    return [zones.vtimezone(zone, *zones.years(moments, zone)) for zone, moments in sorted(used.items())]


def _calendar(head: list[str], entries: Sequence[Entry], *, utc: bool, alarm: int | None) -> bytes:
    parts = [line(content) for content in ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", *head) if content]
    if not utc:
        parts += _zones(entries)
    parts += [vevent(entry, utc=utc, alarm=alarm) for entry in entries]
    return b"".join([*parts, b"END:VCALENDAR\r\n"])


def feed(head: CalendarHead, entries: Sequence[Entry], *, utc: bool = False, alarm: int | None = None) -> bytes:
    """A calendar to subscribe to, possibly without entries. Raises ValueError if a UID occurs twice."""
    if len({entry.uid for entry in entries}) != len(entries):
        raise ValueError("a UID may come once in a feed")
    source, url = web_address(head.source), web_address(head.url)
    name, described = one_line(head.name.text) or NAMELESS, one_line(head.description.text)
    return _calendar(
        [
            "CALSCALE:GREGORIAN",
            _text_property("NAME", head.name) or f"NAME:{NAMELESS}",
            f"X-WR-CALNAME:{escaped(name)}",
            _text_property("DESCRIPTION", head.description),
            f"X-WR-CALDESC:{escaped(described)}" if described else "",
            f"X-WR-TIMEZONE:{head.zone}" if head.zone != "UTC" else "",
            f"COLOR:{head.colour}" if _COLOUR.fullmatch(head.colour) else "",
            f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
            f"X-PUBLISHED-TTL:{REFRESH}",
            f"SOURCE;VALUE=URI:{source}" if source else "",
            f"URL:{url}" if url else "",
            f"LAST-MODIFIED:{_utc(max(entry.revised for entry in entries))}" if entries else "",
        ],
        entries,
        utc=utc,
        alarm=alarm,
    )


def single(entry: Entry, *, method: Method | None = None, utc: bool = False, alarm: int | None = None) -> bytes:
    """One entry to download or to send. METHOD is for e-mail only, where the media type repeats it (RFC 6047 §2.4)."""
    return _calendar(["CALSCALE:GREGORIAN", f"METHOD:{method}" if method else ""], [entry], utc=utc, alarm=alarm)
