"""The list of people, its views, and the page of one person."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.mail.models import Email
from eventapp.people.columns import Columns
from eventapp.people.models import RegistrationNote, SavedView
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration import edits, operations
from eventapp.registration import questions as asking
from eventapp.registration.history import RegistrationChange
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import fresh

DESK = "/manage/events/forum/registrations"


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def ada(make, forum):
    return make.registration(
        forum,
        make.option(forum, capacity=2),
        "ada@example.org",
        family_name="Lovelace",
        given_name="Ada",
        organization="City of London",
        country="GB",
    )


def said(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def heads(visitor) -> list[str]:
    return [visitor.page.text(cell) for cell in visitor.page.all("th") if cell.get("scope") == "col"]


def test_a_list_shows_the_columns_that_are_asked_for(organizer, ada):
    organizer.get(f"{DESK}?columns=email,country,source")
    assert heads(organizer) == ["Select", "Name", "E-mail address", "Country", "Registered by"]
    assert "United Kingdom" in said(organizer)


def test_a_view_is_a_name_for_an_address(organizer, ada):
    response = organizer.fill(f"{DESK}/views/new?mode=online&sort=-name", {"name": "Online, by name"})
    organizer.get(response.location)
    assert "No registrations match your search." in said(organizer)
    link = next(a for a in organizer.page.all("a") if organizer.page.text(a) == "Online, by name")
    assert link.get("aria-current") == "page"
    assert link.get("href").partition("?")[2] == "mode=online&sort=-name"


def test_a_view_of_the_same_name_is_replaced_and_one_without_a_name_refused(organizer, ada):
    for query in ("mode=online", "mode=in_person"):
        organizer.fill(f"{DESK}/views/new?{query}", {"name": "Mine"})
    assert db.session.scalars(select(SavedView.query)).all() == ["mode=in_person"]
    assert organizer.fill(f"{DESK}/views/new?mode=online", {"name": " "}).status_code == 422
    view = db.session.scalars(select(SavedView)).one()
    organizer.fill(f"{DESK}/views/new?mode=online", action=f"/views/{view.id}/remove")
    assert db.session.scalars(select(SavedView)).all() == []


def test_a_viewer_sees_names_and_numbers_only(app, make, forum, ada):
    viewer = app.test_client()
    viewer.sign_in(make.member(forum, Role.VIEWER))
    viewer.get(f"{DESK}?columns=email,country&country=FR&email=no")
    assert heads(viewer) == ["Name", "Status"]
    assert "Ada Lovelace" in said(viewer)
    assert "ada@example.org" not in said(viewer)
    viewer.get(f"{DESK}?q=ada@example")
    assert "No registrations match your search." in said(viewer)
    for path in ("export?format=csv", "print", "answers", "organizations", "bulk/cancel", str(ada.id)):
        assert viewer.get(f"{DESK}/{path}").status_code == 403


def test_a_change_is_recorded_with_who_made_it_and_both_values(client, organizer, make, forum, ada):
    make.option(forum, Mode.ONLINE)
    organizer.fill(f"{DESK}/{ada.id}", {"organization": "City of Paris", "country": "FR"}, action=f"/{ada.id}")
    client.fill(f"/registrations/{fresh(ada).token}/change", {"option": "online"})
    organizer.get(f"{DESK}/{ada.id}")
    text = said(organizer)
    assert "Aoi Organization: City of London →changed to City of Paris" in text
    assert "Country: United Kingdom →changed to France" in text
    assert "the attendee Option: In person →changed to Online" in text


def test_who_moves_up_because_another_cancels_is_nobodys_act(client, organizer, make, forum, ada):
    option = fresh(ada).option
    make.registration(forum, option)
    waiting = make.registration(forum, option)
    client.fill(f"/registrations/{fresh(ada).token}", action="/cancel")
    changes = db.session.scalars(select(RegistrationChange).where(RegistrationChange.registration_id == waiting.id))
    assert [(one.field, one.actor, one.after) for one in changes] == [("status", "system", "confirmed")]
    own = db.session.scalars(select(RegistrationChange).where(RegistrationChange.registration_id == ada.id))
    assert [(one.field, one.actor, one.after) for one in own] == [("status", "visitor", "cancelled")]


def test_a_refused_change_leaves_no_history(make, forum, ada):
    option = make.option(forum, capacity=1)
    make.registration(forum, option)
    with pytest.raises(operations.Refused), transaction():
        edits.change_option(fresh(ada), option)
    assert db.session.scalars(select(RegistrationChange)).all() == []


def test_a_change_of_the_address_is_recorded_as_addresses(organizer, ada):
    organizer.fill(f"{DESK}/{ada.id}", {"email": "countess@example.org"}, action=f"/{ada.id}")
    row = db.session.scalars(select(RegistrationChange).where(RegistrationChange.field == "contact")).one()
    assert (row.before, row.after) == ("ada@example.org", "countess@example.org")


def test_only_answers_that_differ_are_recorded(make, forum, ada):
    with transaction():
        fresh(ada).answers = {"meal": "vegan", "nights": 2}
    with transaction():
        fresh(ada).answers = {"meal": "halal", "nights": 2}
    rows = db.session.scalars(select(RegistrationChange).where(RegistrationChange.field == "answers")).all()
    assert (rows[1].before, rows[1].after) == ({"meal": "vegan"}, {"meal": "halal"})


def test_notes_have_an_author_and_a_day_until_which_something_is_to_be_done(organizer, ada):
    organizer.fill(f"{DESK}/{ada.id}", {"text": "Needs a ramp.", "follow_up": "2031-03-01"}, action="/notes")
    organizer.get(f"{DESK}/{ada.id}")
    assert "Needs a ramp. Aoi" in said(organizer)
    assert "to be done by" in said(organizer)
    note = db.session.scalars(select(RegistrationNote)).one()
    assert note.follow_up == date(2031, 3, 1)
    organizer.fill(f"{DESK}/{ada.id}", action="/done")
    assert fresh(note).done_at is not None
    organizer.fill(f"{DESK}/{ada.id}", action="/remove")
    assert db.session.scalars(select(RegistrationNote)).all() == []


def test_the_tags_of_a_person_are_those_that_were_typed(organizer, ada):
    for typed, shown in (("VIP, Press、speaker", "Press, VIP, speaker"), ("vip", "VIP"), ("", "")):
        organizer.fill(f"{DESK}/{ada.id}", {"tags": typed}, action="/tags")
        organizer.get(f"{DESK}/{ada.id}")
        assert organizer.page.by_id("tags").get("value") == shown


def test_a_decision_without_an_email_sends_none(organizer, make, ada):
    make.tell()
    before = db.session.query(Email).count()
    organizer.fill(f"{DESK}/{ada.id}/cancel", {"silent": "y"})
    assert fresh(ada).status == "cancelled"
    make.tell()
    assert db.session.query(Email).count() == before == 1


def test_a_list_of_many_pages_has_everybody_once(organizer, make, forum):
    option = make.option(forum)
    for number in range(61):
        make.registration(forum, option, family_name=f"Guest{number}", given_name="")
    seen = []
    address = f"{DESK}?sort=name&lang=ja"
    while address:
        organizer.get(address)
        seen += [
            organizer.page.text(cell).split()[0] for cell in organizer.page.all("th") if cell.get("scope") == "row"
        ]
        address = next((a.get("href") for a in organizer.page.all("a") if a.get("rel") == "next"), "")
        assert not address or "lang=ja" in address
    assert sorted(seen) == sorted({*seen})
    assert len(seen) == db.session.query(Registration).count()


@pytest.fixture
def viewer(client, make, forum):
    client.sign_in(make.member(forum, Role.VIEWER))
    return client


def listed(visitor, query: str) -> list[str]:
    assert visitor.get(f"{DESK}?{query}").status_code == 200
    return [visitor.page.text(cell) for cell in visitor.page.all("th") if cell.get("scope") == "row"]


@pytest.mark.parametrize("order", ["email", "-email", "organization", "country", "option", "changed", "a.meal"])
def test_who_may_only_view_learns_nothing_from_an_order(viewer, make, forum, order):
    """The order of Ada and Bert by their answers would reveal something of them."""
    option, online = make.option(forum), make.option(forum, Mode.ONLINE)
    for family, email, organization, chosen, meal in (
        ("Ada", "z@x.org", "A", online, "vegan"),
        ("Bert", "a@x.org", "Z", option, "halal"),
        ("Cleo", "m@x.org", "M", online, "kosher"),
    ):
        make.registration(
            forum, chosen, email, family_name=family, given_name="", organization=organization, extra={"meal": meal}
        )
    assert listed(viewer, f"sort={order}") == listed(viewer, "")


def test_who_may_only_view_does_not_find_people_by_what_they_do_not_see(viewer, make, forum):
    make.registration(
        forum,
        make.option(forum),
        "z@x.org",
        family_name="鈴木",
        given_name="美咲",
        organization="Ministry",
        reading="スズキ ミサキ",
    )
    for found in ("鈴木", "suzuki", "美咲", "鈴木美咲"):
        assert len(listed(viewer, f"q={found}")) == 1, found
    for hidden in ("ministry", "Ministry", "z@x.org"):
        assert listed(viewer, f"q={hidden}") == [], hidden


HARD = [
    'sort=a.x"y',
    "sort=a.%00",
    "sort=a.$[0]",
    "sort=a.unknown",
    "sort=-a.",
    "q=%00",
    "organization=%00",
    "tag=%00",
    "a.meal=%00",
    "a.meal=%22",
    "a.meal=%5C",
    "a.meal=%25",
    "a.meal=_",
    "option=%00",
    "session=%00",
    "language=%00",
    "source=%00",
    "source=nobody",
    "number=999999999999",
    "number=999999999999999999999",
    "privacy=999999",
    "page=99999",
    "page=999999999999999999999999",
    "page=-1",
    "page=x",
    "columns=%00",
    "columns=a.unknown",
    "no-tag=%00",
    "country=%00",
    "kind=%00",
    "q=%F0%9F%8E%89",
    "q=" + "x" * 5000,
    "status=%00",
    "&".join(f"number={n}" for n in range(1, 501)),
    "q=%ED%A0%80",
    "a.meal=%2B&a.meal=-",
    "tag=%F0%9F%8E%89",
]


@pytest.mark.slow
@pytest.mark.both_engines("each refuses something else")
@pytest.mark.parametrize("page", ["", "/print", "/answers", "/export", "/bulk/cancel", "/views/new", "/selected"])
def test_no_query_is_a_fault(organizer, ada, page):
    more = {"/export": "&format=csv", "/selected": "&verb=cancel&all=1"}.get(page, "")
    for query in HARD:
        assert organizer.get(f"{DESK}{page}?{query}{more}").status_code in {200, 303, 404}, query


def test_many_columns_are_all_kept(organizer, ada, forum):
    keys = [column.key for column in Columns(fresh(forum), [], "en", everything=True).offered]
    query = PeopleQuery.parse([("columns", key) for key in keys * 3 + [f"a.{'x' * 50}{n}" for n in range(20)]])
    assert PeopleQuery.of_string(str(query)) == query
    assert len(query.columns) == len(keys) + 20


def test_everybody_in_a_list_of_selected_people_is_not_everybody(organizer, make, forum, ada):
    option = fresh(ada).option
    for number in range(3):
        make.registration(forum, option, f"guest{number}@x.org")
    organizer.get(f"{DESK}?number={ada.id}&mode=in_person")
    fields = [(one.get("name"), one.get("value")) for one in organizer.page.all("input") if one.get("type") == "hidden"]
    assert ("within", str(ada.id)) in fields
    response = organizer.get(f"{DESK}/selected?verb=cancel&all=1&within={ada.id}&mode=in_person")
    assert response.location.endswith(f"/bulk/cancel?mode=in_person&number={ada.id}")
    response = organizer.get(f"{DESK}/selected?verb=cancel&within={ada.id}&number={ada.id}")
    assert response.location.endswith(f"/bulk/cancel?number={ada.id}")


@pytest.mark.both_engines("JSON")
def test_answers_that_are_numbers_are_sorted_as_numbers(organizer, make, forum):
    with transaction():
        asking.save_question(
            fresh(forum), None, key="nights", label=LocalizedText(en="Nights"), kind=QuestionKind.NUMBER
        )
    option = make.option(forum)
    for family, nights in (("Ten", 10), ("Two", 2), ("None", None), ("Half", 2.5)):
        make.registration(forum, option, family_name=family, given_name="", extra={"nights": nights} if nights else {})
    assert [one[:3] for one in listed(organizer, "sort=a.nights")] == ["Two", "Hal", "Ten", "Non"]
    assert [one[:3] for one in listed(organizer, "sort=-a.nights")] == ["Ten", "Hal", "Two", "Non"]


def test_a_text_is_found_in_any_case_of_any_script(organizer, make, forum):
    with transaction():
        asking.save_question(fresh(forum), None, key="wish", label=LocalizedText(en="Wish"), kind=QuestionKind.TEXT)
    make.registration(forum, make.option(forum), extra={"wish": "Ein Ölbild"})
    for part in ("ölbild", "ÖLBILD", "Ölb"):
        assert len(listed(organizer, f"a.wish={part}")) == 1, part


def test_a_change_of_the_contact_is_in_the_history_of_everybody_who_has_it(organizer, make, forum):
    ada = make.registration(forum, make.option(forum), "a@x.org", family_name="Ada", companions=["Ben King"])
    organizer.fill(f"{DESK}/{ada.id}", {"phone": "+44 20", "language": "ja"}, action=f"/{ada.id}")
    rows = db.session.execute(
        select(RegistrationChange.field, RegistrationChange.after, func.count())
        .group_by(RegistrationChange.field, RegistrationChange.after)
        .order_by(RegistrationChange.field)
    )
    assert [tuple(row) for row in rows] == [("language", "ja", 2), ("phone", "+44 20", 2)]
    organizer.get(f"{DESK}/{ada.id}")
    assert "Language of the e-mails: English →changed to Japanese" in said(organizer)
