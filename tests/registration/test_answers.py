"""Answers are kept when their questions change."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import questions, setup
from eventapp.registration.form_models import Question
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind, answer_to_store, fits
from tests.support.make import fresh

PATH = "/events/forum/register"
ADA = {"option": "in_person", "email": "ada@example.org", "family_name": "Lovelace", "given_name": "Ada"}


@pytest.fixture
def forum(make):
    event = make.event("forum")
    make.option(event)
    make.option(event, Mode.ONLINE)
    return event


def ask(forum, key: str, kind: QuestionKind, **values) -> Question:
    with transaction():
        question = db.session.scalars(select(Question).where(Question.key == key)).one_or_none()
        return questions.save_question(
            fresh(forum), question, key=key, label=LocalizedText(en=key.title()), kind=kind, **values
        )


def the_one() -> Registration:
    db.session.rollback()
    return db.session.scalars(select(Registration)).one()


def desk() -> str:
    return f"/manage/events/forum/registrations/{the_one().id}"


def others(organizer) -> str:
    organizer.get(desk())
    return organizer.page.text(organizer.page.one("main"))


@pytest.mark.slow
def test_what_is_no_longer_asked_is_shown_to_the_team_and_never_erased(client, organizer, forum):
    question = ask(forum, "meal", QuestionKind.TEXT)
    location = client.fill(PATH, {**ADA, "q_meal": "vegan"}).location
    organizer.fill(f"/manage/events/forum/questions/{question.id}", action="/remove")
    client.get(PATH)
    assert "Meal" not in client.page.text(client.page.one("main"))
    client.fill(f"{location}/change", {"family_name": "Byron"})
    organizer.fill(desk(), {"given_name": "Augusta"}, action=desk())
    assert the_one().answers == {"meal": "vegan"}
    shown = others(organizer)
    assert shown.index("Other answers") < shown.index("Meal") < shown.index("vegan") < shown.index("no longer asked")
    assert organizer.get(f"/manage/events/forum/questions/{question.id}").status_code == 404


def test_another_way_of_taking_part_does_not_erase_what_was_answered(client, organizer, forum):
    ask(forum, "meal", QuestionKind.TEXT, mode=Mode.IN_PERSON)
    location = client.fill(PATH, {**ADA, "q_meal": "vegan"}).location
    client.fill(f"{location}/change", {"option": "online", "q_meal": ""})
    assert the_one().answers == {"meal": "vegan"}
    assert "not asked for this option" in others(organizer)
    client.fill(f"{location}/change", {"option": "in_person", "q_meal": ""})
    assert the_one().answers == {}, "who is asked can take the answer back"


@pytest.mark.parametrize(
    ("kind", "choices"),
    [(QuestionKind.CHOICE, ["fish", "rice"]), (QuestionKind.YES_NO, []), (QuestionKind.CHOICES, ["fish", "rice"])],
)
def test_an_answer_to_a_question_that_has_changed_stays_readable(client, organizer, forum, kind, choices):
    ask(forum, "meal", QuestionKind.TEXT)
    location = client.fill(PATH, {**ADA, "q_meal": "vegan"}).location
    with pytest.raises(questions.AsksMeaning):
        ask(forum, "meal", kind, choices=choices)
    new = ask(forum, "meal", kind, choices=choices, same_question=False).key
    assert new != "meal"
    client.fill(f"{location}/change", {"family_name": "Byron"})
    assert the_one().answers == {"meal": "vegan"}
    assert "vegan" in others(organizer)
    assert "no longer asked" in others(organizer)
    answer = {f"q_{new}": "yes" if kind is QuestionKind.YES_NO else "fish"}
    assert client.fill(f"{location}/change", answer).status_code == 303
    assert the_one().answers["meal"] == "vegan"
    assert the_one().answers[new] in (True, "fish", ["fish"])


def test_a_choice_that_is_no_longer_offered_is_kept_by_who_has_it(client, organizer, forum):
    ask(forum, "days", QuestionKind.CHOICES, choices=["Monday", "Tuesday"])
    location = client.fill(PATH, {**ADA, "q_days": ["monday", "tuesday"]}).location
    ask(forum, "days", QuestionKind.CHOICES, choices=["Monday", "Wednesday"])
    client.get(PATH)
    assert "Tuesday" not in client.page.text(client.page.one("main"))
    assert client.fill(PATH, {**ADA, "given_name": "Eve", "q_days": ["tuesday"]}).status_code == 422
    client.fill(f"{location}/change", {"family_name": "Byron"})
    assert the_one().answers == {"days": ["monday", "tuesday"]}
    assert "Tuesday" in others(organizer)
    client.fill(f"{location}/change", {"q_days": ["wednesday"]})
    assert the_one().answers == {"days": ["wednesday"]}


@pytest.mark.parametrize(("typed", "stored"), [("yes", {"bus": True}), ("no", {"bus": False}), ("", {})])
def test_yes_or_no_has_three_states(client, forum, typed, stored):
    ask(forum, "bus", QuestionKind.YES_NO)
    location = client.fill(PATH, {**ADA, "q_bus": typed}).location
    assert the_one().answers == stored
    client.get(f"{location}/change")
    chosen = [
        one.get("value")
        for one in client.page.all("input")
        if one.get("name") == "q_bus" and one.get("checked") is not None
    ]
    assert chosen == [typed]
    client.fill(f"{location}/change", {"family_name": "Byron"})
    assert the_one().answers == stored


def test_an_answer_that_is_required_may_be_no_and_a_consent_must_be_given(client, forum):
    ask(forum, "bus", QuestionKind.YES_NO, required=True)
    ask(forum, "rules", QuestionKind.CONSENT)
    client.get(PATH)
    assert "No answer" not in client.page.text(client.page.one("main"))
    response = client.fill(PATH, {**ADA})
    assert response.status_code == 422
    said = client.page.text(client.page.one("main"))
    assert "Please answer: Bus" in said
    assert "Please answer: Rules" in said
    assert client.fill(PATH, {**ADA, "q_bus": "no"}).status_code == 422
    assert client.fill(PATH, {**ADA, "q_bus": "no", "q_rules": "y"}).status_code == 303
    assert the_one().answers == {"bus": False, "rules": True}


def test_required_questions_do_not_block_the_team(organizer, forum):
    ask(forum, "bus", QuestionKind.YES_NO, required=True)
    ask(forum, "rules", QuestionKind.CONSENT)
    ask(forum, "name", QuestionKind.TEXT, required=True)
    assert organizer.fill("/manage/events/forum/registrations/new", ADA).status_code == 303
    assert the_one().answers == {}
    assert organizer.fill(desk(), {"family_name": "Byron"}, action=desk()).status_code == 303


@pytest.mark.parametrize(
    ("kind", "choices", "before", "now", "stored"),
    [
        (QuestionKind.TEXT, [], "old", "", None),
        (QuestionKind.TEXT, [], True, "", True),
        (QuestionKind.TEXT, [], ["a", "b"], "", ["a", "b"]),
        (QuestionKind.CHOICE, ["a"], "gone", None, "gone"),
        (QuestionKind.CHOICE, ["a"], "gone", "a", "a"),
        (QuestionKind.CHOICES, ["a"], ["a", "gone"], [], ["gone"]),
        (QuestionKind.CHOICES, ["a"], "text", ["a"], ["a"]),
        (QuestionKind.YES_NO, [], False, None, None),
        (QuestionKind.YES_NO, [], None, False, False),
        (QuestionKind.CONSENT, [], "yes", True, True),
    ],
)
def test_what_is_stored_follows_from_what_was_and_what_the_form_has(kind, choices, before, now, stored):
    assert answer_to_store(kind, choices, before, now) == stored


def test_an_answer_fits_its_question_or_not():
    assert fits(QuestionKind.TEXT, [], "x")
    assert not fits(QuestionKind.TEXT, [], True)
    assert fits(QuestionKind.CHOICES, ["a", "b"], ["b"])
    assert not fits(QuestionKind.CHOICES, ["a"], ["b"])
    assert not fits(QuestionKind.CHOICE, ["a"], True)


# ---- the team ------------------------------------------------------------------------------------------------------


def emails() -> list[Email]:
    send_due()
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def test_somebody_registered_by_the_team_is_written_to_in_their_language(organizer, forum):
    typed = {**ADA, "language": "ja", "family_name": "山田", "given_name": "花子"}
    assert organizer.fill("/manage/events/forum/registrations/new", typed).status_code == 303
    (email,) = emails()
    assert email.language == "ja"
    assert email.text.startswith("山田 花子 様")
    organizer.fill(desk(), {"language": "en"}, action=desk())
    assert the_one().language == "en"


@pytest.mark.slow
def test_the_team_corrects_an_address_without_loss_of_the_seat(client, organizer, make, forum):
    with transaction():
        setup.save_option(fresh(forum), None, mode=Mode.IN_PERSON, title=LocalizedText(en="Hall"), capacity=1)
    hall = {**ADA, "option": "in_person_2", "email": "ada@exmaple.org"}
    old = client.fill(PATH, hall).location
    client.fill(PATH, {**hall, "email": "bob@example.org"})
    first = db.session.scalars(select(Registration).order_by(Registration.id)).first()
    path = f"/manage/events/forum/registrations/{first.id}"
    uid = first.uid
    assert organizer.fill(path, {"email": "ada@example.org"}, action=path).status_code == 303
    corrected = fresh(first)
    assert (corrected.email, corrected.status.value, corrected.uid) == ("ada@example.org", "confirmed", uid)
    assert client.get(old).status_code == 404, "the owner of the wrong mailbox has no link"
    (email,) = (email for email in emails() if email.to == "ada@example.org")
    assert corrected.token in email.text
    assert uid.encode() in email.calendars[0].content.replace(b"\r\n ", b"")
    before = len(emails())
    assert organizer.fill(path, {"email": "ADA@example.org"}, action=path).status_code == 303
    assert len(emails()) == before, "another spelling is the same mailbox"
    response = organizer.fill(path, {"email": "bob@example.org"}, action=path)
    assert response.status_code == 422
    assert "Ada Lovelace is already registered with this e-mail address." in response.get_data(as_text=True)


@pytest.mark.parametrize("typed", ["none", "None.", "N/A", "なし", "個人", "–", "無所属"])
def test_none_as_organization_means_no_organization(client, forum, typed):
    client.fill(PATH, {**ADA, "organization": typed, "organization_kind": "company"})
    assert (the_one().organization_name, the_one().organization_kind) == ("", None)
