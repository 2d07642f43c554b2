"""What a calendar program finds in a file: bytes in, plain entries out. It knows nothing of what was written, and why.

Programs differ in where they look up a time zone: in the file itself, as Outlook does, or in a table of their own
by its name, as Thunderbird does. Both ways are here, so a file that is right by one of them alone shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from eventapp.calendars import lint_zones
from eventapp.calendars.tree import Component, Line, plain, read
from eventapp.core import clock
from eventapp.core.labels import Labelled


class ZonesFrom(Labelled):
    """Where a program looks up the rules of a zone."""

    FILE = "file", "as the file describes them"
    NAMES = "names", "from a table of its own, by their names"


@dataclass(frozen=True)
class EntrySeen:
    """An entry as a program reads it. `starts` and `ends` are aware, or dates of which the last one is included.

    `status` is the file's word. What the file does not say is empty.
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
        """Whether it is drawn as a bar over days."""
        return not isinstance(self.starts, datetime)

    @property
    def cancelled(self) -> bool:
        return self.status == "CANCELLED"

    def days(self, zone: str) -> tuple[date, date]:
        """First and last day on which somebody in that zone sees it; days without hours are the same everywhere."""
        if isinstance(self.starts, datetime) and isinstance(self.ends, datetime):
            last = max(self.starts, self.ends - timedelta(microseconds=1))
            return clock.local_day(self.starts, zone), clock.local_day(last, zone)
        return self.starts, self.ends


@dataclass(frozen=True)
class CalendarSeen:
    """A calendar as a program reads it: its name, and its entries by time."""

    name: str
    entries: tuple[EntrySeen, ...]


def see(data: bytes, zones: ZonesFrom) -> CalendarSeen:
    """What is in a calendar. An entry whose times can't be read is left out, as programs do."""
    return _seen(_calendar(data), zones)


def both_ways(data: bytes) -> dict[ZonesFrom, CalendarSeen]:
    """The same for each way of looking up a zone; what takes time, the reading, is done once."""
    calendar = _calendar(data)
    return {way: _seen(calendar, way) for way in ZonesFrom}


def _calendar(data: bytes) -> Component:
    tops, _found = read(data)
    return tops[0] if tops else Component("VCALENDAR")


def _seen(calendar: Component, zones: ZonesFrom) -> CalendarSeen:
    clocks = _Clocks(calendar, zones)
    found = [seen for event in calendar.of("VEVENT") if (seen := _entry(event, clocks)) is not None]
    name = calendar.first("NAME") or calendar.first("X-WR-CALNAME")
    return CalendarSeen(plain(name), tuple(sorted(found, key=_order)))


def _order(entry: EntrySeen) -> tuple[bool, datetime, str]:
    if isinstance(entry.starts, datetime):
        return True, entry.starts, entry.uid
    return False, datetime.combine(entry.starts, datetime.min.time(), UTC), entry.uid


class _Clocks:
    """The offsets from UTC by which a program reads local times."""

    def __init__(self, calendar: Component, zones: ZonesFrom) -> None:
        self._from = zones
        self._zones = {zone.first("TZID"): zone for zone in calendar.of("VTIMEZONE")}
        self._known: dict[str, Callable[[datetime], timedelta | None]] = {}
        ends = [event.first("DTEND")[:4] for event in calendar.of("VEVENT")]
        self._last_year = max((int(year) for year in ends if year.isdecimal()), default=0)

    def moment(self, line: Line) -> datetime | None:
        """The moment of a DATE-TIME; None where the program can't tell."""
        local = lint_zones.local_time(line.value.removesuffix("Z"))
        if local is None:
            return None
        if line.value.endswith("Z"):
            return local.replace(tzinfo=UTC)
        tzid = line.params.get("TZID", "").strip('"')
        if tzid not in self._known:
            self._known[tzid] = self._offsets(tzid)
        offset = self._known[tzid](local)
        return None if offset is None else (local - offset).replace(tzinfo=UTC)

    def _offsets(self, tzid: str) -> Callable[[datetime], timedelta | None]:
        if self._from is ZonesFrom.NAMES:
            info = ZoneInfo(tzid) if lint_zones.known(tzid) else None
            return lambda local: info.utcoffset(local) if info else None
        zone = self._zones.get(tzid)
        if zone is None:
            return lambda local: None
        return partial(lint_zones.told, lint_zones.onsets(zone, self._last_year))


def _entry(event: Component, clocks: _Clocks) -> EntrySeen | None:
    when = _when(event, clocks)
    if when is None:
        return None
    return EntrySeen(
        uid=plain(event.first("UID")),
        title=plain(event.first("SUMMARY")),
        starts=when[0],
        ends=when[1],
        status=event.first("STATUS"),
        place=plain(event.first("LOCATION")),
        text=plain(event.first("DESCRIPTION")),
    )


def _when(event: Component, clocks: _Clocks) -> tuple[datetime, datetime] | tuple[date, date] | None:
    begins = event.all("DTSTART")
    if not begins:
        return None
    begin, end = begins[0], (event.all("DTEND") or begins)[0]
    if begin.params.get("VALUE") == "DATE":
        first, after = (lint_zones.local_time(f"{one.value}T000000") for one in (begin, end))
        # DTEND is the day after the last one (RFC 5545 §3.6.1).
        return (first.date(), max(first.date(), after.date() - timedelta(days=1))) if first and after else None
    starts, ends = clocks.moment(begin), clocks.moment(end)
    return (starts, ends) if starts and ends else None
