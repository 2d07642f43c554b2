"""Malicious files: limits on what is read and on the reader's memory, and nobody else waits for it."""

from __future__ import annotations

import io
import json
import sqlite3

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.core.languages import force_locale
from eventapp.core.refusals import Refused
from eventapp.exchange import formats, operations, reading, stored
from eventapp.exchange.html import to_markdown
from eventapp.exchange.incoming import MOST, Options
from eventapp.exchange.models import Upload
from eventapp.programme.models import Session
from tests.support import schedules as files

TOKYO = Options(zone="Asia/Tokyo")


@pytest.fixture
def speaking(apps):
    with apps["on"]("sqlite").app_context(), force_locale("en"):
        yield


def refused(source: str) -> str:
    with pytest.raises(Refused) as refusal:
        formats.read(source.encode(), TOKYO)
    return refusal.value.message


MANY = {
    "csv": "title\n" + "".join(f"T{n}\n" for n in range(MOST + 1)),
    "ics": "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * (MOST + 1) + "END:VCALENDAR\n",
    "pretalx": json.dumps([{"code": f"A{n}", "title": "x", "state": "confirmed"} for n in range(MOST + 1)]),
    "pretalx slots": json.dumps(
        [{"code": "A", "title": "x", "state": "confirmed", "slots": [{"room": ""}] * (MOST + 1)}]
    ),
    "json": json.dumps(
        {"schedule": {"conference": {"days": [{"rooms": {"A": [{"title": f"T{n}"} for n in range(MOST + 1)]}}]}}}
    ),
    "xml": "<schedule><day><room>" + "<event><title>x</title></event>" * (MOST + 1) + "</room></day></schedule>",
}


@pytest.mark.parametrize("format", MANY)
@pytest.mark.slow
def test_no_format_has_more_entries_than_a_programme_may(speaking, format):
    assert "more than 10000 entries" in refused(MANY[format])


def test_a_table_has_no_more_columns_rooms_or_people_than_a_programme_may(speaking):
    assert "more than 500 columns" in refused("title" + "," * 600)
    assert "more than 1000 rooms" in refused("title,room\n" + "".join(f"T,Room {n}\n" for n in range(1001)))
    names = ";".join(f"Ada {n}" for n in range(201))
    found = formats.read(f"title,people\nT,{names}\nU,Bo Ek\n".encode(), TOKYO)
    assert [session.named for session in found.sessions] == ["U"]
    assert "more than 200 people" in found.problems[0].sentence


@pytest.mark.parametrize("format", ["csv", "json", "ics"])
def test_a_text_that_is_too_long_is_left_out_and_its_entry_comes_in_which_is_said_once(speaking, format):
    text = "word " * 10_001
    source = {
        "csv": f"title,abstract\nA,{text}\nB,{text}\n",
        "json": json.dumps(
            {
                "schedule": {
                    "conference": {
                        "days": [
                            {
                                "rooms": {
                                    "A": [
                                        {"title": "A", "abstract": text},
                                        {"title": "B", "description": f"<p>{text}</p>"},
                                    ]
                                }
                            }
                        ]
                    }
                }
            }
        ),
        "ics": "BEGIN:VCALENDAR\n"
        + "".join(
            f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:T\nDTSTART:20310318T100000Z\nDURATION:PT1H\nDESCRIPTION:{text}\nEND:VEVENT\n"
            for n in range(2)
        )
        + "END:VCALENDAR\n",
    }[format]
    found = formats.read(source.encode(), TOKYO)
    assert [session.abstract for session in found.sessions] == [None, None]
    assert found.notes == ("Texts longer than 50000 characters can't be imported (2).",)
    assert not found.problems


def test_tags_that_never_end_are_text_or_nothing():
    assert to_markdown("<p>Hello</p>" + "<a " * 16_000) == "Hello"
    assert to_markdown("<p>Hello</p>" + "<b>" * 16_000 + "end").strip("*").endswith("end")


@pytest.mark.parametrize("source", [files.CONGRESS, files.ENTRIES, files.PRETALX, files.CALENDAR, files.SPREADSHEET])
@pytest.mark.slow
def test_what_was_read_is_the_same_after_it_was_kept(speaking, source):
    read = formats.read(source.encode(), TOKYO)
    assert read.sessions
    assert stored.deserialized(stored.serialized(read)) == read


@pytest.mark.slow
def test_the_process_that_reads_says_what_the_readers_say(speaking):
    for source in (files.CONGRESS, files.SPREADSHEET):
        assert stored.deserialized(reading.read(source.encode(), TOKYO)) == formats.read(source.encode(), TOKYO)
    with force_locale("ja"):
        read = stored.deserialized(reading.read(b"<!DOCTYPE a><schedule/>", TOKYO))
        assert isinstance(read, Refused) and read.field == "file"
        assert read.message == refused("<!DOCTYPE a><schedule/>")
        assert not read.message.isascii()


@pytest.mark.slow
def test_a_file_that_needs_more_memory_than_any_programme_is_refused(speaking):
    read = stored.deserialized(reading.read(b"[" + b"{}," * 2_000_000 + b"{}]", TOKYO))
    assert isinstance(read, Refused)
    assert (read.message, read.field) == (
        "This file is too complex to read. Is it a programme?",
        "file",
    )


@pytest.mark.slow
def test_a_reader_that_breaks_is_an_error_of_ours_and_its_words_are_not_logged(speaking, caplog, monkeypatch):
    monkeypatch.setattr(reading, "asdict", lambda options: {"zone": "Nowhere", "secret": "of the file"})
    read = stored.deserialized(reading.read(files.CONGRESS.encode(), TOKYO))
    assert isinstance(read, Refused) and "problem with the service" in read.message
    assert "TypeError" in caplog.text and "unexpected keyword" not in caplog.text


def send(visitor, source: str):
    data = {"file": (io.BytesIO(source.encode()), "schedule.xml")}
    return visitor.fill("/manage/events/forum/programme/import", data)


def another_can_write() -> None:
    """Raises OperationalError if SQLite's write lock is held."""
    if db.engine.dialect.name == "sqlite":
        connection = sqlite3.connect(str(db.engine.url.database), timeout=0, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        connection.close()


@pytest.mark.both_engines("what is locked while a file is read")
@pytest.mark.slow
def test_nothing_is_locked_while_a_file_is_read_or_compared_and_it_is_read_once(make, organizer, monkeypatch):
    make.event("forum")
    read, compared, seen = reading.read, operations.compared, []

    def watched_read(*args, **kwargs):
        assert not db.session().in_transaction()
        another_can_write()
        seen.append("read")
        return read(*args, **kwargs)

    def watched_compared(*args, **kwargs):
        another_can_write()
        found = compared(*args, **kwargs)
        another_can_write()
        seen.append("compared")
        return found

    monkeypatch.setattr(reading, "read", watched_read)
    monkeypatch.setattr(operations, "compared", watched_compared)
    report = send(organizer, files.ENTRIES).location
    assert seen == ["read"]
    organizer.get(report)
    assert seen == ["read", "compared"]
    assert organizer.fill(report, {"zone": "Europe/Berlin"}, action=report.rpartition("/")[2]).status_code == 303
    assert seen == ["read", "compared", "compared", "read"]
    seen.clear()
    assert organizer.fill(report, action="/apply").status_code == 303
    assert seen == ["compared", "compared"], "once for the page with the button, once for the button"
    assert len(db.session.scalars(select(Session)).all()) == 4


@pytest.mark.slow
def test_what_the_programme_has_become_between_comparing_and_writing_is_not_overwritten(make, organizer, monkeypatch):
    make.event("forum")
    report = send(organizer, files.ENTRIES).location
    organizer.get(report)
    compared = operations.compared

    def while_somebody_else_saves(event, *args, **more):
        found = compared(event, *args, **more)
        monkeypatch.setattr(operations, "compared", compared)
        make.session(event, "In between")
        return found

    monkeypatch.setattr(operations, "compared", while_somebody_else_saves)
    form = next(form for form in organizer.page.forms() if (form.get("action") or "").endswith("/apply"))
    values = {field.get("name"): field.get("value") for field in form.iter("input")}
    answer = organizer.post(f"{report}/apply", data=values, follow_redirects=True)
    assert "The programme has changed" in answer.get_data(as_text=True)
    assert [str(one.title) for one in db.session.scalars(select(Session))] == ["In between"]


@pytest.mark.slow
def test_a_file_that_waits_since_before_it_was_read_at_once_is_read_when_its_report_is_asked_for(make, organizer):
    event = make.event("forum")
    upload = Upload(event_id=event.id, name="a.xml", data=files.CONGRESS.encode(), options={"zone": "Asia/Tokyo"})
    db.session.add(upload)
    db.session.commit()
    path = f"/manage/events/forum/programme/import/{upload.key}"
    organizer.get(path)
    assert "Nachts" in organizer.page.text(organizer.page.one("main"))
    assert organizer.fill(path, action="/apply").status_code == 303
