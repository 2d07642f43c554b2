"""The current time, and conversion between a venue's wall clock and UTC."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

# Use the zone data pinned in our lock file, not the machine's: two servers must not differ by an hour.
zoneinfo.reset_tzpath(())


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Names of all IANA zones that a venue can be in (no `Etc/…`, `posix/…` or abbreviations)."""
    continents = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return frozenset(name for name in available_timezones() if name.startswith(continents)) | {"UTC"}


@lru_cache(maxsize=1)
def _zones_of_countries() -> dict[str, list[str]]:
    """ISO 3166-1 code → the zones in use there, from the `zone.tab` of the zone data."""
    found: dict[str, list[str]] = {}
    for line in (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _place, zone = line.split("\t")[:3]
            found.setdefault(code, []).append(zone)
    return found


def zone_of_country(code: str | None, moment: datetime) -> str:
    """The zone of a country if all its clocks show the same time at a moment; empty otherwise."""
    found = _zones_of_countries().get(code or "", [])
    return found[0] if len({to_local(moment, zone).utcoffset() for zone in found}) == 1 else ""


class NoSuchTime(ValueError):
    """A wall-clock time that the zone skips when summer time begins."""


def zone_typed(text: str) -> str:
    """The zone that was typed, in any case and with spaces for underscores; empty if there is none."""
    typed = text.strip().replace(" ", "_").casefold()
    return next((name for name in zones() if name.casefold() == typed), "")


def from_local(local: datetime, zone: str) -> datetime:
    """The UTC moment of a naive wall-clock time.

    A time that occurs twice (when summer time ends) means the first one, unless `local.fold` is 1. Raises NoSuchTime
    for a time that the clocks skip.
    """
    aware = local.replace(tzinfo=ZoneInfo(zone))
    moment = aware.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(fold=0):
        raise NoSuchTime(local)
    return moment


def to_local(moment: datetime, zone: str) -> datetime:
    """The same moment, aware, on the wall clock of a zone."""
    return moment.astimezone(ZoneInfo(zone))


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a zone."""
    return to_local(moment, zone).date()


def last_day(ends: datetime, zone: str) -> date:
    """The last calendar day of what ends at a moment: what ends at midnight ends on that evening."""
    return local_day(ends - timedelta(microseconds=1), zone)


@dataclass(frozen=True)
class Shift:
    """A move from the wall clock of `zone` to the same time on the clock of `to`, some `days` later (or earlier)."""

    zone: str
    to: str
    days: int = 0

    def __bool__(self) -> bool:
        return self.zone != self.to or self.days != 0

    def of(self, moment: datetime) -> tuple[datetime, bool]:
        """The shifted moment, with the same wall-clock time even if summer time has begun or ended in between.

        The flag is False if the clocks skip that time on that day; the moment is then the one they skip to.
        """
        local = to_local(moment, self.zone)
        shifted = (local + timedelta(days=self.days)).replace(tzinfo=None, fold=local.fold)
        try:
            return from_local(shifted, self.to), True
        except NoSuchTime:
            return shifted.replace(tzinfo=ZoneInfo(self.to)).astimezone(UTC), False

    def of_span(self, starts: datetime, ends: datetime) -> tuple[datetime, datetime, bool]:
        """Shift a start and an end; the flag is False if one of them is not exact."""
        start, exact = self.of(starts)
        end, exact_end = self.of(ends)
        # The clocks may skip the whole span; it then keeps its length.
        return start, end if end > start else start + (ends - starts), exact and exact_end


def comes_twice(moment: datetime, zone: str) -> bool:
    """Whether the clock of a zone shows the time of a moment twice, because it is set back over it."""
    local = to_local(moment, zone)
    return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()


def offsets(zone: str, first: datetime, last: datetime) -> list[tuple[datetime, int]]:
    """How many minutes the wall clock is ahead of UTC: at `first`, then after each change up to `last`."""

    def at(moment: datetime) -> int:
        ahead = to_local(moment, zone).utcoffset()
        return int(ahead.total_seconds() // 60) if ahead else 0

    found = [(first, at(first))]
    low = first
    while low < last:
        high = min(low + timedelta(days=1), last)
        if at(low) != at(high):
            before, after = low, high
            while after - before > timedelta(minutes=1):
                middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
                before, after = (middle, after) if at(middle) == at(low) else (before, middle)
            found.append((after.replace(second=0, microsecond=0), at(after)))
        low = high
    return found


def programme_day(moment: datetime, zone: str, starts: int) -> date:
    """The programme day that a moment belongs to if days start `starts` minutes after midnight."""
    return (to_local(moment, zone).replace(tzinfo=None) - timedelta(minutes=starts)).date()


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """Start and end of a calendar day in a zone."""
    return programme_span(day, zone, 0)


def programme_span(day: date, zone: str, starts: int) -> tuple[datetime, datetime]:
    """Start and end of a programme day, which lasts 23, 24 or 25 hours."""

    def begin(of: date) -> datetime:
        # Not from_local: if the clocks skip this very minute, the day starts after they have gone forward.
        wall = datetime.combine(of, time()) + timedelta(minutes=starts)
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    return begin(day), begin(day + timedelta(days=1))
