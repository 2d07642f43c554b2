"""Tables that break an import: our own files, lists of cities with one address, doubles, and large ones."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from eventapp.accounts.models import User
from eventapp.core import languages, tables
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind
from eventapp.people import exports, imports, operations, tasks
from eventapp.people.models import ImportedPerson, PeopleImport
from eventapp.people.rules import PeopleQuery, RowOutcome
from eventapp.programme.rules import Mode
from eventapp.registration import operations as registering
from eventapp.registration import queries as registration
from eventapp.registration import questions as asking
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import fresh, words

DESK = "/manage/events/forum/registrations"


@pytest.fixture
def forum(make):
    event = make.event("forum")
    for mode in (Mode.IN_PERSON, Mode.ONLINE):
        make.option(event, mode)
    with transaction():
        for key, kind, choices in (
            ("meal", QuestionKind.CHOICE, [LocalizedText(en="Halal", ja="ハラール"), "Vegan"]),
            ("needs", QuestionKind.CHOICES, ["Lift, wide", "Lift and loop", "Signs"]),
            ("visa", QuestionKind.YES_NO, []),
            ("nights", QuestionKind.NUMBER, []),
            ("born", QuestionKind.DATE, []),
            ("from", QuestionKind.COUNTRY, []),
            ("tongue", QuestionKind.LANGUAGE, []),
            ("wish", QuestionKind.TEXT, []),
            ("cv", QuestionKind.FILE, []),
        ):
            label = LocalizedText(en=f"Your {key}", ja=f"{key}の質問")
            spoken = ["en", "ja", "zh-Hant"] if kind is QuestionKind.LANGUAGE else []
            asking.save_question(fresh(event), None, key=key, label=label, kind=kind, choices=choices, languages=spoken)
    return event


def keep(event, rows: list[list[str]], **settings) -> PeopleImport:
    values = {"option": "in_person", "kind": "", "country": "", "language": "en"} | settings
    with transaction():
        user = db.session.scalars(select(User.id)).first()
        return imports.keep(fresh(event), "t.csv", rows, user_id=user, language="en", values=values)


def outcomes(event, kept) -> list[str]:
    db.session.rollback()
    return [one.outcome.value for one in imports.plan(fresh(event), fresh(kept), language="en")]


def imported(event, rows: list[list[str]], **settings) -> list[ImportedPerson]:
    kept = keep(event, rows, **settings)
    with transaction():
        imports.start(fresh(kept), notify=False)
    while tasks.go_on_importing():
        pass
    db.session.rollback()
    return imports.records(fresh(kept))


@pytest.fixture(params=["1980-02-29", "1899-12-31"])
def people(request, make, forum):
    """One of each kind: with a name in one field, all answers, without a name, on two options."""
    make.owner()
    hall, online = registration.options(fresh(forum))
    keys = {one.key: [choice.key for choice in one.all_choices] for one in registration.questions(fresh(forum))}
    born = request.param
    full = {
        "meal": keys["meal"][0],
        "needs": keys["needs"],
        "visa": False,
        "nights": 2.5,
        "born": born,
        "from": "CI",
        "tongue": "zh-Hant",
        "wish": "=1+1",
        "cv": {"file": "k", "name": "cv.pdf"},
    }
    ada = make.registration(
        forum,
        hall,
        "ada@x.org",
        family_name="Lovelace",
        given_name="Ada",
        reading="エイダ",
        organization="City of London",
        organization_kind=OrganizationKind.CITY,
        country="GB",
        phone="+81 3-1234-5678",
        language="ja",
        extra=full,
    )
    make.registration(forum, online, "k@x.org", family_name="小澤 一郎", given_name="")
    make.registration(forum, online, "w@x.org", family_name="Anne Marie Smith", given_name="", organization="-Dash")
    with transaction():
        rome = registering.RegistrationInput(
            email="", family_name="", organization="Rome", organization_kind=OrganizationKind.CITY, country="IT"
        )
        registering.register(fresh(forum), rome, option=fresh(hall), by_team=True)
        for tag in ("VIP", "Press"):
            operations.tag([ada.id], operations.tag_named(fresh(forum), tag))
    return forum


@pytest.mark.both_engines("JSON that is compared")
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_our_own_file_changes_nothing_when_it_is_imported_again(people, language, format):
    db.session.rollback()
    with languages.force_locale(language):
        content, _number = exports.written(fresh(people), PeopleQuery(), format, language)
    kept = keep(people, tables.parse(content), option="")
    db.session.rollback()
    with languages.force_locale(language):
        plans = imports.plan(fresh(people), fresh(kept), language="en")
    assert [(one.outcome.value, one.why, one.changes) for one in plans] == [("same", "", [])] * 4
    named = "reference name family_name given_name reading email phone organization kind country option language tags"
    known = {*named.split()}
    assert known <= set(fresh(kept).columns)
    assert {f"a.{key}" for key in ("meal", "needs", "visa", "nights", "born", "from", "tongue", "wish")} <= set(
        fresh(kept).columns
    )
    assert "a.cv" not in fresh(kept).columns


def test_options_of_one_name_move_nobody(make, forum):
    make.owner()
    _first, second = (make.option(forum, Mode.VIDEO_MESSAGE, title=words("Video")) for _ in range(2))
    person = make.registration(forum, second, "v@x.org", family_name="Lovelace", given_name="Ada")
    rows = [["Reference", "Family name", "Given name", "Option"], [str(person.id), "Lovelace", "Ada", "Video"]]
    assert [one.outcome for one in imported(forum, rows)] == [RowOutcome.SAME]
    assert fresh(person).option_id == second.id


@pytest.mark.both_engines("savepoints")
def test_delegations_may_share_the_address_of_their_office(make, forum):
    make.owner()
    rows = [["City", "E-mail"], *([name, "office@x.org"] for name in ("Rome", "Oslo", "Rome", "Lyon"))]
    found = imported(forum, rows, kind="city")
    assert [one.outcome.value for one in found] == ["new", "new", "double", "new"]
    assert [one.outcome.value for one in imported(forum, rows, kind="city")] == ["same", "same", "double", "same"]


def test_a_person_in_two_rows_is_one_with_and_without_address_in_full_width(make, forum):
    make.owner()
    rows = [["氏名", "メール"], ["鈴木 美咲", "misaki@x.org"], ["鈴木　美咲", "ｍｉｓａｋｉ＠ｘ．ｏｒｇ"]]
    assert [one.outcome.value for one in imported(forum, rows)] == ["new", "double"]


@pytest.mark.both_engines("savepoints")
@pytest.mark.parametrize("reference", ["9" * 30, "２", "-1", "1.0", "x", "²"])
def test_a_reference_that_nobody_has_is_refused(make, forum, reference):
    make.owner()
    make.registration(forum, registration.options(fresh(forum))[0], family_name="Lovelace")
    rows = [["Reference", "Name"], [reference, "Ada"]]
    assert outcomes(forum, keep(forum, rows)) == ["refused"]


def test_who_has_cancelled_is_not_unknown(make, forum):
    make.owner()
    person = make.registration(forum, registration.options(fresh(forum))[0], family_name="Lovelace")
    with transaction():
        registering.cancel(fresh(person))
    plans = imports.plan(fresh(forum), keep(forum, [["Reference", "Name"], [str(person.id), "Ada"]]), language="en")
    assert [one.why for one in plans] == ["This registration has ended: Cancelled."]


def test_a_default_changes_nothing_about_somebody_who_is_known(make, forum):
    make.owner()
    online = registration.options(fresh(forum))[1]
    person = make.registration(
        forum, online, "v@x.org", family_name="Lovelace", given_name="Ada", organization="Acme", country="FI"
    )
    rows = [["Name", "E-mail", "Phone"], ["Ada Lovelace", "v@x.org", "+81 3"]]
    (one,) = imported(forum, rows, option="in_person", kind="city", country="JP")
    kept = fresh(person)
    assert (one.outcome, kept.option.key, kept.country_code, kept.contact.phone) == ("changed", "online", "FI", "+81 3")


def test_an_empty_heading_row_does_not_hide_the_columns_of_a_semicolon_file(forum):
    data = '参加者名簿\r\n\r\n氏名;メール;国\r\n鈴木 美咲;m@x.org;日本\r\n"A; B";b@x.org;日本\r\n'.encode()
    table = tables.parse(data)
    assert table[2:] == [["氏名", "メール", "国"], ["鈴木 美咲", "m@x.org", "日本"], ["A; B", "b@x.org", "日本"]]


def test_a_workbook_with_a_password_says_so():
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 3000
    with pytest.raises(tables.UnreadableTable, match="password"):
        tables.parse(data)


def test_a_preview_of_twenty_thousand_rows_takes_seconds(make, forum):
    make.owner()
    heading = ["Name", "E-mail", "Organization", "Kind", "Country", "Option", "Language", "Your tongue", "Your from"]
    rows = [
        [f"Guest{n} Ada", f"g{n}@x.org", f"City {n}", "City", "Japan", "Online", "Japanese", "Japanese", "Italy"]
        for n in range(20_000)
    ]
    kept = keep(forum, [heading, *rows])
    db.session.rollback()
    begun = time.process_time()
    plans = imports.plan(fresh(forum), fresh(kept), language="en")
    spent = time.process_time() - begun
    assert {one.outcome for one in plans} == {RowOutcome.NEW}, plans[0].why
    assert spent < 8, spent


@pytest.mark.both_engines("IN with many values")
def test_known_people_are_compared_with_few_statements(make, forum, queries):
    make.owner()
    rows = [["Name", "E-mail", "Organization"], *([f"Guest{n} Ada", f"g{n}@x.org", "Rome"] for n in range(60))]
    imported(forum, rows)
    kept = keep(forum, rows)
    db.session.rollback()
    event, kept = fresh(forum), fresh(kept)
    with queries() as counted:
        assert {one.outcome for one in imports.plan(event, kept, language="en")} == {RowOutcome.SAME}
    assert len(counted.statements) < 12, len(counted.statements)


def test_why_a_row_is_refused_is_told_in_one_language(app, make, forum):
    """In that of the person who has uploaded the table: the sentence, and the question in it."""
    make.owner()
    kept = keep(forum, [["Name", "Your tongue"], ["Ada Lovelace", "Klingon"]])
    with transaction():
        fresh(kept).language = "ja"
    with app.test_request_context(headers={"Accept-Language": "en"}), transaction():
        imports.start(fresh(kept), notify=False)
    (row,) = imports.records(fresh(kept))
    assert row.why == "「Klingon」は「tongueの質問」の回答として使えません。"


def test_the_worker_reads_each_row_once(make, forum, monkeypatch):
    """Reading the whole table for each twenty rows takes hours for a large one."""
    make.owner()
    read = []
    original = imports.RowReader.read
    monkeypatch.setattr(imports.RowReader, "read", lambda self, *row: read.append(row) or original(self, *row))
    rows = [["Name", "E-mail"], *([f"Guest{n % 90} Ada", f"g{n % 90}@x.org"] for n in range(100))]
    found = imported(forum, rows)
    assert [one.outcome.value for one in found].count("double") == 10
    assert len(read) <= 2 * 100
