"""What holds for every feed URL: HEAD, caching, file names, and no cookies."""

from __future__ import annotations

import json
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.statements import QuickRead
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.media.models import Photo
from tests.feeds.test_views import entries, fetch
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor

PATHS = (
    "/calendar.ics",
    "/events/forum/calendar.ics",
    "/events/forum/calendar.jcal",
    "/events/forum/tracks/rivers.ics",
    "/events/forum/tracks/rivers.jcal",
    "/events/forum/rooms/hall.ics",
    "/events/forum/rooms/hall.jcal",
    "/events/forum/speakers/ADA.ics",
    "/events/forum/speakers/ADA.jcal",
    "/events/forum/sessions/TALK.ics",
    "/events/forum/sessions/TALK.jcal",
    "/calendar.jcal",
    "/events/forum/calendar.ics?lang=ja&tz=utc&alarm=5&deadlines=1&span=0",
)


@pytest.fixture
def forum(make: Make) -> Event:
    event = make.event("forum", title=LocalizedText(en="Forum", ja="フォーラム"))
    track, room, person = make.track(event, "Rivers", colour=5), make.room(event, "Hall"), make.person()
    with transaction():
        for row, name, value in ((track, "slug", "rivers"), (room, "slug", "hall"), (person, "code", "ADA")):
            setattr(fresh(row), name, value)
    session = make.session(event, "Talk", track=fresh(track), rooms=[fresh(room)], people=[person], release=False)
    with transaction():
        fresh(session).code = "TALK"
    make.release(event)
    return event


def test_head_matches_get_also_from_the_cache(client: Visitor, forum: Event) -> None:
    for path in PATHS:
        for _ in range(2):
            got, head = client.get(path), client.head(path)
            assert (got.status_code, head.status_code, head.data) == (200, 200, b""), path
            for name in (
                "ETag",
                "Last-Modified",
                "Content-Length",
                "Content-Type",
                "Cache-Control",
                "Vary",
                "Content-Disposition",
            ):
                assert head.headers[name] == got.headers[name], (path, name)
            known = client.head(path, headers={"If-None-Match": got.headers["ETag"]})
            assert known.status_code == 304, path


def test_every_cache_may_store_it_for_any_client(client: Visitor, organizer: Visitor, forum: Event) -> None:
    with organizer.session_transaction() as session:
        session["something"] = "that would be written back"
    organizer.set_cookie("agenda", "somebody")
    for path in PATHS:
        plain = client.get(path)
        for visitor in (organizer, client):
            response = visitor.get(path)
            assert "Set-Cookie" not in response.headers, path
            assert response.headers["Cache-Control"] == "public, no-cache", path
            assert response.headers["Vary"] == "Accept-Encoding", path
            assert response.data == plain.data, path


def test_its_file_has_a_name_and_only_a_single_session_is_for_saving(client: Visitor, forum: Event) -> None:
    for path in PATHS:
        kind, _, name = client.get(path).headers["Content-Disposition"].partition("; filename=")
        assert kind == ("attachment" if "/sessions/" in path else "inline"), path
        assert name.endswith(path.partition("?")[0].rpartition(".")[2]), path


def test_robots_may_read_calendars_and_not_agendas(client: Visitor) -> None:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").get_data(as_text=True).splitlines())
    for path in PATHS:
        assert rules.can_fetch("Googlebot", path), path
    assert not rules.can_fetch("Googlebot", "/agenda/token.ics")


# ---- colours and pictures -------------------------------------------------------------------------------------------


def picture(event: Event, path: str, position: int) -> Photo:
    with transaction():
        photo = Photo(event_id=event.id, path=path, width=4, height=3, position=position)
        db.session.add(photo)
    return photo


def test_a_session_has_the_colour_of_its_track(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Without")
    found = entries(fetch(client, "/events/forum/calendar.ics"))
    assert found["Talk"].one("COLOR") == "teal"
    assert not found["Without"].all("COLOR")


def test_the_span_shows_the_first_picture_and_a_drawing_only_without_photographs(client: Visitor, forum: Event) -> None:
    drawing = picture(forum, "media/lecture-hall.svg", 1)
    before = client.get("/events/forum/calendar.ics")
    (line,) = entries(fetch(client, "/events/forum/calendar.ics"))["Forum"].all("IMAGE")
    assert line.params == {"VALUE": "URI", "DISPLAY": "FULLSIZE", "FMTTYPE": "image/svg+xml"}
    assert line.value == f"http://localhost/events/forum/pictures/{drawing.id}"
    assert client.get(line.value).location.endswith("/media/lecture-hall.svg")
    jcal = json.loads(client.get("/events/forum/calendar.jcal").data)
    images = [one for component in jcal[2] for one in component[1] if one[0] == "image"]
    assert [one[2:] for one in images] == [["uri", line.value]]
    photo = picture(forum, "media/hall.jpg", 2)
    (line,) = entries(fetch(client, "/events/forum/calendar.ics"))["Forum"].all("IMAGE")
    assert (line.params["FMTTYPE"], line.value.rpartition("/")[2]) == ("image/jpeg", str(photo.id))
    assert client.get("/events/forum/calendar.ics").headers["ETag"] != before.headers["ETag"]
    assert b"IMAGE" not in client.get("/events/forum/calendar.ics?span=0").data


def test_a_picture_of_an_event_that_is_not_public_is_not_found(client: Visitor, make: Make, forum: Event) -> None:
    hidden = make.event("hidden", status=EventStatus.DRAFT)
    photo = picture(hidden, "media/hall.jpg", 1)
    for path in (f"/events/hidden/pictures/{photo.id}", f"/events/forum/pictures/{photo.id}"):
        assert client.get(path).status_code == 404


def test_while_the_database_does_not_answer_the_cached_feed_is_served_and_marked(
    app: Any, client: Visitor, forum: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(PATHS[1]).status_code == 200
    failure = db.engine.dialect.loaded_dbapi.OperationalError

    def fail(*rest: Any) -> None:
        raise failure("gone")

    monkeypatch.setattr(QuickRead, "_fetch", fail)
    response = client.get(PATHS[1])
    assert response.status_code == 200
    assert response.headers["Cache-Status"].startswith("eventapp; hit")
