"""People are imported from the tables that people make."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select
from xlsxwriter import Workbook

from eventapp.attendance import queries as attendance
from eventapp.attendance.rules import Basis
from eventapp.core import tables
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.text import guarded
from eventapp.directory.rules import OrganizationKind
from eventapp.mail.models import PendingNotification
from eventapp.people import import_values, imports, tasks
from eventapp.people.rules import RowOutcome
from eventapp.programme.rules import Mode
from eventapp.registration import queries as registration
from eventapp.registration import questions as asking
from eventapp.registration.form_models import Question
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.rules import RegistrationSource
from tests.support.make import fresh

DESK = "/manage/events/forum/registrations"

# 36 rows of a list as a city has published it: 26 at the venue, 6 online, 4 by video message. Two cities stand twice,
# one of them in another spelling.
VENUE = [
    ("Saitama", "Japan"),
    ("Rome", "Italy"),
    ("New York", "USA"),
    ("Suwon", "Korea"),
    ("Nuremberg", "Germany"),
    ("Toledo, Ohio", "USA"),
    ("Matsudo", "Japan"),
    ("Naruto", "Japan"),
    ("Chiba", "Japan"),
    ("Kobe", "Japan"),
    ("Sendai", "Japan"),
    ("Nagoya", "Japan"),
    ("Osaka", "Japan"),
    ("Kyoto", "Japan"),
    ("Sapporo", "Japan"),
    ("Niigata", "Japan"),
    ("Hamamatsu", "Japan"),
    ("Shizuoka", "Japan"),
    ("Okayama", "Japan"),
    ("Kumamoto", "Japan"),
    ("Constanza", "Dominican Republic"),
    ("Oslo", "Norway"),
    ("Tampere", "Finland"),
    ("Zaragoza", "Spain"),
    ("Virginia", "USA"),
    ("Zhengzhou", "China"),
]
ONLINE = [
    ("Rome", "Italy"),
    ("Narayanganj", "Bangladesh"),
    ("Lyon", "France"),
    ("Delft", "Netherlands"),
    ("Oulu", "Finland"),
    ("Porto", "Portugal"),
]
VIDEO = [("NewYork", "USA"), ("Hanoi", "Vietnam"), ("Quito", "Ecuador"), ("Accra", "Ghana")]


@pytest.fixture
def forum(make):
    event = make.event("forum")
    for mode in (Mode.IN_PERSON, Mode.ONLINE, Mode.VIDEO_MESSAGE):
        make.option(event, mode)
    with transaction():
        asking.save_question(
            fresh(event),
            None,
            key="meal",
            label=LocalizedText(en="Meal", ja="食事"),
            kind=QuestionKind.CHOICE,
            choices=[LocalizedText(en="Halal", ja="ハラール"), "Vegan"],
        )
    return event


@pytest.fixture(autouse=True)
def _tables_are_read_here(request, monkeypatch):
    """Starting another process takes a second; those that need one have their own mark."""
    if "process" in request.function.__name__:
        return

    def read(data: bytes) -> tables.Table:
        try:
            return tables.parse(data)
        except tables.UnreadableTable as error:
            raise tables.refusal(str(error)) from error

    monkeypatch.setattr(tables, "read", read)


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def upload(organizer, data: bytes | str, name: str = "people.csv", **values) -> str:
    """Send a file and open its preview; returns where that is."""
    content = data.encode() if isinstance(data, str) else data
    values = {"file": (io.BytesIO(content), name), "option": "in_person", **values}
    response = organizer.fill(f"{DESK}/import", values)
    assert response.status_code == 303, said(organizer)
    organizer.get(response.location)
    return str(response.location)


def apply(organizer, preview: str, **values) -> None:
    response = organizer.fill(preview, values, action="/apply")
    assert response.status_code == 303
    organizer.get(response.location)


def said(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def people() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def test_a_published_list_of_delegations_counts_cities_and_claims_nobody(organizer, forum):
    rows = [["Participating cities"], [], ["No.", "City", "Country", "Participation"]]
    for mode, cities in (("Venue", VENUE), ("Online", ONLINE), ("Video message", VIDEO)):
        rows += [[len(rows), city, country, mode] for city, country in cities]
    preview = upload(organizer, workbook(rows), "list.xlsx", kind="city", option="")
    assert "New: 36 rows" in said(organizer)
    apply(organizer, preview)
    while tasks.go_on_importing():
        pass
    counts = attendance.count(fresh(forum), basis=Basis.CONFIRMED)
    assert counts.people == 0
    assert counts.unnamed == {Mode.IN_PERSON: 26, Mode.ONLINE: 6, Mode.VIDEO_MESSAGE: 4}
    cities = [*counts.domestic_cities, *counts.foreign_cities]
    assert len(cities) == 34
    assert len(counts.domestic_cities) == 15
    assert len(counts.foreign_countries) == 16
    assert not counts.unplaced
    rome = next(city for city in cities if "Rome" in city.names.values())
    assert rome.modes == (Mode.IN_PERSON, Mode.ONLINE)
    organizer.get("/manage/events/forum/counts/statement")
    assert "delegations without named people" in said(organizer)
    assert "In person 26 · Online 6 · Video message 4" in said(organizer)
    assert organizer.get("/events/forum/counts.json").json["people"] == 0


@pytest.mark.both_engines("no other test runs one of its statements")
def test_a_city_without_a_country_is_listed_as_such(organizer, forum):
    apply(organizer, upload(organizer, "City\nSaitama\n", kind="city"))
    counts = attendance.count(fresh(forum), basis=Basis.CONFIRMED)
    assert [str(city.names) for city in counts.unplaced] == ["Saitama"]
    organizer.get(f"{DESK}?country=-")
    assert "1 registration" in said(organizer)


def test_the_same_table_again_changes_nothing(organizer, forum):
    table = "Name,City,Country\n,Saitama,Japan\nAda Lovelace,Rome,Italy\n"
    apply(organizer, upload(organizer, table))
    assert len(people()) == 2
    upload(organizer, table)
    assert "Known, nothing new: 2 rows" in said(organizer)
    assert "There is nothing to import." in said(organizer)


def test_people_are_read_from_a_japanese_table_in_the_encoding_of_its_windows(organizer, forum):
    table = "参加者名簿（2031年）\r\n\r\n氏名,フリガナ,自治体名,国,参加方法,食事\r\n髙﨑 美咲,タカサキ ミサキ,松山市,日本,オンライン,ハラール\r\n"
    preview = upload(organizer, table.encode("cp932"), kind="city")
    apply(organizer, preview)
    (one,) = people()
    assert (one.family_name, one.given_name, one.reading) == ("髙﨑", "美咲", "タカサキ ミサキ")
    assert (one.organization_name, one.organization_kind) == ("松山市", OrganizationKind.CITY)
    assert (one.country_code, one.option.mode, one.answers) == ("JP", Mode.ONLINE, {"meal": "halal"})
    assert one.source is RegistrationSource.IMPORT


def test_nobody_is_emailed_unless_that_is_wanted(organizer, forum):
    apply(organizer, upload(organizer, "Name,Email\nAda,ada@example.org\n"))
    assert db.session.scalars(select(PendingNotification)).all() == []
    apply(organizer, upload(organizer, "Name,Email\nBen,ben@example.org\n"), notify="y")
    assert [row.kind for row in db.session.scalars(select(PendingNotification))] == ["registration.received"]


@pytest.mark.both_engines("savepoints")
def test_a_row_with_a_reference_changes_that_person_and_empty_cells_change_nothing(organizer, make, forum):
    option = registration.option_by_key(fresh(forum), "in_person")
    ada = make.registration(forum, option, "ada@example.org", family_name="Lovelace", given_name="Ada", country="GB")
    table = f"Reference,Family name,Given name,Organization,Country,Option\n{ada.id},King,Ada,City of London,,online\n"
    preview = upload(organizer, table)
    assert "Changed: 1 row" in said(organizer)
    apply(organizer, preview)
    (one,) = people()
    assert (one.name, one.organization_name, one.country_code, one.option.key, one.email) == (
        "Ada King",
        "City of London",
        "GB",
        "online",
        "ada@example.org",
    )


@pytest.mark.both_engines("savepoints")
def test_each_row_that_is_not_imported_says_why(organizer, make, forum):
    table = (
        "Name,Email,Country,Option,Meal,Reference\n"
        "A,not an address,,,,\nB,,Atlantis,,,\nC,,,By ship,,\nD,,,,Soup,\n,,,,Vegan,\nE,,,,,999\nF,f@example.org,,,,\n"
        "F,F@EXAMPLE.org,,,,\n"
    )
    preview = upload(organizer, table)
    text = said(organizer)
    for sentence in (
        "“not an address” is not an e-mail address.",
        "We don't know the country “Atlantis”.",
        "There is no registration option “By ship”.",
        "“Soup” does not answer “Meal”.",
        "There is neither a name nor an organization.",
        "Nobody has this reference.",
        "the same as row 8",
    ):
        assert sentence in text, sentence
    headings = [organizer.page.text(one) for one in organizer.page.all("h2")]
    assert headings == ["Not imported", "Twice in the table", "New"], "what needs work comes first"
    apply(organizer, preview)
    assert [one.name for one in people()] == ["F"]
    assert "Not imported: 6 rows" in said(organizer)


@pytest.mark.both_engines("savepoints")
def test_an_import_gives_no_more_seats_than_there_are(organizer, make):
    event = make.event("forum")
    make.option(event, capacity=1)
    apply(organizer, upload(organizer, "Name\nA\nB\n"))
    assert [one.status.value for one in people()] == ["confirmed", "waitlisted"]


def test_what_a_column_contains_can_be_said(organizer, forum):
    preview = upload(organizer, "Who,Where from\nAda Lovelace,Rome\n")
    assert "There is neither a name nor an organization." in said(organizer)
    response = organizer.post(
        preview,
        data={"column": ["name", "organization"], "option": "in_person", "csrf_token": token(organizer)},
    )
    assert response.status_code == 303
    organizer.get(preview)
    assert "New: 1 row" in said(organizer)
    refused = organizer.post(
        preview, data={"column": ["name", "name"], "option": "in_person", "csrf_token": token(organizer)}
    )
    assert refused.status_code == 422


def token(visitor) -> str:
    return next(node.get("value") for node in visitor.page.all("input") if node.get("name") == "csrf_token")


def test_our_own_file_comes_back_as_it_went(organizer, make, forum):
    option = registration.option_by_key(fresh(forum), "in_person")
    make.registration(
        forum,
        option,
        family_name="=Bobby",
        given_name="",
        organization="+Tables",
        phone="+81 90",
        extra={"meal": "vegan"},
    )
    for format in ("csv", "xlsx"):
        data = organizer.get(f"{DESK}/export?format={format}").data
        upload(organizer, data, f"people.{format}")
        assert "Known, nothing new: 1 row" in said(organizer), format


@pytest.mark.both_engines("claims and row locks")
def test_a_large_table_is_imported_by_the_worker(organizer, forum, monkeypatch):
    monkeypatch.setattr(imports, "AT_A_TIME", 2)
    apply(organizer, upload(organizer, "Name\n" + "".join(f"Guest {n}\n" for n in range(5))))
    assert len(people()) == 2
    assert "2 of 5 rows are done." in said(organizer)
    assert tasks.go_on_importing() == 3
    assert tasks.go_on_importing() == 0
    assert len(people()) == 5


@pytest.mark.both_engines("claims and row locks")
def test_a_table_is_imported_once(organizer, forum):
    preview = upload(organizer, "Name\nAda\n")
    apply(organizer, preview)
    kept = imports.by_key(fresh(forum), preview.rpartition("/")[2])
    with pytest.raises(Refused), transaction():
        imports.start(fresh(kept), notify=False)
    assert organizer.get(preview).status_code == 303


@pytest.mark.slow
def test_a_workbook_that_asks_for_all_memory_ends_only_the_process_that_reads_it(app, forum):
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    source = zipfile.ZipFile(io.BytesIO(workbook([["x"]])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in source.namelist():
            bomb.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
    assert len(out.getvalue()) < 10_000
    with pytest.raises(Refused, match="too complex"):
        tables.read(out.getvalue())


@pytest.mark.slow
def test_a_process_reads_a_workbook_as_it_is_read_here(app):
    data = workbook([["Name", "Phone"], ["Ada", 9012345678], ["鈴木", "+81"]])
    assert tables.read(data) == tables.parse(data) == [["Name", "Phone"], ["Ada", "9012345678"], ["鈴木", "+81"]]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty"),
        (b"PK\x03\x04 not a zip", "unknown"),
        (b"a\x00b", "unknown"),
        (b"\x81\xff\xfe\xfd", "encoding"),
        (("x," * 300).encode(), "columns"),
        (b"x\n" * 20_001, "rows"),
    ],
)
def test_what_is_no_table_of_people_is_refused(data, why):
    with pytest.raises(tables.UnreadableTable, match=why):
        if tables._trimmed(["x"]) and why == "columns":
            data = data.replace(b",", b",y")
        tables.parse(data)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Japan", "JP"),
        ("日本", "JP"),
        ("USA", "US"),
        ("アメリカ合衆国", "US"),
        ("Südkorea", "KR"),
        ("fi", "FI"),
        ("Corée du Sud", "KR"),
    ],
)
def test_a_country_is_known_by_its_names(app, text, code):
    assert import_values.country(text) == code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", 1200),
        ("２.5", 2.5),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("1e300", None),
        ("9" * 5000, None),
    ],
)
def test_a_number_is_one_that_a_form_takes_too(app, text, number):
    question = Question(kind=QuestionKind.NUMBER, label=LocalizedText(en="Guests"))
    if number is not None:
        assert import_values.answer(question, text, language="en") == number
    else:
        with pytest.raises(ValueError, match="does not answer"):
            import_values.answer(question, text, language="en")


def test_guarded_cells_are_read_without_their_guard(organizer, forum):
    apply(organizer, upload(organizer, f"Name,Phone\n{guarded('=Ada')},{guarded('+81 90')}\n"))
    (one,) = people()
    assert (one.family_name, one.contact.phone) == ("=Ada", "+81 90")


def test_the_outcomes_have_words():
    assert all(outcome.label for outcome in RowOutcome)
