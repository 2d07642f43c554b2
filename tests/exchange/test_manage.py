"""The desk: upload, report, import."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.exchange import formats, operations, queries, stored
from eventapp.exchange.incoming import Incoming
from eventapp.exchange.models import Upload
from eventapp.programme.models import Session
from tests.support import schedules as files
from tests.support.at_once import during
from tests.support.make import fresh

BASE = "/manage/events/forum/programme/import"


@pytest.fixture
def forum(make):
    return make.event("forum")


def send(visitor, source: str | bytes, **values):
    data = source.encode() if isinstance(source, str) else source
    return visitor.fill(BASE, {"file": (io.BytesIO(data), "schedule.xml"), **values})


def text(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


@pytest.mark.slow
def test_a_file_is_uploaded_its_report_read_and_then_imported(organizer, forum):
    response = send(organizer, files.CONGRESS, zone="Asia/Tokyo")
    assert response.status_code == 303, text(organizer)
    assert not db.session.scalars(select(Session)).all()
    organizer.get(response.location)
    assert "Wir beteiligen uns & fragen" in text(organizer)
    assert "Nothing has been imported yet." in text(organizer)
    done = organizer.fill(response.location, action="/apply")
    assert done.status_code == 303
    assert len(db.session.scalars(select(Session)).all()) == 2
    assert not db.session.scalars(select(Upload)).all(), "the file has done its work"


def test_times_without_a_zone_are_the_events_and_another_can_be_stated(organizer, forum):
    response = send(organizer, files.ENTRIES)
    assert response.status_code == 303
    assert organizer.get(response.location).status_code == 200
    assert "Times without a time zone are read as Asia/Tokyo" in text(organizer)
    assert "09:30 – 10:00" in text(organizer)
    key = response.location.rpartition("/")[2]
    assert organizer.fill(response.location, {"zone": "Moon/Base"}, action=key).status_code == 422
    assert organizer.fill(response.location, {"zone": "Europe/Berlin"}, action=key).status_code == 303
    organizer.get(response.location)
    assert "17:30 – 18:00" in text(organizer)


def test_columns_are_asked_for_where_they_are_not_recognized(organizer, forum):
    response = send(organizer, "Was,Wann,Bis\nTanz,2031-03-18T10:00+09:00,2031-03-18T11:00+09:00\n")
    organizer.get(response.location)
    assert "Was, Wann, Bis" in text(organizer)
    assert "Tanz" in text(organizer), "the first values help to say what a column contains"
    assert organizer.fill(response.location, {"column": ["title", "title", ""]}).status_code == 422
    assert chosen(organizer) == ["title", "title", ""], "what was chosen stays"
    assert organizer.fill(response.location, {"column": ["title", "start", "end"]}).status_code == 303
    organizer.get(response.location)
    assert "Nothing has been imported yet." in text(organizer)
    again = send(organizer, "Was,Wann,Bis\nLied,2031-03-18T12:00+09:00,2031-03-18T13:00+09:00\n")
    organizer.get(again.location)
    assert "Lied" in text(organizer), "the next table of the event with the same columns needs no answer"
    assert chosen(organizer) == ["title", "start", "end"]


def chosen(organizer) -> list[str]:
    """What the columns are said to contain."""
    selects = [one for one in organizer.page.all("select") if one.get("name") == "column"]
    return [o.get("value") for one in selects for o in one.iter() if o.get("selected") is not None]


@pytest.mark.parametrize("source", [b"", b"<schedule", b"\x00\x01\x02", b"<!DOCTYPE a><schedule/>", b"[]"])
@pytest.mark.slow
def test_a_file_that_is_no_programme_is_refused_and_what_was_typed_is_kept(organizer, forum, source):
    response = send(organizer, source, zone="Asia/Tokyo")
    assert response.status_code == 422
    assert organizer.page.by_id("zone").get("value") == "Asia/Tokyo"
    assert not db.session.scalars(select(Upload)).all()


@pytest.mark.slow
def test_what_is_wrong_with_a_file_technically_is_folded(organizer, forum):
    send(organizer, b"<schedule")
    field = organizer.page.text(organizer.page.by_id("file-error"))
    assert field.endswith("This file is damaged or is not a programme file.")
    details = organizer.page.all("details")[-1]
    assert details.get("open") is None
    assert "This XML file is not valid (line 1" in organizer.page.text(details)


@pytest.mark.slow
def test_no_file_and_one_that_is_too_large_are_refused(organizer, forum, monkeypatch):
    monkeypatch.setattr(formats, "LARGEST", 1000)
    assert organizer.fill(BASE, {}).status_code == 422
    assert send(organizer, files.CONGRESS, zone="Asia/Tokyo").status_code == 422
    assert "larger than" in text(organizer)


def test_where_the_programme_has_changed_since_the_report_comes_anew(organizer, make, forum):
    response = send(organizer, files.CONGRESS, zone="Asia/Tokyo")
    organizer.get(response.location)
    version = next(field.get("value") for field in organizer.page.all("input") if field.get("name") == "version")
    token = next(field.get("value") for field in organizer.page.all("input") if field.get("name") == "csrf_token")
    make.session(forum, "In between")
    again = organizer.post(
        f"{response.location}/apply", data={"version": version, "csrf_token": token}, follow_redirects=True
    )
    assert "The programme has changed" in again.get_data(as_text=True)
    assert len(db.session.scalars(select(Session)).all()) == 1


def test_a_file_of_another_event_is_nobodys_here(organizer, make, forum):
    make.event("other")
    response = send(organizer, files.CONGRESS, zone="Asia/Tokyo")
    assert organizer.get(response.location.replace("forum", "other")).status_code == 404


@pytest.mark.parametrize("format", ["xml", "json", "csv", "ics"])
def test_the_team_downloads_its_programme(organizer, make, forum, format):
    make.session(forum, "Opening")
    organizer.looks = False
    response = organizer.get(f"/manage/events/forum/programme/export.{format}")
    assert response.status_code == 200
    assert "Opening" in response.get_data(as_text=True)
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_zone_that_is_none_does_not_hide_that_the_file_is_none(organizer, forum):
    response = send(organizer, b"\x89PNG\r\n\x1a\n\x00\x00", zone="Moon/Base")
    assert response.status_code == 422
    assert "This is a picture" in text(organizer)
    assert b"Moon/Base" in response.data
    assert not db.session.scalars(select(Upload)).all()


def test_a_long_report_shows_the_first_of_each_and_says_when_nothing_comes_in(organizer, forum):
    rows = "".join(f"Talk {n},2035-03-18T10:00Z,2035-03-18T11:00Z,Room {n}\n" for n in range(30))
    report = send(organizer, "title,start,end,room\n" + rows).location
    organizer.get(report)
    assert "These entries can't be imported." in text(organizer) and "10 more" in text(organizer)
    report = send(organizer, "title,start,end,room\n" + rows.replace("2035", "2031")).location
    organizer.get(report)
    assert "New rooms: Room 0" in text(organizer) and "18 more" in text(organizer)


def test_cells_of_a_spreadsheet_are_pasted_and_new_rooms_are_in_the_only_venue(organizer, make, forum):
    venue = make.venue(forum, "City Hall")
    pasted = (
        "日付\t開始\t終了\tタイトル\t会場\t登壇者\n"
        "2031-03-18\t10:00\t10:45\t開会\t大ホール\t山田 花子\n"
        "2031-03-18\t11:00\t11:45\t=2+2\t第2会議室\t"
    )
    response = organizer.fill(BASE, {"pasted": pasted})
    assert response.status_code == 303, text(organizer)
    organizer.get(response.location)
    assert "開会" in text(organizer)
    assert organizer.fill(response.location, action="/apply").status_code == 303
    found = db.session.scalars(select(Session).order_by(Session.starts_at)).all()
    assert [str(one.title) for one in found] == ["開会", "=2+2"]
    assert [room.venue_id for one in found for room in one.rooms] == [venue.id, venue.id]
    assert [part.person.name("ja").text for part in found[0].participations] == ["山田 花子"]


def test_a_file_goes_before_what_was_pasted(organizer, forum):
    response = send(organizer, "title\nOf the file", pasted="title\nPasted")
    organizer.get(response.location)
    assert "Of the file" in text(organizer) and "Pasted" not in text(organizer)


def imported(event: Any, kept: Upload) -> None:
    """What the button below the report does."""
    forum, file = fresh(event), fresh(kept)
    found = stored.deserialized(file.read)
    assert isinstance(found, Incoming)
    report = operations.compared(forum, found, operations.options_of(file))
    operations.apply(forum, report, upload=file, version=queries.version(forum))


TABLE = "title,start,end\n{},2031-03-18T10:00+09:00,2031-03-18T11:00+09:00\n"


@pytest.mark.both_engines("locks")
def test_a_file_whose_button_is_pressed_twice_is_imported_once(organizer, forum):
    response = send(organizer, TABLE.format("Tanz"))
    pressed = organizer.values(response.location, action="/apply")
    kept = db.session.scalars(select(Upload)).one()
    address = f"{BASE}/{kept.key}/apply"
    second = during(lambda: imported(forum, kept), lambda: organizer.post(address, data=pressed))
    assert second.status_code == 422
    assert "This file was imported in the meantime." in text(organizer)
    assert len(db.session.scalars(select(Session)).all()) == 1


def test_who_presses_the_button_again_later_is_told_what_has_become_of_the_file(organizer, forum):
    """A browser shows the last answer, which must not look as if the import had failed."""
    address = f"{send(organizer, TABLE.format('Tanz')).location}/apply"
    pressed = organizer.values(address.removesuffix("/apply"), action="/apply")
    assert organizer.post(address, data=pressed).status_code == 303
    assert organizer.post(address, data=pressed).status_code == 422
    assert "This file is no longer here: it was imported, or uploaded more than a day ago." in text(organizer)


@pytest.mark.both_engines("locks")
def test_of_two_who_import_at_once_the_second_checks_a_new_preview(organizer, forum):
    send(organizer, TABLE.format("Tanz"))
    kept = db.session.scalars(select(Upload)).one()
    other = send(organizer, TABLE.format("Lied")).location
    pressed = organizer.values(other, action="/apply")
    second = during(lambda: imported(forum, kept), lambda: organizer.post(f"{other}/apply", data=pressed))
    assert second.status_code == 422
    assert "The programme has changed since you opened this preview." in text(organizer)
    assert [list(session.title.values()) for session in db.session.scalars(select(Session))] == [["Tanz"]]
