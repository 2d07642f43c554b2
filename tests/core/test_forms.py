"""What every form does with its input."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.forms import zone_asked
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.registration import questions
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import fresh
from tests.support.visitor import values_of


@pytest.mark.slow
def test_control_characters_are_left_out_of_texts(client, organizer, make):
    """PostgreSQL rejects NUL, and XML and calendars most of the others."""
    make.option(make.event("forum"))
    typed = {"option": "in_person", "email": "ada@example.org", "family_name": "Love\x00lace\x0b"}
    assert client.fill("/events/forum/register", typed).status_code == 303
    assert db.session.scalars(select(Registration)).one().family_name == "Lovelace"
    organizer.fill("/manage/events/forum/edit", {"title_en": "Fo\x00rum", "slug": "forum"})
    assert db.session.scalars(select(Event)).one().title["en"] == "Forum"


@pytest.mark.both_engines("PostgreSQL refuses NUL")
def test_a_button_whose_value_has_control_characters_is_refused_like_any_other(client, make):
    forum = make.event("forum")
    token = make.registration(forum, make.option(forum)).token
    assert client.post(f"/registrations/{token}/option", data={"option": "online\x00"}).status_code == 422


@pytest.mark.both_engines("PostgreSQL refuses NUL")
@pytest.mark.parametrize("page", ["programme/import", "registrations/import"])
def test_the_name_of_a_file_with_control_characters_is_stored_without(organizer, make, page):
    make.option(make.event("forum"))
    table = io.BytesIO(b"Title,Family name\nRivers,Lovelace\n")
    response = organizer.fill(f"/manage/events/forum/{page}", {"file": (table, "a\x00b.csv")})
    assert response.status_code == 303
    organizer.get(response.location)
    assert "ab.csv" in organizer.page.text(organizer.page.one("main"))


def test_a_number_of_hundreds_of_digits_is_refused_next_to_its_field(organizer, make):
    make.event("forum")
    for digits in ("9" * 400, "-" + "9" * 400):
        assert organizer.fill("/manage/events/forum/edit", {"edition": digits}).status_code == 422
        assert "Enter a number from 1 to 999." in organizer.page.text(organizer.page.one("main"))


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_year_that_no_calendar_holds_is_refused_next_to_its_field(organizer, make, year):
    make.event("forum")
    typed = {"starts_at": f"{year}-01-01T00:00", "ends_at": f"{year}-12-31T23:59"}
    response = organizer.fill("/manage/events/forum/edit", typed)
    assert response.status_code == 422
    assert response.get_data(as_text=True).count("Enter a year between 1800 and 2200.") >= 2


def test_a_requested_zone_is_quoted_as_far_as_it_is_printable(app):
    assert zone_asked("europe/helsinki") == ("Europe/Helsinki", "")
    with app.test_request_context():
        _zone, said = zone_asked(" Eu\x1brope\u202e/\ufffeNowhere" + "x" * 900)
    assert "“Europe/Nowhere" in said
    assert len(said) < 150


# ---- concurrent edits ----------------------------------------------------------------------------------------------


def sent(visitor, path: str, action: str = "") -> dict[str, str]:
    """What a user who has the form open would send without changing it."""
    visitor.get(path)
    return {key: value for key, value in _form_values(visitor, action or path).items() if value}


def _form_values(visitor, action: str):
    forms = [one for one in visitor.page.forms() if (one.get("method") or "").lower() == "post"]
    chosen = [one for one in forms if (one.get("action") or action).split("?")[0].endswith(action)]
    return values_of(next(one for one in chosen if "logout" not in (one.get("action") or "")))


DESK_FORMS = {
    "options/in_person": ("title_en", "Great hall", "Small hall"),
    "questions/{question}": ("label_en", "What do you eat?", "What do you drink?"),
    "programme/rooms/{room}": ("name_en", "Great hall", "Small hall"),
    "programme/tracks/{track}": ("name_en", "Rivers", "Lakes"),
    "sites/{site}": ("name_en", "City hall", "Town hall"),
    "edit": ("title_en", "Forum of rivers", "Forum of lakes"),
    "registrations/{registration}": ("family_name", "Byron", "Lovelace"),
}


@pytest.fixture
def everything(make):
    event = make.event("forum")
    option = make.option(event)
    with transaction():
        site = events.save_venue(
            fresh(event), None, name=LocalizedText(en="Hall"), address=LocalizedText(en="1 Street"), slug="hall"
        )
        question = questions.save_question(fresh(event), None, label=LocalizedText(en="Meal?"), kind=QuestionKind.TEXT)
    return {
        "room": make.room(event).slug,
        "track": make.track(event).slug,
        "site": site.id,
        "question": question.id,
        "registration": make.registration(event, option).id,
    }


@pytest.mark.parametrize("page", DESK_FORMS)
@pytest.mark.slow
def test_of_two_who_edit_at_once_the_second_is_refused_and_nothing_is_overwritten(organizer, everything, page):
    field, first, second = DESK_FORMS[page]
    path = f"/manage/events/forum/{page.format(**everything)}"
    assert organizer.get(path).status_code == 200, path
    mine, theirs = sent(organizer, path), sent(organizer, path)
    assert "edit_token" in mine, path
    assert organizer.post(path, data={**theirs, field: first}).status_code == 303
    response = organizer.post(path, data={**mine, field: second})
    assert response.status_code == 422
    text = organizer.page.text(organizer.page.one("main"))
    assert "Someone else changed this in the meantime. Your changes were not saved." in text
    assert "You both changed these fields; we kept your version" in text
    organizer.get(path)
    assert _form_values(organizer, path)[field] == [first]
    # Saving again after seeing the changes is deliberate.
    organizer.post(path, data={**mine, field: second})
    again = _form_values(organizer, path)
    assert again[field] == [second]
    assert organizer.post(path, data=again).status_code == 303
    organizer.get(path)
    assert _form_values(organizer, path)[field] == [second]


def test_what_only_the_other_has_changed_is_taken_over(organizer, make):
    make.option(make.event("forum"))
    path = "/manage/events/forum/options/in_person"
    mine, theirs = sent(organizer, path), sent(organizer, path)
    organizer.post(path, data={**theirs, "capacity": "40"})
    assert organizer.post(path, data={**mine, "title_en": "Hall"}).status_code == 422
    again = _form_values(organizer, path)
    assert (again["title_en"], again["capacity"]) == (["Hall"], ["40"])
    assert "Their changes are now in the form" in organizer.page.text(organizer.page.one("main"))
    assert organizer.post(path, data=again).status_code == 303


def test_a_guest_and_the_team_do_not_overwrite_each_other(client, organizer, make):
    event = make.event("forum")
    guest = make.registration(event, make.option(event))
    own, desk = f"/registrations/{guest.token}/change", f"/manage/events/forum/registrations/{guest.id}"
    mine = sent(client, own)
    organizer.fill(desk, {"organization": "City of Rivers"}, action=desk)
    assert client.post(own, data={**mine, "family_name": "Byron"}).status_code == 422
    again = _form_values(client, own)
    assert (again["family_name"], again["organization"]) == (["Byron"], ["City of Rivers"])
    assert client.post(own, data=again).status_code == 303
    assert fresh(guest).organization_name == "City of Rivers"


@pytest.mark.slow
def test_a_form_that_nobody_else_has_touched_is_saved_as_ever(organizer, everything):
    for page, (field, first, _second) in DESK_FORMS.items():
        path = f"/manage/events/forum/{page.format(**everything)}"
        assert organizer.post(path, data={**sent(organizer, path), field: first}).status_code == 303, page
