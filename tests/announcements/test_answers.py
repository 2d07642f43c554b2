"""Answers of the registration form in announcements: in the reader's language, safe, and never missing a word."""

from __future__ import annotations

import pytest

from eventapp.announcements import answers, compose, operations, tasks
from eventapp.announcements.answers import safe
from eventapp.announcements.queries import next_recipients
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration import questions as asking
from eventapp.registration.models import Registration
from eventapp.registration.queries import every_question
from eventapp.registration.question_rules import AnswerChoice, QuestionKind
from tests.announcements.test_announcements import NEW, announce, people, work
from tests.support import outbox
from tests.support.make import fresh

MEALS = [
    AnswerChoice("vegan", LocalizedText(en="Vegan", ja="ビーガン")),
    AnswerChoice("halal", LocalizedText(en="Halal", ja="ハラール")),
]


def ask(event, key: str, kind: QuestionKind = QuestionKind.TEXT, **values) -> None:
    with transaction():
        label = LocalizedText(en=key.title(), ja=f"質問{key}")
        asking.save_question(fresh(event), None, key=key, label=label, kind=kind, **values)


@pytest.fixture
def forum(make):
    event = make.event("forum", contact_email="team@example.org")
    make.hall = make.option(event, title="Hall")
    ask(event, "diet", QuestionKind.CHOICES, choices=MEALS)
    ask(event, "visa", QuestionKind.YES_NO)
    ask(event, "wish")
    ask(event, "passport", QuestionKind.FILE)
    return event


def both(text: str) -> dict[str, LocalizedText]:
    return {"subject": LocalizedText(en="x", ja="x"), "text": LocalizedText(en=text, ja=text)}


def written(event, text: str) -> list[str]:
    announce(event, **both(text))
    work()
    return [one.text for one in outbox.emails()]


def test_each_reader_gets_their_own_answers_in_the_language_of_the_text(make, forum):
    people(make, forum, "ada@example.org", extra={"diet": ["vegan", "halal"], "visa": True, "wish": "A seat <b>\nhere"})
    people(make, forum, "ben@example.org", extra={"diet": ["halal"], "visa": False}, language="ja")
    ada, ben = written(forum, "Diet: {answer:diet}; visa: {answer:visa}; wish: ｛Answer：WISH｝.")
    assert "Diet: Vegan and Halal; visa: Yes; wish: A seat <b> here." in ada
    assert "Diet: ハラール; visa: いいえ; wish: –." in ben


def test_an_answer_is_escaped_in_html(make, forum):
    people(make, forum, "ada@example.org", extra={"wish": "<img src=x>"})
    announce(forum, **both("Wish: {answer:wish}"))
    work()
    (email,) = outbox.emails()
    assert "Wish: &lt;img src=x&gt;" in email.html


def test_people_who_share_an_address_are_told_apart_unless_they_agree(make, forum):
    make.registration(forum, make.hall, "a@example.org", given_name="Mei", family_name="Mori", companions=["Ken Abe"])
    with transaction():
        first, second = db.session.query(Registration).order_by(Registration.id)
        first.answers, second.answers = {"diet": ["vegan"], "visa": True}, {"visa": True}
    outbox.emails()
    (text,) = written(forum, "Diet: {answer:diet}; visa: {answer:visa}.")
    assert "Diet: Mei Mori: Vegan and Ken Abe: –; visa: Yes." in text


def test_an_answer_to_a_question_that_is_not_asked_of_the_person_does_not_count(make, forum):
    stream = make.option(forum, Mode.ONLINE, title="Stream")
    ask(forum, "room", mode=Mode.IN_PERSON)
    ask(forum, "embassy", if_question="visa", if_answer="yes")
    people(make, forum, "ada@example.org", extra={"visa": True, "embassy": "Rome", "room": "Single"})
    make.registration(forum, stream, "ben@example.org", extra={"visa": True})
    with transaction():
        ben = db.session.query(Registration).order_by(Registration.id.desc()).first()
        ben.answers = {"visa": False, "embassy": "Oslo", "room": "Double"}  # from before both changed
    outbox.emails()
    ada, ben = written(forum, "{answer:embassy}/{answer:room}.")
    assert "Rome/Single." in ada
    assert "–/–." in ben


def test_a_question_that_is_removed_later_does_not_stop_a_scheduled_announcement(make, forum, organizer):
    people(make, forum, "ada@example.org", extra={"wish": "A quiet room"})
    row = announce(forum, **both("Wish: {answer:wish}. {answer:diet}."))
    with transaction():
        for one in every_question(fresh(forum)):
            asking.remove_question(one) if one.key == "wish" else None
            db.session.delete(one) if one.key == "diet" else None
    organizer.get(f"/manage/events/forum/announcements/{row.id}")
    shown = organizer.page.text(organizer.page.one("main"))
    assert "No answer to “Wish”, which is no longer asked 0" in shown
    assert "No answer to “{answer:diet}”, which is no longer asked 1" in shown
    work()
    (email,) = outbox.emails()
    assert "Wish: A quiet room. –." in email.text


def test_the_form_offers_the_questions_but_no_files_and_refuses_unknown_ones(organizer, make, forum):
    organizer.get(NEW)
    offered = [node.get("data-insert") for node in organizer.page.all("code") if node.get("data-insert")]
    assert {"{answer:diet}", "{answer:visa}", "{answer:wish}"} <= set(offered)
    assert "{answer:passport}" not in offered
    assert "Answer to “Diet”" in organizer.page.text(organizer.page.one("main"))
    for unknown in ("passport", "nobody"):
        refused = organizer.fill(NEW, {"subject_en": "Bus", "text_en": f"Your {{answer:{unknown}}}"})
        assert refused.status_code == 422
    assert organizer.page.by_id("text-en").text.strip() == "Your {answer:nobody}"


def test_preview_and_test_have_invented_answers_and_the_review_counts_who_has_none(organizer, make, forum):
    people(make, forum, "ada@example.org", "bob@example.org")
    people(make, forum, "cid@example.org", extra={"diet": ["halal"]})
    path = organizer.fill(NEW, {"subject_en": "Diet", "text_en": "You eat: {answer:diet}, {answer:wish}."}).location
    organizer.get(path)
    shown = organizer.page.text(organizer.page.one("main"))
    assert "No answer to “Diet” 2" in shown and "No answer to “Wish” 3" in shown
    organizer.looks = False  # an e-mail is no page
    preview = organizer.get(f"{path}/preview/en").get_data(as_text=True)
    organizer.looks = True
    assert "You eat: Vegan, (the answer to “Wish”)." in preview
    organizer.fill(path, action="/test")
    (email,) = outbox.emails()
    assert "You eat: Vegan, (the answer to “Wish”)." in email.text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("vegan/halal", "vegan/halal"),
        ("N/A", "N/A"),
        (" two\nlines\u200b ", "two lines"),
        ("see http://intranet/x", "…"),
        ("evil.example/login", "…"),
        ("write to me@evil.example", "…"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_a_typed_answer_brings_no_web_address_into_an_email(typed, written):
    assert safe(typed) == written


def test_a_batch_reads_with_as_many_statements_however_many_people_answered(make, forum, queries):
    people(make, forum, *[f"guest{n}@example.org" for n in range(12)], extra={"diet": ["halal"], "wish": "Quiet"})
    row = announce(forum, **both("Diet: {answer:diet}, {answer:wish}, {answer:visa}."))
    with transaction():
        operations.begin(fresh(row))
    assert tasks._list(fresh(row))
    composer = compose.Composer(fresh(row))
    tasks._write(composer, next_recipients(row.id, limit=2))
    numbers = []
    for size in (2, 8):
        db.session.rollback()
        waiting = next_recipients(row.id, limit=size)
        with queries() as counted:
            assert tasks._write(composer, waiting) == size
        numbers.append(sum(one.startswith("SELECT") for one in counted.statements))
    assert numbers[0] == numbers[1]


def test_an_announcement_without_answers_reads_no_questions(make, forum, queries):
    row = announce_draft(forum)
    event = row.event
    with queries() as counted:
        answers.AnswerPlaceholders(event, ["name", "option"])
    assert not counted.statements


def announce_draft(event):
    with transaction():
        return operations.save(fresh(event), None, author=None, audience=PeopleQuery(), **both("x"))
