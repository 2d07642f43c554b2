"""The second and third step of a new event: its venue, and how people register."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat
from eventapp.registration import queries as registration
from eventapp.registration.rules import Access
from tests.support.make import fresh

VENUE, REGISTRATION = "/manage/events/forum/start/venue", "/manage/events/forum/start/registration"


def new(organizer, **typed):
    begin = {"title_en": "Forum", "starts_at": "2031-03-18T10:00", "ends_at": "2031-03-18T17:00"}
    return organizer.fill("/manage/events/new", {**begin, **typed}).location


def test_three_short_steps_lead_from_nothing_to_the_overview(organizer):
    at = new(organizer)
    assert at == VENUE
    at = organizer.fill(at, {"name_ja": "市役所", "address_ja": "本町1-1"}).location
    assert at == REGISTRATION
    assert organizer.fill(at, {"preset": "both", "seats": "80"}).location == "/manage/events/forum"
    (event,) = db.session.scalars(select(Event)).all()
    assert [(venue.name, venue.address) for venue in events.venues(event)] == [({"ja": "市役所"}, {"ja": "本町1-1"})]
    assert [(one.mode.value, one.capacity) for one in registration.options(event)] == [
        ("in_person", 80),
        ("online", None),
    ]


def test_an_online_event_is_not_asked_for_a_venue(organizer):
    assert new(organizer, format="online") == REGISTRATION
    organizer.get(REGISTRATION)
    assert "Step 2 of 2" in organizer.page.text(organizer.page.one("main"))


def test_each_step_can_be_left_and_taken_up_again(organizer):
    new(organizer)
    organizer.get(VENUE)
    assert REGISTRATION in {link.get("href") for link in organizer.page.all("a")}
    organizer.get(REGISTRATION)
    assert "/manage/events/forum" in {link.get("href") for link in organizer.page.all("a")}
    organizer.fill(VENUE, {"name_en": "City Hall"})
    organizer.fill(VENUE, {"name_en": "Town Hall"})
    (event,) = db.session.scalars(select(Event)).all()
    assert [venue.name for venue in events.venues(event)] == [{"en": "Town Hall"}]


@pytest.mark.parametrize(
    ("preset", "shape", "made"),
    [
        ("in_person", EventFormat.IN_PERSON, [("in_person", 30, Access.ANYONE)]),
        ("online", EventFormat.ONLINE, [("online", None, Access.ANYONE)]),
        ("invitation", EventFormat.IN_PERSON, [("in_person", 30, Access.CODE)]),
        ("invitation", EventFormat.ONLINE, [("online", 30, Access.CODE)]),
        ("none", EventFormat.HYBRID, []),
    ],
)
def test_a_preset_adds_the_options_that_it_names(organizer, make, preset, shape, made):
    event = make.event("forum", format=shape)
    assert organizer.fill(REGISTRATION, {"preset": preset, "seats": "30"}).status_code == 303
    assert [(one.mode.value, one.capacity, one.access) for one in registration.options(fresh(event))] == made


def test_a_preset_is_not_added_to_options_that_are_there(organizer, make):
    event = make.event("forum")
    typed = organizer.values(REGISTRATION)
    make.option(event)
    assert organizer.post(REGISTRATION, data={**typed, "preset": "both"}).status_code == 422
    assert len(registration.options(fresh(event))) == 1
