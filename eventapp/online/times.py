"""Times and durations as the reports of meeting services write them: plain values only.

Dates are written as in the locale of who has downloaded the report, without saying which, and mostly without a zone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce

from eventapp.core import clock
from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l


class DayOrder(Labelled):
    """The order in which a date is written."""

    MDY = "mdy", _l("Month, day, year (7/22/2026)")
    DMY = "dmy", _l("Day, month, year (22/7/2026)")
    YMD = "ymd", _l("Year, month, day (2026/7/22)")


class NotATime(ValueError):
    """A text that is no time."""


_HALF = "AM|PM|A\\.M\\.|P\\.M\\.|午前|午後"
_TIME = re.compile(
    rf"(?P<before>{_HALF})?\s*(?P<hour>\d{{1,2}})[:時](?P<minute>\d{{2}})分?(?:[:]?(?P<second>\d{{2}})秒?)?(?:[.]\d+)?"
    rf"\s*(?P<after>{_HALF})?\s*(?:UHR)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}})?$"
)
_NUMBERS = re.compile(r"(\d{1,4})\s*[/.\-年]\s*(\d{1,2})\s*[/.\-月]\s*(\d{1,4})\s*日?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_FIRST = re.compile(r"([A-Z]{3})[A-Z]*\.?\s+(\d{1,2}),?\s+(\d{4})$")
_DAY_FIRST = re.compile(r"(\d{1,2})\.?\s+([A-Z]{3})[A-Z]*\.?,?\s+(\d{4})$")


def clean(text: str) -> str:
    """A cell without what only spreadsheets and typesetting need: `="…"`, narrow spaces, `--` for nothing."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    return "" if set(text) <= {"-", "–", "—"} else text


@dataclass(frozen=True)
class _Written:
    """What a text says: three numbers or a day, and a time of day."""

    numbers: tuple[str, str, str] | None
    day: date | None
    hour: time | None
    offset: timedelta | None


def _read(text: str) -> _Written:
    text = clean(text).upper()
    found = _TIME.search(text)
    hour, offset = None, None
    if found:
        hour, offset = _hour(found), _offset(found["zone"])
        text = text[: found.start()].rstrip(" ,T")
    if not text:
        if hour is None:
            raise NotATime
        return _Written(None, None, hour, offset)
    if numbers := _NUMBERS.match(text):
        one, two, three = numbers.groups()
        return _Written((one, two, three), None, hour, offset)
    return _Written(None, _named_day(text), hour, offset)


def _named_day(text: str) -> date:
    if found := _MONTH_FIRST.match(text):
        month, day, year = found.groups()
    elif found := _DAY_FIRST.match(text):
        day, month, year = found.groups()
    else:
        raise NotATime
    if month.lower() not in _MONTHS:
        raise NotATime
    return _date(int(year), _MONTHS.index(month.lower()) + 1, int(day))


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError as error:
        raise NotATime from error


def _hour(found: re.Match[str]) -> time:
    hour, half = int(found["hour"]), (found["before"] or found["after"] or "").replace(".", "")
    if half in {"PM", "午後"} and hour < 12:
        hour += 12
    elif half in {"AM", "午前"} and hour == 12:
        hour = 0
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError as error:
        raise NotATime from error


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone in {"Z", "UTC", "GMT"}:
        return timedelta()
    shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -shift if zone[0] == "-" else shift


def _day(numbers: tuple[str, str, str], order: DayOrder) -> date:
    one, two, three = (int(number) for number in numbers)
    if len(numbers[0]) == 4:
        return _date(one, two, three)
    year, month, day = {
        DayOrder.MDY: (three, one, two),
        DayOrder.DMY: (three, two, one),
        DayOrder.YMD: (one, two, three),
    }[order]
    return _date(year, month, day)


def _orders(numbers: tuple[str, str, str]) -> dict[DayOrder, date]:
    """The orders in which three numbers are a date. With the year first and in two digits only if there is no other."""
    found: dict[DayOrder, date] = {}
    for order in (DayOrder.MDY, DayOrder.DMY, DayOrder.YMD):
        if order is DayOrder.YMD and found:
            break
        try:
            found[order] = _day(numbers, order)
        except NotATime:
            continue
    return found


def day_order(texts: Iterable[str], *, first: date, last: date) -> DayOrder | None:
    """The order in which the dates of a report are written; None if that can't be told.

    If several are possible, it is the one in which the days are those of the event, from `first` to `last`, or next to
    them.
    """
    found = []
    for text in texts:
        try:
            numbers = _read(text).numbers
        except NotATime:
            continue
        if numbers is not None and len(numbers[0]) < 4:
            found.append(_orders(numbers))
    if not found:
        return DayOrder.YMD
    possible = reduce(lambda one, two: one & two, (set(one) for one in found))
    near = timedelta(days=1)
    fits = {order for order in possible if all(first - near <= one[order] <= last + near for one in found)}
    left = fits or possible
    if len(left) > 1 and all(len({one[order] for order in left}) == 1 for one in found):
        return min(left)  # such as 5 May: both mean the same
    return next(iter(left)) if len(left) == 1 else None


def moment(text: str, *, order: DayOrder, zone: str, day: date | None = None) -> datetime:
    """The moment that a text means, in UTC: on the clocks of a zone, unless it says which; on `day` if it has no date.

    Raises NotATime.
    """
    written = _read(text)
    on = written.day or (_day(written.numbers, order) if written.numbers else day)
    if on is None or written.hour is None:
        raise NotATime
    local = datetime.combine(on, written.hour)
    if written.offset is not None:
        return local.replace(tzinfo=UTC) - written.offset
    try:
        return clock.from_local(local, zone)
    except clock.NoSuchTime as error:
        raise NotATime from error


_UNITS = (("std", 3600), ("stunde", 3600), ("h", 3600), ("時間", 3600), ("m", 60), ("分", 60), ("s", 1), ("秒", 1))
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\d\s.,:]+)\.?")
_HUGE = re.compile(r"\d{10}")  # of minutes, two thousand years
_CLOCK = re.compile(r"(\d+):(\d{2}):(\d{2})$")


def seconds(text: str) -> int | None:
    """A duration in seconds: `1h 27m 51s`, `1 時間 2 分`, `59 Min. 0 Sek.`, `0:29:00`, or a number of minutes.

    None without one. Raises NotATime.
    """
    text = clean(text).casefold()
    if not text:
        return None
    if _HUGE.search(text):
        raise NotATime
    if found := _CLOCK.match(text):
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        return round(float(text.replace(",", ".")) * 60)
    parts = _PART.findall(text)
    if not parts:
        raise NotATime
    return round(sum(float(number.replace(",", ".")) * _unit(unit) for number, unit in parts))


def _unit(name: str) -> int:
    for start, length in _UNITS:
        if name.startswith(start):
            return length
    raise NotATime
