"""Writes the VTIMEZONE component of an IANA zone (RFC 5545 §3.6.5).

Outlook ignores RDATE and understands an RRULE only as "the nth or last such weekday of a month", so a zone is written
with such rules if they fit every covered year, and otherwise with one sub-component per onset. The result is always
checked against zoneinfo for the covered years.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from eventapp.core.caching import memoized

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# No zone changes its clocks twice within less (Morocco's break for Ramadan takes about five weeks).
_STRIDE = 7 * 86_400


@dataclass(frozen=True)
class Onset:
    """A moment at which a zone changes its offset: `at` is naive, on the clock before the change."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool

    @property
    def shape(self) -> tuple[object, ...]:
        """What the onsets of one yearly rule have in common."""
        return (self.before, self.after, self.name, self.daylight, self.at.month, self.at.weekday(), self.at.time())


def years(moments: Iterable[datetime], zone: str) -> tuple[int, int]:
    """First and last year of the moments on the wall clock of a zone. Raises ValueError without moments."""
    found = {moment.astimezone(ZoneInfo(zone)).year for moment in moments}
    return min(found), max(found)


@memoized(budget=8 * 1024 * 1024, weigh=lambda asked, found: 500 * len(found))
def onsets(zone: str, first: int, last: int) -> tuple[Onset, ...]:
    """All changes of the offset from 1 January of `first` to 31 December of `last` (in UTC), found in zoneinfo."""
    info = ZoneInfo(zone)

    def offset(second: int) -> timedelta:
        return datetime.fromtimestamp(second, info).utcoffset() or timedelta(0)

    found = []
    low = int(datetime(first, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(last + 1, 1, 1, tzinfo=UTC).timestamp())
    before = offset(low)
    while low < end:
        high = min(low + _STRIDE, end)
        after = offset(high)
        if after != before:
            left, right = low, high
            while right - left > 1:
                middle = (left + right) // 2
                if offset(middle) == before:
                    left = middle
                else:
                    right = middle
            found.append((right, before, offset(right)))
            # Continue right after the change: a second one may follow within the stride.
            high, after = right, offset(right)
        low, before = high, after
    if not found:
        return ()
    turns = [datetime.fromtimestamp(second, info) for second, _, _ in found]
    # Ireland and Morocco define winter as the exception: there the dst() of winter is negative.
    winter_is_special = any((turn.dst() or timedelta(0)) < timedelta(0) for turn in turns)
    return tuple(
        Onset(
            at=(datetime.fromtimestamp(second, UTC) + old).replace(tzinfo=None),
            before=old,
            after=new,
            name=_abbreviation(turn),
            daylight=_daylight(turn, winter_is_special),
        )
        for (second, old, new), turn in zip(found, turns, strict=True)
    )


def _daylight(moment: datetime, winter_is_special: bool) -> bool:
    saving = moment.dst() or timedelta(0)
    return saving >= timedelta(0) if winter_is_special else saving > timedelta(0)


def _abbreviation(moment: datetime) -> str:
    # "+03" is an offset rather than a name, and the offset is written anyway.
    name = moment.tzname() or ""
    return name if name.isascii() and name.isalpha() else ""


def _byday(group: list[Onset]) -> str | None:
    """ "2SU", "-1SU": the weekday of the month on which all these onsets fall, or None."""
    weekday = _WEEKDAYS[group[0].at.weekday()]
    # Both can fit a few years by chance ("fourth" and "last"); no zone in use means the fourth.
    if all(onset.at.day + 7 > calendar.monthrange(onset.at.year, onset.at.month)[1] for onset in group):
        return f"-1{weekday}"
    numbers = {(onset.at.day - 1) // 7 + 1 for onset in group}
    return f"{numbers.pop()}{weekday}" if len(numbers) == 1 else None


def _rules(found: tuple[Onset, ...], first: int, last: int) -> list[tuple[Onset, str]] | None:
    """(first onset, RRULE) of each yearly rule, or None if rules do not produce exactly these onsets."""
    groups: dict[tuple[object, ...], list[Onset]] = {}
    for onset in found:
        groups.setdefault(onset.shape, []).append(onset)
    written = []
    for group in groups.values():
        byday = _byday(group)
        if byday is None or [onset.at.year for onset in group] != list(range(first, last + 1)):
            return None
        written.append((group[0], f"FREQ=YEARLY;BYMONTH={group[0].at.month};BYDAY={byday}"))
    return written


def _sign(offset: timedelta) -> str:
    """UTC-OFFSET (RFC 5545 §3.3.14); "-0000" is forbidden."""
    seconds = int(offset.total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}{minutes % 60:02d}"
    return text + f"{rest:02d}" if rest else text


def _part(onset: Onset, rule: str = "") -> list[str]:
    kind = "DAYLIGHT" if onset.daylight else "STANDARD"
    lines = [f"BEGIN:{kind}", f"DTSTART:{onset.at.year:04d}{onset.at:%m%dT%H%M%S}"]
    if rule:
        lines.append(f"RRULE:{rule}")
    lines += [f"TZOFFSETFROM:{_sign(onset.before)}", f"TZOFFSETTO:{_sign(onset.after)}"]
    if onset.name:
        lines.append(f"TZNAME:{onset.name}")
    return [*lines, f"END:{kind}"]


@memoized(budget=4 * 1024 * 1024)
def vtimezone(zone: str, first: int, last: int) -> bytes:
    """The VTIMEZONE of an IANA zone, correct for all wall-clock times of the years `first` to `last`.

    Ends with CRLF. Raises ValueError for UTC, which is written as `Z` and has no VTIMEZONE, and
    zoneinfo.ZoneInfoNotFoundError for an unknown zone.
    """
    if zone == "UTC":
        raise ValueError("UTC times are written with Z and need no VTIMEZONE")
    # One more year at both ends: the first covered January needs the onset of the autumn before.
    first, last = first - 1, last + 1
    found = onsets(zone, first, last)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}"]
    rules = _rules(found, first, last) if found else None
    if rules:
        for onset, rule in rules:
            lines += _part(onset, rule)
    else:
        lines += _part(_beginning(zone, first, found))
        for onset in found:
            lines += _part(onset)
    lines.append("END:VTIMEZONE")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _beginning(zone: str, first: int, found: tuple[Onset, ...]) -> Onset:
    """The offset in effect when the covered time begins, as an onset that changes nothing."""
    start = datetime(first, 1, 1, tzinfo=ZoneInfo(zone))
    offset = start.utcoffset() or timedelta(0)
    daylight = bool(found) and not found[0].daylight and bool(start.dst())
    return Onset(start.replace(tzinfo=None), offset, offset, _abbreviation(start), daylight)
