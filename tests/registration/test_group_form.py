"""Several people on one registration form: adding and removing them, what is asked of each, and what follows."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import admission, form_parts, questions
from eventapp.registration.form_models import AnswerFile
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import CheckAnswers, QuestionKind
from eventapp.registration.rules import Access, AddressCheck
from tests.support.make import fresh

PATH = "/events/forum/register"
DESK = "/manage/events/forum/registrations/new"
ADA = {"option": "in_person", "email": "ada@example.org", "family_name": "Lovelace", "given_name": "Ada"}
BO, CY = {"people-1-family_name": "Ono", "people-1-given_name": "Bo"}, {"people-2-family_name": "Doe"}


@pytest.fixture
def forum(make):
    event = make.event("forum")
    make.option(event)
    make.option(event, Mode.ONLINE)
    return event


def ask(event, key: str, kind: QuestionKind = QuestionKind.TEXT, **values):
    with transaction():
        return questions.save_question(
            fresh(event), None, key=key, label=values.pop("label", LocalizedText(en=key.title())), kind=kind, **values
        )


def settings(event, **values) -> None:
    with transaction():
        kept = form_parts.form_parts(fresh(event)).settings
        questions.save_settings(
            fresh(event), **{"asks_reading": kept.asks_reading, "check_answers": kept.check_answers, **values}
        )


def everybody() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def said(client) -> str:
    return client.page.text(client.page.one("main"))


def summary(client) -> list[tuple[str, str]]:
    return [(node.get("href"), client.page.text(node)) for node in client.page.by_id("problems").iter("a")]


def named(client) -> set[str]:
    """The names of the fields that would be sent."""
    (form,) = client.page.one("main").iter("form")
    return {node.get("name") for node in form.iter("input", "select", "textarea") if node.get("name")}


def steps(client) -> list[str]:
    (form,) = client.page.one("main").iter("form")
    return [node.get("value") for node in form.iter("button") if node.get("name") == "step"]


# ---- adding and removing without JavaScript ------------------------------------------------------------------------


def test_the_form_begins_with_one_person(client, forum):
    client.get(PATH)
    assert not [name for name in named(client) if name.startswith("people-")]
    assert client.page.one("template").get("id") == "companion"
    assert steps(client) == ["add"]


def test_the_form_stays_a_cached_page_without_a_cookie(client, forum):
    response = client.get(PATH)
    assert response.cache_control.public
    assert response.headers["ETag"]
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("desk", [False, True])
def test_a_button_draws_the_form_again_with_a_person_more_or_fewer(client, organizer, forum, desk):
    person, path = (organizer, DESK) if desk else (client, PATH)
    typed = {"email": "no address", "people-1-family_name": "Ono", "step": "add"}
    assert person.fill(path, {"email": "no address", "step": "add"}).status_code == 200, "nothing is validated yet"
    assert person.page.by_id("people-1-given_name").get("autofocus") is not None
    assert person.fill_again(path, typed).status_code == 200
    assert person.fill_again(path, {"people-2-family_name": "Doe", "step": "remove-1"}).status_code == 200
    assert "people-1-family_name" not in named(person)
    assert person.page.by_id("people-2-family_name").get("value") == "Doe"
    assert person.page.by_id("email").get("value") == "no address"
    assert steps(person) == ["remove-2", "add"]
    (legend,) = [node for node in person.page.all("legend") if node.get("data-place")][:1]
    assert person.page.text(legend) == "Person 2", "people are counted, however their fields are named"
    assert person.fill_again(path, {"step": "add"}).status_code == 200
    assert {"people-1-family_name", "people-2-family_name"} <= named(person)
    assert everybody() == []


def test_the_enter_key_never_adds_or_removes_anybody(client, forum):
    client.fill(PATH, {"step": "add"})
    (form,) = client.page.one("main").iter("form")
    assert next(form.iter("button")).get("name") is None


def test_together_is_offered_once_there_are_two(client, forum):
    client.get(PATH)
    (box,) = [node for node in client.page.all("div") if node.get("data-together") is not None]
    assert box.get("hidden") is not None
    client.fill(PATH, {"step": "add"})
    (box,) = [node for node in client.page.all("div") if node.get("data-together") is not None]
    assert box.get("hidden") is None


# ---- what is asked of each -----------------------------------------------------------------------------------------


def test_everybody_on_the_form_is_registered_with_one_contact(client, forum):
    first = {**ADA, "organization": "Saitama", "country": "JP", "zone": "Asia/Tokyo"}
    response = client.fill(PATH, {**first, **BO, **CY})
    people = everybody()
    assert [one.name for one in people] == ["Ada Lovelace", "Bo Ono", "Doe"]
    assert {(one.email, one.organization_name, one.country_code, one.zone, one.option.key) for one in people} == {
        ("ada@example.org", "Saitama", "JP", "Asia/Tokyo", "in_person")
    }
    assert response.location == f"/registrations/{people[0].token}"


def test_required_questions_are_required_of_each_and_conditions_apply_to_each(client, forum):
    ask(forum, "meal", QuestionKind.CHOICE, choices=["Fish", "Rice"], required=True)
    ask(forum, "sauce", if_question="meal", if_answer="rice", required=True)
    ask(forum, "network", mode=Mode.ONLINE, required=True)
    sent = {**ADA, "q_meal": "fish", **BO, "people-1-q_meal": "rice", **CY}
    assert client.fill(PATH, sent).status_code == 422
    assert summary(client) == [
        ("#people-1-q_sauce", "Person 2: Please answer: Sauce"),
        ("#people-2-q_meal", "Person 3: Please answer: Meal"),
    ]
    assert client.page.by_id("people-2-family_name").get("value") == "Doe"
    answers = {"people-1-q_sauce": "Soy", "people-2-q_meal": "fish", "people-2-q_sauce": "hidden"}
    assert client.fill_again(PATH, answers).status_code == 303
    assert [one.answers for one in everybody()] == [
        {"meal": "fish"},
        {"meal": "rice", "sauce": "Soy"},
        {"meal": "fish"},
    ]


def test_an_error_names_the_person_and_links_to_the_field(client, forum):
    ask(forum, "age", QuestionKind.NUMBER)
    wrong = {"people-1-family_name": "", "people-1-given_name": "www.example.org", "people-1-q_age": "old"}
    assert client.fill(PATH, {**ADA, **wrong}).status_code == 422
    assert summary(client) == [
        ("#people-1-family_name", "Person 2: Enter the family name."),
        ("#people-1-given_name", "Person 2, Given name: Enter a name, without a web address."),
        ("#people-1-q_age", "Person 2, Age: Enter a number."),
    ]
    assert client.page.by_id("people-1-q_age").get("value") == "old"
    assert client.page.by_id("people-1-family_name").get("aria-invalid") == "true"


def test_the_privacy_notice_is_the_last_of_the_problems(client, forum):
    with transaction():
        questions.save_notice(fresh(forum), LocalizedText(en="We keep it for a year."))
    client.fill(PATH, {**ADA, "people-1-family_name": ""})
    assert [target for target, _text in summary(client)] == ["#people-1-family_name", "#privacy"]
    client.fill_again(PATH, {"people-1-family_name": "Ono", "privacy": "1"})
    assert [one.privacy_version for one in everybody()] == [1, 1]


def test_the_reading_is_asked_of_each_where_the_event_asks_for_it(client, forum):
    client.fill(PATH, {"step": "add"})
    assert "people-1-reading" not in named(client)
    settings(forum, asks_reading=True)
    client.fill(PATH, {**ADA, **BO, "reading": "エイダ", "people-1-reading": "オノ"})
    assert [one.reading for one in everybody()] == ["エイダ", "オノ"]


def test_files_may_be_left_out_for_companions_and_are_kept_when_sent(client, forum):
    ask(forum, "photo", QuestionKind.FILE, required=True)
    png = b"\x89PNG\r\n\x1a\n"
    sent = {"q_photo": (io.BytesIO(png), "a.png"), "people-2-q_photo": (io.BytesIO(png), "c.png")}
    client.fill(PATH, {"step": "add"})
    assert "Their files can also be added later" in said(client)
    client.fill(PATH, {**ADA, **BO, **CY, **sent, "people-1-given_name": "www.example.org"})
    assert [target for target, _text in summary(client)] == ["#people-1-given_name"]
    assert client.fill_again(PATH, {"people-1-given_name": "Bo"}).status_code == 303
    assert [one.answers.get("photo", {}).get("name") for one in everybody()] == ["a.png", None, "c.png"]
    kept = db.session.scalars(select(AnswerFile.registration_id).order_by(AnswerFile.id))
    assert list(kept) == [everybody()[0].id, everybody()[2].id]


def test_a_file_that_can_not_be_kept_is_refused_at_once(client, forum):
    ask(forum, "photo", QuestionKind.FILE)
    sent = {"people-1-q_photo": (io.BytesIO(b"MZ"), "a.exe"), "step": "add"}
    assert client.fill(PATH, {**ADA, **BO, **sent}).status_code == 422
    assert [target for target, _text in summary(client)] == ["#people-1-q_photo"]
    assert "people-2-family_name" in named(client)


def test_somebody_who_is_in_the_list_twice_is_named_at_the_field(client, forum):
    client.fill(PATH, {**ADA, **BO, "people-7-family_name": "Lovelace", "people-7-given_name": "Ada"})
    assert summary(client) == [("#people-7-family_name", "Person 3, Family name: Ada Lovelace is in the list twice.")]
    assert everybody() == []


def test_a_group_with_somebody_who_is_registered_is_refused_and_the_owner_is_written_to(client, forum):
    client.fill(PATH, {**ADA, "family_name": "Ono", "given_name": "Bo"})
    send_due()
    assert client.fill(PATH, {**ADA, **BO}).status_code == 422
    assert "Ono" not in said(client).replace("Person 2", "")
    assert [one.name for one in everybody()] == ["Bo Ono"]
    assert send_due() is not None
    assert db.session.scalar(select(func.count()).select_from(Email)) == 2


# ---- limits --------------------------------------------------------------------------------------------------------


def many(number: int) -> dict[str, str]:
    return {f"people-{n}-family_name": f"Guest {n}" for n in range(1, number + 1)}


def test_a_form_takes_ten_people_and_no_more(client, forum):
    sentence = "At most 10 people can be registered with one form."
    assert client.fill(PATH, {**ADA, **many(10)}).status_code == 422
    assert sentence in client.page.text(client.page.by_id("problems"))
    assert client.fill(PATH, {**ADA, **many(9), "step": "add"}).status_code == 422
    assert sentence in client.page.text(client.page.by_id("problems"))
    assert "people-9-family_name" in named(client)
    assert everybody() == []
    assert client.fill(PATH, {**ADA, **many(9)}).status_code == 303
    assert len(everybody()) == 10


def test_each_person_counts_against_the_budget(client, forum, monkeypatch):
    monkeypatch.setattr(admission, "REGISTRATIONS_AN_HOUR", 3)
    assert client.fill(PATH, {**ADA, **many(3)}).status_code == 422
    assert "3 people have registered from your connection" in said(client)
    assert everybody() == []


# ---- checking the answers ------------------------------------------------------------------------------------------


def test_the_answers_of_everybody_are_shown_before_they_are_registered(client, forum):
    settings(forum, check_answers=CheckAnswers.ALWAYS)
    ask(forum, "meal")
    assert (
        client.fill(PATH, {**ADA, **BO, "people-1-q_meal": "Rice", "q_meal": "Fish", "together": "y"}).status_code
        == 200
    )
    page = said(client)
    assert page.index("Fish") < page.index("Person 2") < page.index("Ono") < page.index("Rice")
    assert "Only register us together Yes" in page
    assert everybody() == []
    targets = {node.get("formaction") for node in client.page.all("button")}
    assert f"{PATH}#people-1-q_meal" in targets
    assert client.fill_again(PATH, {"step": "change"}).status_code == 200
    assert client.page.by_id("people-1-q_meal").get("value") == "Rice"
    assert client.fill_again(PATH, {"people-1-q_meal": "Soup"}).status_code == 200
    assert client.fill_again(PATH, {"step": "register"}).status_code == 303
    assert [one.answers for one in everybody()] == [{"meal": "Fish"}, {"meal": "Soup"}]


# ---- after registering ---------------------------------------------------------------------------------------------


@pytest.mark.both_engines("moments")
def test_the_first_persons_page_says_right_after_how_many_are_registered(client, forum):
    location = client.fill(PATH, {**ADA, **BO}).location
    sentence = "2 people are registered; each gets an e-mail with a private link of their own."
    client.get(location)
    assert sentence in said(client)
    assert "Ono" not in said(client)
    client.get(f"/registrations/{everybody()[1].token}")
    assert sentence not in said(client), "a companion's page is about the companion"
    send_due()
    db.session.rollback()
    texts = [email.text for email in db.session.scalars(select(Email).order_by(Email.id))]
    assert [one.token in text for one, text in zip(everybody(), texts, strict=True)] == [True, True]


def test_who_has_a_seat_and_who_waits_is_said_only_right_after_registering(client, make):
    forum = make.event("forum")
    make.option(forum, capacity=2)
    location = client.fill(PATH, {**ADA, **BO, **CY}).location
    client.get(location)
    assert "You have registered 3 people" in said(client)
    assert "Bo Ono: Confirmed" in said(client)
    assert "Doe: On the waiting list" in said(client)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        client.get(location)
    assert "Ono" not in said(client)


def test_people_who_come_only_together_wait_together(client, make):
    forum = make.event("forum")
    make.option(forum, capacity=2)
    client.fill(PATH, {**ADA, **BO, **CY, "together": "y"})
    assert {one.status.value for one in everybody()} == {"waitlisted"}
    assert len({one.party for one in everybody()}) == 1


def test_another_registration_of_the_contact_is_not_of_the_group(client, forum):
    client.fill(PATH, {**ADA, "family_name": "Byron"})
    location = client.fill(PATH, {**ADA, **BO}).location
    client.get(location)
    assert "2 people are registered" in said(client)


def test_one_link_confirms_the_address_for_everybody(client, make):
    forum = make.event("forum", address_check=AddressCheck.ALWAYS)
    make.option(forum)
    response = client.fill(PATH, {**ADA, **BO, **CY})
    assert response.location == f"{PATH}/sent?people=3"
    client.get(response.location)
    assert "This one link confirms all 3 people." in said(client)
    own = f"/registrations/{everybody()[0].token}"
    client.get(own)
    assert "registered 3 people" not in said(client), "nobody is registered yet"
    assert client.fill(own, action="/confirm").status_code == 303
    assert {one.status.value for one in everybody()} == {"confirmed"}
    client.get(own)
    assert "3 people are registered" in said(client)
    for odd in ("x", "-1", "99999"):
        assert client.get(f"{PATH}/sent?people={odd}").status_code == 200


def test_a_known_companion_looks_like_a_new_one_where_the_address_is_checked(client, make, monkeypatch):
    monkeypatch.setattr(admission, "REGISTRATIONS_AN_HOUR", 4)
    forum = make.event("forum", address_check=AddressCheck.ALWAYS)
    make.option(forum)
    new = client.fill(PATH, {**ADA, **BO}).location
    assert client.fill(PATH, {**ADA, "given_name": "Augusta", **BO}).location == new
    assert client.fill(PATH, {**ADA, "email": "eve@example.org"}).status_code == 422, "both count as two people"


def test_an_option_by_invitation_asks_for_one_code(client, make):
    forum = make.event("forum")
    make.option(forum, access=Access.CODE, access_code="SPRING")
    assert client.fill(PATH, {**ADA, **BO, "code": "SPRING"}).status_code == 303
    assert len(everybody()) == 2


# ---- the desk ------------------------------------------------------------------------------------------------------


def test_the_desk_registers_several_people(organizer, forum):
    ask(forum, "meal", required=True)
    response = organizer.fill(DESK, {**ADA, **BO, "together": "y"})
    assert response.location.endswith(f"/registrations/{everybody()[0].id}")
    organizer.get(response.location)
    assert "Ada Lovelace: Confirmed" in said(organizer)
    assert "Bo Ono: Confirmed" in said(organizer)


def test_the_desk_learns_which_companion_is_registered(organizer, forum):
    organizer.fill(DESK, {**ADA, "family_name": "Ono", "given_name": "Bo"})
    assert organizer.fill(DESK, {**ADA, **BO}).status_code == 422
    assert summary(organizer) == [
        (
            "#people-1-family_name",
            "Person 2, Family name: Bo Ono is already registered with this e-mail address.",
        )
    ]
    assert "another" not in named(organizer)
