"""The structured data of the event page: where, whether it takes place, and whether one can still register."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventapp import lifecycle
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode, SessionStatus
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor


def structured(client: Visitor, slug: str = "forum") -> Any:
    html = client.get(f"/events/{slug}").get_data(as_text=True)
    return json.loads(html.split('<script type="application/ld+json">')[1].split("</script>")[0])


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event("forum")


@pytest.mark.parametrize(
    ("status", "said"), [(EventStatus.POSTPONED, "EventPostponed"), (EventStatus.CANCELLED, "EventCancelled")]
)
def test_a_session_takes_place_no_more_than_its_event_does(
    client: Visitor, make: Make, forum: Event, status: EventStatus, said: str
) -> None:
    make.session(forum, "Opening")
    make.session(forum, "Off", status=SessionStatus.CANCELLED, starts_at=forum.starts_at + timedelta(hours=2))
    with transaction():
        fresh(forum).status = status
    data = structured(client)
    states = {one["name"]: one["eventStatus"].rpartition("/")[2] for one in [data, *data["subEvent"]]}
    assert states == {"Forum of cities": said, "Opening": said, "Off": "EventCancelled"}


def test_a_session_is_at_the_venue_of_its_room(client: Visitor, make: Make, forum: Event) -> None:
    make.venue(forum, "Arena")
    annex = make.venue(forum, "Annex")
    make.session(forum, "There", rooms=[make.room(forum, venue=annex)])
    make.session(forum, "Somewhere", starts_at=forum.starts_at + timedelta(hours=2))
    assert {one["name"]: one["location"]["name"] for one in structured(client)["subEvent"]} == {
        "There": "Annex",
        "Somewhere": "Arena",
    }


def test_registration_options_are_offered_with_their_availability(client: Visitor, make: Make, forum: Event) -> None:
    make.option(forum, title="Hall", closes_at=datetime(2031, 3, 1, 8, tzinfo=UTC))
    full = make.option(forum, title="Dinner", capacity=1)
    make.registration(forum, full)
    make.option(forum, Mode.ONLINE, title="Stream", opens_at=datetime(2031, 1, 1, tzinfo=UTC))
    make.option(forum, title="Early", closes_at=datetime(2020, 1, 1, tzinfo=UTC))
    offers = structured(client)["offers"]
    assert {one["url"] for one in offers} == {"http://localhost/events/forum/register"}
    assert [(one["name"], one.get("availability", "").rpartition("/")[2]) for one in offers] == [
        ("Hall", "InStock"),
        ("Dinner", "SoldOut"),
        ("Stream", ""),
    ]
    assert offers[0]["validThrough"] == "2031-03-01T17:00:00+09:00"
    assert offers[2]["validFrom"] == "2031-01-01T09:00:00+09:00"
    assert "price" not in str(offers)
    with transaction():
        lifecycle.cancel_event(fresh(forum), note=LocalizedText())
    assert "offers" not in structured(client)
