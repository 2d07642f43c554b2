"""Setting up what people can register for."""

from __future__ import annotations

import pytest

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.programme.rules import Mode
from eventapp.registration import queries, questions, setup
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import fresh
from tests.support.outbox import emails

DESK = "/manage/events/forum/options"


@pytest.fixture
def forum(make):
    return make.event("forum")


def keys(event) -> list[str]:
    db.session.rollback()
    return [option.key for option in queries.options(fresh(event))]


def titles(event) -> list[str]:
    db.session.rollback()
    return [str(question.label) for question in queries.questions(fresh(event))]


def ask(event, *labels: str) -> None:
    with transaction():
        for label in labels:
            questions.save_question(fresh(event), None, label=LocalizedText(en=label), kind=QuestionKind.TEXT)


@pytest.mark.parametrize(
    ("position", "order"),
    [
        (0, ["online", "in_person", "video_message"]),
        (1, ["in_person", "online", "video_message"]),
        (2, ["in_person", "video_message", "online"]),
        (-7, ["online", "in_person", "video_message"]),
        (99, ["in_person", "video_message", "online"]),
    ],
)
def test_an_option_moves_to_any_position(make, forum, position, order):
    for mode in (Mode.IN_PERSON, Mode.ONLINE, Mode.VIDEO_MESSAGE):
        make.option(forum, mode)
    with transaction():
        setup.place_option(queries.option_by_key(fresh(forum), "online"), position)
    assert keys(forum) == order


def test_the_form_has_the_order_that_the_team_chose(organizer, client, make, forum):
    for mode in (Mode.IN_PERSON, Mode.ONLINE):
        make.option(forum, mode)
    organizer.get(DESK)
    assert organizer.fill(DESK, {"position": "0"}, action=f"{DESK}/online/place").status_code == 303
    client.get("/events/forum/register")
    shown = [field.get("value") for field in client.page.one("main").iter("input") if field.get("name") == "option"]
    assert shown == ["online", "in_person"]


def test_questions_move_and_a_new_one_comes_last(organizer, make, forum):
    ask(forum, "one", "two", "three")
    with transaction():
        questions.remove_question(queries.questions(fresh(forum))[0])
    moved = queries.questions(fresh(forum))[1]
    path = f"/manage/events/forum/questions/{moved.id}/place"
    assert organizer.fill(DESK, {"position": "0"}, action=path).status_code == 303
    assert titles(forum) == ["three", "two"]
    ask(forum, "four")
    assert titles(forum) == ["three", "two", "four"]


@pytest.mark.parametrize("position", ["", "first", "1.5"])
def test_a_position_that_is_no_number_is_refused(organizer, make, forum, position):
    make.option(forum)
    make.option(forum, Mode.ONLINE)
    token = organizer.values(DESK, action=f"{DESK}/online/place")
    assert organizer.post(f"{DESK}/online/place", data=token | {"position": position}).status_code == 404
    assert keys(forum) == ["in_person", "online"]


def test_an_event_begins_with_the_usual_options_in_one_step(organizer, make, forum):
    assert organizer.fill(DESK, {"in_person": "1", "online": "1"}, action=f"{DESK}/usual").status_code == 303
    db.session.rollback()
    assert [(o.mode, o.capacity) for o in queries.options(fresh(forum))] == [(Mode.IN_PERSON, 40), (Mode.ONLINE, 200)]
    with pytest.raises(Refused, match="options already"), transaction():
        setup.add_usual(fresh(forum), [Mode.ONLINE])


def test_the_overview_says_how_many_have_a_seat_and_how_many_wait(organizer, make, forum):
    option = make.option(forum, capacity=1)
    for _ in range(3):
        make.registration(forum, option)
    organizer.get(DESK)
    text = organizer.page.text(organizer.page.one("main"))
    assert "1 of 1 seats taken" in text
    assert "2 waiting" in text


def test_the_note_of_an_option_stands_in_the_email(make, forum):
    option = make.option(forum, note=LocalizedText(en="Use the east entrance.", ja="東口からお入りください。"))
    make.registration(forum, option)
    make.registration(forum, option, language="ja")
    first, second = emails()
    assert "Use the east entrance." in first.text
    assert "東口からお入りください。" in second.text
