"""Feeds of a part of a programme, their other formats, and the options in a feed URL."""

from __future__ import annotations

import json

import icalendar
import pytest

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import Visibility
from eventapp.programme import operations
from eventapp.programme.models import Participation
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event("forum", title=LocalizedText(en="Forum", ja="フォーラム"))


def titles(client: Visitor, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    calendar = lint.check(response.data, feed=True)
    return [lint.text(part.one("SUMMARY")) for part in calendar.parts if part.name == "VEVENT"]


def test_a_track_a_room_and_a_speaker_have_feeds_of_their_own(client: Visitor, make: Make, forum: Event) -> None:
    track, room, ada = make.track(forum, "Rivers"), make.room(forum, "Main hall"), make.person("Lovelace", "Ada")
    make.session(forum, "In the track", track=track)
    make.session(forum, "In the room", rooms=[room, make.room(forum, "Attic")])
    make.session(forum, "By Ada", people=[ada])
    assert titles(client, f"/events/forum/tracks/{track.slug}.ics") == ["In the track"]
    assert titles(client, f"/events/forum/rooms/{room.slug}.ics") == ["In the room"]
    assert titles(client, f"/events/forum/speakers/{ada.code}.ics") == ["By Ada"]
    name = lint.check(client.get(f"/events/forum/tracks/{track.slug}.ics?lang=ja").data, feed=True).one("NAME")
    assert lint.text(name) == "Rivers：フォーラム"


def test_the_feed_of_a_part_follows_the_one_rule_of_what_is_public(client: Visitor, make: Make, forum: Event) -> None:
    track, room, ada, bo = make.track(forum), make.room(forum), make.person("Lovelace", "Ada"), make.person("Ek", "Bo")
    make.session(forum, "Secret", track=track, rooms=[room], people=[ada], status=SessionStatus.DRAFT)
    interpreted = make.session(forum, "Talk", people=[bo], release=False)
    with transaction():
        part = db.session.query(Participation).filter_by(session_id=interpreted.id).one()
        part.role = ParticipationRole.INTERPRETER
    make.session(forum, "Another")
    for path in (f"rooms/{room.slug}", f"speakers/{ada.code}", f"speakers/{bo.code}", "tracks/none", "rooms/none"):
        for headers in ({}, {"If-None-Match": "*"}):
            assert client.get(f"/events/forum/{path}.ics", headers=headers).status_code == 404, path
    assert titles(client, f"/events/forum/tracks/{track.slug}.ics") == []
    with transaction():
        db.session.get_one(Event, forum.id).visibility = Visibility.PRIVATE
    for path in (f"tracks/{track.slug}.ics", "calendar.jcal"):
        assert client.get(f"/events/forum/{path}").status_code == 404


def test_a_session_that_leaves_the_programme_stays_in_the_feed_of_its_room(
    client: Visitor, make: Make, forum: Event
) -> None:
    room = make.room(forum)
    session = make.session(forum, "Talk", rooms=[room])
    with transaction():
        operations.set_status(db.session.get_one(type(session), session.id), SessionStatus.DRAFT)
    make.release(forum)
    assert titles(client, f"/events/forum/rooms/{room.slug}.ics") == ["Cancelled: Talk"]


def test_the_feed_comes_as_jcal_that_says_the_same(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk; with, \\ everything", rooms=[make.room(forum)])
    response = client.get("/events/forum/calendar.jcal")
    assert response.content_type == "application/calendar+json"
    name, properties, components = json.loads(response.data)
    assert name == "vcalendar"
    assert ["version", {}, "text", "2.0"] in properties
    assert all(len(one) == 3 for one in components)
    again = icalendar.Calendar.from_jcal(response.get_data(as_text=True))
    plain = icalendar.Calendar.from_ical(client.get("/events/forum/calendar.ics").data)
    for one, other in zip(again.walk("VEVENT"), plain.walk("VEVENT"), strict=True):
        assert (one["UID"], one["SUMMARY"], one["DTSTART"].dt) == (other["UID"], other["SUMMARY"], other["DTSTART"].dt)
    assert client.get("/events/forum/calendar.jcal").data == response.data
    etag = response.headers["ETag"]
    assert client.get("/events/forum/calendar.jcal", headers={"If-None-Match": etag}).status_code == 304
    assert etag != client.get("/events/forum/calendar.ics").headers["ETag"]


def test_the_calendar_of_all_events_and_a_single_session_come_as_jcal_too(
    client: Visitor, make: Make, forum: Event
) -> None:
    code = fresh(make.session(forum, "Talk; with, \\ everything")).code
    for path in ("/calendar", f"/events/forum/sessions/{code}"):
        said = icalendar.Calendar.from_jcal(client.get(f"{path}.jcal?lang=ja").get_data(as_text=True))
        plain = icalendar.Calendar.from_ical(client.get(f"{path}.ics?lang=ja").data)
        for one, other in zip(said.walk("VEVENT"), plain.walk("VEVENT"), strict=True):
            assert (one["UID"], one["SUMMARY"]) == (other["UID"], other["SUMMARY"])
    response = client.get(f"/events/forum/sessions/{code}.jcal")
    assert response.headers["Content-Disposition"] == f"attachment; filename=forum-{code}.jcal"


def test_the_name_of_a_calendar_is_a_plain_text_in_jcal(client: Visitor, make: Make) -> None:
    """RFC 7986 §5.1 and §5.9: NAME and COLOR are TEXT; the library knows neither, and would leave them escaped."""
    make.event("other", title="Clocks; back, at \\Night")
    _name, properties, _components = json.loads(client.get("/events/other/calendar.jcal").data)
    told = {row[0]: row[1:] for row in properties}
    assert told["name"] == [{"language": "en"}, "text", "Clocks; back, at \\Night"]
    assert told["color"] == [{}, "text", "navy"]


def test_a_calendar_has_alarms_only_if_asked_for(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    make.session(forum, "Lunch", kind=SessionKind.MEAL)
    make.session(forum, "Off", status=SessionStatus.CANCELLED)
    plain = client.get("/events/forum/calendar.ics").data
    assert b"VALARM" not in plain
    for path, number in (("?alarm=15", 1), ("?alarm=0", 1), ("?alarm=-5", 0), ("?alarm=x", 0), ("?alarm=99999", 0)):
        data = client.get(f"/events/forum/calendar.ics{path}").data
        lint.check(data, feed=True)
        assert data.count(b"BEGIN:VALARM") == number, path
    rung = icalendar.Calendar.from_ical(client.get("/events/forum/calendar.ics?alarm=15").data)
    (alarm,) = rung.walk("VALARM")
    assert alarm["TRIGGER"].dt.total_seconds() == -900
