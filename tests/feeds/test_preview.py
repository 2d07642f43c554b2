"""What an app reads in a calendar: what was written, or an error."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from eventapp.core.localized import ResolvedText
from eventapp.feeds.preview import CalendarSeen, EntrySeen, Unreadable, misread, read
from eventapp.ical import vcalendar as ics
from tests.ical.test_vcalendar import HEAD, entry


def seen(*entries: ics.Entry, **options: object) -> CalendarSeen:
    return read(ics.feed(HEAD, list(entries), **options))  # type: ignore[arg-type]


def one(*entries: ics.Entry, **options: object) -> EntrySeen:
    (found,) = seen(*entries, **options).entries
    return found


def test_everything_that_is_written_is_read_back() -> None:
    written = entry(
        uid="a",
        summary=ResolvedText("Rivers; bridges, and \\N roads", "en"),
        description=ResolvedText("One\n\nTwo", "en"),
        location=ResolvedText("Hall 1, Arena", "en"),
    )
    found = one(written, alarm=15)
    assert (found.uid, found.title, found.text, found.place) == (
        "a",
        "Rivers; bridges, and \\N roads",
        "One\n\nTwo",
        "Hall 1, Arena",
    )
    assert (found.status, found.cancelled) == ("CONFIRMED", False)
    assert (found.starts, found.ends) == (written.starts, written.ends)


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "Asia/Tokyo", "America/Nuuk", "UTC"])
def test_moments_around_a_change_of_clocks_are_those_that_were_written(zone: str) -> None:
    start = datetime(2030, 3, 29, tzinfo=UTC)
    rows = [
        entry(uid=f"{n:03}", zone=zone, starts=start + timedelta(hours=6 * n), ends=start + timedelta(hours=6 * n + 1))
        for n in range(900)
    ]
    found = read(ics.feed(HEAD, rows))
    meant = {row.uid: (row.starts, row.ends) for row in rows}
    assert {one.uid: (one.starts, one.ends) for one in found.entries} == meant
    assert misread(found, meant) == []


def test_an_entry_that_an_app_cannot_place_in_time_is_left_out_and_named() -> None:
    data = ics.feed(HEAD, [entry(uid="a", zone="Asia/Tokyo"), entry(uid="b", zone="UTC")])
    for name in (b"DTSTART", b"DTEND"):
        broken = data.replace(name + b";TZID=Asia/Tokyo", name + b";TZID=Nowhere/City")
        found = read(broken)
        assert [one.uid for one in found.entries] == ["b"]
        assert [fault.partition(":")[0] for fault in misread(found, {})] == ["a"]


def test_what_is_missing_or_doubled_or_at_another_moment_is_named() -> None:
    row = entry(uid="a", zone="Asia/Tokyo")
    data = ics.feed(HEAD, [row])
    assert misread(read(data.replace(b"UID:a\r\n", b"")), {})
    assert misread(read(data.replace(b"UID:a\r\n", b"UID:a\r\nUID:a\r\n")), {})
    assert misread(read(data), {"a": (row.starts + timedelta(hours=1), row.ends)})
    again = data[data.index(b"BEGIN:VEVENT") : data.index(b"END:VCALENDAR")]
    assert misread(read(data.replace(b"END:VCALENDAR", again + b"END:VCALENDAR")), {})


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
    assert late.days("Asia/Tokyo") == (date(2031, 3, 18),) * 2  # until midnight, not the day after
    assert late.days("Pacific/Auckland") == (date(2031, 3, 19),) * 2


@pytest.mark.parametrize("data", [b"", b"nothing\r\n", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"\xff"])
def test_what_is_no_calendar_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


def test_a_calendar_says_its_name() -> None:
    assert seen(entry()).name == HEAD.name.text
