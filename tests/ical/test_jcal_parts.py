"""jCal is assembled from cached parts: unchanged entries are not parsed again."""

from __future__ import annotations

import json

import icalendar
import pytest

from eventapp.ical import jcal


@pytest.fixture
def read(monkeypatch):
    """The first bytes of everything that the library has parsed."""
    seen = []
    inner = icalendar.Component.from_ical

    def note(data):
        seen.append(data[:14])
        return inner(data)

    jcal._entry.cache_clear()
    monkeypatch.setattr(icalendar.Component, "from_ical", staticmethod(note))
    return seen


def test_only_what_has_changed_is_read_again(client, make, read):
    event = make.event("forum")
    for number in range(5):
        make.session(event, f"Talk {number}", release=False)
    make.release(event)
    whole = json.loads(client.get("/events/forum/calendar.jcal").data)
    assert len([part for part in whole[2] if part[0] == "vevent"]) == 6
    assert len(read) == 7
    make.session(event, "One more")
    client.get("/events/forum/calendar.jcal")
    assert sorted(read[7:]) == [b"BEGIN:VCALENDA", b"BEGIN:VEVENT\r\n"]


def test_a_text_that_looks_like_the_end_of_an_entry_is_a_text(client, make):
    make.session(make.event("forum"), "A", abstract={"en": "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\n" * 9})
    whole = json.loads(client.get("/events/forum/calendar.jcal?span=0").data)
    (entry,) = [part for part in whole[2] if part[0] == "vevent"]
    assert any("END:VEVENT" in str(row[3]) for row in entry[1] if row[0] == "description")
