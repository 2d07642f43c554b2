"""schedule.xml and schedule.json: valid, for everybody who may see the page, and cached."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus
from eventapp.programme.operations import ParticipationInput, save_session
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus

HERE = Path(__file__).parent
XML, JSON = "/events/forum/schedule.xml", "/events/forum/schedule.json"


@pytest.fixture(scope="module")
def xsd():
    return xmlschema.XMLSchema(HERE / "schedule.xsd")


def valid(xsd, client, path: str = "") -> tuple[ElementTree.Element, dict]:
    body, document = client.get(XML + path).data, json.loads(client.get(JSON + path).data)
    xsd.validate(body.decode())
    schema = json.loads((HERE / "schedule.schema.json").read_text())
    jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())
    return ElementTree.fromstring(body), document


@pytest.fixture
def forum(make):
    event = make.event(
        "forum",
        zone="Europe/Berlin",
        starts_at=datetime(2031, 3, 29, 8, tzinfo=UTC),
        ends_at=datetime(2031, 3, 30, 18, tzinfo=UTC),
        day_starts=360,
    )
    hall, annex = make.room(event, "Main hall"), make.room(event, "Annex")
    make.session(event, "Opening & <more>", rooms=[hall, annex], people=[make.person(), make.person("Ek", "Bo")])
    make.session(event, "Night", rooms=[hall], starts_at=datetime(2031, 3, 30, 0, 30, tzinfo=UTC), minutes=90)
    return event


@pytest.mark.slow
def test_both_files_are_valid_also_of_an_event_without_a_programme(xsd, client, make, forum):
    make.session(forum, "No\x0b control characters", minutes=1440)
    valid(xsd, client)
    valid(xsd, client, "?lang=ja")
    make.event("empty")
    xsd.validate(client.get("/events/empty/schedule.xml").data.decode())


def test_a_night_belongs_to_its_evening_also_when_the_clocks_change(xsd, client, forum):
    root, document = valid(xsd, client)
    days = root.findall("day")
    assert [day.get("date") for day in days] == ["2031-03-29", "2031-03-30"]
    assert days[0].get("end") == "2031-03-30T06:00:00+02:00"
    night = next(event for event in days[0].iter("event") if event.findtext("title") == "Night")
    assert night.findtext("date") == "2031-03-30T01:30:00+01:00"
    assert (night.findtext("start"), night.findtext("duration")) == ("01:30", "01:30")
    assert document["schedule"]["conference"]["time_zone_name"] == "Europe/Berlin"


def test_a_session_in_two_rooms_is_in_both(xsd, client, forum):
    root, _document = valid(xsd, client)
    found = [
        room.get("name")
        for room in root.iter("room")
        if room.get("name") and "Opening" in str([e.findtext("title") for e in room])
    ]
    assert found == ["Main hall", "Annex"]


def test_nothing_but_public_names_is_exported(client, make, forum):
    person = make.person("Secret", "Sam", reading="reading-is-private", biography=LocalizedText(en="private life"))
    with transaction():
        save_session(
            forum,
            None,
            title=LocalizedText(en="Hidden"),
            kind=SessionKind.LECTURE,
            status=SessionStatus.DRAFT,
            starts_at=forum.starts_at,
            ends_at=forum.starts_at + timedelta(hours=1),
        )
        save_session(
            forum,
            None,
            title=LocalizedText(en="Shown"),
            kind=SessionKind.LECTURE,
            status=SessionStatus.PUBLISHED,
            starts_at=forum.starts_at,
            ends_at=forum.starts_at + timedelta(hours=1),
            join_url="https://join.example/1",
            parts=[ParticipationInput(person, ParticipationRole.INTERPRETER)],
        )
        save_session(
            forum,
            None,
            title=LocalizedText(en="Off"),
            kind=SessionKind.LECTURE,
            status=SessionStatus.CANCELLED,
            starts_at=forum.starts_at,
            ends_at=forum.starts_at + timedelta(hours=1),
        )
    make.release(forum)
    for path in (XML, JSON):
        body = client.get(path).get_data(as_text=True)
        assert "Shown" in body
        for word in ("Hidden", "join.example", "private", "Secret", ">Off<", '"Off"'):
            assert word not in body, (path, word)


@pytest.mark.parametrize("path", [XML, JSON])
def test_they_are_cached_gzipped_and_revalidated(client, organizer, make, forum, path):
    first = client.get(path, headers={"Accept-Encoding": "identity"})
    assert first.status_code == 200
    etag = first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag, "Accept-Encoding": "identity"}).status_code == 304
    zipped = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped.data) == first.data
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    make.session(forum, "New")
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", [XML, JSON])
def test_a_draft_is_for_its_team_only_and_a_former_slug_redirects(client, organizer, make, path):
    make.event("forum", status=EventStatus.DRAFT)
    client.looks = organizer.looks = False
    assert client.get(path).status_code == 404
    assert organizer.get(path).status_code == 200
    assert client.get(path.replace("forum", "nowhere")).status_code == 404


def test_the_page_of_the_programme_names_both(client, forum):
    client.get("/events/forum/programme")
    links = {link.get("href") for link in client.page.all("link") if link.get("rel") == "alternate"}
    assert {XML, JSON} <= links
