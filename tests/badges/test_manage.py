"""Badges, name plates and signs at the desk."""

from __future__ import annotations

import re

import pytest

from eventapp.accounts.rules import Role
from eventapp.badges import documents
from eventapp.badges.sheets import BY_KEY
from eventapp.core.db import transaction
from eventapp.pdf.fonts import font_set
from eventapp.people.rules import PeopleQuery
from eventapp.registration import operations as registration
from eventapp.tickets import operations as tickets
from tests.support.make import fresh

BADGES = "/manage/events/forum/badges"


@pytest.fixture
def forum(make):
    event = make.event("forum")
    with transaction():
        tickets.give_key(event.id)
    return event


@pytest.fixture
def people(make, forum):
    option = make.option(forum)
    names = [("Lovelace", "Ada"), ("鈴木", "美咲"), ("ᠮᠣᠩᠭᠣᠯ", "😀")]
    return [make.registration(forum, option, family_name=family, given_name=given) for family, given in names]


def main(client) -> str:
    return client.page.text(client.page.one("main"))


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.both_engines("the list of people")
def test_the_page_shows_the_first_sheet_and_who_cannot_be_printed(organizer, people):
    organizer.get(BADGES)
    shown = main(organizer)
    assert "3 people" in shown and "Not printed" in shown and "ᠮᠣᠩᠭᠣᠯ" in shown
    assert organizer.page.one("img").get("src").startswith("data:image/svg+xml;base64,")


def test_only_confirmed_people_of_the_list_are_printed(make, forum, people):
    with transaction():
        registration.cancel(fresh(people[0]))
    fonts = font_set()
    query = PeopleQuery.parse([("status", "confirmed")])
    found = documents.printable(forum, query, fonts, language="en")
    assert [badge.name for badge in found.badges] == ["鈴木 美咲"] and found.total == 2
    assert found.left_out[0][1] == "😀ᠮᠣᠩᠭᠯ"


def test_a_badge_has_the_ticket_of_its_person(forum, people):
    found = documents.printable(forum, PeopleQuery.parse([("q", "Ada")]), font_set(), language="en")
    data = documents.badge_data(forum, found.badges, BY_KEY["card"], language="en", codes=True, marks=False)
    assert data["badges"][0]["code"].startswith("<svg")
    without = documents.badge_data(forum, found.badges, BY_KEY["card"], language="en", codes=False, marks=False)
    assert without["badges"][0]["code"] == ""


@pytest.mark.parametrize("kind", ["badges", "plates", "signs", "test"])
def test_each_document_is_a_pdf(organizer, make, forum, people, kind):
    make.room(forum, "Hall A")
    response = organizer.get(f"{BADGES}/{kind}.pdf")
    assert response.status_code == 200 and response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF") and response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("named", ["Forum 🎉", "A\u0711", "🎉"])
def test_what_is_named_with_characters_that_no_font_has_is_printed_without_them(organizer, make, named):
    event = make.event("emoji", title=named)
    guest = make.registration(event, make.option(event, title=named))
    make.room(event, named)
    for kind in ("badges", "plates", "signs", "test"):
        assert organizer.get(f"/manage/events/emoji/badges/{kind}.pdf").status_code == 200, kind
    assert organizer.get(f"/registrations/{guest.token}/ticket.pdf").status_code == 200


def test_an_own_sheet_is_used_and_one_that_can_t_be_is_refused_with_what_was_entered(organizer, people):
    own = "sheet=own&width=90&height=50&columns=2&rows=5&left=10&top=10"
    assert organizer.get(f"{BADGES}?{own}").status_code == 200
    response = organizer.get(f"{BADGES}?{own.replace('columns=2', 'columns=4')}")
    assert response.status_code == 422 and "overlap or don't fit on the page" in main(organizer)
    assert organizer.page.by_id("columns").get("value") == "4"
    assert organizer.get(f"{BADGES}?sheet=card&offset_x=ten").status_code == 422
    assert organizer.get(f"{BADGES}/badges.pdf?sheet=own&width=5&height=5").status_code == 302


@pytest.mark.parametrize("typed", ["NaN", "sNaN", "-Infinity", "1e999", "1e-999999999", "9" * 5000])
@pytest.mark.parametrize("field", ["height", "left", "step_x", "columns", "offset_x"])
def test_a_measure_that_is_no_number_is_refused_or_nothing(organizer, people, field, typed):
    measures = {"sheet": "own", "width": "90", "height": "50"} | {field: typed}
    tiny = typed == "1e-999999999" and field in {"left", "step_x", "offset_x"}
    assert organizer.get(BADGES, query_string=measures).status_code == (200 if tiny else 422)
    assert organizer.get(f"{BADGES}/test.pdf", query_string=measures).status_code == (200 if tiny else 302)


def test_there_is_no_such_document(organizer, people):
    organizer.looks = False
    assert organizer.get(f"{BADGES}/nothing.pdf").status_code == 404


def test_names_on_paper_are_for_who_sees_registrations(app, make, forum):
    for role, status in ((Role.VIEWER, 403), (Role.CHECK_IN, 403), (Role.REGISTRATION, 200)):
        visitor = app.test_client()
        visitor.sign_in(make.member(forum, role))
        visitor.looks = False
        assert visitor.get(BADGES).status_code == status
        assert visitor.get(f"{BADGES}/test.pdf").status_code == status


def test_the_first_badges_of_an_event_have_tickets(organizer, make):
    event = make.event("another")
    make.registration(event, make.option(event))
    assert organizer.get("/manage/events/another/badges/badges.pdf").status_code == 200
    found = documents.printable(event, PeopleQuery(), font_set(), language="en")
    assert documents.badge_data(event, found.badges, BY_KEY["card"], language="en", codes=True, marks=False)["badges"][
        0
    ]["code"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "00001" + "9" * 30, "9" * 4000])
def test_a_file_that_cannot_be_is_the_first_one(organizer, people, number):
    assert organizer.get(f"{BADGES}/plates.pdf?file={number}").status_code == 200


def test_a_badge_says_what_the_event_is_and_where(make):
    event = make.event("forum-2")
    make.venue(event, "Arena")
    badge = documents.Badge(id=1, name="Ada", reading="", organization="", role="")
    [row] = documents.badge_data(fresh(event), [badge], BY_KEY["card"], language="en", codes=False, marks=False)[
        "badges"
    ]
    assert row["event"] == "Forum of cities · Arena"
