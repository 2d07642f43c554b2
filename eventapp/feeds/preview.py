"""Reads a calendar as a calendar app does: bytes in, plain entries out. It knows nothing of how they were written.

The `icalendar` library does the reading, so whatever it can't read is noticed. It takes milliseconds per entry, and
most entries are identical in many calendars and in the next version, so the results are cached by an entry's bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
from icalendar.parser import unescape_backslash

from eventapp.core import clock
from eventapp.core.caching import memoized

# Content lines are folded, so these only start a line where an entry begins or ends.
_ENTRY = re.compile(rb"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", re.MULTILINE | re.DOTALL)
_ONCE = ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS", "DTEND")


class Unreadable(Exception):
    """A calendar that can't be read; the text says why, for an administrator."""


@dataclass(frozen=True)
class EntrySeen:
    """An entry as an app reads it. `starts` and `ends` are aware, or dates with the last day included.

    `status` is the file's value. What the file does not contain is empty.
    """

    uid: str
    title: str
    starts: datetime | date
    ends: datetime | date
    status: str
    place: str
    text: str

    @property
    def all_day(self) -> bool:
        """Whether it is shown as an all-day entry."""
        return not isinstance(self.starts, datetime)

    @property
    def cancelled(self) -> bool:
        return self.status == "CANCELLED"

    def days(self, zone: str) -> tuple[date, date]:
        """First and last day on which the entry appears in that zone; all-day entries are the same in every zone."""
        if isinstance(self.starts, datetime) and isinstance(self.ends, datetime):
            last = max(self.starts, self.ends - timedelta(microseconds=1))
            return clock.local_day(self.starts, zone), clock.local_day(last, zone)
        return self.starts, self.ends


@dataclass(frozen=True)
class CalendarSeen:
    """A calendar as an app reads it: its name, its readable entries by time, and errors in the others."""

    name: str
    entries: tuple[EntrySeen, ...]
    unreadable: tuple[str, ...] = ()


def read(data: bytes) -> CalendarSeen:
    """The content of a calendar. Raises Unreadable if the calendar as a whole can't be read."""
    try:
        head = icalendar.Calendar.from_ical(_ENTRY.sub(b"", data))
    except ValueError as error:
        raise Unreadable(str(error)[:200]) from error
    if head.get("VERSION") != "2.0" or head.errors:
        raise Unreadable(f"VERSION {head.get('VERSION')}, {head.errors}"[:200])
    entries, unreadable = [], []
    for found in _ENTRY.finditer(data):
        seen = _entry(found[0])
        if isinstance(seen, EntrySeen):
            entries.append(seen)
        else:
            unreadable.append(seen)
    name = unescape_backslash(str(head.get("X-WR-CALNAME", "")))  # the library does not treat it as TEXT
    return CalendarSeen(name, tuple(sorted(entries, key=_order)), tuple(unreadable))


def misread(seen: CalendarSeen, intended: Mapping[str, tuple[datetime, datetime]]) -> list[str]:
    """The errors in what was read: entries that are broken, duplicated, or at another time than intended.

    `meant` maps UIDs to times; an entry that is missing from it may be at any time.
    """
    faults = list(seen.unreadable)
    known: set[str] = set()
    for entry in seen.entries:
        if entry.uid in known:
            faults.append(f"{entry.uid}: twice")
        known.add(entry.uid)
        times = entry.starts, entry.ends
        if not entry.all_day and intended.get(entry.uid, times) != times:
            faults.append(f"{entry.uid}: read as {entry.starts} to {entry.ends}")
    return faults


def _order(entry: EntrySeen) -> tuple[bool, datetime, str]:
    if isinstance(entry.starts, datetime):
        return True, entry.starts, entry.uid
    return False, datetime.combine(entry.starts, datetime.min.time(), UTC), entry.uid


@memoized(budget=16 * 1024 * 1024, weigh=lambda asked, seen: 2 * len(asked[0]) + 400)
def _entry(data: bytes) -> EntrySeen | str:
    """One entry, or what is wrong with it. Zones are looked up by name, as most apps do."""
    try:
        event: Any = icalendar.Event.from_ical(data)
    except ValueError as error:
        return str(error)[:200]
    uid = str(event.get("UID", ""))
    if event.errors:
        return f"{uid}: {event.errors}"[:200]
    if wrong := [name for name in _ONCE if isinstance(event.get(name, []), list)]:
        return f"{uid}: not exactly one {', '.join(wrong)}"
    starts, ends = _moment(event["DTSTART"].dt), _moment(event.get("DTEND", event["DTSTART"]).dt)
    if starts is None or ends is None or isinstance(starts, datetime) is not isinstance(ends, datetime):
        return f"{uid}: DTSTART and DTEND are no moments"
    if not isinstance(ends, datetime):
        ends = max(starts, ends - timedelta(days=1))  # DTEND is the day after the last one (RFC 5545 §3.6.1)
    return EntrySeen(
        uid=uid,
        title=str(event["SUMMARY"]),
        starts=starts,
        ends=ends,
        status=str(event.get("STATUS", "")),
        place=str(event.get("LOCATION", "")),
        text=str(event.get("DESCRIPTION", "")),
    )


def _moment(value: Any) -> datetime | date | None:
    """A moment in UTC, or a date. None for a local time without a zone, or in an unknown zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else None
    return value if isinstance(value, date) else None
