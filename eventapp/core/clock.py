"""The time, and the way between a venue's wall clock and UTC."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

# The zone data of our own lock file, not whatever the machine carries: two servers must not differ by an hour.
zoneinfo.reset_tzpath(())


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Names of all IANA zones that a place can be in (no `Etc/…`, `posix/…` or abbreviations)."""
    continents = (
        "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
        "Pacific/",
    )  # fmt: skip
    return frozenset(name for name in available_timezones() if name.startswith(continents)) | {"UTC"}


class NoSuchTime(ValueError):
    """A wall-clock time that the zone skips when summer time begins."""


def from_local(local: datetime, zone: str) -> datetime:
    """The UTC moment of a naive wall-clock time.

    Of a time that comes twice (summer time ends) the first is meant unless `local.fold` is 1.
    Raises NoSuchTime for a time that the clocks skip.
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
    """The calendar day at a place."""
    return to_local(moment, zone).date()


def programme_day(moment: datetime, zone: str, starts: int) -> date:
    """The day of a programme at a place whose days start `starts` minutes after midnight by the wall clock."""
    return (to_local(moment, zone).replace(tzinfo=None) - timedelta(minutes=starts)).date()


def days_later(moment: datetime, zone: str, days: int) -> tuple[datetime, bool]:
    """The same wall-clock time at a place some days later (or earlier), whatever summer time does meanwhile.

    False with it where the clocks skip that time on that day: then it is the time they skip to.
    """
    local = to_local(moment, zone)
    wanted = (local + timedelta(days=days)).replace(tzinfo=None, fold=local.fold)
    try:
        return from_local(wanted, zone), True
    except NoSuchTime:
        return wanted.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), False
