"""A VTIMEZONE agrees with zoneinfo."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventapp.core import clock
from eventapp.ical import zones

FIRST, LAST = 2020, 2035
ALL = sorted(clock.zones() - {"UTC"})
_WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def _offset(text: str) -> timedelta:
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]), seconds=int(text[5:7] or 0))


def _day(year: int, month: int, byday: str) -> int:
    found = re.fullmatch(r"(-1|\d)([A-Z]{2})", byday)
    assert found
    days = [
        day
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
        if calendar.weekday(year, month, day) == _WEEKDAYS.index(found[2])
    ]
    return days[-1] if found[1] == "-1" else days[int(found[1]) - 1]


def read(component: bytes) -> list[tuple[datetime, timedelta, timedelta]]:
    """(onset in UTC, offset before, offset after) as a reader computes them until LAST + 1, in order."""
    found = []
    for part in re.findall(r"BEGIN:(?:STANDARD|DAYLIGHT)\r\n(.*?)END:", component.decode(), re.DOTALL):
        lines = dict(line.split(":", 1) for line in part.split("\r\n") if line)
        before, after = _offset(lines["TZOFFSETFROM"]), _offset(lines["TZOFFSETTO"])
        start = datetime.fromisoformat(lines["DTSTART"])
        starts = [start]
        if "RRULE" in lines:
            rule = dict(item.split("=") for item in lines["RRULE"].split(";"))
            assert _day(start.year, int(rule["BYMONTH"]), rule["BYDAY"]) == start.day, (
                "DTSTART is the first of its rule"
            )
            starts += [
                start.replace(year=year, day=_day(year, int(rule["BYMONTH"]), rule["BYDAY"]))
                for year in range(start.year + 1, LAST + 2)
            ]
        found += [((one - before).replace(tzinfo=UTC), before, after) for one in starts]
    return sorted(found)


@pytest.mark.slow
@pytest.mark.parametrize("letter", sorted({zone[:6] for zone in ALL}))
def test_every_zone_agrees_with_zoneinfo_on_both_sides_of_each_change(letter: str) -> None:
    for zone in [zone for zone in ALL if zone.startswith(letter)]:
        info = ZoneInfo(zone)
        told = read(zones.vtimezone(zone, FIRST, LAST))
        begin = datetime(FIRST, 1, 1, tzinfo=info).astimezone(UTC)
        end = datetime(LAST + 1, 1, 1, tzinfo=info).astimezone(UTC)
        assert told[0][0] <= begin, f"{zone}: the first covered moment has no onset before it"
        for at, before, after in told:
            if begin <= at < end:
                assert (at - timedelta(seconds=1)).astimezone(info).utcoffset() == before, (zone, at)
                assert at.astimezone(info).utcoffset() == after, (zone, at)
        # None is missing: a probe every five days, which is shorter than the time between any two changes.
        position, moment = 0, begin
        while moment < end:
            while position + 1 < len(told) and told[position + 1][0] <= moment:
                position += 1
            assert moment.astimezone(info).utcoffset() == told[position][2], (zone, moment)
            moment += timedelta(days=5)


def test_a_zone_with_a_yearly_rule_is_written_with_a_weekday_of_the_month() -> None:
    berlin = zones.vtimezone("Europe/Berlin", 2026, 2027).decode()
    assert "DTSTART:20250330T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n" in berlin
    assert "DTSTART:20251026T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n" in berlin
    new_york = zones.vtimezone("America/New_York", 2027, 2027).decode()
    assert "BYMONTH=3;BYDAY=2SU" in new_york
    assert "BYMONTH=11;BYDAY=1SU" in new_york
    assert berlin.count("BEGIN:DAYLIGHT") == berlin.count("BEGIN:STANDARD") == 1


@pytest.mark.parametrize(
    "zone",
    [
        "Africa/Casablanca",
        "Africa/El_Aaiun",
        "Africa/Cairo",
        "America/Nuuk",
        "America/Scoresbysund",
        "Asia/Gaza",
        "Asia/Jerusalem",
    ],
)
def test_a_zone_without_such_a_rule_has_one_part_per_onset(zone: str) -> None:
    text = zones.vtimezone(zone, 2024, 2028)
    assert b"RRULE" not in text
    assert b"RDATE" not in text
    assert len(read(text)) > 4


def test_a_zone_without_changes_is_one_standard_part() -> None:
    assert zones.vtimezone("Asia/Tokyo", 2027, 2027).decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Tokyo",
        "BEGIN:STANDARD",
        "DTSTART:20260101T000000",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "TZNAME:JST",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_an_offset_is_no_name() -> None:
    assert b"TZNAME" not in zones.vtimezone("Asia/Dhaka", 2023, 2023)


def test_summer_is_daylight_also_where_winter_is_the_exception() -> None:
    dublin = zones.vtimezone("Europe/Dublin", 2027, 2027).decode()
    assert re.search(r"BEGIN:DAYLIGHT\r\n(?:.*\r\n)*?TZOFFSETTO:\+0100", dublin)
    assert re.search(r"BEGIN:STANDARD\r\n(?:.*\r\n)*?TZOFFSETTO:\+0000", dublin)


def test_utc_has_no_vtimezone() -> None:
    with pytest.raises(ValueError, match="UTC"):
        zones.vtimezone("UTC", 2027, 2027)


def test_the_years_are_those_on_the_wall_clock() -> None:
    assert zones.years([datetime(2026, 12, 31, 20, tzinfo=UTC)], "Asia/Tokyo") == (2027, 2027)
