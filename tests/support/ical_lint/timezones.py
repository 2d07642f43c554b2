"""Rules for VTIMEZONE: known by its name, in a form that Outlook understands, and correct."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from tests.support.ical_lint.tree import Component, Finding, worded

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LOCAL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})")
_OFFSET = re.compile(r"([+-])([0-9]{2})([0-5][0-9])([0-5][0-9])?")
# "The nth or last such weekday of a month": the only zone rule that Outlook understands.
_RULE = re.compile(r"FREQ=YEARLY;BYMONTH=(1[0-2]|[1-9]);BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)")

_PLACES = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/"),
    *("Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"),
)
_names = cache(available_timezones)

# (moment on the clock before the change, offset from UTC after it)
Onsets = list[tuple[datetime, timedelta]]


def known(tzid: str) -> bool:
    """Whether it is the name of a geographic zone in the IANA database: no `GMT`, `JST`, `CET` or `Etc/…`."""
    return tzid in _names() and tzid.startswith(_PLACES)


def local_time(text: str) -> datetime | None:
    """A local DATE-TIME as a naive datetime; None for anything else."""
    found = _LOCAL.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None


def offset(text: str) -> timedelta | None:
    """A UTC-OFFSET (RFC 5545 §3.3.14); None for anything else, such as -0000."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    if found[1] == "-" and not size:
        return None
    return -size if found[1] == "-" else size


def day_of(year: int, month: int, number: int, weekday: str) -> int:
    """The day of the month that is its nth (from 1) or last (-1) such weekday."""
    first = (_WEEKDAYS.index(weekday) - calendar.weekday(year, month, 1)) % 7 + 1
    if number > 0:
        return first + 7 * (number - 1)
    last = calendar.monthrange(year, month)[1]
    return first + (last - first) // 7 * 7


def findings(zone: Component) -> list[Finding]:
    """Problems in the form of a VTIMEZONE, whatever it is used for."""
    found: list[Finding] = []
    tzid = zone.first("TZID")
    if len(zone.all("TZID")) != 1:
        found.append(Finding("zone-without-name", worded("A time zone has no name, or more than one."), zone.number))
    elif not known(tzid):
        said = worded("“%(name)s” is not the name of a place's time zone, such as Asia/Tokyo.", name=tzid)
        found.append(Finding("zone-name", said, zone.number))
    if not zone.parts:
        said = worded("The time zone %(zone)s does not say how far it is from UTC.", zone=tzid)
        found.append(Finding("zone-empty", said, zone.number))
    for part in zone.parts:
        found += _of_part(part, tzid)
    return found


def _of_part(part: Component, tzid: str) -> list[Finding]:
    found: list[Finding] = []

    def fault(rule: str, said: str, number: int = part.number) -> None:
        found.append(Finding(rule, said, number))

    start = local_time(part.first("DTSTART"))
    if part.name not in {"STANDARD", "DAYLIGHT"}:
        fault("zone-part", worded("In the time zone %(zone)s there is something that is not a part of one.", zone=tzid))
    if start is None or len(part.all("DTSTART")) != 1 or part.all("DTSTART")[0].params:
        fault("zone-onset", worded("A change of clocks in %(zone)s does not begin at a local time.", zone=tzid))
    for name in ("TZOFFSETFROM", "TZOFFSETTO"):
        if len(part.all(name)) != 1 or offset(part.first(name)) is None:
            fault("zone-offset", worded("A change of clocks in %(zone)s has no right %(name)s.", zone=tzid, name=name))
    for line in part.all("RDATE"):
        fault("zone-dates", worded("Outlook passes over the dates (RDATE) in %(zone)s.", zone=tzid), line.number)
    for line in part.all("RRULE"):
        rule = _RULE.fullmatch(line.value)
        if rule is None:
            said = worded("Outlook understands only “the nth or last such weekday of a month” in %(zone)s.", zone=tzid)
            fault("zone-rule", said, line.number)
        elif start and (start.month, start.day) != (
            int(rule[1]),
            day_of(start.year, int(rule[1]), int(rule[2]), rule[3]),
        ):
            said = worded("A rule in %(zone)s does not begin with its first change of clocks.", zone=tzid)
            fault("zone-first", said, line.number)
    return found


def onsets(zone: Component, last_year: int) -> Onsets:
    """The clock changes as a reader computes them from the component, until a year. Unreadable parts are ignored."""
    found: Onsets = []
    for part in zone.parts:
        start, after = local_time(part.first("DTSTART")), offset(part.first("TZOFFSETTO"))
        if start is None or after is None:
            continue
        found.append((start, after))
        for line in part.all("RRULE"):
            if (rule := _RULE.fullmatch(line.value)) is not None:
                month, number = int(rule[1]), int(rule[2])
                found += [
                    (start.replace(year=year, month=month, day=day_of(year, month, number, rule[3])), after)
                    for year in range(start.year + 1, min(last_year, 9998) + 1)
                ]
    return sorted(found)


def told(found: Onsets, local: datetime) -> timedelta | None:
    """The offset that the onsets give for a local time; None before the first. A repeated time means the first one."""
    return next((after for start, after in reversed(found) if start <= local), None)


def untrue(zone: Component, used: Iterable[tuple[datetime, int]]) -> list[Finding]:
    """Local times (with their lines) for which the component differs from the IANA database."""
    tzid = zone.first("TZID")
    used = list(used)
    if not used or not known(tzid):
        return []
    info = ZoneInfo(tzid)
    found = onsets(zone, max(local.year for local, _line in used))
    wrong = []
    for local, number in used:
        if told(found, local) != local.replace(tzinfo=info).utcoffset():
            said = worded(
                "%(time)s in %(zone)s is another moment by the file's own description of the zone.",
                time=f"{local:%Y-%m-%d %H:%M}",
                zone=tzid,
            )
            wrong.append(Finding("zone-untrue", said, number))
    return wrong


def skipped(local: datetime, tzid: str) -> bool:
    """Whether the clocks of the zone skip this local time."""
    try:
        moment = local.replace(tzinfo=ZoneInfo(tzid)).astimezone(UTC)
        return moment.astimezone(ZoneInfo(tzid)).replace(tzinfo=None) != local
    except OverflowError:  # the first and last representable day
        return False


def doubled(local: datetime, tzid: str) -> bool:
    """Whether the clocks of the zone show this local time twice."""
    info = ZoneInfo(tzid)
    first, second = (local.replace(tzinfo=info, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and not skipped(local, tzid)
