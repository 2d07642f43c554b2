"""What is added twice at once, often because a button was pressed twice, is there once, and the second gets a sentence."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.notifications.models import EmailSettings
from eventapp.programme import operations as programme
from eventapp.programme.models import Room, Track
from eventapp.registration import questions
from eventapp.registration.form_models import Question
from eventapp.registration.question_rules import QuestionKind
from tests.support.at_once import during
from tests.support.make import fresh, words

BASE = "/manage/events/forum/"
NAME = words("Harbour")
# The page with the form, what is typed, what another request has just added, and the rows.
ADDED = {
    "room": ("programme/rooms/new", {"name_en": "Harbour"}, lambda event: programme.save_room(event, None, name=NAME)),
    "track": (
        "programme/tracks/new",
        {"name_en": "Harbour"},
        lambda event: programme.save_track(event, None, name=NAME, colour=1),
    ),
    "question": (
        "questions/new",
        {"label_en": "Harbour", "kind": "text"},
        lambda event: questions.save_question(event, None, label=NAME, kind=QuestionKind.TEXT),
    ),
    "settings": ("mail/settings", {}, lambda event: db.session.add(EmailSettings(event_id=event.id))),
}
ROWS = {"room": Room, "track": Track, "question": Question, "settings": EmailSettings}


@pytest.mark.both_engines("how a constraint says that it was violated")
@pytest.mark.parametrize("kind", ADDED)
def test_what_is_added_twice_at_once_is_there_once_and_the_second_is_told(make, organizer, caplog, kind):
    event = make.event("forum")
    page, typed, add = ADDED[kind]
    form = organizer.values(BASE + page) | {name: [value] for name, value in typed.items()}
    with caplog.at_level(logging.WARNING):
        second = during(lambda: add(fresh(event)), lambda: organizer.post(BASE + page, data=form))
    assert second.status_code == 422
    assert "Nothing was saved a second time." in organizer.page.text(organizer.page.one("main"))
    assert len(db.session.scalars(select(ROWS[kind])).all()) == 1
    (told,) = [one for one in caplog.records if one.message == "added twice"]
    assert told.facts["cause"]
    assert "Harbour" not in str(told.facts), "it may be a name"
