"""Programmes in tables: workbooks, Japanese encodings, titles above the headings, and the sample to download."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select
from xlsxwriter import Workbook

from eventapp.core import tables
from eventapp.core.db import db
from eventapp.core.languages import force_locale
from eventapp.core.refusals import Refused
from eventapp.exchange import formats, reading, samples, stored
from eventapp.exchange.incoming import Options, UnknownColumns
from eventapp.programme.models import Session
from eventapp.programme.rules import ParticipationRole, SessionKind

BASE = "/manage/events/forum/programme/import"
TOKYO = Options(zone="Asia/Tokyo", home="Asia/Tokyo")


def workbook(rows) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    clock = book.add_format({"num_format": "hh:mm"})
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            sheet.write(line, at, cell, *([clock] if isinstance(cell, time) else []))
    book.close()
    return out.getvalue()


def far_apart() -> bytes:
    """A workbook of a few kilobytes with cells in opposite corners of its sheet."""
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    source, out = zipfile.ZipFile(io.BytesIO(workbook([["x"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in source.namelist():
            bomb.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
    return out.getvalue()


ROWS = [
    ["タイトル", "日付", "開始", "終了", "会場", "登壇者", "概要"],
    ["開会式", date(2031, 3, 18), time(10), time(10, 30), "大ホール", "鈴木 花子", "一行目\n二行目"],
]


def test_a_workbook_is_read_as_the_same_table_in_a_text_is(app):
    found = formats.read(workbook(ROWS), TOKYO)
    (session,) = found.sessions
    assert (session.starts_at, session.ends_at) == (
        datetime(2031, 3, 18, 1, tzinfo=UTC),
        datetime(2031, 3, 18, 1, 30, tzinfo=UTC),
    )
    assert [person.name for person in session.people] == ["鈴木 花子"]
    assert session.abstract == {"": "一行目\n二行目"}, "a cell keeps its lines"
    assert found.format == "xlsx" and not found.problems


def test_a_file_of_japanese_windows_is_read_and_a_german_one_is_not_taken_for_it(app):
    text = "タイトル,日付,開始,終了\n開会式①,2031/03/18,10:00,10:30\n"
    assert formats.read(text.encode("cp932"), TOKYO).sessions[0].title == {"": "開会式①"}
    marks = "name,day 1,day 2\n" + "Ada,○,×\n" * 9
    assert tables.decoded(marks.encode("cp932")) == marks, "signs that stand alone are Japanese, too"
    german = "Titel,Datum\nPräsidium für Ämter,18.3.2031\nCafé und Öl,18.3.2031\n"
    with pytest.raises(Refused, match="encoding"):
        formats.read(german.encode("latin-1"), TOKYO)


def test_a_title_above_the_headings_is_no_heading(app):
    found = formats.read(workbook([["シンポジウム 2031"], [], *ROWS]), TOKYO)
    assert [session.named for session in found.sessions] == ["開会式"]
    assert found.sessions[0].where == "line 4"


def test_columns_that_nobody_knows_are_sent_along_with_their_first_values(app):
    rows = [["Was", "Wann"], *([f"Tanz {n}", f"2031-03-{n:02} 10:00"] for n in range(1, 6))]
    with pytest.raises(UnknownColumns) as refused:
        formats.read(workbook(rows), TOKYO)
    kept = stored.deserialized(stored.serialized(refused.value))
    assert isinstance(kept, UnknownColumns)
    assert (kept.columns[0].name, kept.columns[0].examples) == ("Was", ("Tanz 1", "Tanz 2", "Tanz 3"))


def test_only_chosen_columns_are_read_by_their_number(app):
    table = b"Title,Title,Room\nwrong,Right,Hall\n"
    found = formats.read(table, Options(columns={"title": "#2"}, exact=True, home="Asia/Tokyo"))
    assert found.sessions[0].title == {"": "Right"} and found.sessions[0].rooms is None
    assert [one.meaning for one in found.columns] == ["", "title", ""]


@pytest.mark.slow
def test_a_process_refuses_a_workbook_with_cells_far_apart_and_one_that_unpacks_to_too_much(app):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (201 * 1024 * 1024))
    for data in (far_apart(), out.getvalue()):
        assert len(data) < 1024 * 1024
        found = stored.deserialized(reading.read(data, TOKYO))
        assert isinstance(found, Refused) and "too complex" in found.message


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_the_sample_is_read_without_a_question_in_each_language(app, make, language, format):
    event = make.event("forum")
    with force_locale(language):
        data = samples.written(event, format)
        found = formats.read(data, TOKYO)
    assert not found.problems and not found.notes
    assert [one.kind for one in found.sessions] == [SessionKind.CEREMONY, SessionKind.LECTURE, SessionKind.BREAK]
    assert [one.role for one in found.sessions[1].people] == [ParticipationRole.CHAIR, ParticipationRole.SPEAKER]
    assert found.sessions[1].spoken == (language,)
    assert found.sessions[0].starts_at is not None


def test_the_sample_is_downloaded_from_the_page_and_can_be_imported_at_once(organizer, make):
    make.event("forum")
    organizer.get(BASE)
    links = [one.get("href") for one in organizer.page.all("a") if "sample" in (one.get("href") or "")]
    assert len(links) == 2
    data = organizer.get(links[0]).data
    response = organizer.fill(BASE, {"file": (io.BytesIO(data), "programme.xlsx")})
    assert response.status_code == 303
    assert organizer.fill(response.location, action="/apply").status_code == 303
    assert len(db.session.scalars(select(Session)).all()) == 3


def test_a_long_report_shows_one_part_at_a_time(organizer, make):
    make.event("forum")
    rows = "".join(f"Talk {n:02},2031-03-18,10:00,{'10:30' if n % 2 else 'x'}\n" for n in range(30))
    response = organizer.fill(BASE, {"file": (io.BytesIO(b"title,date,start,end\n" + rows.encode()), "a.csv")})

    def shown(part: str) -> str:
        organizer.get(f"{response.location}?show={part}")
        return organizer.page.text(organizer.page.by_id("parts"))

    assert "Talk 01" in shown("new") and "can't read" not in shown("new")
    assert "can't read" in shown("refused") and "Talk 01" not in shown("refused")
    assert "nothing of this kind" in shown("warnings")
    assert "Talk 01" in shown("all") and "can't read" in shown("all")
