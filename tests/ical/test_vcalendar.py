"""The writer's output, and how independent readers interpret it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from eventapp.core.localized import ResolvedText
from eventapp.ical import vcalendar as ics
from eventapp.ical.text import mail_address
from eventapp.ical.vcalendar import CalendarHead, CalendarUser, Entry, Method, Status
from tests.support import ical_lint as lint

START = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)
REVISED = datetime(2030, 12, 1, 9, 30, 15, 999999, tzinfo=UTC)
HEAD = CalendarHead(
    name=ResolvedText("Forum, 2031; the “first”", "en"),
    description=ResolvedText("Cities and their partners", "en"),
    url="https://example.org/events/forum",
    source="https://example.org/events/forum/calendar.ics",
    zone="Asia/Tokyo",
    colour="navy",
)


def entry(**values: Any) -> Entry:
    given = {
        "uid": "0b9f0a9e-1111-4222-8333-444455556666",
        "sequence": 3,
        "revised": REVISED,
        "starts": START,
        "ends": START + timedelta(hours=1),
        "zone": "Asia/Tokyo",
        "summary": ResolvedText("Opening", "en"),
    }
    return Entry(**{**given, **values})


def events(data: bytes) -> list[lint.Component]:
    return [part for part in lint.check(data).parts if part.name == "VEVENT"]


# ---- profiles -------------------------------------------------------------------------------------------------------


def test_a_feed_says_what_it_is_and_how_often_to_ask() -> None:
    text = ics.feed(HEAD, [entry()])
    calendar = lint.check(text, feed=True)
    assert lint.text(calendar.one("NAME")) == lint.text(calendar.one("X-WR-CALNAME")) == HEAD.name.text
    assert calendar.one("LAST-MODIFIED") == "20301201T093015Z"
    assert calendar.one("SOURCE") == HEAD.source
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in text
    assert b"COLOR:navy\r\n" in text


def test_a_single_entry_has_nothing_of_a_calendar() -> None:
    calendar = lint.check(ics.single(entry()), feed=False)
    assert not calendar.all("METHOD")
    assert lint.check(ics.single(entry(), method=Method.REQUEST)).one("METHOD") == "REQUEST"


def test_no_calendar_has_a_uid_of_its_own() -> None:
    assert not lint.check(ics.feed(HEAD, [entry()])).all("UID")


def test_the_same_values_give_the_same_bytes() -> None:
    first = ics.feed(HEAD, [entry()])
    ics.vevent.cache_clear()
    assert ics.feed(HEAD, [entry()]) == first


def test_the_stamp_is_the_last_revision_and_never_the_present() -> None:
    event = events(ics.single(entry()))[0]
    assert event.one("DTSTAMP") == event.one("LAST-MODIFIED") == "20301201T093015Z"


def test_a_feed_is_the_sum_of_its_entries_bytes() -> None:
    one, two = entry(), entry(uid="two", summary=ResolvedText("Second", "en"))
    text = ics.feed(HEAD, [one, two])
    assert text.endswith(ics.vevent(one) + ics.vevent(two) + b"END:VCALENDAR\r\n")


def test_a_uid_may_come_once() -> None:
    with pytest.raises(ValueError, match="UID"):
        ics.feed(HEAD, [entry(), entry(sequence=4)])


def test_an_empty_feed_can_be_read() -> None:
    text = ics.feed(HEAD, [])
    lint.check(text, feed=True)
    assert not icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert IcsCalendarStream.calendar_from_ics(text.decode()).events == []


# ---- times ----------------------------------------------------------------------------------------------------------


def test_times_are_on_the_wall_clock_of_the_venue() -> None:
    event = events(ics.single(entry()))[0]
    assert event.all("DTSTART")[0].params == {"TZID": "Asia/Tokyo"}
    assert event.one("DTSTART") == "20310318T100000"
    assert event.one("DTEND") == "20310318T110000"


def test_in_utc_no_zone_is_written() -> None:
    text = ics.feed(HEAD, [entry()], utc=True)
    assert b"VTIMEZONE" not in text
    assert events(text)[0].one("DTSTART") == "20310318T010000Z"


def test_a_venue_in_utc_is_written_with_z() -> None:
    text = ics.feed(HEAD, [entry(zone="UTC")])
    assert b"TZID" not in text
    assert b"DTSTART:20310318T010000Z" in text


def test_each_zone_comes_once_and_covers_all_years() -> None:
    text = ics.feed(
        HEAD,
        [
            entry(uid="a", zone="Europe/Berlin"),
            entry(
                uid="b",
                zone="Europe/Berlin",
                starts=datetime(2033, 7, 1, tzinfo=UTC),
                ends=datetime(2033, 7, 1, 1, tzinfo=UTC),
            ),
            entry(uid="c"),
        ],
    )
    lint.check(text, feed=True)
    assert text.count(b"BEGIN:VTIMEZONE") == 2


def test_days_end_with_the_day_after() -> None:
    span = entry(all_day=True, starts=START, ends=START + timedelta(days=2), transparent=True)
    text = ics.single(span)
    assert b"DTSTART;VALUE=DATE:20310318\r\nDTEND;VALUE=DATE:20310321\r\n" in text
    assert b"VTIMEZONE" not in text
    assert b"TRANSP:TRANSPARENT" in text
    read = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    assert (read["DTSTART"].dt, read["DTEND"].dt) == (date(2031, 3, 18), date(2031, 3, 21))


def test_what_ends_at_midnight_does_not_reach_into_the_next_day() -> None:
    midnight = datetime(2031, 3, 19, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert b"DTEND;VALUE=DATE:20310319" in ics.single(entry(all_day=True, ends=midnight))


def test_an_hour_that_comes_twice_is_written_in_utc_both_times() -> None:
    # 26 October 2031 in Berlin: 02:30 occurs at 00:30 and at 01:30 UTC.
    second = entry(
        zone="Europe/Berlin",
        starts=datetime(2031, 10, 26, 1, 30, tzinfo=UTC),
        ends=datetime(2031, 10, 26, 2, 30, tzinfo=UTC),
    )
    first = dataclasses.replace(second, uid="first", starts=datetime(2031, 10, 26, 0, 30, tzinfo=UTC))
    text = ics.feed(HEAD, [second])
    assert b"DTSTART:20311026T013000Z\r\nDTEND:20311026T023000Z" in text
    assert b"VTIMEZONE" not in text
    lint.check(text)
    # By the standard the local time means the first, yet ical.js takes it for the second.
    alone = dataclasses.replace(first, ends=datetime(2031, 10, 26, 0, 45, tzinfo=UTC))
    assert b"DTSTART:20311026T003000Z\r\nDTEND:20311026T004500Z" in ics.feed(HEAD, [alone])
    before = dataclasses.replace(
        first, starts=datetime(2031, 10, 25, 23, tzinfo=UTC), ends=datetime(2031, 10, 25, 23, 59, tzinfo=UTC)
    )
    assert b"DTSTART;TZID=Europe/Berlin:20311026T010000" in ics.feed(HEAD, [before])


@pytest.mark.parametrize("field", ["revised", "starts", "ends"])
def test_a_time_without_zone_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="aware"):
        entry(**{field: datetime(2031, 3, 18)})


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        entry(ends=START - timedelta(seconds=1))


# Moments around a clock change, where readers fail.
EDGES = [
    ("Europe/Berlin", datetime(2031, 3, 30, 0, 30, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2031, 3, 30, 1, 0, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2031, 3, 30, 1, 30, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2031, 10, 25, 23, 30, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2031, 10, 26, 2, 30, tzinfo=UTC)),
    ("America/New_York", datetime(2031, 3, 9, 7, 15, tzinfo=UTC)),
    ("America/New_York", datetime(2031, 11, 2, 6, 45, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2024, 4, 13, 12, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2024, 4, 14, 12, tzinfo=UTC)),
    ("America/Santiago", datetime(2031, 9, 7, 5, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2031, 4, 25, 0, 10, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2031, 4, 5, 16, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2031, 4, 5, 16, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "moment"), EDGES)
def test_the_hours_around_a_change_are_read_back_right(zone: str, moment: datetime) -> None:
    text = ics.feed(HEAD, [entry(zone=zone, starts=moment, ends=moment + timedelta(minutes=30))])
    lint.check(text, feed=True)
    assert icalendar.Calendar.from_ical(text).walk("VEVENT")[0]["DTSTART"].dt.astimezone(UTC) == moment
    assert IcsCalendarStream.calendar_from_ics(text.decode()).events[0].dtstart.astimezone(UTC) == moment
    # vobject takes a zone that was on UTC around the year 2000 for UTC and drops its component.
    if zone != "Africa/Casablanca":
        assert vobject.readOne(text.decode()).vevent.dtstart.value.astimezone(UTC) == moment


@pytest.mark.parametrize(("zone", "moment"), EDGES)
def test_a_reader_that_trusts_the_vtimezone_alone_comes_to_the_same(zone: str, moment: datetime) -> None:
    # Under an unknown name, only the component counts, as for Outlook and Thunderbird.
    text = ics.feed(HEAD, [entry(zone=zone, starts=moment, ends=moment + timedelta(minutes=30))])
    unknown = text.replace(zone.encode(), b"Nowhere/" + zone.replace("/", "").encode()).replace(
        b"X-WR-TIMEZONE", b"X-OTHER"
    )
    read = icalendar.Calendar.from_ical(unknown).walk("VEVENT")[0]["DTSTART"].dt
    assert read.astimezone(UTC) == moment


# ---- states ---------------------------------------------------------------------------------------------------------


def test_a_cancelled_entry_takes_no_time_and_has_no_link() -> None:
    text = ics.single(entry(status=Status.CANCELLED, join_url="https://meet.example/1"))
    event = events(text)[0]
    assert (event.one("STATUS"), event.one("TRANSP")) == ("CANCELLED", "TRANSPARENT")
    assert b"meet.example" not in text


def test_a_link_to_join_is_a_conference_with_its_features_apart() -> None:
    text = ics.single(entry(join_url="https://meet.example/1?a=b,c", join_label='Room "A", join; now'))
    line = events(text)[0].all("CONFERENCE")[0]
    assert line.params["FEATURE"] == "AUDIO,VIDEO"
    assert line.params["VALUE"] == "URI"
    assert line.value == "https://meet.example/1?a=b,c"
    icalendar.Calendar.from_ical(text)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://", "x\r\nATTENDEE:mailto:a@b", "", "http://[", "ftp://x.org/"]
)
def test_what_is_no_web_address_is_not_written(address: str) -> None:
    event = events(ics.single(entry(url=address, join_url=address)))[0]
    assert not event.all("URL")
    assert not event.all("CONFERENCE")
    assert not event.all("ATTENDEE")


def test_a_web_address_is_written_in_ascii() -> None:
    event = events(ics.single(entry(url="https://example.org/都市 \r\nX:1")))[0]
    assert event.one("URL") == "https://example.org/%E9%83%BD%E5%B8%82%20%0D%0AX:1"


def test_an_invitation_names_both_sides() -> None:
    guest = CalendarUser(email="ada@example.org", name='Ada "A", Lovelace', answer="ACCEPTED")
    host = CalendarUser(email="forum@example.org", name="Forum: desk")
    text = ics.single(entry(organizer=host, attendees=(guest,)), method=Method.REQUEST)
    event = events(text)[0]
    assert event.one("ATTENDEE") == "mailto:ada@example.org"
    assert event.all("ATTENDEE")[0].params["PARTSTAT"] == "ACCEPTED"
    assert event.all("ATTENDEE")[0].params["RSVP"] == "FALSE"
    assert event.all("ATTENDEE")[0].params["CN"] == "\"Ada ^'A^', Lovelace\""
    assert event.one("ORGANIZER") == "mailto:forum@example.org"
    lint.check(text, feed=False)


@pytest.mark.parametrize(
    "email", ["a?b#c=d@example.org", "a/b@example.org", "{x}|y^`z%@example.org", "o'b+c&d@example.org"]
)
def test_an_email_address_is_one_address_whatever_is_in_it(email: str) -> None:
    """RFC 6068 §2: what would begin a query or a fragment, or is not allowed in an address, is percent-encoded."""
    written = mail_address(email)
    parts = urlsplit(written)
    assert (parts.scheme, parts.query, parts.fragment) == ("mailto", "", "")
    assert unquote(parts.path) == email
    assert not set(parts.path) & set("/?#[]{}|^`")


def test_a_plain_email_address_is_written_unchanged() -> None:
    assert mail_address("ada.love+lace@example.org") == "mailto:ada.love+lace@example.org"


def test_a_domain_in_another_script_matches_the_emails_header() -> None:
    assert mail_address("ada+x@例え.jp") == "mailto:ada+x@xn--r8jz45g.jp"
    assert unquote(mail_address("日本@例え.jp")) == "mailto:日本@例え.jp", (
        "no e-mail goes there, and nothing fails of it"
    )


@pytest.mark.parametrize("email", ["nobody", "a b@example.org", "a@b\r\nX:1", "<a@b>"])
def test_what_is_no_email_address_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="mail address"):
        ics.single(entry(organizer=CalendarUser(email=email)))


# ---- text -----------------------------------------------------------------------------------------------------------


def rough(text: str) -> str:
    """What may remain of a hostile text: no control characters, every line ending as LF."""
    for end in ("\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"):
        text = text.replace(end, "\n")
    kept = [c for c in text if c in "\t\n" or not (c < " " or "\x7f" <= c <= "\x9f" or c in "\ufeff\ufffe\uffff")]
    return "".join(kept).strip()


HOSTILE = [
    "a literal \\N and \\n, a \\; and a \\\\",
    'semicolon; comma, colon: quote" caret^',
    "line\r\nBEGIN:VEVENT\r\nUID:evil\r\nEND:VEVENT",
    "bell\x07 null\x00 escape\x1b[31m next\x85line \u2028separator\u2029 c1\x9b",
    "👩‍👩‍👧‍👦" * 40,
    "髙﨑𠮷濵德" * 60,
    "שלום ؛ مرحبا، " * 20,
    "\ufeffmark in front",
    "x" * 74 + "é" + "y" * 74 + "字",
    "long " * 2000,
    "surrogate \ud83d alone",
]


def _check_text(text: str) -> None:
    made = entry(
        summary=ResolvedText(text, "en"),
        description=ResolvedText(text, "ja"),
        location=ResolvedText(text, "xx bad"),
        categories=(text, "plain"),
        uid="fixed",
    )
    data = ics.feed(
        dataclasses.replace(HEAD, name=ResolvedText(text, "en"), description=ResolvedText(text, "en")), [made]
    )
    event = events(data)[0]
    wanted = rough("".join(c for c in text if not "\ud800" <= c <= "\udfff"))
    described = event.all("DESCRIPTION")
    assert lint.text(described[0].value if described else "") == wanted
    assert lint.text(event.all("SUMMARY")[0].value if event.all("SUMMARY") else "") == " ".join(wanted.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_as_it_went_in(text: str) -> None:
    _check_text(text)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from('\\nN;,:"^\r\n\t \x00\x0b\x1f\x7f\x85\u2028\ufeffé字👩‍'),
            st.characters(codec="utf-8"),
        ),
        min_size=1,
        max_size=200,
    ).filter(lambda text: bool(rough(text).split()))
)
@pytest.mark.slow
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    _check_text(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_independent_readers_read_the_same_text(text: str) -> None:
    wanted = rough("".join(c for c in text if not "\ud800" <= c <= "\udfff"))
    data = ics.feed(HEAD, [entry(description=ResolvedText(text, "en"))]).decode()
    assert IcsCalendarStream.calendar_from_ics(data).events[0].description == wanted
    assert vobject.readOne(data).vevent.description.value == wanted
    assert str(icalendar.Calendar.from_ical(data).walk("VEVENT")[0]["DESCRIPTION"]) == wanted


def test_a_literal_backslash_n_stays_one() -> None:
    data = ics.single(entry(summary=ResolvedText(r"C:\New\names", "en")))
    assert rb"SUMMARY;LANGUAGE=en:C:\\New\\names" in data


def test_texts_say_their_language() -> None:
    data = ics.single(entry(summary=ResolvedText("開会", "ja"), location=ResolvedText("Hall", "pt-BR")))
    assert "SUMMARY;LANGUAGE=ja:開会".encode() in data
    assert b"LOCATION;LANGUAGE=pt-BR:Hall" in data


def test_each_category_stands_for_itself() -> None:
    data = ics.single(entry(categories=("Cities, towns", "Keynote", " ")))
    assert rb"CATEGORIES:Cities\, towns,Keynote" in data
    read = icalendar.Calendar.from_ical(data).walk("VEVENT")[0]
    assert list(read["CATEGORIES"].cats) == ["Cities, towns", "Keynote"]


def test_coordinates_are_latitude_then_longitude() -> None:
    assert b"GEO:35.893900;139.631200\r\n" in ics.single(entry(geo=(35.8939, 139.6312)))


def test_an_entry_points_to_what_it_is_part_of() -> None:
    assert events(ics.single(entry(parent_uid="whole")))[0].one("RELATED-TO") == "whole"
