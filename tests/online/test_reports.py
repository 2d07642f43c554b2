"""Reading the attendance reports of meeting services."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from eventapp.core.tables import UnreadableTable
from eventapp.online import names, report_file, report_rows, shapes, times
from eventapp.online.report_rows import Reading, RowProblem
from eventapp.online.rules import Interval, minutes, union
from eventapp.online.shapes import ReportColumn, Service, TablePart
from eventapp.online.times import DayOrder, NotATime
from tests.online import samples

DAY = date(2031, 3, 18)


def parsed(text: str | bytes, encoding: str = "utf-8") -> shapes.FoundTables:
    data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode(encoding)
    return shapes.recognized(report_file.parse(data))


def read(report: shapes.FoundTables, *, zone: str = "Asia/Tokyo", columns=None) -> report_rows.Read:
    columns = columns or [table.columns for table in report.tables]
    order = times.day_order(report_rows.dated(report.tables, columns), first=DAY, last=DAY)
    assert order is not None
    return report_rows.read(report.tables, Reading(columns, zone, order, DAY))


def at(hour: int, minute: int) -> datetime:
    """A time in Tokyo, in UTC."""
    return datetime(2031, 3, 18, hour, minute, tzinfo=UTC) - timedelta(hours=9)


ADA = {
    "one stay": [Interval(at(10, 0), at(11, 10))],
    "two devices": [Interval(at(10, 0), at(10, 40)), Interval(at(10, 30), at(11, 0))],
    "a break": [Interval(at(10, 0), at(10, 30)), Interval(at(10, 40), at(11, 20))],
    "a breakout": [Interval(at(10, 0), at(11, 10)), Interval(at(10, 30), at(10, 50))],
}


@pytest.mark.parametrize(
    ("text", "encoding", "service", "stays", "whole"),
    [
        (samples.ZOOM_LONG, "utf-8-sig", Service.ZOOM_MEETING, "two devices", 60),
        (samples.ZOOM_JAPANESE, "utf-8", Service.ZOOM_MEETING, "one stay", 70),
        (samples.ZOOM_JAPANESE, "cp932", Service.ZOOM_MEETING, "one stay", 70),
        (samples.WEBINAR, "utf-8", Service.ZOOM_WEBINAR, "one stay", 70),
        (samples.TEAMS, "utf-16", Service.TEAMS, "a break", 70),
        (samples.TEAMS, "utf-16-le", Service.TEAMS, "a break", 70),
        (samples.TEAMS, "utf-16-be", Service.TEAMS, "a break", 70),
        (samples.TEAMS_JAPANESE, "utf-16", Service.TEAMS, "a break", 70),
        (samples.TEAMS_OLD, "utf-16", Service.TEAMS, "a break", 70),
        (samples.WEBEX, "utf-16", Service.WEBEX, "a breakout", 70),
        (samples.MEET, "utf-8", Service.MEET, "one stay", 70),
    ],
)
def test_each_service_is_recognized_and_says_when_somebody_was_there(text, encoding, service, stays, whole):
    report = parsed(text, encoding)
    assert report.service is service
    found = read(report)
    assert found.bad == []
    ada = next(one for one in found.people if "ada@" in one.email or one.name == "Ada Lovelace")
    assert sorted(ada.intervals) == ADA[stays]
    assert minutes(ada.intervals) == whole


def test_a_form_with_totals_alone_has_minutes_without_times():
    report = parsed(samples.ZOOM_WITH_INFORMATION)
    assert report.stated == [("Participants", 2)]
    people = read(report).people
    assert [(one.name, one.seconds, one.intervals) for one in people] == [
        ("Ada Lovelace", 4200, []),
        ("Carol", 1200, []),
    ]


def test_the_waiting_room_is_no_attendance_and_services_that_write_along_are_nobody():
    found = read(parsed(samples.ZOOM_LONG))
    assert found.waiting == 1
    parts = {one.name: one.part for one in found.people}
    assert parts == {
        "Aoi Host": TablePart.HOST,
        "Ada Lovelace": TablePart.ATTENDEE,
        "Bo (Ek Bo)": TablePart.ATTENDEE,
        "Otter.ai Notetaker": TablePart.BOT,
    }


def test_a_webinar_has_hosts_panelists_absent_people_and_totals():
    report = parsed(samples.WEBINAR)
    found = read(report)
    assert {one.name: one.part for one in found.people} == {
        "Aoi Host": TablePart.HOST,
        "Grace Panel": TablePart.PANEL,
        "Ada Lovelace": TablePart.ATTENDEE,
        "+81 90 1234 5678": TablePart.ATTENDEE,
    }
    assert found.absent == 1
    assert report.stated == [("Unique Viewers", 446), ("Total Users", 991)]
    panel = next(one for one in found.people if one.part is TablePart.PANEL)
    assert minutes(panel.intervals) == 90, "the rows overlap"
    assert not any(
        ReportColumn.NONE is not column and "Country" in header
        for table in report.tables
        for header, column in zip(table.headers, table.columns, strict=True)
    )


def test_teams_is_read_from_its_activities_and_who_is_in_the_summary_alone_is_there_without_times():
    report = parsed(samples.TEAMS, "utf-16")
    assert report.stated == [("Attended participants", 5)]
    found = {one.name: one for one in read(report).people}
    assert set(found) == {"Aoi Host", "Ada Lovelace", "Bo Ek", "Carol Late"}
    assert found["Aoi Host"].part is TablePart.HOST
    assert (found["Carol Late"].intervals, found["Carol Late"].seconds) == ([], 0)
    assert minutes(found["Bo Ek"].intervals) == 30


def test_a_summary_without_activities_is_from_the_first_join_for_its_duration():
    text = samples.TEAMS[: samples.TEAMS.index("3. In-Meeting")]
    found = {one.name: one for one in read(parsed(text, "utf-16")).people}
    assert found["Ada Lovelace"].intervals == [Interval(at(10, 0), at(11, 10))]


def test_a_guest_of_webex_has_no_address():
    found = {one.name: one for one in read(parsed(samples.WEBEX, "utf-16")).people}
    assert found["Bo Ek"].email == ""


def test_a_table_of_unknown_headers_is_found_and_its_columns_can_be_chosen():
    report = parsed(samples.UNKNOWN)
    (table,) = report.tables
    assert report.service is Service.OTHER and set(table.columns) == {ReportColumn.NONE}
    found = read(report, columns=[[ReportColumn.NAME, ReportColumn.JOIN, ReportColumn.LEAVE]])
    assert [minutes(one.intervals) for one in found.people] == [70, 20]
    assert shapes.shape_of(table.headers) == shapes.shape_of(["WER", " wann gekommen", "Wann  gegangen"])


def test_what_a_service_does_not_say_is_a_row_with_a_reason():
    text = "Name,Join Time,Leave Time,Duration\nAda,03/18/2031 25:00,03/18/2031 10:00,1\n,03/18/2031 10:00,,\nBo,03/18/2031 10:00,03/18/2031 09:00,x\nCy,03/18/2031 10:00,03/18/2031 09:00,\nDi,03/18/2031 10:00,03/21/2031 10:00,\n"
    assert [(one.line, one.why) for one in read(parsed(text)).bad] == [
        (2, RowProblem.JOINED),
        (3, RowProblem.NOBODY),
        (4, RowProblem.DURATION),
        (5, RowProblem.BACKWARDS),
        (6, RowProblem.LONG),
    ]


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b"", "empty", 0),
        (b'Name,Email\nAda,"x"y\n', "quotes", 2),
        (b'Name,Email\nAda,"open\n', "quotes", 2),
        (b"\xff\xfeN\x00\x00\xd8", "encoding", 0),
        (b"Name,Email\n\x81\xfd,\xff", "encoding", 0),
    ],
)
def test_a_file_that_can_not_be_read_says_why_and_where(data, why, line):
    with pytest.raises(UnreadableTable) as error:
        report_file.parse(data)
    assert (str(error.value), error.value.line) == (why, line)


# Times


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("3/18/31, 7:02:11\u202fPM", DayOrder.MDY, at(19, 2) + timedelta(seconds=11)),
        ("18/03/2031, 19:32", DayOrder.DMY, at(19, 32)),
        ("18.03.31, 19:32", DayOrder.DMY, at(19, 32)),
        ("2031/3/18 19:00:00", DayOrder.MDY, at(19, 0)),
        ("2031年3月18日 午後7:02", DayOrder.YMD, at(19, 2)),
        ("03/18/2031 12:05:00 AM", DayOrder.MDY, at(0, 5)),
        ("Mar 18, 2031 19:13:27", DayOrder.DMY, at(19, 13) + timedelta(seconds=27)),
        ('="2031-03-18 09:00:00"', DayOrder.DMY, at(9, 0)),
        ("2031-03-18T00:30:00Z", DayOrder.DMY, at(9, 30)),
        ("2031-03-18 01:30 +0100", DayOrder.DMY, at(9, 30)),
        ("18:02", DayOrder.DMY, at(18, 2)),
    ],
)
def test_times_are_read_in_the_ways_in_which_services_write_them(text, order, expected):
    assert times.moment(text, order=order, zone="Asia/Tokyo", day=DAY) == expected


@pytest.mark.parametrize("text", ["", "--", "18.03.31", "31/31/31 10:00", "yesterday", "25:00", "Foo 18, 2031 10:00"])
def test_other_texts_are_no_times(text):
    with pytest.raises(NotATime):
        times.moment(text, order=DayOrder.DMY, zone="Asia/Tokyo")


def test_a_time_that_the_clocks_skip_is_none():
    with pytest.raises(NotATime):
        times.moment("2031-03-30 02:30", order=DayOrder.YMD, zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("texts", "first", "expected"),
    [
        (["3/4/2031"], date(2031, 3, 4), DayOrder.MDY),
        (["3/4/2031"], date(2031, 4, 3), DayOrder.DMY),
        (["3/4/2031"], date(2031, 9, 1), None),
        (["3/4/2031", "3/24/2031"], date(2031, 9, 1), DayOrder.MDY),
        (["24.3.31"], date(2031, 9, 1), DayOrder.DMY),
        (["5/5/2031"], date(2031, 9, 1), DayOrder.DMY),
        (["2031/3/4", "Mar 4, 2031"], date(2031, 9, 1), DayOrder.YMD),
        ([], date(2031, 9, 1), DayOrder.YMD),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_event_or_asked_for(texts, first, expected):
    assert times.day_order([f"{text} 10:00" for text in texts], first=first, last=first) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1h 27m 51s", 5271),
        ("1 時間 2 分 3 秒", 3723),
        ("59 Min. 0 Sek.", 3540),
        ("2 Std. 5 Min.", 7500),
        ("29 mins", 1740),
        ("1 hr 20 min", 4800),
        ("0:29:30", 1770),
        ("62", 3720),
        ("--", None),
        ("", None),
    ],
)
def test_durations_are_read_with_their_units_and_numbers_are_minutes(text, expected):
    assert times.seconds(text) == expected


@pytest.mark.parametrize("duration", ["9" * 400, "9" * 5000, "9" * 20 + "h", "9" * 5000 + ":00:00", "99999999"])
@pytest.mark.parametrize("begins", ["", "2031-03-18 10:00:00"])
def test_a_duration_that_nobody_lives_to_see_is_a_row_with_a_reason(duration, begins):
    text = f"Name,Join Time,Duration\nAda Lovelace,{begins},{duration}\nAl,2031-03-18 10:00:00,62\n"
    found = read(parsed(text), columns=[[ReportColumn.NAME, ReportColumn.JOIN, ReportColumn.DURATION]])
    assert [one.name for one in found.people] == ["Al"]
    assert [(one.line, one.why) for one in found.bad] in ([(2, RowProblem.DURATION)], [(2, RowProblem.LONG)])


@pytest.mark.parametrize("seed", range(20))
def test_minutes_are_those_in_which_somebody_was_there_however_the_stays_overlap(seed):
    draw = random.Random(seed)
    start = at(9, 0)
    stays = [(draw.randrange(120), draw.randrange(60)) for _ in range(draw.randrange(9))]
    there = {minute for begin, length in stays for minute in range(begin, begin + length)}
    found = [Interval(start + timedelta(minutes=b), start + timedelta(minutes=b + n)) for b, n in stays]
    draw.shuffle(found)
    assert minutes(found) == minutes(found * 2) == len(there)
    joined = union(found)
    assert joined == sorted(joined)
    assert all(one.ends < two.starts for one, two in pairwise(joined))
    assert minutes(found, untimed=200 * 60) == 200


# Names


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Ada Lovelace", True),
        ("LOVELACE, Ada", True),
        ("Ada Lovelace (External)", True),
        ("[Acme] Ada Lovelace (Guest)", True),
        ("iPad (Ada Lovelace)", True),
        ("AdaLovelace", True),
        ("Ada", False),
        ("Ada King", False),
    ],
)
def test_a_name_is_the_same_in_any_order_and_with_what_services_add(name, same):
    assert bool(names.keys(name) & names.person_keys("Lovelace", "Ada")) is same


@pytest.mark.parametrize(
    "name", ["髙橋 花子", "高橋花子", "花子 高橋", "高橋　花子", "たかはし はなこ", "タカハシ・ハナコ"]
)
def test_a_japanese_name_is_the_same_with_other_forms_of_its_kanji_and_as_it_is_read(name):
    assert names.keys(name) & names.person_keys("高橋", "花子", "タカハシ ハナコ")
