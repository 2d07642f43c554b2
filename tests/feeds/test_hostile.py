"""Hostile text in every field that reaches a calendar, through the database and HTTP, parsed by independent readers.

Every response is linted by the client (tests/support/visitor.py). Texts are stored by operations, as in an import:
forms would strip control characters.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import vobject
from flask import Flask
from ical.calendar_stream import IcsCalendarStream

from eventapp import lifecycle
from eventapp.agenda import operations as agendas
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.ical import vcalendar as ics
from eventapp.programme.rules import SessionStatus
from tests.ical.test_vcalendar import HOSTILE, rough
from tests.support.ical_lint.tree import plain
from tests.support.make import Make
from tests.support.visitor import Visitor

pytestmark = pytest.mark.slow

TEXTS = [text for text in HOSTILE if "\x00" not in text] + [
    "SUMMARY:x\r\n ATTENDEE:mailto:evil@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR",
    "\r\n.\r\nMAIL FROM:<evil@example.org>",
    "🏳️‍🌈 🇯🇵 👩🏽‍⚕️ " + "e\u0301" * 90,
    "\u202eright-to-left override\u202c \u2066isolate\u2069 \u200bzero width\u200d",
    "%(name)s %s {0} {{ x }} ${y} <script>alert(1)</script> &amp; <b>",
    "![image](javascript:alert(1)) [link](https://example.org/a,b;c) `code` *em* | table |",
    '\\\\n \\; \\, \\: \\" \\',
    "x\x0bvertical\x0cfeed\x1cfile\x1dgroup\x1erecord\x1funit\x7fdelete",
    "日本語" * 3500,
]


def bare(text: str) -> str:
    """The one-line form in which it must be read."""
    return " ".join(rough("".join(c for c in text if not "\ud800" <= c <= "\udfff")).split())


def fill(make: Make, text: str) -> tuple[Event, dict[str, str]]:
    """An event with the text in all fields, and the URLs of all its calendars."""
    said = LocalizedText(en=text, ja=text + "。")
    event = make.event(
        "forum",
        title=said,
        subtitle=said,
        purpose=said,
        description=said,
        venue_name=said,
        date_note=said,
    )
    with transaction():
        venue = events.save_venue(event, None, name=said, address=said, latitude=35.9, longitude=139.6)
    room, track = make.room(event, said, venue=venue), make.track(event, said)  # type: ignore[arg-type]
    person = make.person(said, said)
    session = make.session(
        event,
        said,
        subtitle=said,
        abstract=said,
        rooms=[room],
        track=track,
        people=[person],
        spoken=["ja"],
    )
    make.session(event, said, starts_at=event.starts_at + timedelta(hours=2), status=SessionStatus.CANCELLED)
    row = db.session.get_one(type(session), session.id)
    with transaction():
        agenda = agendas.open_agenda([f"forum/{row.code}"])
    at = "/events/forum"
    return event, {
        "event": f"{at}/calendar.ics",
        "track": f"{at}/tracks/{db.session.merge(track).slug}.ics",
        "room": f"{at}/rooms/{db.session.merge(room).slug}.ics",
        "speaker": f"{at}/speakers/{db.session.merge(person).code}.ics",
        "session": f"{at}/sessions/{row.code}.ics",
        "agenda": f"/agenda/{agenda.token}.ics",
        "all": "/calendar.ics",
    }


def read_by_all(data: bytes) -> tuple[Any, list[dict[str, tuple[str, str, str]]]]:
    """The calendar as the first reader has it; title, location and description of each entry by UID, from all three."""
    text = data.decode("utf-8")
    calendar = icalendar.Calendar.from_ical(data)
    ours = {
        str(e["UID"]): (str(e.get("SUMMARY", "")), str(e.get("LOCATION", "")), str(e.get("DESCRIPTION", "")))
        for e in calendar.walk("VEVENT")
    }
    home = {
        e.uid: (e.summary or "", e.location or "", e.description or "")
        for e in IcsCalendarStream.calendar_from_ics(text).events
    }

    def value(event: Any, name: str) -> str:
        return str(getattr(event, name).value) if hasattr(event, name) else ""

    other = {
        e.uid.value: (value(e, "summary"), value(e, "location"), value(e, "description"))
        for e in vobject.readOne(text).vevent_list
    }
    return calendar, [ours, home, other]


@pytest.fixture(autouse=True)
def _named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ics.vevent.cache_clear()
    app.extensions["feeds"].clear()


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_is_read_back_from_every_calendar(
    client: Visitor, app: Flask, make: Make, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = dataclasses.replace(app.config["SETTINGS"], site_name=text)
    monkeypatch.setitem(app.config, "SETTINGS", named)
    event, paths = fill(make, text)
    for name, path in paths.items():
        for query in ("", "?lang=ja&tz=utc&alarm=5"):
            response = client.get(path + query)
            assert response.status_code == 200, (name, query)
            calendar, readers = read_by_all(response.data)
            assert readers[0] == readers[1] == readers[2], name
            wanted = bare(text + "。" if query else text)
            titles = {title for title, _place, _text in readers[0].values()}
            # The title is the whole text, or follows the word that marks it as cancelled.
            assert all(title == wanted or title.endswith(wanted) for title in titles), name
            assert wanted in titles
            if name in {"event", "track", "room", "speaker"}:
                assert wanted in plain(str(calendar["NAME"]))
            elif name == "all":
                assert plain(str(calendar["NAME"])) == bare(text)
            assert not any(e.get("ATTENDEE") for e in calendar.walk("VEVENT"))
    jcal = json.loads(client.get("/events/forum/calendar.jcal").data)
    assert {entry[1][[p[0] for p in entry[1]].index("summary")][3] for entry in jcal[2] if entry[0] == "vevent"} >= {
        bare(text)
    }
    with transaction():
        lifecycle.cancel_event(db.session.get_one(Event, event.id), note=LocalizedText(en=text, ja=text))
    data = client.get(paths["event"]).data
    _calendar, readers = read_by_all(data)
    assert readers[0] == readers[1] == readers[2]
    assert all(title.endswith(bare(text)) for title, _place, _text in readers[0].values())


def test_a_text_of_control_characters_alone_leaves_a_right_calendar(client: Visitor, make: Make) -> None:
    _event, paths = fill(make, "\x07\x1b\x9b")
    for path in paths.values():
        assert "SUMMARY:…".encode() in client.get(path).data, path
