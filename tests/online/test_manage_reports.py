"""Attendance reports on the desk: uploaded, matched, applied, and applied again."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
import xlsxwriter
from sqlalchemy import func, select

from eventapp.attendance.models import ReportedCount
from eventapp.check_in import search
from eventapp.check_in.models import CheckIn, Presence
from eventapp.core import clock, tables
from eventapp.core.db import db, transaction
from eventapp.events.models import EventHost
from eventapp.online import queries, report_file, reports, tasks
from eventapp.online.models import AttendanceReport, ReportedStay
from eventapp.programme.rules import Mode
from eventapp.registration import operations
from tests.online import samples
from tests.support.make import START, fresh

PATH = "/manage/events/forum/attendance-reports"
AFTER = START + timedelta(hours=7)  # the meeting is over, the event is not


@pytest.fixture(autouse=True)
def afterwards():
    with time_machine.travel(AFTER):
        yield


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch, afterwards):
    """Files are read in this process; test_a_report_is_read_in_a_process_of_its_own tries the other one."""

    def read(data: bytes, *, reader: str = "") -> tables.Table:
        try:
            return report_file.parse(data)
        except tables.UnreadableTable as error:
            raise tables.refusal(str(error), line=error.line) from error

    monkeypatch.setattr(tables, "read", read)


@pytest.fixture
def forum(make):
    return make.event("forum", join_url="https://meet.example.org/1")


@pytest.fixture
def online(make, forum):
    return make.option(forum, Mode.ONLINE)


@pytest.fixture
def ada(make, forum, online):
    return make.registration(forum, online, "ada@example.org", family_name="Lovelace", given_name="Ada")


def sent(text: str | bytes, name: str = "report.csv", encoding: str = "utf-8") -> dict:
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return {"file": (io.BytesIO(data), name)}


def upload(organizer, text: str | bytes, **values) -> str:
    answer = organizer.fill(PATH, sent(text, **values))
    assert answer.status_code == 303, organizer.page.text(organizer.page.one("main"))
    return answer.location


def apply(organizer, path: str, **values) -> None:
    answer = organizer.fill(path, values, action=f"{path}/apply")
    assert answer.status_code == 303
    tasks.go_on()


def main(client) -> str:
    return client.page.text(client.page.one("main"))


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.both_engines("rows that are there already, and the order of people")
def test_a_report_checks_in_whom_it_names_and_a_second_import_changes_nothing(organizer, make, forum, online, ada):
    bo = make.registration(forum, online, "bo@example.org", family_name="Ek", given_name="Bo")
    path = upload(organizer, samples.ZOOM_LONG)
    organizer.get(path)
    assert "Zoom meeting" in main(organizer) and "Identified by e-mail address: 1 person" in main(organizer)
    apply(organizer, path)
    assert queries.minutes(fresh(forum)) == {ada.id: 60}
    assert queries.unidentified(fresh(forum)) == 1, "Bo has joined by name only, and nobody has accepted that"
    assert search.checked_in(fresh(forum)) == {ada.id}
    lines = count(CheckIn)
    row = db.session.scalars(select(ReportedStay).where(ReportedStay.registration_id.is_(None))).one()
    assert row.name == "Bo (Ek Bo)"
    before = count(ReportedStay), lines
    apply(organizer, upload(organizer, samples.ZOOM_LONG))
    assert (count(ReportedStay), count(CheckIn)) == before
    assert queries.minutes(fresh(forum)) == {ada.id: 60}
    # Later somebody says who it was.
    apply(organizer, upload(organizer, samples.ZOOM_LONG), by_name="y")
    assert count(ReportedStay) == before[0]
    assert queries.minutes(fresh(forum)) == {ada.id: 60, bo.id: 60}
    assert queries.unidentified(fresh(forum)) == 0
    assert db.session.scalars(select(ReportedStay.name)).all() == [""] * before[0]
    assert search.checked_in(fresh(forum)) == {ada.id, bo.id}
    assert not any(db.session.scalars(select(Presence.inside))), "everybody has left"


def test_an_overlapping_report_adds_only_what_is_new(organizer, forum, ada):
    head = "Name,Email,Join Time,Leave Time\n"
    first = head + "Ada,ada@example.org,2031-03-18 10:00,2031-03-18 10:30\n"
    later = (
        first
        + "Ada,ada@example.org,2031-03-18 10:20,2031-03-18 11:00\nAda,ada@example.org,2031-03-18 12:00,2031-03-18 12:10\n"
    )
    for text in (first, later, first, later):
        apply(organizer, upload(organizer, text))
    assert queries.minutes(fresh(forum)) == {ada.id: 70}
    assert count(ReportedStay) == 3
    (state,) = db.session.scalars(select(Presence)).all()
    assert (state.inside, state.first_in) == (False, START)


def test_a_webinar_leaves_out_its_panel_and_states_totals(organizer, forum, ada):
    path = upload(organizer, samples.WEBINAR)
    organizer.get(path)
    shown = main(organizer)
    assert "1 did not come" in shown and "Not counted: 2 people" in shown
    apply(organizer, path)
    organizer.get(PATH)
    assert "Unique Viewers" in main(organizer) and "446" in main(organizer)
    for _ in range(2):
        number = db.session.scalars(select(AttendanceReport.id)).one()
        action = f"/counts/reported/totals/{number}"
        assert organizer.fill(PATH, action=action).location == "/manage/events/forum/counts/reported"
    organizer.get("/manage/events/forum/counts/reported")
    assert len(db.session.scalars(select(ReportedCount)).all()) == 1
    assert queries.minutes(fresh(forum)) == {ada.id: 70}
    assert queries.unidentified(fresh(forum)) == 1, "who called by phone"
    report = db.session.scalars(select(AttendanceReport)).one()
    assert (report.table, report.decisions) == (b"", {}), "what it says of others is not kept"


def test_two_alike_are_asked_for_and_a_personal_link_decides(organizer, client, make, forum, online):
    alike = [make.registration(forum, online, f"{n}@example.org", family_name="Ek", given_name="Bo") for n in "ab"]
    text = "Name,Join Time,Leave Time\nBo Ek,2031-03-18 10:00,2031-03-18 10:30\n"
    path = upload(organizer, text)
    organizer.get(path)
    assert "To be decided: 1 person" in main(organizer)
    with time_machine.travel(START, tick=False):
        client.fill(f"/registrations/{alike[1].token}/join")
    organizer.get(path)
    assert "Same name, and joined by the personal link: 1 person" in main(organizer)
    apply(organizer, path)
    assert queries.minutes(fresh(forum)) == {alike[1].id: 30}


def test_the_team_says_who_somebody_is_and_who_does_not_count(organizer, make, forum, online, ada):
    waiting = make.registration(forum, make.approval_option(forum), "bo@example.org", family_name="Ek", given_name="Bo")
    text = (
        "Name,Email,Join Time,Leave Time\nAda,ada@example.org,2031-03-18 10:00,2031-03-18 10:30\n"
        "Bo,bo@example.org,2031-03-18 10:00,2031-03-18 10:30\nCy,,2031-03-18 10:00,2031-03-18 10:30\n"
    )
    path = upload(organizer, text)
    organizer.get(path)
    assert "Bo Ek (bo@example.org) – not confirmed" in main(organizer)
    planned = reports.plan(fresh(forum), db.session.scalars(select(AttendanceReport)).one())
    keys = {match.person.name: match.person.key for match in planned.matches}
    said = {f"who-{keys['Ada']}": "-1", f"who-{keys['Bo']}": str(waiting.id), f"who-{keys['Cy']}": "-1"}
    apply(organizer, path, **said)
    assert queries.minutes(fresh(forum)) == {waiting.id: 30}
    assert queries.unidentified(fresh(forum)) == 0


def test_dates_that_could_be_either_way_round_are_asked_for(organizer, forum, ada):
    text = "Name,Email,Join Time,Leave Time\nAda,ada@example.org,4/5/31 10:00,4/5/31 10:30\n"
    path = upload(organizer, text)
    organizer.get(path)
    assert "either way round" in main(organizer) and "Apply this report" not in main(organizer)
    values = {"day_order": "dmy"}
    assert organizer.fill_elsewhere(path, f"{path}/apply").status_code == 422
    assert organizer.fill(path, values, action=path).status_code == 303
    organizer.get(path)
    assert "None of these times is on a day of the event" in main(organizer)
    apply(organizer, path)
    assert queries.minutes(fresh(forum)) == {ada.id: 30}


def test_columns_that_were_chosen_are_remembered_for_the_event_and_its_host(organizer, make, forum, ada):
    text = "Wer,Anschrift,Gekommen,Gegangen\nAda,ada@example.org,2031-03-18 10:00,2031-03-18 10:30\n"
    path = upload(organizer, text)
    organizer.get(path)
    assert "There is nobody to count" in main(organizer)
    chosen = ["name", "email", "join", "leave"]
    assert organizer.fill(path, {"column": chosen, "zone": "Europe/Berlin"}, action=path).status_code == 303
    other, strange = make.event("other"), make.event("strange")
    with transaction():
        host = EventHost(event_id=forum.id, organization_id=make.organization("City").id)
        db.session.add_all([host, EventHost(event_id=other.id, organization_id=host.organization_id)])
    for slug, known in (("forum", chosen), ("other", chosen), ("strange", [""] * 4)):
        path = organizer.fill(PATH.replace("forum", slug), sent(text)).location
        report = db.session.scalars(select(AttendanceReport).order_by(AttendanceReport.id.desc())).first()
        assert report.columns == [known], slug
        assert report.zone == ("Europe/Berlin" if known[0] else "Asia/Tokyo")
    assert strange.id


def test_columns_that_contain_the_same_and_a_table_without_names_are_refused(organizer, forum):
    path = upload(organizer, samples.MEET)
    wrong = {"column": ["name", "name", "", "", "", ""], "day_order": "ymd", "zone": "Asia/Tokyo", "day": "2031-03-18"}
    assert organizer.fill(path, wrong, action=path).status_code == 422
    assert "can't contain the same" in main(organizer)
    wrong["column"] = ["", "", "", "duration", "join", ""]
    assert organizer.fill(path, wrong, action=path).status_code == 422
    wrong["zone"] = "Nowhere/Land"
    assert organizer.fill(path, wrong, action=path).status_code == 422


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'Name,Email\nAda,"open\n', "Line 2: a quotation mark is not closed"),
        (b"", "The file is empty."),
        (b"PK\x03\x04nothing", "We don't recognize this file format."),
        (b"hello\n", "We found no table of people in this file."),
    ],
)
def test_a_file_that_can_not_be_read_says_why(organizer, forum, data, sentence):
    answer = organizer.fill(PATH, sent(data))
    assert answer.status_code == 422
    assert sentence in main(organizer)


def test_a_workbook_is_read_like_the_file_that_it_was_saved_from(organizer, forum, ada):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for at, line in enumerate(samples.MEET.splitlines()):
        sheet.write_row(at, 0, line.split(","))
    book.close()
    apply(organizer, upload(organizer, out.getvalue(), name="report.xlsx"))
    assert queries.minutes(fresh(forum)) == {ada.id: 70}


def test_a_report_of_a_session_is_counted_at_its_point(organizer, make, forum, ada):
    session = make.session(forum, "Panel")
    data = sent(samples.MEET) | {"session": session.code}
    path = organizer.fill(PATH, data).location
    apply(organizer, path)
    (line, *_rest) = db.session.scalars(select(CheckIn).order_by(CheckIn.id)).all()
    assert line.point.area == f"online-session-{session.id}"
    assert search.checked_in(fresh(forum)) == {ada.id}


def test_what_nobody_applies_is_deleted_after_a_day(organizer, forum):
    upload(organizer, samples.MEET)
    assert tasks.forget() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert tasks.forget() == 1
    assert count(AttendanceReport) == 0


@pytest.mark.slow
def test_many_people_are_written_some_at_a_time_by_the_worker(organizer, make, forum, ada):
    lines = [f"Guest {number},guest{number}@example.net,2031-03-18 10:00,2031-03-18 10:30" for number in range(120)]
    text = "Name,Email,Join Time,Leave Time\nAda,ada@example.org,2031-03-18 10:00,2031-03-18 11:00\n" + "\n".join(lines)
    path = upload(organizer, text)
    organizer.fill(path, {}, action=f"{path}/apply")
    organizer.get(f"{path}/result")
    assert "40 of 121 people are done." in main(organizer)
    assert tasks.go_on() == 81
    organizer.get(f"{path}/result")
    assert "1 person identified" in main(organizer) and "120 reported, not identified" in main(organizer)
    assert db.session.scalars(select(ReportedStay.name).where(ReportedStay.name.contains("@"))).all() == []
    with transaction():
        operations.cancel(fresh(ada))
    assert queries.unidentified(fresh(forum)) == 120
