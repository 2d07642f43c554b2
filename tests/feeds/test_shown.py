"""A calendar as one program shows it."""

from __future__ import annotations

from datetime import timedelta

from eventapp.core.localized import ResolvedText
from eventapp.feeds import apps as programs
from eventapp.feeds.preview import CalendarSeen, ZonesFrom, see
from eventapp.feeds.shown import shown, wrong_in, wrong_times
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import Status
from tests.ical.test_vcalendar import HEAD, entry

ADDRESS = "https://example.org/events/forum/calendar.ics?lang=en"


def seen(*entries: ics.Entry) -> CalendarSeen:
    return see(ics.feed(HEAD, list(entries)), ZonesFrom.NAMES)


def two() -> CalendarSeen:
    return seen(entry(uid="a"), entry(uid="b", summary=ResolvedText("Cancelled: Tea", "en"), status=Status.CANCELLED))


def titles(program: programs.Program) -> list[str]:
    return [one.title for one in shown(program, two(), ADDRESS).entries]


def test_some_programs_take_cancelled_entries_away() -> None:
    for program in (programs.GOOGLE, programs.HOME_ASSISTANT):
        assert len(titles(program)) == 1
        assert shown(program, two(), ADDRESS).gone == 1


def test_others_show_them_by_their_title() -> None:
    for program in (programs.APPLE, programs.OUTLOOK, programs.ICSX5):
        assert "Cancelled: Tea" in titles(program)
        assert shown(program, two(), ADDRESS).gone == 0


def test_khal_puts_its_own_word_before() -> None:
    assert "CANCELLED Cancelled: Tea" in titles(programs.KHAL)


def test_what_is_too_long_is_cut_where_the_program_cuts_it() -> None:
    long = seen(
        entry(
            summary=ResolvedText("a" * 300, "en"),
            location=ResolvedText("b" * 255, "en"),
            description=ResolvedText("c" * 9000, "en"),
        )
    )
    (row,) = shown(programs.OUTLOOK, long, ADDRESS).entries
    assert (len(row.title), len(row.place), len(row.text)) == (255, 255, 9000)
    assert shown(programs.OUTLOOK, long, ADDRESS).cut == 1
    assert len(shown(programs.GOOGLE, long, ADDRESS).entries[0].text) == 8000
    assert shown(programs.APPLE, long, ADDRESS).cut == 0
    assert shown(programs.OUTLOOK, two(), ADDRESS).cut == 0


def test_each_program_calls_the_calendar_what_it_calls_calendars() -> None:
    assert shown(programs.GOOGLE, two(), ADDRESS).name == HEAD.name.text
    assert shown(programs.THUNDERBIRD, two(), ADDRESS).name == "calendar"
    assert shown(programs.HOME_ASSISTANT, two(), ADDRESS).name == ""
    assert shown(programs.NEXTCLOUD, two(), ADDRESS).name == ""


def test_times_that_were_not_meant_are_counted_and_so_are_those_that_are_missing() -> None:
    row = entry(uid="a")
    meant = {"a": (row.starts, row.ends), "gone": (row.starts, row.ends)}
    assert wrong_times(seen(row), meant) == 1
    later = {"a": (row.starts + timedelta(hours=1), row.ends)}
    assert wrong_times(seen(row), later) == 1
    assert wrong_times(seen(row), {"a": (row.starts, row.ends)}) == 0


def test_where_nobody_knows_how_a_program_finds_a_zone_the_worse_way_counts() -> None:
    wrong = {ZonesFrom.FILE: 3, ZonesFrom.NAMES: 0}
    assert wrong_in(programs.APPLE, wrong) == 3
    assert wrong_in(programs.OUTLOOK, wrong) == 3
    assert wrong_in(programs.THUNDERBIRD, wrong) == 0
