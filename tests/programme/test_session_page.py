"""The page of a session: what is around it, its seats, its links."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventapp.core.db import db, transaction
from eventapp.programme import queries
from eventapp.programme.published import neighbours
from eventapp.programme.rules import LinkKind, SessionKind, SessionStatus, link_kind
from eventapp.registration import sign_ups
from tests.support.make import START, fresh

HOUR = timedelta(hours=1)


@pytest.fixture
def forum(make):
    return make.event("forum", ends_at=START + timedelta(days=2))


def around(event, session) -> tuple[str, list[str], str]:
    document = queries.document(event)
    found = neighbours(document.by_code[session.code], document.listed)
    before, after = (str(one.title) if one else "" for one in (found.before, found.after))
    return before, [str(one.title) for one in found.meanwhile], after


def main(client, session) -> str:
    client.get(f"/events/forum/sessions/{session.code}")
    return client.page.text(client.page.one("main"))


def test_a_session_knows_the_one_before_the_one_after_and_those_at_the_same_time(make, forum):
    hall, studio = make.room(forum, "Hall"), make.room(forum, "Studio")
    first = make.session(forum, "First", rooms=[hall], release=False)
    make.session(forum, "Tea", rooms=[hall], starts_at=START + HOUR, kind=SessionKind.BREAK, release=False)
    middle = make.session(forum, "Middle", rooms=[studio], starts_at=START + 2 * HOUR, minutes=90, release=False)
    make.session(forum, "Beside", rooms=[hall], starts_at=START + 3 * HOUR, release=False)
    make.session(forum, "Off", starts_at=START + 2 * HOUR, status=SessionStatus.CANCELLED, release=False)
    for name, room in (("Other room", hall), ("Same room", studio)):
        make.session(forum, name, rooms=[room], starts_at=START + 4 * HOUR, release=False)
    last = make.session(forum, "Last", rooms=[hall], starts_at=START + timedelta(days=1), release=False)
    make.release(forum)
    assert around(forum, first) == ("", [], "Middle")
    assert around(forum, middle) == ("First", ["Beside"], "Same room")
    assert around(forum, last) == ("Other room", [], "")


def test_the_page_leads_to_the_sessions_around_with_their_time_and_another_day(client, make, forum):
    session = make.session(forum, "Opening", release=False)
    make.session(forum, "Beside", rooms=[make.room(forum, "Studio")], release=False)
    make.session(forum, "Tomorrow", starts_at=START + timedelta(days=1), release=False)
    make.release(forum)
    text = main(client, session)
    assert "At the same time Beside 10:00 – 11:00 · Studio" in text
    assert "After Tomorrow Wed 19 March 2031, 10:00 – 11:00" in text
    assert "Before" not in text


def test_a_session_alone_has_nothing_around_it(client, make, forum):
    assert "Around this session" not in main(client, make.session(forum))


@pytest.mark.parametrize(
    ("url", "title", "kind"),
    [
        ("https://example.org/x", "Slides of the talk", LinkKind.SLIDES),
        ("https://example.org/x", "録画", LinkKind.RECORDING),
        ("https://youtu.be/abc", "", LinkKind.RECORDING),
        ("https://www.youtube.com/watch?v=abc", "Our talk", LinkKind.RECORDING),
        ("https://example.org/talk.PPTX?download=1", "", LinkKind.SLIDES),
        ("https://example.org/minutes.pdf", "Minutes", LinkKind.DOCUMENT),
        ("https://example.org/?next=youtube.com", "", LinkKind.PAGE),
        ("https://notyoutube.com/x", "", LinkKind.PAGE),
        ("https://city.example", "The city", LinkKind.PAGE),
    ],
)
def test_a_link_says_what_it_leads_to(url, title, kind):
    assert link_kind(url, title) is kind


def test_links_are_listed_with_their_kind(client, make, forum):
    links = [
        {"url": "https://example.org/a.pptx", "title": "What we showed"},
        {"url": "https://youtu.be/a", "title": ""},
    ]
    text = main(client, make.session(forum, links=links))
    assert "Slides What we showed Recording https://youtu.be/a" in text


def test_seats_of_a_session_are_counted_and_say_how_to_get_one(app, client, make, forum):
    def seats() -> str:
        app.extensions["pages"].clear()
        app.extensions["cache_middleware"].clear()
        return main(client, session)

    option = make.option(forum, capacity=100)
    session = make.session(forum, capacity=1)
    assert "1 seat left" in seats() and "Register" in seats()
    guest = make.registration(forum, option)
    with transaction():
        sign_ups.sign_up(db.session.merge(guest), session.code)
    assert "Full." in seats() and "waiting list" in seats()
    with time_machine.travel(fresh(session).starts_at + timedelta(minutes=1)):
        assert "Full." not in seats(), "it has begun"


def test_the_seats_of_a_session_are_not_counted_where_nobody_can_register(client, make, forum):
    text = main(client, make.session(forum, capacity=40))
    assert "40" in text and "on your own page" not in text


def test_a_page_of_a_session_asks_as_often_however_many_sessions_there_are(app, client, make, forum, queries):
    def asked() -> int:
        app.extensions["pages"].clear()
        app.extensions["cache_middleware"].clear()
        with queries() as counted:
            client.get(f"/events/forum/sessions/{session.code}")
        return len(counted)

    make.option(forum, capacity=100)
    session = make.session(forum, capacity=10, people=[make.person("Lovelace", "Ada")])
    before = asked()
    for number in range(5):
        make.session(forum, people=[make.person(f"Family{number}", "B")], release=False)
    make.release(forum)
    assert asked() == before
