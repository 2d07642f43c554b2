"""How independent readers interpret our time zones: all IANA zones, around every clock change from 2020 to 2035.

Each zone has an unknown name in the file, so that the reader depends on our VTIMEZONE, as Outlook does. ical.js, which
is Thunderbird's reader, runs in tests/journeys/test_calendar.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import icalendar
import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream

from eventapp.core import clock
from eventapp.ical import vcalendar as ics
from eventapp.ical import zones
from tests.ical.test_vcalendar import HEAD, entry

pytestmark = pytest.mark.slow

FIRST, LAST = 2020, 2035
ALL = sorted(clock.zones() - {"UTC"})
LENGTH = timedelta(minutes=10)

# Readers cache zones by name for the whole process, so each gets its own name.
UNKNOWN = "Nowhere/{}"


@cache
def moments(zone: str) -> list[datetime]:
    """Half an hour before and after each clock change; where an hour is repeated, before the first and after the
    second.

    The repeated hour itself is written in UTC, which every reader understands.
    """
    found = []
    for onset in zones.onsets(zone, FIRST, LAST):
        at = (onset.at - onset.before).replace(tzinfo=UTC)
        doubled = max(onset.before - onset.after, timedelta(0))
        found += [at - doubled - timedelta(minutes=30), at + doubled + timedelta(minutes=30)]
    return found or [datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)]


@cache
def written(zone: str) -> bytes:
    """A feed with one entry at each moment, in order."""
    entries = [entry(uid=str(n), zone=zone, starts=at, ends=at + LENGTH) for n, at in enumerate(moments(zone))]
    return ics.feed(HEAD, entries)


def renamed(data: bytes, zone: str) -> str:
    """The same with a TZID that is in no database."""
    unknown = UNKNOWN.format(zone.replace("/", "."))
    return (
        data.replace(f"={zone}:".encode(), f"={unknown}:".encode())
        .replace(f"TZID:{zone}\r\n".encode(), f"TZID:{unknown}\r\n".encode())
        .decode()
    )


def utc(moment: datetime) -> datetime | None:
    """The moment; None for a time without a zone."""
    return moment.astimezone(UTC) if moment.tzinfo else None


def by_icalendar(text: str) -> list[datetime | None]:
    return [utc(event["DTSTART"].dt) for event in icalendar.Calendar.from_ical(text).walk("VEVENT")]


def by_vobject(text: str) -> list[datetime | None]:
    return [utc(event.dtstart.value) for event in vobject.readOne(text).vevent_list]


def by_home_assistant(text: str) -> list[datetime | None]:
    found = {event.uid: utc(event.dtstart) for event in IcsCalendarStream.calendar_from_ics(text).events}
    return [found[str(number)] for number in range(len(found))]


def wrong(reader: Callable[[str], list[datetime | None]], *, known: bool = False) -> set[str]:
    """The zones of which a reader misreads any moment; under their own names if `known`."""
    found = set()
    read: dict[str, bool] = {}  # many zones differ in nothing but the name that is taken from them
    for zone in ALL:
        data = written(zone)
        text = data.decode() if known else renamed(data, zone)
        key = text if known else text.replace(UNKNOWN.format(zone.replace("/", ".")), "")
        if key not in read:
            read[key] = reader(text) == moments(zone)
        if not read[key]:
            found.add(zone)
    return found


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.CRITICAL)  # vobject logs the zones that it drops
    yield
    root.setLevel(level)


def test_the_renamed_file_holds_the_name_of_no_zone() -> None:
    text = renamed(written("Europe/Berlin"), "Europe/Berlin")
    assert "Europe/Berlin" not in text
    assert "TZID:Nowhere/Europe.Berlin\r\n" in text


def test_icalendar_reads_every_zone_from_the_component_alone() -> None:
    assert wrong(by_icalendar) == set()


def test_home_assistant_reads_every_zone_by_its_name() -> None:
    # It looks in the zone database first, so it uses the component only for unknown names.
    assert wrong(by_home_assistant, known=True) == set()


# ---- bugs of readers, each demonstrated with a component that is not ours
# ---------------------------------------------


def textbook(offset: str) -> str:
    """A zone that never changes its clocks, in the shortest form that RFC 5545 §3.6.5 allows."""
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//textbook//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Fixed/{offset}\r\n"
        f"BEGIN:STANDARD\r\nDTSTART:20200101T000000\r\nTZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\n"
        "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:0\r\nDTSTAMP:20300101T000000Z\r\nSUMMARY:Noon\r\n"
        f"DTSTART;TZID=Fixed/{offset}:20300701T120000\r\nDTEND;TZID=Fixed/{offset}:20300701T130000\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def on_utc(zone: str) -> bool:
    """Whether a zone is always on UTC."""
    at = datetime(2027, 7, 15, tzinfo=UTC)
    return not zones.onsets(zone, FIRST, LAST) and not clock.to_local(at, zone).utcoffset()


def test_vobject_reads_every_zone_but_those_that_it_takes_for_utc_and_forgets() -> None:
    assert by_vobject(textbook("+0100")) == [datetime(2030, 7, 1, 11, tzinfo=UTC)]
    assert by_vobject(textbook("+0000")) == [None], "its fault: a zone that equals UTC is not registered"
    assert wrong(by_vobject) == {zone for zone in ALL if on_utc(zone)}


def test_home_assistant_reads_every_rule_and_no_component_without_one() -> None:
    assert by_home_assistant(textbook("+0900")) != [datetime(2030, 7, 1, 3, tzinfo=UTC)], (
        "its fault: DTSTART is the first onset, also where neither RRULE nor RDATE follows"
    )
    ruled = {zone for zone in ALL if b"RRULE" in zones.vtimezone(zone, FIRST, LAST)}
    assert len(ruled) > 100
    assert not wrong(by_home_assistant) & ruled
