"""The calendar file in a confirmation e-mail. No database, no request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from eventapp.core.localized import LocalizedText
from eventapp.entries.rows import VenueRow
from eventapp.events.models import Event, Venue
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision, Visibility
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import CalendarUser
from eventapp.notifications import invitations
from eventapp.notifications.invitations import InvitationRecipient
from tests.support import ical_lint as lint

START = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)
STAMP = datetime(2031, 2, 1, 8, 0, tzinfo=UTC)


def event(**values: Any) -> Event:
    given: dict[str, Any] = {
        "id": 1,
        "slug": "forum",
        "uid": "the-event",
        "sequence": 2,
        "kind": EventKind.FORUM,
        "title": LocalizedText(en="Forum", ja="フォーラム"),
        "subtitle": LocalizedText(),
        "purpose": LocalizedText(),
        "description": LocalizedText(),
        "starts_at": START,
        "ends_at": START + timedelta(hours=8),
        "zone": "Asia/Tokyo",
        "precision": Precision.DAY,
        "date_note": LocalizedText(),
        "format": EventFormat.HYBRID,
        "venue_name": LocalizedText(en="Saitama"),
        "status": EventStatus.PUBLISHED,
        "status_note": LocalizedText(),
        "updated_at": STAMP - timedelta(days=1),
        "join_url": "https://meet.example/everybody",
        "visibility": Visibility.PUBLIC,
    }
    return Event(**{**given, **values})


def entry(about: Event | None = None, **values: Any) -> ics.Entry:
    page = "https://example.org/registrations/t0ken"
    own = {
        key: values.pop(key) for key in ("language", "online", "join_url", "tentative", "cancelled") if key in values
    }
    return invitations.entry_of(
        about or event(),
        **{
            "uid": "the-registration",
            "sequence": 3,
            "recipient": InvitationRecipient(**{"language": "en", "page": page, **own}),
            "stamp": STAMP,
            "base_url": "https://example.org",
            **values,
        },
    )


def made(about: Event | None = None, **values: Any) -> lint.Component:
    data = ics.single(entry(about, **values))
    icalendar.Calendar.from_ical(data)
    calendar = lint.check(data, feed=False, personal=True)
    assert not calendar.all("METHOD"), "a METHOD is for mail"
    return next(part for part in calendar.parts if part.name == "VEVENT")


def test_it_is_the_event_under_the_registrations_own_identity() -> None:
    entry = made(venues=[VenueRow(LocalizedText(en="Saitama"), LocalizedText(), None)])
    assert entry.one("UID") == "the-registration"
    assert entry.one("DTSTART") == "20310318T100000"
    assert entry.one("DTEND") == "20310318T180000"
    assert (entry.one("STATUS"), entry.one("TRANSP")) == ("CONFIRMED", "OPAQUE")
    assert lint.text(entry.one("LOCATION")) == "Saitama"
    assert entry.one("URL") == "https://example.org/registrations/t0ken"
    assert "https://example.org/events/forum" in lint.text(entry.one("DESCRIPTION"))


@pytest.mark.parametrize(
    ("hours", "blocks"),
    [(8, True), (12, True), (14, True), (16, False), (23, False), (30, False), (80, False)],
)
def test_an_event_of_several_days_does_not_block_the_nights(hours: int, blocks: bool) -> None:
    """From 10:00; 14 hours end at midnight. The alarm is there all the same if a calendar has reminders."""
    several = event(ends_at=START + timedelta(hours=hours))
    assert made(several).one("TRANSP") == ("OPAQUE" if blocks else "TRANSPARENT")
    assert ics.single(entry(several), alarm=15).count(b"BEGIN:VALARM") == 1


def test_an_evening_that_goes_on_past_midnight_blocks_it() -> None:
    evening = event(starts_at=START + timedelta(hours=10), ends_at=START + timedelta(hours=16))  # 20:00 to 02:00
    assert made(evening).one("TRANSP") == "OPAQUE"


def test_its_sequence_rises_with_the_registration_and_with_the_event() -> None:
    assert made().one("SEQUENCE") == "5"
    assert made(sequence=4).one("SEQUENCE") == "6"
    assert made(event(sequence=3)).one("SEQUENCE") == "6"


def test_its_stamp_is_the_later_of_both_changes() -> None:
    assert made().one("DTSTAMP") == "20310201T080000Z"
    assert made(event(updated_at=STAMP + timedelta(hours=1))).one("DTSTAMP") == "20310201T090000Z"


def test_an_online_attendee_gets_the_link_where_every_app_shows_it() -> None:
    entry = made(online=True, join_url="https://meet.example/mine")
    assert entry.one("CONFERENCE") == "https://meet.example/mine"
    assert "https://meet.example/mine" in lint.text(entry.one("DESCRIPTION"))
    assert lint.text(entry.one("LOCATION")) == "Online"


def test_the_first_venue_is_the_location() -> None:
    venue = Venue(
        name=LocalizedText(en="Arena"),
        address=LocalizedText(en="8 Shintoshin, Chuo-ku"),
        latitude=35.895,
        longitude=139.631,
    )
    entry = made(venues=[VenueRow.of(venue)])
    assert lint.text(entry.one("LOCATION")) == "Arena, 8 Shintoshin, Chuo-ku"
    assert entry.one("GEO") == "35.895000;139.631000"


def test_an_event_that_is_not_public_is_not_linked_to() -> None:
    assert "https://example.org/events/forum" in made().one("DESCRIPTION")
    unpublished = made(event(status=EventStatus.DRAFT))
    assert "https://example.org/events/forum" not in unpublished.one("DESCRIPTION")
    assert "https://example.org/registrations/t0ken" in unpublished.one("DESCRIPTION")


def test_the_events_own_link_is_only_given_when_it_is_handed_in() -> None:
    assert all("meet.example" not in line.value for line in made().lines)


def test_a_position_on_the_waiting_list_is_tentative_and_says_so() -> None:
    entry = made(tentative=True)
    assert entry.one("STATUS") == "TENTATIVE"
    assert entry.one("SUMMARY") == "Not confirmed: Forum"


@pytest.mark.parametrize(
    ("status", "summary", "text"),
    [
        (EventStatus.CANCELLED, "Cancelled: Forum", "CANCELLED"),
        (EventStatus.POSTPONED, "Postponed: Forum", "TENTATIVE"),
    ],
)
def test_what_happens_to_the_event_happens_to_the_entry(status: EventStatus, summary: str, text: str) -> None:
    entry = made(event(status=status, status_note=LocalizedText(en="A typhoon.")), join_url="https://meet.example/mine")
    assert (entry.one("SUMMARY"), entry.one("STATUS")) == (summary, text)
    assert lint.text(entry.one("DESCRIPTION")).startswith("A typhoon.")
    assert bool(entry.all("CONFERENCE")) is (text == "TENTATIVE")


def test_a_cancelled_registration_takes_the_entry_away() -> None:
    entry = made(cancelled=True, join_url="https://meet.example/mine")
    assert (entry.one("SUMMARY"), entry.one("STATUS"), entry.one("TRANSP")) == (
        "Cancelled: Forum",
        "CANCELLED",
        "TRANSPARENT",
    )
    assert all("meet.example" not in line.value for line in entry.lines)


def test_it_speaks_the_readers_language() -> None:
    entry = made(language="ja")
    assert entry.one("SUMMARY") == "フォーラム"
    assert entry.all("SUMMARY")[0].params == {"LANGUAGE": "ja"}
    assert "https://example.org/events/forum?lang=ja" in lint.text(entry.one("DESCRIPTION"))


def test_a_day_that_is_not_known_is_a_span() -> None:
    entry = made(event(precision=Precision.MONTH))
    assert (entry.one("DTSTART"), entry.one("DTEND")) == ("20310301", "20310401")


@pytest.mark.parametrize(("cancelled", "method"), [(False, "REQUEST"), (True, "CANCEL")])
def test_by_email_it_is_a_request_or_a_cancellation(cancelled: bool, method: str) -> None:
    file = invitations.file(
        entry(cancelled=cancelled),
        organizer=CalendarUser(email="desk@example.org", name="Desk"),
        attendee=CalendarUser(email="ada@example.org", name="Ada", answer="ACCEPTED"),
        name="forum.ics",
    )
    calendar = lint.check(file.content, feed=False)
    assert file.method == calendar.one("METHOD") == method
    sent = calendar.parts[-1]
    assert sent.one("ORGANIZER") == "mailto:desk@example.org"
    assert sent.one("ATTENDEE") == "mailto:ada@example.org"
    asked = sent.all("ATTENDEE")[0].params
    assert (asked["PARTSTAT"], asked["RSVP"]) == ("ACCEPTED", "FALSE")
    assert (sent.one("STATUS") == "CANCELLED") is cancelled
