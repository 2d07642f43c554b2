"""Advice on calendars that are valid but inconvenient for readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventapp.core.localized import LocalizedText
from eventapp.entries.rows import EventRow, Programme, RoomRow, SessionRow, VenueRow
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision
from eventapp.feeds.advice import LONG_TITLE, Advice, advice, reachable, width
from eventapp.programme.rules import SessionKind, SessionStatus

START = datetime(2031, 3, 18, 1, tzinfo=UTC)
HALL = RoomRow(LocalizedText(en="Hall"), False, None)


def event(**values: Any) -> EventRow:
    usual: dict[str, Any] = {
        "id": 1,
        "slug": "forum",
        "uid": "e",
        "sequence": 0,
        "kind": EventKind.FORUM,
        "title": LocalizedText(en="Forum"),
        "subtitle": LocalizedText(),
        "purpose": LocalizedText(),
        "description": LocalizedText(),
        "starts_at": START,
        "ends_at": START + timedelta(hours=8),
        "zone": "Asia/Tokyo",
        "precision": Precision.DAY,
        "date_note": LocalizedText(),
        "format": EventFormat.IN_PERSON,
        "venue_name": LocalizedText(),
        "status": EventStatus.PUBLISHED,
        "status_note": LocalizedText(),
        "updated_at": START,
    }
    return EventRow(**{**usual, **values})


def session(title: str | LocalizedText = "Talk", code: str = "A", **values: Any) -> SessionRow:
    usual: dict[str, Any] = {
        "id": 1,
        "code": code,
        "uid": code,
        "sequence": 0,
        "kind": SessionKind.LECTURE,
        "status": SessionStatus.PUBLISHED,
        "title": title if isinstance(title, LocalizedText) else LocalizedText(en=title),
        "abstract": LocalizedText(),
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "spoken": (),
        "interpreted": (),
        "updated_at": START,
        "track": LocalizedText(),
        "colour": None,
        "rooms": [HALL],
    }
    return SessionRow(**{**usual, **values})


def told(
    *sessions: SessionRow,
    of: EventRow | None = None,
    venues: list[VenueRow] | None = None,
    languages: list[str] | None = None,
    base_url: str = "https://events.example.org",
) -> list[Advice]:
    programme = Programme(of or event(), venues or [], list(sessions))
    return advice(programme, languages=languages or ["en"], base_url=base_url)


def kinds(*sessions: SessionRow, **values: Any) -> list[str]:
    return [one.kind for one in told(*sessions, **values)]


def test_a_plain_programme_gets_no_advice() -> None:
    assert kinds(session(), session("Other", "B")) == []
    assert kinds() == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "::1", "10.0.0.5", "192.168.1.2", "server", "desk.local", "city.internal", ""]
)
def test_a_host_that_is_not_on_the_internet_is_reported(host: str) -> None:
    assert not reachable(host)
    address = f"http://[{host}]:8000" if ":" in host else f"http://{host}:8000"
    assert kinds(base_url=address) == ["address"]


@pytest.mark.parametrize("host", ["events.example.org", "8.8.8.8", "city.saitama.jp", "xn--eckwd4c7c.jp"])
def test_a_host_on_the_internet_is_not_reported(host: str) -> None:
    assert reachable(host)
    assert kinds(base_url=f"https://{host}") == []


@pytest.mark.parametrize(
    "link",
    [
        "https://zoom.us/j/123",
        "https://us02web.zoom.us/j/99?pwd=x",
        "https://city.zoom.us/w/1",
        "https://teams.microsoft.com/l/meetup-join/19",
        "https://teams.microsoft.com/meet/1",
        "https://meet.google.com/abc-defg-hij",
        "https://city.webex.com/meet/aoi",
        "HTTPS://MEET.JIT.SI/Room",
    ],
)
def test_a_joining_link_in_a_public_text_is_reported(link: str) -> None:
    (one,) = told(session(abstract=LocalizedText(ja=f"参加はこちら {link}")))
    assert (one.kind, one.sessions) == ("join-in-text", (("A", "Talk"),))
    assert kinds(of=event(description=LocalizedText(en=f"Join: {link}"))) == ["join-in-text"]


@pytest.mark.parametrize(
    "text",
    ["https://zoom.us/pricing", "We use Zoom.", "https://support.google.com/meet", "https://example.org/zoom.us"],
)
def test_a_page_about_meetings_is_no_link_to_one(text: str) -> None:
    assert kinds(session(abstract=LocalizedText(en=text))) == []


def test_a_session_without_a_location_is_reported_unless_the_event_has_one_or_is_online() -> None:
    assert kinds(session(rooms=[])) == ["no-place"]
    assert kinds(session(rooms=[]), of=event(venue_name=LocalizedText(en="Saitama"))) == []
    assert kinds(session(rooms=[]), of=event(format=EventFormat.ONLINE)) == []


def test_each_language_says_which_titles_it_lacks() -> None:
    both = LocalizedText(en="Forum", ja="フォーラム")
    found = told(session(), session(both, "B"), of=event(title=both), languages=["en", "ja", "fi"])
    assert [(one.kind, one.sessions) for one in found] == [
        ("untranslated", (("A", "Talk"),)),
        ("event-untranslated", ()),
        ("untranslated", (("A", "Talk"), ("B", "Forum"))),
    ]
    assert "Japanese" in found[0].sentence
    assert "Finnish" in found[1].sentence


def test_a_title_in_a_variety_of_the_language_will_do() -> None:
    assert (
        kinds(
            session(LocalizedText({"pt-BR": "Rios"})),
            of=event(title=LocalizedText({"pt-BR": "Forum"})),
            languages=["pt"],
        )
        == []
    )


def test_entries_that_cannot_be_told_apart_are_reported() -> None:
    found = told(session("Workshop"), session("workshop", "B"), session("Other", "C"))
    assert [(one.kind, [code for code, _title in one.sessions]) for one in found] == [("alike", ["A", "B"])]
    assert kinds(session("Workshop"), session("Workshop", "B", starts_at=START + timedelta(hours=1))) == []
    assert kinds(session("Lunch", kind=SessionKind.BREAK), session("Lunch", "B", kind=SessionKind.BREAK)) == []


def test_titles_are_measured_in_columns() -> None:
    assert width("Río") == 3
    assert width("都市ﾌ") == 5
    assert kinds(session("a" * LONG_TITLE)) == []
    assert kinds(session("a" * LONG_TITLE + "b")) == ["long-title"]
    assert kinds(session(LocalizedText(en="Short", ja="市" * (LONG_TITLE // 2 + 1)))) == ["long-title"]


def test_a_venue_that_no_map_finds_is_reported() -> None:
    found = told(
        venues=[
            VenueRow(LocalizedText(en="Arena"), LocalizedText(), None),
            VenueRow(LocalizedText(en="Hall"), LocalizedText(en="1-1 Chuo"), None),
        ]
    )
    assert [(one.kind, one.sentence) for one in found] == [
        ("no-address", "Arena: add a street address so that phones can show directions.")
    ]
    assert kinds(venues=[VenueRow(LocalizedText(en="Arena"), LocalizedText(), (35.0, 139.0))]) == []


def test_what_is_cancelled_needs_no_advice() -> None:
    assert kinds(session(rooms=[], status=SessionStatus.CANCELLED)) == []
