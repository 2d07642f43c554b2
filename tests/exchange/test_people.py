"""Matching the people of a file when other teams know somebody with the same name, guid or code."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Person
from eventapp.exchange import export, operations
from eventapp.exchange.incoming import Options
from eventapp.exchange.queries import ExportState
from eventapp.programme import roster
from eventapp.programme.models import Participation, Session
from eventapp.programme.rules import SessionStatus
from tests.support import imports
from tests.support.make import fresh

GUID = "0f0b4a3e-6f0e-4f7b-9a57-0a6f6a1c0001"


@pytest.fixture
def theirs(make):
    """Another team's event with Ada, whom a file can name by her guid and code."""
    event = make.event("theirs", owner=make.user("other@example.org"))
    ada = make.person()
    with transaction():
        fresh(ada).guid = GUID
    return event, ada


def row(code: str = "", name: str = "Ada Lovelace", guid: str = GUID) -> str:
    person = {"guid": guid, "code": code, "name": name, "biography": "From the file"}
    talk = {
        "guid": "11111111-2222-4333-8444-555555555555",
        "title": "Talk",
        "date": "2031-03-18T10:30:00+09:00",
        "duration": "00:45",
        "room": "A",
        "persons": [person],
    }
    return json.dumps(
        {"schedule": {"conference": {"title": "x", "days": [{"date": "2031-03-18", "rooms": {"A": [talk]}}]}}}
    )


def imported(event, source, by):
    with transaction():
        report = imports.plan(event, source.encode(), Options(zone="Asia/Tokyo"), by=by)
        if report.changes_something:
            operations.apply(event, report, by=by)
    db.session.expire_all()
    return report


def people_of(event) -> list[Person]:
    query = select(Person).join(Participation).join(Session).where(Session.event_id == event.id)
    return list(db.session.scalars(query))


def test_somebody_who_is_announced_is_linked_and_left_as_they_are(make, theirs):
    event, ada = theirs
    make.session(event, people=[ada])
    mine = make.event("mine")
    imported(mine, row(code=ada.code, name="Ada Lovelace"), make.owner())
    assert [person.id for person in people_of(mine)] == [ada.id]
    assert fresh(ada).biography == {}


@pytest.mark.parametrize("by_code", [True, False])
def test_somebody_who_is_not_announced_is_somebody_new(make, theirs, by_code):
    event, ada = theirs
    make.session(event, status=SessionStatus.DRAFT, people=[ada])
    mine = make.event("mine")
    source = row(code=ada.code if by_code else "")
    report = imported(mine, source, make.owner())
    assert report.new_people == ("Ada Lovelace",)
    (made,) = people_of(mine)
    assert made.id != ada.id
    assert made.guid is None and made.code != ada.code, "both are hers"
    again = imported(mine, source, make.owner())
    assert not again.changes_something
    assert db.session.scalar(select(func.count()).select_from(Person)) == 2
    assert fresh(ada).biography == {}


def test_at_the_terminal_everybody_is_known(make, theirs):
    event, ada = theirs
    make.session(event, status=SessionStatus.DRAFT, people=[ada])
    mine = make.event("mine")
    imported(mine, row(), None)
    assert [person.id for person in people_of(mine)] == [ada.id]


def test_a_file_of_our_own_brings_no_stranger_of_another_team(organizer, make, theirs):
    """The numbers in our files are derived from codes, and codes of six characters can be guessed."""
    event, ada = theirs
    with transaction():
        fresh(ada).guid = None
    make.session(event, status=SessionStatus.DRAFT, people=[ada])
    source = export.written(event, "json", language="en", state=ExportState.DRAFT)
    mine = make.event("mine")
    imported(mine, source.decode(), make.owner())
    assert [person.id for person in people_of(mine)] != [ada.id]


def test_a_profile_of_the_event_is_written_and_found_again(make):
    mine, other = make.event("mine"), make.event("other")
    ada = make.person()
    for event in (mine, other):
        make.session(event, people=[ada])
    with transaction():
        values = roster.profile_of(mine, ada) | {"family": LocalizedText(en="Byron")}
        roster.save_for_event(mine, ada, values)
    for format in ("json", "xml", "csv"):
        source = export.written(mine, format, language="en")
        assert b"Byron" in source and b"Lovelace" not in source, format
        assert b"Lovelace" in export.written(other, format, language="en")
        report = imports.plan(mine, source, Options(zone="Asia/Tokyo"), by=make.owner())
        assert not report.changes_something, (format, report.changes)
