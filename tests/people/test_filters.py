"""Each filter of the people desk finds whom it names, on both engines."""

from __future__ import annotations

from datetime import date

import pytest

from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind
from eventapp.people import operations, queries
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration import queries as registration
from eventapp.registration import questions as asking
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("JSON, case and NULL")


@pytest.fixture
def forum(make):
    event = make.event("forum")
    hall, stream = make.option(event, capacity=2), make.option(event, Mode.ONLINE)
    with transaction():
        for key, kind, choices in (
            ("meal", QuestionKind.CHOICE, ["Halal", "Vegan"]),
            ("needs", QuestionKind.CHOICES, ["Lift", "Lift and loop"]),
            ("visa", QuestionKind.YES_NO, []),
            ("nights", QuestionKind.NUMBER, []),
            ("wish", QuestionKind.TEXT, []),
        ):
            asking.save_question(fresh(event), None, key=key, label=LocalizedText(en=key), kind=kind, choices=choices)
    keys = {one.key: [choice.key for choice in one.all_choices] for one in registration.questions(fresh(event))}
    halal, vegan = keys["meal"]
    lift, both = keys["needs"]
    people = [
        ("Ada", hall, "JP", OrganizationKind.CITY, {"meal": halal, "needs": [lift], "visa": True, "nights": 2}),
        ("Ben", hall, "FI", None, {"meal": vegan, "needs": [both], "visa": False, "wish": "A 100% quiet room"}),
        ("Cid", hall, None, OrganizationKind.COMPANY, {"needs": []}),
        ("Dai", stream, "JP", None, {"visa": True, "nights": 3}),
    ]
    for name, option, country, kind, answers in people:
        make.registration(
            event,
            option,
            f"{name.lower()}@example.org",
            family_name=name,
            given_name="",
            country=country,
            organization="" if name == "Dai" else f"{name} Works",
            organization_kind=kind,
            language="ja" if name == "Ada" else "en",
            extra=answers,
        )
    return event


def found(event, query: PeopleQuery) -> list[str]:
    event = fresh(event)
    questions = registration.every_question(event)
    rows = queries.rows(event, query, questions, emails=True)
    assert query.total(queries.numbers(event, query, questions, emails=True)) == len(rows)
    assert [row.id for row in rows] == queries.ids(event, query, questions)
    assert [row for page in queries.pages(event, query, questions, emails=True, size=2) for row in page] == rows
    return [row.family_name for row in rows]


FILTERS = [
    ("sort=name", ["Ada", "Ben", "Cid", "Dai"]),
    ("sort=-name", ["Dai", "Cid", "Ben", "Ada"]),
    ("sort=organization", ["Ada", "Ben", "Cid", "Dai"]),
    ("sort=-organization", ["Cid", "Ben", "Ada", "Dai"]),
    ("sort=a.meal", ["Ada", "Ben", "Cid", "Dai"]),
    ("", ["Dai", "Cid", "Ben", "Ada"]),
    ("status=waitlisted", ["Cid"]),
    ("status=confirmed&status=waitlisted&sort=name", ["Ada", "Ben", "Cid", "Dai"]),
    ("option=online", ["Dai"]),
    ("mode=online", ["Dai"]),
    ("country=FI", ["Ben"]),
    ("country=-", ["Cid"]),
    ("country=FI&country=-&sort=name", ["Ben", "Cid"]),
    ("kind=city", ["Ada"]),
    ("kind=-", ["Ben"]),
    ("language=ja", ["Ada"]),
    ("organization=Cid+Works", ["Cid"]),
    ("a.meal=halal", ["Ada"]),
    ("a.meal=-&sort=name", ["Cid", "Dai"]),
    ("a.meal=%2B&sort=name", ["Ada", "Ben"]),
    ("a.needs=lift", ["Ada"]),
    ("a.needs=lift_and_loop", ["Ben"]),
    ("a.needs=-&sort=name", ["Cid", "Dai"]),
    ("a.visa=yes&sort=name", ["Ada", "Dai"]),
    ("a.visa=no", ["Ben"]),
    ("a.nights=3", ["Dai"]),
    ("a.wish=100%25 QUIET", ["Ben"]),
    ("a.wish=1__", []),
    ("a.never_asked=x&sort=name", ["Ada", "Ben", "Cid", "Dai"]),
    ("a.visa=yes&mode=in_person", ["Ada"]),
]


def test_a_filter_finds_whom_it_names(forum):
    for asked, names in FILTERS:
        assert found(forum, PeopleQuery.of_string(asked)) == names, asked


def test_tags_present_and_absent_are_filters(forum):
    event = fresh(forum)
    numbers = queries.ids(event, PeopleQuery(sort="name"), [])
    with transaction():
        vip, press = operations.tag_named(event, "VIP"), operations.tag_named(event, "Press")
        operations.tag(numbers[:2], vip)
        operations.tag(numbers[1:3], press)
    assert found(forum, PeopleQuery(tags=("vip",), sort="name")) == ["Ada", "Ben"]
    assert found(forum, PeopleQuery(tags=("VIP", "Press"), sort="name")) == ["Ada", "Ben", "Cid"]
    assert found(forum, PeopleQuery(tags=("VIP",), without_tags=("Press",))) == ["Ada"]
    assert found(forum, PeopleQuery(tags=("-",))) == ["Dai"]


def test_the_tag_of_another_event_finds_nobody(forum, make):
    other = make.event("other")
    option = make.option(other)
    guest = make.registration(other, option)
    with transaction():
        operations.tag([guest.id], operations.tag_named(fresh(other), "VIP"))
    assert found(forum, PeopleQuery(tags=("VIP",))) == []
    assert found(forum, PeopleQuery(numbers=(guest.id,))) == []


def test_who_is_sorted_by_name_is_sorted_by_how_it_is_read(make):
    event = make.event("forum")
    option = make.option(event)
    for family, reading in (("安藤", "アンドウ"), ("鈴木", "スズキ"), ("伊藤", "イトウ")):
        make.registration(event, option, family_name=family, given_name="", reading=reading)
    assert found(event, PeopleQuery(sort="name")) == ["安藤", "伊藤", "鈴木"]


def test_places_on_a_waiting_list_are_counted_per_option(forum, make):
    event = fresh(forum)
    option = registration.option_by_key(event, "in_person")
    make.registration(forum, option, family_name="Eve")
    query = PeopleQuery(statuses=(RegistrationStatus.WAITLISTED,), sort="registered")
    rows = queries.rows(fresh(forum), query, [], emails=True)
    assert [(row.family_name, queries.places(event, rows)[row.id]) for row in rows] == [("Cid", 1), ("Eve", 2)]


def test_notes_and_what_is_still_to_be_done_are_filters(forum, make):
    event = fresh(forum)
    ada, ben, cid, _dai = queries.ids(event, PeopleQuery(sort="name"), [])
    with transaction():
        for number, day in ((ada, None), (ben, date(2031, 3, 1)), (cid, date(2031, 3, 2))):
            person = registration.by_id(fresh(forum), number)
            note = operations.add_note(person, author_id=make.owner().id, text="Call them.", follow_up=day)
        operations.finish_note(note)
    assert found(forum, PeopleQuery(note="any", sort="name")) == ["Ada", "Ben", "Cid"]
    assert found(forum, PeopleQuery(note="due")) == ["Ben"]
