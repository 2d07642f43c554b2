"""People as files, on paper, and in numbers."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
import time_machine
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.text import unguarded
from eventapp.directory.rules import OrganizationKind
from eventapp.people import exports, tasks
from eventapp.people.models import PeopleExport
from eventapp.registration import operations
from eventapp.registration import questions as asking
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import fresh

DESK = "/manage/events/forum/registrations"
# A spreadsheet would calculate these, or lose a character of them.
NAMES = ["=1+1", "+81 90 1234", "-5", "@SUM(A1)", "＝1", "'=x", "0012", "鈴木 美咲", "ليلى", 'He said "no", twice']


@pytest.fixture
def forum(make):
    event = make.event("forum")
    option = make.option(event)
    with transaction():
        for key, kind, choices in (
            ("meal", QuestionKind.CHOICES, ["Halal", "Vegan"]),
            ("nights", QuestionKind.NUMBER, []),
        ):
            asking.save_question(fresh(event), None, key=key, label=LocalizedText(en=key), kind=kind, choices=choices)
    for number, name in enumerate(NAMES):
        make.registration(
            event,
            option,
            family_name=name,
            given_name="",
            phone="+81 90 1234",
            extra={"meal": ["halal", "vegan"], "nights": number} if number % 2 else {"meal": ["halal"]},
        )
    return event


def first_person() -> Registration:
    return db.session.scalars(select(Registration).order_by(Registration.id)).first()


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "Excel would guess the encoding"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def rows_of_xlsx(content: bytes) -> list[dict[str, object]]:
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.both_engines("JSON")
def test_a_workbook_has_every_character_and_no_formula(organizer, forum):
    content = organizer.get(f"{DESK}/export?format=xlsx&sort=registered").data
    rows = rows_of_xlsx(content)
    assert [row["Name"] for row in rows] == NAMES
    assert {row["Phone number"] for row in rows} == {"+81 90 1234"}
    assert rows[1]["nights"] == 1.0
    assert rows[1]["meal"] == "Halal and Vegan"
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_a_csv_file_guards_what_a_spreadsheet_would_calculate_and_drops_nothing(organizer, forum):
    rows = rows_of_csv(organizer.get(f"{DESK}/export?format=csv&sort=registered").data)
    assert [unguarded(row["Name"]) for row in rows] == NAMES
    assert rows[0]["Name"] == "'=1+1"
    assert rows[4]["Name"] == "'＝1"
    assert rows[0]["Phone number"] == "'+81 90 1234"


def test_a_file_has_the_people_and_columns_of_the_list(organizer, forum):
    rows = rows_of_csv(organizer.get(f"{DESK}/export?format=csv&q=鈴木&columns=email,a.nights").data)
    assert rows == [{"Name": "鈴木 美咲", "E-mail address": rows[0]["E-mail address"], "nights": "7"}]


def test_control_characters_do_not_break_a_workbook(organizer, forum):
    with transaction():
        first_person().organization_name = "Bell\x07 and \ud7ffBell\ufffe"
    assert rows_of_xlsx(organizer.get(f"{DESK}/export?format=xlsx&columns=organization").data)


@pytest.mark.both_engines("claims")
def test_a_large_file_is_written_by_the_worker_for_the_member_who_asked(app, make, organizer, forum, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 5)
    response = organizer.fill(f"{DESK}/export?format=xlsx", action="/export")
    organizer.get(response.location)
    assert "being written" in organizer.page.text(organizer.page.one("main"))
    assert exports.write_next() == 1
    assert exports.write_next() == 0
    organizer.get(response.location)
    address = next(a.get("href") for a in organizer.page.all("a") if "/files/" in (a.get("href") or ""))
    assert len(rows_of_xlsx(organizer.get(address).data)) == len(NAMES)
    colleague = app.test_client()
    colleague.sign_in(make.member(forum, Role.REGISTRATION))
    assert colleague.get(address).status_code == 404
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        tasks.forget()
    assert organizer.get(address).status_code == 404


@pytest.mark.both_engines("claims")
def test_a_file_that_a_dead_worker_began_is_written_by_another_one(make, organizer, forum):
    with transaction():
        row = exports.ask(fresh(forum), exports.PeopleQuery(), "csv", user_id=make.owner().id, language="en")
        row.begun_at = clock.now()
    assert exports.write_next() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert exports.write_next() == 1
    assert db.session.get_one(PeopleExport, row.id).rows == len(NAMES)


@pytest.mark.both_engines("JSON")
def test_the_print_list_has_everybody_and_says_how_to_treat_it(organizer, forum):
    organizer.get(f"{DESK}/print?sort=name&columns=organization")
    text = organizer.page.text(organizer.page.one("main"))
    assert "10 people" in text
    assert "destroy it afterwards" in text
    assert all(name in text for name in NAMES)


@pytest.mark.both_engines("JSON")
def test_answers_are_counted_and_each_number_leads_to_its_people(organizer, forum):
    organizer.get(f"{DESK}/answers")
    counted = {}
    for row in organizer.page.all("tr"):
        label, number = (organizer.page.text(cell) for cell in row)
        counted[label] = number
    assert counted["Halal"] == "10"
    assert counted["Vegan"] == "5"
    assert counted["Sum"] == "25"
    assert counted["No answer"] == "5"
    link = next(a for a in organizer.page.all("a") if organizer.page.text(a) == "Vegan")
    organizer.get(link.get("href"))
    assert "5 registrations" in organizer.page.text(organizer.page.one("main"))


def test_who_has_cancelled_eats_nothing(organizer, make, forum):
    with transaction():
        operations.cancel(first_person())
    organizer.get(f"{DESK}/answers")
    assert "9 people" in organizer.page.text(organizer.page.one("main"))


@pytest.mark.both_engines("grouping")
def test_organizations_are_sorted_with_a_proposal_for_each(organizer, make, forum):
    option = make.option(forum)
    for name, number in (("松山市", 3), ("Acme Ltd", 1), ("Qwerty", 1)):
        for _one in range(number):
            make.registration(forum, option, organization=name)
    response = organizer.fill(f"{DESK}/organizations", {})
    assert response.status_code == 303
    kinds = {row.organization_name: row.organization_kind for row in db.session.query(Registration)}
    assert kinds["松山市"] is OrganizationKind.CITY
    assert kinds["Acme Ltd"] is OrganizationKind.COMPANY
    assert kinds["Qwerty"] is None
    organizer.get(f"{DESK}/organizations")
    assert "1 organization has no kind yet." in organizer.page.text(organizer.page.one("main"))
    organizer.get(f"{DESK}/{db.session.query(Registration).filter_by(organization_name='Acme Ltd').one().id}")
    assert "Kind: Company" in organizer.page.text(organizer.page.one("main"))


def test_the_print_list_is_seen_on_the_screen_as_well(organizer, make):
    """The class `printed` is for what only paper shows."""
    event = make.event("forum")
    make.registration(event, make.option(event), family_name="Lovelace")
    organizer.get("/manage/events/forum/registrations/print")
    (table,) = organizer.page.all("table")
    assert "printed" not in (table.get("class") or "").split()
