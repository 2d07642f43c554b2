"""Deadlines as optional entries of a feed, and the optional entry of the event itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import icalendar
import pytest

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventStatus
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import operations as proposals
from eventapp.proposals import queries as calls
from eventapp.registration import operations as registration
from eventapp.registration import setup
from eventapp.registration.models import AttendanceOption
from tests.feeds.test_views import entries, fetch
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor

CLOSES = datetime(2031, 3, 1, 8, 0, tzinfo=UTC)  # 17:00 in Tokyo
FEED = "/events/forum/calendar.ics?deadlines=1"
ONE = "Registration closes: In person – Forum"


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event("forum", title=LocalizedText(en="Forum", ja="フォーラム"))


def close(option: AttendanceOption, at: datetime | None, **values: Any) -> None:
    with transaction():
        row = fresh(option)
        setup.save_option(row.event, row, mode=row.mode, title=values.pop("title", row.title), closes_at=at, **values)


def call(event: Event, at: datetime | None) -> None:
    with transaction():
        proposals.save_call(
            fresh(event),
            opens_at=None,
            closes_at=at,
            text=LocalizedText(),
            kinds=[SessionKind.LECTURE],
            lengths=[20],
            modes=[Mode.IN_PERSON],
        )


def test_who_asks_for_deadlines_gets_each_closing_as_an_entry(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Opening")
    option = make.option(forum, closes_at=CLOSES)
    make.option(forum, Mode.ONLINE)  # closes with the event
    call(forum, CLOSES - timedelta(days=30))
    assert list(entries(fetch(client, "/events/forum/calendar.ics"))) == ["Forum", "Opening"]
    found = entries(fetch(client, FEED))
    assert list(found) == ["Forum", "Opening", "Call for speakers closes: Forum", ONE]
    one = found[ONE]
    assert (one.one("DTSTART"), one.one("DTEND")) == ("20310301T163000", "20310301T170000")
    assert (one.one("TRANSP"), one.one("STATUS"), one.one("CATEGORIES")) == ("TRANSPARENT", "CONFIRMED", "Deadline")
    assert one.one("UID") == fresh(option).uid
    assert one.one("URL") == "http://localhost/events/forum/register"
    assert found["Call for speakers closes: Forum"].one("URL") == "http://localhost/events/forum/propose"


def test_deadlines_speak_the_language_of_the_feed(client: Visitor, make: Make, forum: Event) -> None:
    make.option(forum, closes_at=CLOSES)
    found = entries(fetch(client, f"{FEED}&lang=ja"))
    assert "参加登録の締切：対面 – フォーラム" in found
    assert found["参加登録の締切：対面 – フォーラム"].one("URL").endswith("?lang=ja")


def test_jcal_has_the_same_choices(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Opening")
    make.option(forum, closes_at=CLOSES)
    text = client.get("/events/forum/calendar.jcal?deadlines=1&span=0").get_data(as_text=True)
    assert [str(one["SUMMARY"]) for one in icalendar.Calendar.from_jcal(text).walk("VEVENT")] == ["Opening", ONE]


def test_who_wants_to_be_reminded_is_reminded_of_deadlines(client: Visitor, make: Make, forum: Event) -> None:
    make.option(forum, closes_at=CLOSES)
    data = client.get(f"{FEED}&alarm=1440").data
    lint.check(data, feed=True)
    deadline = next(e for e in icalendar.Calendar.from_ical(data).walk("VEVENT") if str(e["SUMMARY"]) == ONE)
    assert deadline.walk("VALARM")[0]["TRIGGER"].dt == timedelta(days=-1)


def test_another_closing_raises_the_sequence_and_keeps_the_uid(client: Visitor, make: Make, forum: Event) -> None:
    option = make.option(forum, closes_at=CLOSES)
    seen = [entries(fetch(client, FEED))[ONE]]
    for at in (CLOSES + timedelta(days=1), CLOSES, CLOSES):
        close(option, at)
        seen.append(entries(fetch(client, FEED))[ONE])
    assert [int(one.one("SEQUENCE")) - int(seen[0].one("SEQUENCE")) for one in seen] == [0, 1, 2, 2]
    assert len({one.one("UID") for one in seen}) == 1


def test_a_removed_closing_time_or_option_cancels_the_deadline(client: Visitor, make: Make, forum: Event) -> None:
    option, other = make.option(forum, closes_at=CLOSES), make.option(forum, Mode.ONLINE, closes_at=CLOSES)
    call(forum, CLOSES)
    before = entries(fetch(client, FEED))
    close(option, None)
    call(forum, None)
    with transaction():
        setup.remove_option(fresh(other))
    after = entries(fetch(client, FEED))
    titles = [ONE, "Registration closes: Online – Forum", "Call for speakers closes: Forum"]
    for title in titles:
        removed = after[f"Cancelled: {title}"]
        assert (removed.one("STATUS"), removed.one("UID")) == ("CANCELLED", before[title].one("UID"))
        assert int(removed.one("SEQUENCE")) > int(before[title].one("SEQUENCE"))
    close(option, CLOSES)
    assert int(entries(fetch(client, FEED))[ONE].one("SEQUENCE")) == int(before[ONE].one("SEQUENCE")) + 2


def test_a_closing_that_nobody_saw_leaves_no_trace(client: Visitor, make: Make) -> None:
    event = make.event("forum", title="Forum", status=EventStatus.DRAFT, format=EventFormat.ONLINE)
    option, other = make.option(event, closes_at=CLOSES), make.option(event, Mode.ONLINE, closes_at=CLOSES)
    close(option, None)
    with transaction():
        setup.remove_option(fresh(other))
        lifecycle.publish_event(fresh(event))
    close(option, None, title=LocalizedText(en="Hall"))
    assert list(entries(fetch(client, FEED))) == ["Forum"]


def test_the_deadlines_of_a_cancelled_event_say_so(client: Visitor, make: Make, forum: Event) -> None:
    make.option(forum, closes_at=CLOSES)
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=LocalizedText(en="A typhoon comes."))
    found = entries(fetch(client, FEED))[f"Postponed: {ONE}"]
    assert found.one("STATUS") == "TENTATIVE"
    assert "A typhoon comes." in found.one("DESCRIPTION")
    with transaction():
        lifecycle.cancel_event(fresh(forum), note=LocalizedText())
    assert entries(fetch(client, FEED))[f"Cancelled: {ONE}"].one("STATUS") == "CANCELLED"


def test_nobody_can_register_after_the_event_whatever_its_options_say(
    client: Visitor, make: Make, forum: Event
) -> None:
    make.option(forum, closes_at=forum.ends_at + timedelta(days=9))
    assert entries(fetch(client, FEED))[ONE].one("DTEND") == "20310318T180000"


def test_a_closing_that_moves_changes_the_etag_and_the_date(client: Visitor, make: Make, forum: Event) -> None:
    option = make.option(forum, closes_at=CLOSES)
    first = client.get(FEED)
    plain = client.get("/events/forum/calendar.ics")
    close(option, CLOSES + timedelta(days=1))
    again = client.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]
    moved, before = (parsedate_to_datetime(one.headers["Last-Modified"]) for one in (again, first))
    assert moved >= before
    renamed = again
    close(option, CLOSES + timedelta(days=1), title=LocalizedText(en="Main hall"))
    renamed = client.get(FEED)
    assert renamed.headers["ETag"] != again.headers["ETag"]
    assert "Main hall" in renamed.get_data(as_text=True)
    # Feeds without deadlines do not change with them.
    assert client.get("/events/forum/calendar.ics").headers["ETag"] == plain.headers["ETag"]


def test_a_registration_changes_neither_bytes_nor_etag(client: Visitor, make: Make, forum: Event) -> None:
    option = make.option(forum, capacity=1, closes_at=CLOSES)
    first = client.get(FEED)
    registered = make.registration(forum, option)
    make.registration(forum, option)
    with transaction():
        registration.cancel(fresh(registered))
    again = client.get(FEED)
    assert again.data == first.data
    for name in ("ETag", "Last-Modified"):
        assert again.headers[name] == first.headers[name]


def test_the_span_can_be_left_out(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Opening")
    found = entries(fetch(client, "/events/forum/calendar.ics?span=0"))
    assert list(found) == ["Opening"]
    assert not found["Opening"].all("RELATED-TO"), "its parent is not in this feed"
    assert list(entries(fetch(client, "/events/forum/calendar.ics?span=1"))) == ["Forum", "Opening"]


def test_without_sessions_an_event_without_its_span_is_not_nothing(client: Visitor, forum: Event) -> None:
    assert list(entries(fetch(client, "/events/forum/calendar.ics?span=0"))) == ["Forum"]


def test_a_part_takes_the_span_and_deadlines_by_choice(client: Visitor, make: Make, forum: Event) -> None:
    track = make.track(forum, "Rivers")
    make.session(forum, "Opening", track=track)
    make.option(forum, closes_at=CLOSES)
    path = f"/events/forum/tracks/{track.slug}.ics"
    assert list(entries(fetch(client, path))) == ["Opening"]
    assert list(entries(fetch(client, f"{path}?span=1&deadlines=1"))) == ["Forum", "Opening", ONE]


@pytest.mark.parametrize("query", ["?deadlines=0", "?deadlines=yes", "?span=2", "?span=", "?span=1"])
def test_what_is_no_choice_is_one_feed_with_the_plain_one(client: Visitor, forum: Event, query: str) -> None:
    plain = client.get("/events/forum/calendar.ics")
    assert client.get(f"/events/forum/calendar.ics{query}").headers["ETag"] == plain.headers["ETag"]


def test_deadlines_cost_one_more_group_of_statements_and_none_once_cached(
    client: Visitor, make: Make, queries: Any
) -> None:
    forum = make.event("forum")
    for number in range(5):
        make.option(forum, closes_at=CLOSES, title=f"Way {number}")
    with queries() as counted:
        client.get(FEED)
    assert len(counted) == 9  # site, state, event, memory, venues, picture, options, removed options, call
    with queries() as counted:
        client.get(FEED)
    assert counted.statements == ["quick"]


def test_a_call_in_the_database_keeps_its_uid(make: Make, forum: Event) -> None:
    call(forum, CLOSES)
    first = calls.call_of(forum)
    assert first is not None
    uid = first.uid
    call(forum, CLOSES + timedelta(days=1))
    db.session.expire_all()
    again = calls.call_of(forum)
    assert again is not None
    assert (again.uid, again.closing_sequence) == (uid, 1)
