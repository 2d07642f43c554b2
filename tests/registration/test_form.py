"""The registration form as the team builds it and as guests fill it in."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory import views as directory_views
from eventapp.directory.rules import OrganizationKind
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration import files, form_parts, queries, questions
from eventapp.registration.form_models import AnswerFile, Question
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import CheckAnswers, QuestionKind
from tests.support.make import fresh

PATH = "/events/forum/register"
DESK = "/manage/events/forum"
ADA = {"option": "in_person", "email": "ada@example.org", "family_name": "Lovelace", "given_name": "Ada"}
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture
def forum(make):
    event = make.event("forum")
    make.option(event)
    make.option(event, Mode.ONLINE)
    return event


def ask(event, key: str, kind: QuestionKind = QuestionKind.TEXT, **values) -> Question:
    with transaction():
        return questions.save_question(
            fresh(event), None, key=key, label=values.pop("label", LocalizedText(en=key.title())), kind=kind, **values
        )


def the_one() -> Registration:
    db.session.rollback()
    return db.session.scalars(select(Registration)).one()


def number_registered() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def said(client) -> str:
    return client.page.text(client.page.one("main"))


def said_at(client, path: str) -> str:
    client.get(path)
    return said(client)


def current(event) -> list[Question]:
    db.session.rollback()
    return queries.questions(fresh(event))


# ---- kinds of answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (QuestionKind.NUMBER, "3", 3),
        (QuestionKind.NUMBER, "２．５", 2.5),
        (QuestionKind.NUMBER, "0", 0),
        (QuestionKind.NUMBER, "1,234,567", 1234567),
        (QuestionKind.NUMBER, "-0.25", -0.25),
        (QuestionKind.DATE, "2031-03-18", "2031-03-18"),
        (QuestionKind.COUNTRY, "JP", "JP"),
        (QuestionKind.LANGUAGE, "ja", "ja"),
        (QuestionKind.ORGANIZATION, "City of Pittsburgh", "City of Pittsburgh"),
    ],
)
def test_each_kind_of_answer_is_stored_and_shown_again(client, organizer, forum, kind, typed, stored):
    ask(forum, "x", kind, required=True, languages=["en", "ja"])
    assert client.fill(PATH, ADA).status_code == 422
    assert "Please answer: X" in said(client)
    location = client.fill(PATH, {**ADA, "q_x": typed}).location
    assert the_one().answers == {"x": stored}
    assert client.fill(f"{location}/change", {"family_name": "Byron"}).status_code == 303
    assert the_one().answers == {"x": stored}
    desk = f"{DESK}/registrations/{the_one().id}"
    assert organizer.fill(desk, {"given_name": "Augusta"}, action=desk).status_code == 303
    assert the_one().answers == {"x": stored}


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        (QuestionKind.NUMBER, "many", "Enter a number."),
        (QuestionKind.NUMBER, "nan", "Enter a number."),
        (QuestionKind.NUMBER, "11", "Enter a number from 1 to 10."),
        (QuestionKind.NUMBER, "0.5", "Enter a number from 1 to 10."),
        (QuestionKind.DATE, "yesterday", "Enter a date."),
        (QuestionKind.DATE, "0001-01-01", "Enter a year between 1800 and 2200."),
        (QuestionKind.COUNTRY, "XX", "Choose an option from the list."),
        (QuestionKind.LANGUAGE, "fr", "Choose an option from the list."),
        (QuestionKind.CHOICE, "cake", "Choose an option from the list."),
        (QuestionKind.ORGANIZATION, "x" * 201, "Use at most 200 characters."),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_and_kept(client, forum, kind, typed, sentence):
    ask(forum, "x", kind, languages=["en", "ja"], choices=["Fish", "Rice"], minimum=1, maximum=10)
    assert client.fill(PATH, {**ADA, "q_x": typed}).status_code == 422
    assert sentence in said(client)
    if kind is QuestionKind.NUMBER:
        assert client.page.by_id("q_x").get("value") == typed
    assert client.page.by_id("family_name").get("value") == "Lovelace"


@pytest.mark.parametrize(
    ("bounds", "typed", "sentence"),
    [({"minimum": 1}, "0", "Enter a number from 1."), ({"maximum": 1.5}, "2", "Enter a number up to 1.5.")],
)
def test_a_number_may_have_one_bound(client, forum, bounds, typed, sentence):
    ask(forum, "x", QuestionKind.NUMBER, **bounds)
    assert client.fill(PATH, {**ADA, "q_x": typed}).status_code == 422
    assert sentence in said(client)


def test_the_guest_reads_labels_and_choices_in_their_language(client, forum):
    ask(
        forum,
        "meal",
        QuestionKind.CHOICE,
        label=LocalizedText(en="Meal", ja="お食事"),
        choices=[LocalizedText(en="Fish", ja="魚"), LocalizedText(en="Rice", ja="ご飯")],
    )
    client.get(f"{PATH}?lang=ja")
    assert "お食事" in said(client)
    assert "魚" in said(client)
    assert "Fish" not in said(client)
    client.fill(f"{PATH}?lang=ja", {**ADA, "q_meal": "fish"})
    assert the_one().answers == {"meal": "fish"}


# ---- conditions ----------------------------------------------------------------------------------------------------


def visa(forum) -> None:
    ask(forum, "visa", QuestionKind.YES_NO)
    ask(forum, "passport", required=True, if_question="visa", if_answer="yes")


def test_a_question_after_an_answer_is_neither_required_nor_stored_for_others(client, forum):
    visa(forum)
    client.get(PATH)
    assert "Only if the answer to “Visa” is “Yes”" in said(client)
    assert client.fill(PATH, {**ADA, "q_visa": "yes"}).status_code == 422
    assert "Please answer: Passport" in said(client)
    location = client.fill(PATH, {**ADA, "q_visa": "no", "q_passport": "secret"}).location
    assert the_one().answers == {"visa": False}
    client.fill(f"{location}/change", {"q_visa": "yes", "q_passport": "LOVELACE"})
    assert the_one().answers == {"visa": True, "passport": "LOVELACE"}
    client.fill(f"{location}/change", {"q_visa": "no"})
    assert the_one().answers == {"visa": False}, "what is not needed any more is not kept"


def test_what_nobody_sees_can_not_be_wrong(client, forum):
    visa(forum)
    ask(forum, "nights", QuestionKind.NUMBER, if_question="visa", if_answer="yes")
    assert client.fill(PATH, {**ADA, "q_visa": "no", "q_nights": "many"}).status_code == 303


def test_a_question_after_one_that_is_not_asked_is_not_asked_either(client, forum):
    ask(forum, "meals", QuestionKind.CHOICES, choices=["Fish", "Other"], mode=Mode.IN_PERSON)
    ask(forum, "which", required=True, if_question="meals", if_answer="other")
    ask(forum, "bus", QuestionKind.CHOICE, choices=["North", "South"])
    ask(forum, "stop", required=True, if_question="bus", if_answer="north")
    assert client.fill(PATH, {**ADA, "option": "online", "q_meals": ["other"]}).status_code == 303
    assert the_one().answers == {}
    assert client.fill(PATH, {**ADA, "given_name": "B", "q_meals": ["other"]}).status_code == 422


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("later:yes", "Choose an option from the list."),
        ("name:yes", "Choose an option from the list."),
        ("visa:perhaps", "Choose an option from the list."),
    ],
)
def test_a_question_depends_only_on_a_choice_before_it(organizer, forum, condition, sentence):
    for key, kind in (("visa", QuestionKind.YES_NO), ("name", QuestionKind.TEXT), ("x", QuestionKind.TEXT)):
        ask(forum, key, kind)
    ask(forum, "later", QuestionKind.YES_NO)
    number = next(one.id for one in current(forum) if one.key == "x")
    assert organizer.fill(f"{DESK}/questions/{number}", {"condition": condition}).status_code == 422
    assert sentence in said(organizer)
    with pytest.raises(Refused), transaction():
        question = db.session.get(Question, number)
        before, _, answer = condition.partition(":")
        values = {"label": question.label, "kind": question.kind, "if_question": before, "if_answer": answer}
        questions.save_question(fresh(forum), question, **values)


def test_what_another_question_depends_on_stays_before_it(organizer, forum):
    visa(forum)
    first, second = current(forum)
    for path, values in (
        (f"{DESK}/questions/{second.id}/place", {"position": "0"}),
        (f"{DESK}/questions/{first.id}/remove", {}),
        (f"{DESK}/questions/{first.id}", {"label_en": "Visa", "kind": "text"}),
    ):
        assert organizer.fill_elsewhere(f"{DESK}/options", path, values).status_code == 422, path
    assert [one.key for one in current(forum)] == ["visa", "passport"]


# ---- words ---------------------------------------------------------------------------------------------------------


def meal(forum) -> Question:
    choices = [LocalizedText(en="Fish", ja="魚"), LocalizedText(en="Rice", ja="ご飯")]
    return ask(forum, "meal", QuestionKind.CHOICE, choices=choices)


def offered(question: Question) -> list[str]:
    return [one.key for one in question.offered]


def renamed(organizer, question: Question, values: dict[str, str]) -> int:
    return organizer.fill(f"{DESK}/questions/{question.id}", values).status_code


def test_before_anybody_has_answered_words_are_changed_without_a_question(organizer, forum):
    question = meal(forum)
    assert renamed(organizer, question, {"label_en": "Dinner", "choices_fish_en": "Trout"}) == 303
    (question,) = current(forum)
    assert [str(one.texts) for one in question.offered] == ["Trout", "Rice"]
    assert offered(question) == ["fish", "rice"]


@pytest.mark.both_engines("answers inside of JSON")
def test_other_words_for_a_choice_are_a_correction_or_a_new_choice(client, organizer, forum):
    question = meal(forum)
    location = client.fill(PATH, {**ADA, "q_meal": "fish"}).location
    assert renamed(organizer, question, {"choices_fish_de": "Fisch"}) == 303, "a translation replaces nothing"
    assert renamed(organizer, question, {"choices_fish_en": "Fisch"}) == 422
    assert "Do the choices mean the same?" in said(organizer)
    assert organizer.fill_again(f"{DESK}/questions/{question.id}", {"same_choices": "same"}).status_code == 303
    assert offered(current(forum)[0]) == ["fish", "rice"]
    assert renamed(organizer, question, {"choices_fish_en": "Beef", "choices_fish_ja": "牛肉"}) == 422
    assert organizer.fill_again(f"{DESK}/questions/{question.id}", {"same_choices": "new"}).status_code == 303
    (question,) = current(forum)
    assert offered(question) == ["beef", "rice"]
    assert {one.key: str(one.texts) for one in question.all_choices} == {
        "beef": "Beef",
        "rice": "Rice",
        "fish": "Fisch",
    }
    client.fill(f"{location}/change", {"given_name": "Augusta"})
    assert the_one().answers == {"meal": "fish"}
    organizer.get(f"{DESK}/registrations/{the_one().id}")
    assert "Fisch" in said(organizer), "the words that were read, as they were corrected"


def test_another_label_is_a_correction_or_a_new_question(client, organizer, forum):
    question = meal(forum)
    client.fill(PATH, {**ADA, "q_meal": "fish"})
    assert renamed(organizer, question, {"label_en": "Dinner"}) == 422
    assert "Do the choices mean the same?" not in said(organizer)
    assert organizer.fill_again(f"{DESK}/questions/{question.id}", {"same_question": "same"}).status_code == 303
    assert [(one.key, str(one.label)) for one in current(forum)] == [("meal", "Dinner")]
    ask(forum, "last")
    assert renamed(organizer, question, {"label_en": "Breakfast"}) == 422
    assert organizer.fill_again(f"{DESK}/questions/{question.id}", {"same_question": "new"}).status_code == 303
    assert [(one.key, str(one.label)) for one in current(forum)] == [("breakfast", "Breakfast"), ("last", "Last")]
    organizer.get(f"{DESK}/registrations/{the_one().id}")
    others = said(organizer)
    assert (
        others.index("Other answers") < others.index("Dinner") < others.rindex("Fish") < others.index("no longer asked")
    )


def test_both_are_asked_at_once_if_both_have_changed(client, organizer, forum):
    question = meal(forum)
    client.fill(PATH, {**ADA, "q_meal": "fish"})
    assert renamed(organizer, question, {"label_en": "Dinner", "choices_fish_en": "Trout"}) == 422
    values = {"same_question": "same", "same_choices": "same"}
    assert organizer.fill_again(f"{DESK}/questions/{question.id}", values).status_code == 303
    (question,) = current(forum)
    assert (str(question.label), [str(one.texts) for one in question.offered]) == ("Dinner", ["Trout", "Rice"])


def test_another_kind_of_answer_is_another_question(client, organizer, forum):
    question = ask(forum, "meal")
    client.fill(PATH, {**ADA, "q_meal": "fish"})
    assert renamed(organizer, question, {"kind": "long_text"}) == 303, "a long text is a text"
    assert renamed(organizer, question, {"kind": "date"}) == 422
    assert "People have given answers of another kind." in said(organizer)
    assert organizer.fill_again(f"{DESK}/questions/{question.id}", {"same_question": "same"}).status_code == 422
    assert organizer.fill_again(f"{DESK}/questions/{question.id}", {"same_question": "new"}).status_code == 303
    assert [(one.key, one.kind) for one in current(forum)] == [("meal_2", QuestionKind.DATE)]


def test_languages_to_choose_from_are_two_or_more(organizer, forum):
    values = {"label_en": "Language", "kind": "language"}
    assert organizer.fill(f"{DESK}/questions/new", {**values, "languages": "en"}).status_code == 422
    assert "Enter at least two languages." in said(organizer)
    assert organizer.fill(f"{DESK}/questions/new", {**values, "languages": "en\nxyzzy"}).status_code == 422
    assert "“xyzzy” is not a language tag" in said(organizer)
    assert organizer.fill(f"{DESK}/questions/new", {**values, "languages": "en, ja"}).status_code == 303
    assert current(forum)[0].languages == ["en", "ja"]


def test_a_choice_is_retired_and_offered_again(client, organizer, forum):
    question = meal(forum)
    organizer.fill(f"{DESK}/questions/{question.id}", {"choices": "Soup | スープ\nSalad"})
    client.fill(PATH, {**ADA, "q_meal": "fish"})
    assert renamed(organizer, question, {"choices_fish_retired": "1", "choices_salad_place": "0"}) == 303
    (question,) = current(forum)
    assert offered(question) == ["salad", "rice", "soup"]
    assert question.all_choices[-1].key == "fish"
    client.get(PATH)
    assert "Fish" not in said(client)
    assert renamed(organizer, question, {"choices_fish_retired": []}) == 303
    assert "fish" in offered(current(forum)[0])


def test_a_choice_that_another_question_needs_is_not_retired(organizer, forum):
    question = meal(forum)
    organizer.fill(f"{DESK}/questions/{question.id}", {"choices": "Soup"})
    ask(forum, "which", if_question="meal", if_answer="fish")
    assert renamed(organizer, question, {"choices_fish_retired": "1"}) == 422
    assert "“Which” depends on the answer to this question" in said(organizer)


# ---- ready sets, preview -------------------------------------------------------------------------------------------


def test_ready_sets_ask_in_both_languages_and_only_what_is_needed(client, organizer, forum):
    for key in ("diet", "access", "interpretation", "visa"):
        organizer.fill_elsewhere(f"{DESK}/options", f"{DESK}/form/sets/{key}")
    assert all({"en", "ja"} <= set(one.label) for one in current(forum))
    assert len(current(forum)) == 9
    assert organizer.fill_elsewhere(f"{DESK}/options", f"{DESK}/form/sets/visa").status_code == 422
    assert "Ready sets" not in said_at(organizer, f"{DESK}/options")
    values = {**ADA, "q_visa": "no", "q_interpretation": "yes", "q_interpretation_language": "ja"}
    assert client.fill(PATH, values).status_code == 303
    assert the_one().answers == {"visa": False, "interpretation": True, "interpretation_language": "ja"}


def test_a_ready_set_is_added_again_after_it_was_removed(organizer, forum):
    for keys in (
        ["visa", "visa_nationality", "visa_passport_name"],
        ["visa_2", "visa_nationality_2", "visa_passport_name_2"],
    ):
        organizer.fill_elsewhere(f"{DESK}/options", f"{DESK}/form/sets/visa")
        assert [one.key for one in current(forum)] == keys
        assert [one.if_question for one in current(forum)] == ["", keys[0], keys[0]]
        assert "Visa letter" not in said_at(organizer, f"{DESK}/options")
        for one in reversed(current(forum)):
            organizer.fill_elsewhere(f"{DESK}/options", f"{DESK}/questions/{one.id}/remove")


def test_the_preview_of_a_draft_is_the_form_and_can_not_be_sent(organizer, make):
    draft = make.event("draft", status=EventStatus.DRAFT)
    make.option(draft)
    ask(draft, "meal", label=LocalizedText(en="Meal", ja="お食事"))
    organizer.get("/manage/events/draft/form/preview?lang=ja")
    assert "お食事" in said(organizer)
    (form,) = organizer.page.one("main").iter("form")
    assert [button for button in form.iter("button")]
    assert all(button.get("disabled") is not None for button in form.iter("button"))
    assert organizer.page.one("main").xpath(".//input[@name='option']")[0].get("disabled") is None


# ---- readings ------------------------------------------------------------------------------------------------------


@pytest.mark.both_engines("LIKE")
def test_a_reading_is_asked_only_where_the_event_wants_it_and_found_in_either_kana(client, organizer, forum):
    client.get(PATH)
    assert "reading" not in {node.get("name") for node in client.page.all("input")}
    assert organizer.fill(f"{DESK}/form/settings", {"asks_reading": "y"}).status_code == 303
    client.fill(PATH, {**ADA, "family_name": "鈴木", "given_name": "花子", "reading": "スズキ ハナコ"})
    client.fill(PATH, {**ADA, "family_name": "さとう", "email": "bo@example.org"})
    for typed, name in (
        ("スズキ", "鈴木"),
        ("すずき", "鈴木"),
        ("はなこ", "鈴木"),
        ("サトウ", "さとう"),
        ("ｽｽﾞｷ", "鈴木"),
    ):
        organizer.get(f"{DESK}/registrations?q={typed}")
        assert name in said(organizer), typed
        assert "1 registration" in said(organizer), typed
    organizer.get(f"{DESK}/registrations?q=スズキ")
    assert "スズキ ハナコ" in said(organizer)


@pytest.mark.parametrize(
    ("language", "order"),
    [("ja", ["family_name", "given_name", "reading"]), ("en", ["given_name", "family_name", "reading"])],
)
def test_the_parts_of_a_name_have_the_order_of_the_language(client, forum, language, order):
    with transaction():
        questions.save_settings(fresh(forum), asks_reading=True, check_answers=CheckAnswers.LONG)
    client.get(f"{PATH}?lang={language}")
    names = [node.get("name") for node in client.page.all("input")]
    assert [name for name in names if name in order] == order


# ---- privacy notice ------------------------------------------------------------------------------------------------


@pytest.mark.both_engines("counts of an outer join")
def test_a_privacy_notice_is_agreed_to_by_version(client, organizer, forum):
    client.get(PATH)
    assert "Privacy notice" not in said(client)
    assert organizer.fill(f"{DESK}/form/privacy", {"text_en": "We keep it for a year."}).status_code == 303
    assert client.fill(PATH, ADA).status_code == 422
    assert "Tick the box" in said(client)
    assert client.fill(PATH, {**ADA, "privacy": "1"}).status_code == 303
    assert (the_one().privacy_version, the_one().privacy_agreed_at is not None) == (1, True)
    organizer.fill(f"{DESK}/form/privacy", {"text_en": "We keep it for a year."})
    organizer.fill(f"{DESK}/form/privacy", {"text_en": "We keep it for two years."})
    assert client.fill(PATH, {**ADA, "given_name": "B", "privacy": "1"}).status_code == 422
    assert "The privacy notice has changed." in said(client)
    assert client.fill_again(PATH, {"privacy": "2"}).status_code == 303
    db.session.rollback()
    assert [(one.version, number) for one, number in form_parts.notices(fresh(forum))] == [(2, 1), (1, 1)]
    organizer.get(f"{DESK}/form/privacy")
    assert "Version 2" in said(organizer)
    organizer.get(f"{DESK}/registrations?privacy=1")
    assert "1 registration" in said(organizer)
    first = db.session.scalars(select(Registration).order_by(Registration.id)).first()
    organizer.get(f"{DESK}/registrations/{first.id}")
    assert "Agreed to version 1 of the privacy notice" in said(organizer)
    organizer.fill(f"{DESK}/form/privacy", {"text_en": ""})
    assert client.fill(PATH, {**ADA, "given_name": "C"}).status_code == 303, "without a notice nobody is asked"


def test_the_team_registers_somebody_who_has_not_agreed_yet(organizer, forum):
    with transaction():
        questions.save_notice(fresh(forum), LocalizedText(en="We keep it."))
    assert organizer.fill(f"{DESK}/registrations/new", ADA).status_code == 303
    assert the_one().privacy_version is None


# ---- the check of the answers --------------------------------------------------------------------------------------


def test_a_long_form_shows_the_answers_before_anything_is_stored(client, forum):
    for number in range(9):
        ask(forum, f"q{number}")
    response = client.fill(PATH, {**ADA, "q_q3": "Three <3"})
    assert response.status_code == 200
    assert client.page.text(client.page.one("h1")).startswith("Check your answers")
    assert "Three <3" in said(client)
    assert number_registered() == 0
    assert client.fill_again(PATH, {"step": "change"}).status_code == 200
    assert client.page.by_id("q_q3").get("value") == "Three <3"
    assert number_registered() == 0
    assert client.fill_again(PATH, {"q_q3": "Four"}).status_code == 200
    assert client.fill_again(PATH, {"step": "register"}).status_code == 303
    assert the_one().answers == {"q3": "Four"}


def test_what_comes_back_from_the_check_is_validated_again(client, forum):
    with transaction():
        questions.save_settings(fresh(forum), asks_reading=False, check_answers=CheckAnswers.ALWAYS)
    assert client.fill(PATH, ADA).status_code == 200
    assert client.fill_again(PATH, {"step": "register", "email": "nobody"}).status_code == 422
    assert client.fill(PATH, {**ADA, "email": "nobody"}).status_code == 422, "only a valid form is checked"
    assert number_registered() == 0


def test_a_short_form_registers_at_once_and_so_does_a_long_one_if_the_team_wants(client, forum):
    for number in range(9):
        ask(forum, f"q{number}", mode=Mode.IN_PERSON)
    assert client.fill(PATH, {**ADA, "option": "online"}).status_code == 303, "what is not asked does not count"
    with transaction():
        questions.save_settings(fresh(forum), asks_reading=False, check_answers=CheckAnswers.NEVER)
    assert client.fill(PATH, {**ADA, "given_name": "B"}).status_code == 303


# ---- files ---------------------------------------------------------------------------------------------------------


def send(client, content: bytes, name: str = "passport.pdf", **values):
    client.get(PATH)
    return client.post(PATH, data={**ADA, "q_scan": (io.BytesIO(content), name), **values})


def number_of_files() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AnswerFile)) or 0


@pytest.mark.both_engines("bytes")
def test_a_file_is_downloaded_by_the_team_only_and_never_shown(client, organizer, make, app, forum):
    ask(forum, "scan", QuestionKind.FILE)
    assert send(client, PDF, "../../旅券<1>.html").status_code == 303
    answer = the_one().answers["scan"]
    assert answer["name"] == "旅券_1_.pdf"
    row = db.session.scalars(select(AnswerFile)).one()
    path = f"{DESK}/registrations/{the_one().id}/files/{row.id}"
    organizer.get(f"{DESK}/registrations/{the_one().id}")
    assert "旅券_1_.pdf" in said(organizer)
    response = organizer.get(path)
    assert response.data == PDF
    assert response.headers["Content-Disposition"].endswith("filename*=UTF-8''%E6%97%85%E5%88%B8_1_.pdf")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Disposition"].isascii()
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.content_type == "application/octet-stream"
    assert client.get(path).status_code == 302
    other = make.event("other")
    make.registration(other, make.option(other))
    assert organizer.get(path.replace("forum", "other")).status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"<html><script>", "Choose a file of these kinds: PDF and PNG."),
        (b"\xff\xd8\xff\xe0jpeg", "Choose a file of these kinds: PDF and PNG."),
        (PDF + b" " * 1024, "This file is too large: choose one of at most 1 megabyte."),
    ],
)
def test_a_file_has_limits(client, forum, monkeypatch, content, sentence):
    monkeypatch.setattr(files, "MEGABYTE", 1024)
    ask(forum, "scan", QuestionKind.FILE, megabytes=1, file_kinds=["PDF", "PNG"])
    assert send(client, content).status_code == 422
    assert sentence in said(client)
    assert number_of_files() == 0


def test_a_file_is_kept_over_a_refused_form_and_over_the_check(client, forum):
    ask(forum, "scan", QuestionKind.FILE, required=True)
    with transaction():
        questions.save_settings(fresh(forum), asks_reading=False, check_answers=CheckAnswers.ALWAYS)
    assert send(client, PDF, email="nobody").status_code == 422
    assert "passport.pdf" in said(client)
    assert client.fill_again(PATH, {"email": "ada@example.org"}).status_code == 200
    assert "passport.pdf" in said(client)
    assert client.fill_again(PATH, {"step": "register"}).status_code == 303
    assert the_one().answers["scan"]["name"] == "passport.pdf"
    assert number_of_files() == 1


def test_a_file_of_somebody_else_can_not_be_taken(client, forum):
    ask(forum, "scan", QuestionKind.FILE, required=True)
    send(client, PDF)
    key = the_one().answers["scan"]["file"]
    assert client.fill(PATH, {**ADA, "given_name": "B", "q_scan_kept": key}).status_code == 422
    assert "Choose the file again." in said(client)


@pytest.mark.both_engines("IN with an empty list")
def test_a_file_is_replaced_and_removed(client, forum):
    ask(forum, "scan", QuestionKind.FILE)
    location = send(client, PDF).location
    values = client.values(f"{location}/change")
    other = {**values, "q_scan": (io.BytesIO(b"\x89PNG\r\n\x1a\n"), "photo.png")}
    assert client.post(f"{location}/change", data=other).status_code == 303
    assert the_one().answers["scan"]["name"] == "photo.png"
    assert number_of_files() == 1
    assert client.fill(f"{location}/change", {"family_name": "Byron"}).status_code == 303
    assert number_of_files() == 1
    assert client.fill(f"{location}/change", {"q_scan_removed": "1"}).status_code == 303
    assert the_one().answers == {}
    assert number_of_files() == 0


def test_files_of_forms_that_were_never_completed_are_deleted(client, forum):
    ask(forum, "scan", QuestionKind.FILE)
    send(client, PDF)
    send(client, PDF, email="nobody")
    assert number_of_files() == 2
    assert files.delete_unused() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert files.delete_unused() == 1
    assert number_of_files() == 1


@pytest.mark.parametrize("limit", ["FILES_AN_HOUR", "MEGABYTES_AN_HOUR", "MEGABYTES_OF_ALL_AN_HOUR"])
def test_nobody_fills_the_database_with_files(client, organizer, forum, monkeypatch, limit):
    ask(forum, "scan", QuestionKind.FILE)
    monkeypatch.setattr(files, limit, 2)
    for _ in range(3):
        send(client, PDF, email="nobody")
    assert "Too many files have been sent." in said(client)
    assert number_of_files() == 2


def test_no_file_is_kept_for_a_form_that_is_refused_in_any_case(client, make, forum):
    ask(forum, "scan", QuestionKind.FILE)
    assert send(client, PDF, blank="https://buy.example").status_code == 422
    assert "Choose the file again." in said(client)
    with transaction():
        for option in queries.options(fresh(forum)):
            option.closes_at = clock.now() - timedelta(hours=1)
    assert client.post(PATH, data={**ADA, "q_scan": (io.BytesIO(PDF), "a.pdf")}).status_code == 422
    assert number_of_files() == 0


def test_an_event_has_room_for_so_many_files(client, forum, monkeypatch):
    ask(forum, "scan", QuestionKind.FILE)
    monkeypatch.setattr(files, "MEGABYTES_OF_EVENT", 0)
    assert send(client, PDF).status_code == 422
    assert number_of_files() == 0


# ---- organizations -------------------------------------------------------------------------------------------------


def suggested(client, typed: str, language: str = "en") -> list[dict[str, str]]:
    return client.get("/organizations.json", query_string={"q": typed, "lang": language}).json["organizations"]


@pytest.mark.both_engines("LIKE and ordering")
def test_organizations_are_suggested_by_name_and_kind_only(client, make):
    make.organization(LocalizedText(en="City of Pittsburgh", ja="ピッツバーグ市"), OrganizationKind.CITY)
    make.organization("Museum of Pittsburgh", OrganizationKind.ASSOCIATION_NGO)
    assert [one["name"] for one in suggested(client, "PITT")] == ["City of Pittsburgh", "Museum of Pittsburgh"]
    assert suggested(client, "muse") == [{"name": "Museum of Pittsburgh", "kind": "association_ngo"}]
    assert suggested(client, "ピッツ", "ja") == [{"name": "ピッツバーグ市", "kind": "city"}]
    for little in ("", "p", "%%", "__", "p "):
        assert suggested(client, little) == []


def test_suggestions_are_new_once_the_directory_is_and_somebody_who_asks_too_often_waits(client, make, monkeypatch):
    assert client.get("/organizations.json?q=city").json == {"organizations": []}
    make.organization("City of Saga", OrganizationKind.CITY)
    assert len(client.get("/organizations.json?q=city").json["organizations"]) == 1
    monkeypatch.setattr(directory_views, "PACE", "2/minute")
    codes = [client.get(f"/organizations.json?q=city{number}").status_code for number in range(4)]
    assert codes[-1] == 429
