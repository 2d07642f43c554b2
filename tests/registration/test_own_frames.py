"""Own pages whose common part is kept: the same bytes as a page that is made anew, and nothing of anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration import own_frames, own_rows, questions
from eventapp.registration import queries as queries_of_registration
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.rules import ACTIVE, UNCONFIRMED, RegistrationStatus
from tests.support.make import fresh, words

NAMES = [("Lovelace", "Ada"), ("<b>Möller</b>", "%(name)s & {{ 1 }}"), ("木", "花子"), ("1000000000000000", '"0001')]
HELD = {RegistrationStatus.OFFERED, *UNCONFIRMED}
WAITS = {RegistrationStatus.WAITLISTED, RegistrationStatus.UNCONFIRMED_WAITING}


@pytest.fixture
def forum(make):
    event = make.event("forum", join_url="https://meet.example/1", venue_name=words("Harbour Hall"))
    make.venue(event, latitude=35.6, longitude=139.7)
    with transaction():
        questions.save_question(event, None, label=words("Diet"), kind=QuestionKind.TEXT, key="diet")
    return event


@pytest.fixture
def hall(make, forum):
    make.option(forum, Mode.ONLINE)
    return make.option(forum, capacity=500)


@pytest.fixture
def people(make, forum, hall):
    """Several people with the same kind of page."""
    return [
        make.registration(
            forum,
            hall,
            f"guest{number}@example.org",
            family_name=family,
            given_name=given,
            extra={"diet": f"<{given}>"},
        )
        for number, (family, given) in enumerate(NAMES)
    ]


def forum_options(forum) -> list[AttendanceOption]:
    return queries_of_registration.options(db.session.get(Event, forum.id))


def frames(app) -> list:
    return [one for _state, kept in app.extensions["kept forms"].values() for one in kept.frames.values()]


def anew(client, monkeypatch, path: str) -> str:
    """The page as it is without anything kept."""
    with monkeypatch.context() as patch:
        patch.setattr(own_rows, "find", lambda token: None)
        return client.get(path).text


@pytest.mark.parametrize("status", list(RegistrationStatus))
def test_a_kept_page_is_in_each_state_what_a_new_one_would_be(app, client, monkeypatch, people, status):
    with transaction():
        for number, one in enumerate(people):
            mine = db.session.get(Registration, one.id)
            mine.status = status
            mine.held_until = clock.now() + timedelta(hours=number + 1) if status in HELD else None
            mine.waiting_since = clock.now() + timedelta(seconds=number) if status in WAITS else None
    for query in ("", "?lang=ja", "?lang=fr"):
        app.extensions["kept forms"].clear()
        for one in people:
            path = f"/registrations/{one.token}{query}"
            assert client.get(path).text == anew(client, monkeypatch, path), path
        assert len(frames(app)) == 1, query


@pytest.mark.both_engines("one statement with subqueries, read by the driver")
def test_each_person_gets_the_page_of_their_own_state(client, monkeypatch, make, forum, hall):
    """One frame more for each difference: state, option, line, time left, what was answered, how long ago it was."""
    online = next(one for one in forum_options(forum) if one.mode is Mode.ONLINE)
    guest = make.registration(forum, hall, "ada@example.org", extra={"diet": "Vegan"})
    path = f"/registrations/{guest.token}"

    def looks_anew() -> bool:
        return client.get(path).text == anew(client, monkeypatch, path)

    assert looks_anew()
    for change in (
        *({"status": one} for one in RegistrationStatus if one not in HELD | WAITS),
        {"status": RegistrationStatus.CONFIRMED, "option_id": online.id},
        {"answers": {}},
        {"organization_name": "City of Rivers", "country_code": "JP", "reading": "rivers"},
        {"status": RegistrationStatus.WAITLISTED, "waiting_since": clock.now()},
        {"status": RegistrationStatus.OFFERED, "held_until": clock.now() + timedelta(hours=1)},
        {"status": RegistrationStatus.CONFIRMED, "held_until": None, "waiting_since": None},
    ):
        with transaction():
            mine = db.session.get(Registration, guest.id)
            for name, value in change.items():
                setattr(mine, name, value)
        assert looks_anew(), change
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert looks_anew()


@pytest.mark.parametrize("what", ["session", "option", "cancelled", "done"])
def test_what_somebody_has_done_is_shown_to_nobody_else(app, client, monkeypatch, make, forum, people, what):
    """No frame has a line of somebody's history, or a step that can be undone."""
    ada, bea = (f"/registrations/{one.token}" for one in people[:2])
    if what == "session":
        session = make.session(forum, capacity=5)
    client.get(bea)
    if what == "session":
        client.post(f"{ada}/sessions/{session.code}", data={"on": "1"})
    elif what == "option":
        online = next(one for one in forum_options(forum) if one.mode is Mode.ONLINE)
        assert client.post(f"{ada}/option", data={"option": online.key}).status_code == 303
        assert client.post(f"{bea}/option", data={"option": online.key}).status_code == 303
        with time_machine.travel(clock.now() + timedelta(minutes=3)):
            assert "7 more minutes" in client.get(ada).text
    elif what == "cancelled":
        assert client.post(f"{ada}/cancel").status_code == 303
    else:
        assert "We are sending the e-mail again." in client.get(f"{ada}?done=sent").text
    for path in (ada, bea, f"{ada}?done=sent", bea):
        assert client.get(path).text == anew(client, monkeypatch, path)
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        assert ("Changed from" in client.get(ada).text) is (what == "option")
    assert not [text for one in frames(app) for text in one.texts if "Changed from" in text or "more minute" in text]


@pytest.mark.both_engines("one statement with subqueries, read by the driver")
def test_each_person_gets_their_own_lines_about_sessions(client, monkeypatch, make, forum, people):
    """Seats, waiting lists and overlaps are those of the person; a seat that somebody else takes is gone at once."""
    small, other = make.session(forum, capacity=1), make.session(forum, capacity=3)
    make.session(forum, capacity=2, starts_at=forum.starts_at + timedelta(hours=5))
    ada, bea, cem = (f"/registrations/{one.token}" for one in people[:3])
    for who, session, wish in ((ada, small, "1"), (bea, other, "1"), (bea, small, "wait"), (ada, small, "0")):
        client.get(cem)
        assert client.post(f"{who}/sessions/{session.code}", data={"on": wish}).status_code == 303
        for path in (ada, bea, cem, f"{cem}?lang=ja"):
            assert client.get(path).text == anew(client, monkeypatch, path)
    with time_machine.travel(forum.starts_at + timedelta(hours=1)):
        assert client.get(cem).text == anew(client, monkeypatch, cem)


def test_each_reader_gets_the_page_in_their_language(client, people):
    path = f"/registrations/{people[0].token}"
    for language, title in (("en", "Forum of cities"), ("ja", "都市フォーラム"), ("en", "Forum of cities")):
        shown = client.get(path, headers={"Accept-Language": language}).text
        assert f'<html lang="{language}"' in shown and title in shown
    assert "lang=en" in client.get(f"{path}?lang=en").text.split("<main")[1]
    assert "lang=en" not in client.get(path).text.split("<main")[1]


def test_what_is_kept_holds_nothing_personal(app, client, people):
    client.get(f"/registrations/{people[0].token}", headers={"X-Request-ID": "somebody"})
    (frame,) = frames(app)
    for personal in (people[0].token, "Lovelace", "Ada", "guest0@", "somebody"):
        assert not [text for text in frame.texts if personal in text]


@pytest.mark.both_engines("one statement with subqueries, read by the driver")
def test_a_change_by_the_person_is_seen_at_once(client, people):
    path = f"/registrations/{people[0].token}"
    assert "Lovelace" in client.get(path).text
    with transaction():
        db.session.get(Registration, people[0].id).family_name = "Byron"
    shown = client.get(path).text
    assert "Byron" in shown and "Lovelace" not in shown


@pytest.mark.parametrize("what", ["title", "option", "question", "venue"])
def test_a_change_by_the_team_is_seen_at_once(client, make, forum, hall, people, what):
    path = f"/registrations/{people[0].token}"
    client.get(path)
    with transaction():
        if what == "title":
            db.session.get(Event, forum.id).title = words("Something new")
        elif what == "option":
            db.session.get(AttendanceOption, hall.id).title = words("Something new")
        elif what == "question":
            (question,) = queries_of_registration.questions(db.session.get(Event, forum.id))
            question.label = LocalizedText(en="Something new")
    if what == "venue":
        make.venue(forum, "Something new")
    assert "Something new" in client.get(path).text


def test_the_end_of_the_event_is_seen_at_once(client, people):
    path = f"/registrations/{people[0].token}"
    with time_machine.travel(fresh(people[0]).event.ends_at - timedelta(minutes=1)):
        assert "This event is over." not in client.get(path).text
    with time_machine.travel(fresh(people[0]).event.ends_at + timedelta(minutes=1)):
        assert "This event is over." in client.get(path).text


def test_no_more_frames_are_kept_than_allowed(app, client, monkeypatch, people):
    monkeypatch.setattr(own_frames, "MOST", 2)
    for language in ("en", "ja", "fr", "de"):
        assert client.get(f"/registrations/{people[0].token}?lang={language}").status_code == 200
    assert len(frames(app)) == 2


def test_the_page_of_a_draft_is_made_anew_for_whom_the_team_has_registered(app, client, make):
    draft = make.event("draft")
    guest = make.registration(draft, make.option(draft))
    with transaction():
        db.session.get(Event, draft.id).status = EventStatus.DRAFT
    assert "Your registration" in client.get(f"/registrations/{guest.token}").text
    assert own_rows.find(guest.token) is None and frames(app) == []


def test_kept_pages_stay_private(client, people):
    for _ in range(2):
        response = client.get(f"/registrations/{people[0].token}")
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.both_engines("one statement with subqueries, read by the driver")
def test_a_page_that_is_kept_asks_twice(app, client, people, queries):
    """For the person and for the state of the event."""
    assert people[0].status in ACTIVE
    first, second = (f"/registrations/{one.token}" for one in people[:2])
    client.get(first)
    with queries() as counted:
        client.get(second)
    assert len(counted) == 2
