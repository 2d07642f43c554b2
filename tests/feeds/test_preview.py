"""What a program finds in a file, beside what an independent reader finds in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest

from eventapp.core.localized import ResolvedText
from eventapp.feeds.preview import CalendarSeen, EntrySeen, ZonesFrom, see
from eventapp.ical import vcalendar as ics
from tests.ical.test_vcalendar import HEAD, entry

BOTH = pytest.mark.parametrize("way", list(ZonesFrom))


def seen(*entries: ics.Entry, way: ZonesFrom = ZonesFrom.FILE, **options: object) -> CalendarSeen:
    return see(ics.feed(HEAD, list(entries), **options), way)  # type: ignore[arg-type]


def one(*entries: ics.Entry, way: ZonesFrom = ZonesFrom.FILE, **options: object) -> EntrySeen:
    (found,) = seen(*entries, way=way, **options).entries
    return found


@BOTH
def test_everything_that_is_written_is_read_back(way: ZonesFrom) -> None:
    written = entry(
        uid="a",
        summary=ResolvedText("Rivers; bridges, and \\N roads", "en"),
        description=ResolvedText("One\n\nTwo", "en"),
        location=ResolvedText("Hall 1, Arena", "en"),
    )
    found = one(written, way=way, alarm=15)
    assert (found.uid, found.title, found.text, found.place) == (
        "a",
        "Rivers; bridges, and \\N roads",
        "One\n\nTwo",
        "Hall 1, Arena",
    )
    assert (found.status, found.cancelled) == ("CONFIRMED", False)
    assert (found.starts, found.ends) == (written.starts, written.ends)


@BOTH
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "Asia/Tokyo", "America/Nuuk", "UTC"])
def test_moments_around_a_change_of_clocks_are_those_that_another_reader_finds(way: ZonesFrom, zone: str) -> None:
    start = datetime(2030, 3, 29, tzinfo=UTC)
    rows = [
        entry(uid=f"{n:03}", zone=zone, starts=start + timedelta(hours=6 * n), ends=start + timedelta(hours=6 * n + 1))
        for n in range(900)
    ]
    data = ics.feed(HEAD, rows)
    theirs = {
        str(event["UID"]): (event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC))
        for event in icalendar.Calendar.from_ical(data).walk("VEVENT")
    }
    ours = {found.uid: (found.starts, found.ends) for found in see(data, way).entries}
    assert ours == theirs == {row.uid: (row.starts, row.ends) for row in rows}


def test_a_file_that_is_wrong_about_its_zone_is_right_only_for_those_who_know_the_zone() -> None:
    row = entry(zone="Asia/Tokyo")
    data = ics.feed(HEAD, [row]).replace(b"TZOFFSETTO:+0900", b"TZOFFSETTO:+0800")
    by_file, by_name = (see(data, way).entries[0].starts for way in (ZonesFrom.FILE, ZonesFrom.NAMES))
    assert by_name == row.starts
    assert by_file == row.starts + timedelta(hours=1)


def test_an_entry_whose_zone_nobody_knows_is_not_seen() -> None:
    data = ics.feed(HEAD, [entry(zone="Asia/Tokyo")]).replace(b"Asia/Tokyo", b"Nowhere/City")
    assert see(data, ZonesFrom.NAMES).entries == ()
    assert len(see(data, ZonesFrom.FILE).entries) == 1
    cut = data.split(b"BEGIN:VTIMEZONE")[0] + data.split(b"END:VTIMEZONE\r\n")[1]
    assert see(cut, ZonesFrom.FILE).entries == ()


def test_an_entry_of_which_only_one_time_can_be_read_is_not_seen() -> None:
    data = ics.feed(HEAD, [entry(zone="Asia/Tokyo")])
    for name in (b"DTSTART", b"DTEND"):
        assert (
            see(data.replace(name + b";TZID=Asia/Tokyo", name + b";TZID=Nowhere/City"), ZonesFrom.NAMES).entries == ()
        )


def test_days_are_the_same_everywhere_and_the_last_one_counts() -> None:
    found = one(
        entry(
            all_day=True,
            starts=datetime(2031, 3, 18, 1, tzinfo=UTC),
            ends=datetime(2031, 3, 20, 9, tzinfo=UTC),
            zone="Asia/Tokyo",
        )
    )
    assert found.all_day
    assert found.days("Pacific/Honolulu") == found.days("Asia/Tokyo") == (date(2031, 3, 18), date(2031, 3, 20))


def test_hours_fall_on_the_readers_own_day() -> None:
    late = one(entry(starts=datetime(2031, 3, 18, 14, tzinfo=UTC), ends=datetime(2031, 3, 18, 15, tzinfo=UTC)))
    assert late.days("Asia/Tokyo") == (date(2031, 3, 18),) * 2  # until midnight, not on the day after
    assert late.days("Pacific/Auckland") == (date(2031, 3, 19),) * 2


def test_what_is_no_calendar_shows_nothing() -> None:
    for data in (
        b"",
        b"nothing\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ):
        assert see(data, ZonesFrom.FILE).entries == ()


def test_a_calendar_says_its_name() -> None:
    assert seen(entry()).name == HEAD.name.text
