"""jCal contains the same as the iCalendar file at the same URL, in the types of RFC 7265."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.programme.rules import SessionKind, SessionStatus
from tests.feeds.test_http import picture
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor

TEXT = 'a, b; c\\n \\N \\\\ "d" ^e\n\nمدن صغيرة\t都市 🏳️‍🌈 ' + "長い文。" * 900

# RFC 5545 §8.3.2 and RFC 7986 §5: the default value type of a property.
TYPES = {
    **dict.fromkeys(("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED"), "date-time"),
    **dict.fromkeys(("TZOFFSETFROM", "TZOFFSETTO"), "utc-offset"),
    **dict.fromkeys(("TRIGGER", "REFRESH-INTERVAL"), "duration"),
    **dict.fromkeys(("URL", "SOURCE", "IMAGE"), "uri"),
    "SEQUENCE": "integer",
    "GEO": "float",
    "RRULE": "recur",
}


def value_of(kind: str, text: str) -> list[Any]:
    """The values of a property according to RFC 7265 §3.6."""
    if kind == "text":
        return [lint.text(text)]
    if kind in {"date", "date-time"}:
        day = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
        return [day if kind == "date" else f"{day}T{text[9:11]}:{text[11:13]}:{text[13:]}"]
    if kind == "utc-offset":
        return [f"{text[:3]}:{text[3:]}"]
    if kind == "integer":
        return [int(text)]
    if kind == "float":
        return [[float(number) for number in text.split(";")]]  # one structured value (§3.4.1.3)
    if kind == "recur":
        rule = dict(part.split("=") for part in text.split(";"))
        return [
            {
                name.lower(): [int(value)] if name == "BYMONTH" else [value] if name == "BYDAY" else value
                for name, value in rule.items()
            }
        ]
    return ["P0D" if text == "PT0S" else text]  # two spellings of zero


def translated(component: lint.Component) -> list[Any]:
    """The component as jCal, strictly following RFC 7265 §3.3 and §3.4."""
    rows = []
    for line in component.lines:
        params = {name.lower(): value.strip('"') for name, value in line.params.items()}
        usual = "unknown" if line.name.startswith("X-") else TYPES.get(line.name, "text")
        kind = params.pop("value", usual).lower()
        values = [line.value]
        if line.name == "CATEGORIES":
            values = re.findall(r"(?:\\.|[^,\\])+", line.value)
        rows.append([line.name.lower(), params, kind, *(one for value in values for one in value_of(kind, value))])
    return [component.name.lower(), rows, [translated(part) for part in component.parts]]


def rows(component: list[Any], path: str = "") -> list[tuple[str, Any]]:
    """All properties in order, each with its path."""
    name, properties, parts = component
    path += f"/{name}"
    return [(path, row) for row in properties] + [row for part in parts for row in rows(part, path)]


@pytest.fixture
def forum(make: Make) -> Event:
    """An event with something in every property of a feed."""
    said = LocalizedText(en=TEXT, ar=TEXT)
    event = make.event("forum", title=said, subtitle=said, purpose=said, description=said, venue_name=said)
    with transaction():
        venue = events.save_venue(event, None, name=said, address=said, latitude=35.0, longitude=-139.123456)
    room, track = make.room(event, said, venue=venue), make.track(event, said)  # type: ignore[arg-type]
    person = make.person(said, said)
    talk = make.session(
        event, said, abstract=said, rooms=[room], track=track, people=[person], spoken=["ja", "ar"], release=False
    )
    make.session(event, "Tea", kind=SessionKind.BREAK, starts_at=event.starts_at + timedelta(hours=1), release=False)
    make.session(
        event, "Off", status=SessionStatus.CANCELLED, starts_at=event.starts_at + timedelta(hours=2), release=False
    )
    picture(event, "media/hall.jpg", 1)
    with transaction():
        for row, name, value in (
            (track, "slug", "rivers"),
            (room, "slug", "hall"),
            (person, "code", "ADA"),
            (talk, "code", "TALK"),
        ):
            setattr(fresh(row), name, value)
    make.release(event)
    # Zones with and without a rule for their clock changes.
    for slug, zone in (("berlin", "Europe/Berlin"), ("casablanca", "Africa/Casablanca")):
        make.session(make.event(slug, zone=zone), "Talk")
    return event


@pytest.mark.parametrize("query", ["", "?lang=ar&alarm=15&deadlines=1", "?tz=utc&span=0&alarm=0"])
@pytest.mark.slow
def test_every_property_of_the_file_is_in_the_jcal_at_the_same_url(client: Visitor, forum: Event, query: str) -> None:
    paths = ["/calendar", "/events/berlin/calendar", "/events/casablanca/calendar"]
    parts = ("calendar", "tracks/rivers", "rooms/hall", "speakers/ADA", "sessions/TALK")
    for path in [*paths, *(f"/events/forum/{part}" for part in parts)]:
        file = lint.parse(client.get(f"{path}.ics{query}").data)
        for line in file.all("SOURCE"):
            line.value = line.value.replace(".ics", ".jcal")
        said = json.loads(client.get(f"{path}.jcal{query}").data)
        for one, other in zip(rows(said), rows(translated(file)), strict=True):
            assert one == other, path
