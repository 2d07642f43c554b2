"""Readers: bytes in, neutral values and reasons out. No database."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventapp.core.languages import force_locale
from eventapp.core.refusals import Refused
from eventapp.exchange import formats, language_names, values
from eventapp.exchange.damaged import Damaged
from eventapp.exchange.incoming import Incoming, Options
from eventapp.programme.rules import SessionKind, SessionStatus
from tests.support import schedules as files

TOKYO = Options(zone="Asia/Tokyo")


@pytest.fixture(scope="module", autouse=True)
def _speaking(apps):
    """Sentences need an app; no test here touches its database."""
    app = apps["on"]("sqlite")
    with app.app_context(), force_locale("en"):
        yield


def read(source: str | bytes, options: Options = TOKYO) -> Incoming:
    return formats.read(source.encode() if isinstance(source, str) else source, options)


def by_title(found: Incoming) -> dict[str, object]:
    return {session.named: session for session in found.sessions}


def at(hour: int, minute: int = 0, *, day: int = 18) -> datetime:
    return datetime(2031, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.slow
def test_a_congress_keeps_its_guids_its_nights_and_its_second_room():
    found = read(files.CONGRESS)
    talk, night = found.sessions
    assert (talk.guid, talk.rooms) == ("HOqeNIb6G7M4hYFKFRkCmQ", ("Saal 1", "Saal 2"))
    assert (talk.starts_at, talk.ends_at) == (at(22), at(0, day=19))
    assert (talk.spoken, talk.do_not_record, talk.kind) == (("de",), True, SessionKind.LECTURE)
    assert talk.abstract == {"": "Kurz.\n\nViel **länger**."}
    assert [person.name for person in talk.people] == ["Martin H./maha", "erdgeist"]
    assert [link["url"] for link in talk.links] == ["https://example.org/x"]
    assert night.starts_at == datetime(2031, 3, 18, 15, 30, tzinfo=UTC), (
        "half past midnight of the evening's day, in Tokyo"
    )
    assert [p.whole for p in found.problems] == [False, False]
    assert "javascript" in found.problems[0].sentence and "xx-klingon" in found.problems[1].sentence
    assert "Assembly" in found.notes[0]


def test_times_without_an_offset_are_asked_for_and_never_guessed():
    for source in (files.ENTRIES, files.SPREADSHEET):
        with pytest.raises(Refused) as refused:
            read(source, Options())
        assert refused.value.field == "zone"


def test_entries_with_0930_and_several_rooms_are_read():
    found = by_title(read(files.ENTRIES))
    assert found["Breakfast"].starts_at == at(0, 30)
    assert found["Breakfast"].rooms == ("C01", "B05/B06")
    assert found["Party"].rooms == ("C01", "B05/B06"), "ALL is all rooms of the file"
    assert found["One year"].kind is SessionKind.KEYNOTE
    assert found["One year"].abstract == {"": "Since June"}
    assert [person.name for person in found["One year"].people] == ["Constanze K."]


def test_of_a_pretalx_dump_only_what_is_accepted_comes_in():
    found = read(files.PRETALX, Options())
    sessions = {(s.named, s.code): s for s in found.sessions}
    rivers = sessions["Rivers", "ABCDEF"]
    assert rivers.title == {"en": "Rivers", "ja-JP": "川"}
    assert (rivers.rooms, rivers.track, rivers.starts_at) == (("Main hall",), "Water", at(1))
    assert (rivers.people[0].name, rivers.people[0].code) == ("Ada Lovelace", "SPKONE")
    later = sessions["Later", "GHJKLM"]
    assert (later.status, later.starts_at, later.minutes) == (SessionStatus.DRAFT, None, 30)
    assert sessions["Called off", "TUVWXY"].status is SessionStatus.CANCELLED
    assert {s.guid for s in found.sessions if s.named == "Twice"} == {"pretalx-ZZZZZZ", "pretalx-ZZZZZZ-2"}
    assert [p.where for p in found.problems if p.whole] == ["results[2]"]
    assert any("12" in p.sentence for p in found.problems if not p.whole), "a number without a name is no room"


def test_numbers_of_a_dump_are_looked_up_in_its_tables():
    dump = """{"talks": [{"code": "QWERTZ", "title": {"de": "Fluss"}, "track": 2, "room": 5, "start": "2031-03-18T10:00:00+09:00",
      "end": "2031-03-18T10:30:00+09:00", "speakers": ["SPEAK1"]}], "rooms": [{"id": 5, "name": {"de": "Saal"}}],
      "tracks": [{"id": 2, "name": {"de": "Wasser"}}], "speakers": [{"code": "SPEAK1", "name": "Bo"}], "timezone": "Asia/Tokyo"}"""
    session = read(dump, Options()).sessions[0]
    assert (session.rooms, session.track, session.people[0].name) == (("Saal",), "Wasser", "Bo")


def test_certain_parts_of_a_calendar_are_imported_and_the_rest_says_why_not():
    found = read(files.CALENDAR, Options())
    sessions = by_title(found)
    assert sessions["A talk, in two lines and a long title"].starts_at == at(1)
    assert sessions["Custom, moved"].starts_at == at(3), "the higher SEQUENCE is the newer entry"
    assert "Custom" not in sessions
    assert sessions["No UID"].guid == ""
    reasons = " ".join(p.sentence for p in found.problems)
    for word in ("repeating", "all-day", "Moon/Base"):
        assert word in reasons
    assert len(found.problems) == 3
    assert "Nowhere" in by_title(read(files.CALENDAR, TOKYO)), "once somebody says where it is"


@pytest.mark.parametrize(("zone", "hour"), [("America/New_York", 14), ("Asia/Tokyo", 1)])
def test_floating_times_are_those_of_the_zone_the_calendar_names(zone, hour):
    event = "BEGIN:VEVENT\nSUMMARY:X\nDTSTART:20310318T100000\nDURATION:PT1H\nEND:VEVENT\n"
    found = read(f"BEGIN:VCALENDAR\nX-WR-TIMEZONE:{zone}\n{event}END:VCALENDAR", Options())
    assert found.sessions[0].starts_at == at(hour)
    with pytest.raises(Refused):
        read(f"BEGIN:VCALENDAR\n{event}END:VCALENDAR", Options())


def test_an_entry_at_the_end_of_all_time_does_not_keep_out_the_others():
    entries = [
        f"BEGIN:VEVENT\nUID:{start}\nSUMMARY:Talk\nDTSTART:{start}\nDURATION:PT1H\nEND:VEVENT\n"
        for start in ("20310318T100000Z", "99991231T235900Z")
    ]
    found = read(f"BEGIN:VCALENDAR\n{''.join(entries)}END:VCALENDAR\n")
    assert [session.starts_at.year for session in found.sessions] == [2031]
    (problem,) = found.problems
    assert problem.sentence == "A time of this entry is too far away. Check its year."


def test_a_spreadsheet_is_read_by_the_names_of_its_columns():
    found = read(files.SPREADSHEET)
    sessions = by_title(found)
    assert sessions["Eröffnung"].abstract == {"": 'Mit "Musik"\nund Tanz'}
    assert (sessions["Eröffnung"].spoken, sessions["Eröffnung"].kind) == (("de",), SessionKind.CEREMONY)
    assert [p.name for p in sessions["Vortrag"].people] == ["Ada Lovelace", "Bo Ek"]
    assert [p.name for p in sessions["Nachts"].people] == ["Lovelace, Ada"], "that may be one name: it stays whole"
    assert sessions["Nachts"].ends_at == at(15, 30)
    assert [(p.where, p.whole) for p in found.problems] == [("line 5", True)]


def test_what_is_invalid_in_a_url_is_no_code():
    for source in (
        "title,code\nX,../../admin\n",
        '{"results": [{"code": "a/b?c", "title": "X", "state": "accepted", "slot": null}]}',
    ):
        assert read(source).sessions[0].code == ""


def test_columns_that_are_not_recognized_are_asked_for():
    source = "Was,Wann,Bis\nTanz,2031-03-18T10:00+09:00,2031-03-18T11:00+09:00\n"
    with pytest.raises(Refused) as refused:
        read(source, Options())
    assert refused.value.field == "columns"
    assert "Was, Wann, Bis" in refused.value.message
    found = read(source, Options(columns=Options.columns_from("title=Was, start=Wann; end=Bis")))
    assert found.sessions[0].starts_at == at(1)


def test_columns_that_are_not_read_are_named():
    found = read("id,title,authors,Chair,notes\n7,Talk,Ada Lovelace; Bo Ek,Somebody,\n", Options())
    assert [person.name for person in found.sessions[0].people] == ["Ada Lovelace", "Bo Ek"]
    assert found.notes == ("Columns not imported: id, Chair, notes. If you need one, say what it contains.",)
    named = read("title,Chair\nTalk,Ada Lovelace\n", Options(columns={"people": "Chair"}))
    assert not named.notes and named.sessions[0].people[0].name == "Ada Lovelace"


def test_a_part_of_a_calendar_is_refused_as_such():
    with pytest.raises(Refused) as refused:
        read("BEGIN:VEVENT\nSUMMARY:Alone\nEND:VEVENT\n")
    assert "This is not a calendar file." in refused.value.message


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\xef\xbb\xbf \n",
        b"<schedule",
        b"<html></html>",
        b"<schedule></schedule>",
        b"{",
        b"[1]",
        b"{}",
        b"null",
        b'{"schedule": {"conference": {"days": [[',
        b"\x93\xfa\x96{,\x8c\xea\n",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR",
        b"[" * 100_000,
        b"<a>" * 100_000,
        b'{"schedule": ' + b"9" * 5000 + b"}",
        b'<!DOCTYPE s [<!ENTITY a "b">]><schedule>&a;</schedule>',
        b'<!DOCTYPE s SYSTEM "file:///etc/passwd"><schedule/>',
        b'<?xml version="1.0" encoding="klingon"?><schedule/>',
    ],
)
def test_what_is_no_programme_is_refused_with_a_sentence(source):
    with pytest.raises(Refused) as refused:
        read(source)
    assert refused.value.message.endswith((".", "?")) or ":" in refused.value.message


@pytest.mark.parametrize(
    "declared", ["<!DOCTYPE s>", '<!DOCTYPE s [<!ENTITY a "b">]>', '<!DOCTYPE s SYSTEM "http://example.org/s.dtd">']
)
def test_a_document_type_is_refused_also_where_the_rest_is_a_programme(declared):
    with pytest.raises(Damaged) as refused:
        read(files.CONGRESS.replace("<schedule>", f"{declared}<schedule>", 1))
    assert "document type" in refused.value.details


def test_elements_are_nested_only_as_deep_as_in_a_programme():
    with pytest.raises(Damaged) as refused:
        read(files.CONGRESS.replace("<version>", "<a>" * 50 + "</a>" * 50 + "<version>"))
    assert "too deeply" in refused.value.details


@pytest.mark.parametrize(
    "source",
    [
        "<schedule><day>" + "<event/>" * 12_000 + "</day></schedule>",
        "BEGIN:VCALENDAR\n" + "nothing\n" * 12_000 + "END:VCALENDAR",
        "title\n" + ",x\n" * 12_000,
    ],
)
@pytest.mark.slow
def test_a_report_without_end_is_a_refusal(source):
    with pytest.raises(Refused):
        read(source)


def test_no_line_of_a_calendar_takes_long_to_be_refused():
    began = monotonic()
    read(files.CALENDAR.replace("LOCATION:Main hall", "LOCATION" + ";A=,,,,,,,,,,,," * 300))
    assert monotonic() - began < 2


@pytest.mark.slow
def test_other_letters_and_marks_are_read_where_the_file_says_them():
    for encoding in ("utf-16", "utf-8-sig", "iso-8859-1"):
        source = files.CONGRESS.replace("utf-8", encoding.removesuffix("-sig")).replace("„", "").encode(encoding)
        assert read(source).sessions[0].named == "Wir beteiligen uns & fragen"


def test_control_characters_never_come_in():
    found = read(
        '{"results": [{"code": "ABCDEF", "title": "a\\u0000b\\u0007c\\ud800", "state": "accepted", "slot": null}]}'
    )
    assert found.sessions[0].named == "abc"


def test_one_guid_with_two_times_is_refused_once():
    source = files.CONGRESS.replace("<date>2031-03-18T22:00:00Z</date>", "<date>2031-03-18T21:00:00Z</date>")
    found = read(source)
    assert len(found.sessions) == 2
    assert "a different title or time" in found.problems[-1].sentence


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("00:45", 45),
        ("1:00", 60),
        ("01:00:00", 60),
        ("PT45M", 45),
        ("PT1H30M", 90),
        ("45", 45),
        (45, 45),
        ("90 min", 90),
        ("1h 30", 90),
        ("P1D", 1440),
        ("", None),
        (None, None),
    ],
)
def test_lengths_are_read_as_they_are_written_in_the_world(said, minutes):
    assert values.minutes(said) == minutes


@pytest.mark.parametrize("said", ["0", "-5", "99:99", "10^9", "9" * 30, "P0D", "25:00", "soon"])
def test_a_length_that_can_not_be_is_unclear(said):
    with pytest.raises(values.AmbiguousValue):
        values.minutes(said)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("0930", "09:30"),
        ("9:30", "09:30"),
        ("9:30 pm", "21:30"),
        ("12:05 AM", "00:05"),
        ("09:30:00", "09:30"),
        ("9.30", "09:30"),
        ("9時30分", "09:30"),
        ("９：３０", "09:30"),
        ("午後1時半", "13:30"),
        ("午前12時05分", "00:05"),
        ("午後 1:30", "13:30"),
        ("13時", "13:00"),
    ],
)
def test_times_of_day_are_read(said, shown):
    assert f"{values.clock_time(said):%H:%M}" == shown


@pytest.mark.parametrize("said", ["930", "25:00", "13:00 pm", "9", "24:00", "午後13時", "25時", "半"])
def test_times_of_day_that_can_mean_two_things_or_none_are_unclear(said):
    with pytest.raises(values.AmbiguousValue):
        values.clock_time(said)


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("deu", "de"),
        ("ger", "de"),
        ("english", "en"),
        ("Deutsch", "de"),
        ("日本語", "ja"),
        ("jpn", "ja"),
        ("de_AT", "de-AT"),
        ("zh-hant", "zh-Hant"),
        ("", ""),
    ],
)
def test_languages_are_known_by_many_names(said, tag):
    assert language_names.language(said) == tag


@pytest.mark.parametrize("when", ["2031-03-30 02:30", "2031-10-26 02:30"])
def test_a_time_that_the_clocks_skip_or_repeat_is_unclear(when):
    on, time, offset = values.day_and_time(when)
    with pytest.raises(values.AmbiguousValue):
        values.moment(on, time, offset, "Europe/Berlin")


@pytest.mark.parametrize(
    "said",
    [
        "2031-03-18T10:00:00+0900",
        "2031-03-18 10:00+09:00",
        "2031-03-18T10:00:00.000+09",
        "20310318T100000+0900",
        "2031-03-18T01:00:00Z",
        "18.03.2031 01:00 UTC",
        "3/18/2031 1:00 AM Z",
    ],
)
def test_moments_are_read_with_their_offsets(said):
    on, time, offset = values.day_and_time(said)
    assert values.moment(on, time, offset, "") == at(1)


SEEDS = [files.CONGRESS, files.ENTRIES, files.PRETALX, files.CALENDAR, files.SPREADSHEET]


def survives(data: bytes) -> None:
    for options in (Options(), TOKYO):
        with suppress(Refused):
            formats.read(data, options)


def test_a_day_without_an_hour_needs_a_zone_too():
    with pytest.raises(Refused, match="Choose the time zone"):
        formats.read(b"title,date\nLunch,2031-03-18\n", Options())


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.sampled_from(["", "<schedule>", "{", "[", "BEGIN:VCALENDAR\n", "title,start\n"]))
def test_no_bytes_make_a_reader_fall(data, start):
    survives(start.encode() + data)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
@pytest.mark.slow
def test_no_mutation_of_a_file_makes_a_reader_fall(data):
    source = data.draw(st.sampled_from(SEEDS)).encode()
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(source)))
        end = min(len(source), start + data.draw(st.integers(0, 40)))
        other = data.draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from(
                    [
                        b"null",
                        b"[]",
                        b"{}",
                        b"-1",
                        b"1e999",
                        b"9" * 400,
                        b'"x"',
                        b"true",
                        b"\n",
                        b"<event>",
                        b"</day>",
                        b'"start"',
                        b"\xff\xfe",
                        b"2031-13-45",
                        b"0001-01-01T00:00:00+23:59",
                        b"9999-12-31T23:59:59-15:00",
                        b"PT999999H",
                        b"DTSTART:",
                        b";",
                        b"\x00",
                    ]
                ),
            )
        )
        source = source[:start] + other + source[end:]
    survives(source)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2031-03-18T10:00:00Z", "00:30", "de"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "schedule",
                    "conference",
                    "days",
                    "rooms",
                    "date",
                    "start",
                    "duration",
                    "title",
                    "persons",
                    "links",
                    "results",
                    "slots",
                    "slot",
                    "submission",
                    "speakers",
                    "track",
                    "room",
                    "state",
                    "name",
                    "guid",
                    "end",
                    "code",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(JSON)
@pytest.mark.slow
def test_no_json_of_any_shape_makes_a_reader_fall(document):
    for whole in (
        document,
        {"results": [document]},
        {"schedule": {"conference": {"days": [{"date": "2031-03-18", "rooms": {"A": [document]}}]}}},
    ):
        survives(json.dumps(whole).encode())


LINKS = [
    ("https://example.org/" + "a" * 600, "longer than 500 characters"),
    ("http://", "is not a web address"),
    ("javascript:alert(1)", "is not a web address"),
    ("/system/slides.pdf", "is not a web address"),
    ("https:///nowhere", "is not a web address"),
]


@pytest.mark.parametrize(("address", "sentence"), LINKS)
def test_a_link_that_leads_nowhere_is_noted_and_takes_nothing_else_with_it(address, sentence):
    found = read(files.CONGRESS.replace("javascript:alert(1)", address))
    assert len(found.sessions) == 2
    assert [link["url"] for link in found.sessions[0].links] == ["https://example.org/x"]
    assert any(sentence in problem.sentence and not problem.whole for problem in found.problems)
    row = read(f"title,links\nTalk,Slides {address}\n")
    assert row.sessions[0].links == () and sentence in row.problems[0].sentence


def test_a_long_title_of_a_link_is_cut_and_a_blank_one_becomes_its_url():
    assert len(values.web_link("word " * 200, "https://example.org")["title"]) == 200
    assert values.web_link(" \n", "https://example.org")["title"] == "https://example.org"


@pytest.mark.parametrize(
    "said",
    [
        "2031-Mar-18",
        "18-Mar-2031",
        "18 March 2031",
        "Tue, March 18, 2031",
        "Tuesday 18th March 2031",
        "Dienstag, 18. März 2031",
        "18 mars 2031",
        "2031年3月18日（火）",
        "2031/3/18(火)",
        "２０３１／３／１８",
        "令和13年3月18日",
        "令和13年3月18日(火曜日)",
    ],
)
def test_days_are_read_as_city_halls_write_them(said):
    assert values.day(said) == at(1).date()
    on, time, _offset = values.day_and_time(f"{said} 10:00")
    assert (on, f"{time:%H:%M}") == (at(1).date(), "10:00")


@pytest.mark.parametrize(
    "said", ["27/12/14", "Freitag", "18 Smarch 2031", "3/4/2031", "平成13年3月18日", "31 June 2031", "令和"]
)
def test_days_that_can_mean_two_things_or_none_are_unclear(said):
    with pytest.raises(values.AmbiguousValue):
        values.day(said)


def test_a_japanese_spreadsheet_is_read_as_it_is_written():
    source = "日付,開始時刻,終了時刻,題名,会場,登壇者\n2031年3月18日（火）,午前10時,１１：３０,開会式,大ホール,山田 太郎、田中 花子\n"
    found = read(source)
    assert not found.problems
    opening = found.sessions[0]
    assert (opening.starts_at, opening.ends_at) == (at(1), at(2, 30))
    assert [person.name for person in opening.people] == ["山田 太郎", "田中 花子"]


def test_what_is_left_of_html_in_calendars_and_names_is_undone_once():
    found = read(
        files.CALENDAR.replace("LOCATION:Main hall", "LOCATION:Online &amp; hall").replace(
            "DESCRIPTION:First", "DESCRIPTION:https://example.org/?a&#x3D;b"
        )
    )
    assert found.sessions[0].rooms == ("Online & hall",)
    assert found.sessions[0].abstract == {"": "https://example.org/?a=b\nsecond"}
    people = read("title,speakers\nTalk,Cl&#233;ment G.; Ek & Co\n").sessions[0].people
    assert [person.name for person in people] == ["Clément G.", "Ek & Co"]
    congress = read(files.CONGRESS.replace("&lt;p&gt;Viel", "&lt;p&gt;Schreibe &amp;amp;lt; und viel"))
    assert "Schreibe &lt; und viel" in congress.sessions[0].abstract[""]


@pytest.mark.parametrize(("offset", "noted"), [("Z", True), ("+09:00", False), ("+01:00", True)])
def test_an_offset_that_differs_from_the_venues_is_noted(offset, noted):
    source = (
        '<schedule><day date="2031-03-18"><room name="Hall"><event id="1"><title>Opening</title>'
        f"<date>2031-03-18T09:00:00{offset}</date><start>09:00</start><duration>00:30</duration></event></room></day></schedule>"
    )
    notes = read(source, Options(home="Asia/Tokyo")).notes
    assert bool(notes) == noted
    if offset == "Z":
        assert "The file says 09:00. With its UTC offset, that is 18:00 in Asia/Tokyo (1 entries)." in notes[0]


def test_unsupported_parts_are_counted_and_biographies_are_imported():
    event = '{"title": "A", "persons": [{"name": "Ada", "biography": "Born."}], "attachments": [{"url": "/a.pdf"}, {"url": "/b.pdf"}]}'
    found = read(f'{{"schedule": {{"conference": {{"days": [{{"rooms": {{"Hall": [{event}]}}}}]}}}}}}')
    assert found.notes == ("These parts can't be imported: attachments (2).",)
    assert found.sessions[0].people[0].biography == {"": "Born."}
    congress = files.CONGRESS.replace(
        "<subtitle>", "<attachments><attachment href='a'>A</attachment></attachments><subtitle>", 1
    )
    assert "attachments (1)" in read(congress).notes[-1]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04" + bytes(range(256)), "Save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(99), "don't recognize this file format"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a picture"),
        (b"%PDF-1.4\n1 0 obj\n", "PDF or archive"),
    ],
)
def test_a_file_of_another_kind_is_recognized(data, sentence):
    with pytest.raises(Refused) as refused:
        read(data)
    assert sentence in refused.value.message and refused.value.field == "file"


def test_a_file_that_says_another_encoding_than_it_has_is_damaged():
    with pytest.raises(Damaged) as refused:
        read(files.CONGRESS.replace("Die Agenda", "Präsidium").encode("latin-1"))
    assert "don't match the file's encoding" in refused.value.details
    assert refused.value.message == "This file is damaged or is not a programme file."


def test_json_in_utf_16_is_read_as_spreadsheets_and_calendars_are():
    assert read(files.PRETALX.encode("utf-16")).sessions[0].code == "ABCDEF"


LEFT_OUT = {
    "csv": ("title,logo,sponsor\nA,a.png,\nB,b.png,ACME\n", "Columns not imported: logo, sponsor"),
    "json": (
        '{"schedule": {"conference": {"days": [{"rooms": {"A": [{"title": "A", "logo": "a.png", "do_not_record": true, "answers": []},'
        '{"title": "B", "logo": "b.png", "persons": [{"name": "Ada", "avatar": "x.png"}]}]}}]}}}',
        "logo (2), avatar of people (1)",
    ),
    "xml": (
        "<schedule><day><room><event><title>A</title><logo>a.png</logo><video/><recording><license>cc</license></recording>"
        "</event><event><title>B</title><logo>b.png</logo></event></room></day></schedule>",
        "logo (2), license (1)",
    ),
    "ics": (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:A\nDTSTART:20310318T100000Z\nDURATION:PT1H\nDTSTAMP:20310101T000000Z\n"
        "CATEGORIES:X\nBEGIN:VALARM\nACTION:DISPLAY\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n",
        "CATEGORIES (1), VALARM (1)",
    ),
    "pretalx": (
        '[{"code": "A", "title": "A", "state": "confirmed", "answers": [1], "notes": "", "speakers": [{"name": "Ada", "email": "a@b"}]},'
        '{"code": "B", "title": "B", "state": "confirmed", "answers": [2]}]',
        "answers (2), email of people (1)",
    ),
}


@pytest.mark.parametrize("format", LEFT_OUT)
def test_what_a_file_has_beyond_what_is_taken_is_named_once_in_every_format(format):
    source, named = LEFT_OUT[format]
    notes = [note for note in read(source).notes if "can't be imported" in note or "not imported" in note]
    assert len(notes) == 1
    parts = notes[0].removeprefix("These parts can't be imported: ").rstrip(".").split(", ")
    if format == "csv":
        assert named in notes[0]
    else:
        assert sorted(parts) == sorted(named.split(", "))


def test_biographies_and_the_size_of_rooms_come_in_with_files_of_pretalx_too():
    found = read(
        '{"rooms": [{"id": 1, "name": {"en": "Hall", "ja": "大ホール"}, "capacity": 120}],'
        '"results": [{"code": "A", "title": "A", "state": "confirmed", "slot": {"room": 1, "start": "2031-03-18T10:00Z",'
        '"end": "2031-03-18T11:00Z"}, "speakers": [{"name": "Ada", "biography": "<p>Born <b>early</b>.</p>"}]}]}'
    )
    assert found.capacities == {"Hall": 120}
    assert found.rooms == {"Hall": {"en": "Hall", "ja": "大ホール"}}
    assert found.sessions[0].people[0].biography == {"": "Born **early**."}


def test_rooms_are_in_the_order_of_the_lists_that_name_several():
    found = read("title,room\nA,Annex\nB,Hall; Annex; Attic\nC,Attic\n")
    assert [*found.rooms] == ["Hall", "Annex", "Attic"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Ada\u202e ecalevoL", "Ada ecalevoL"),
        ("A\u200bda\tLovelace\u2028", "Ada Lovelace"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("\ufeffOpening\x00", "Opening"),
    ],
)
def test_a_line_of_a_file_says_nothing_that_no_eye_sees(said, kept):
    assert values.line(said) == kept
