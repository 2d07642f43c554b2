"""An event that was public and no longer is: calendars cancel its entries and show nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from eventapp import lifecycle
from eventapp.core import clock
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.entries.locale import FeedLocale
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Precision, Visibility
from eventapp.feeds import queries, unpublished
from eventapp.ical import vcalendar as ics
from eventapp.programme.rules import Mode
from eventapp.registration import setup
from tests.feeds.test_views import fetch
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor

FEED = "/events/forum/calendar.ics"
REMOVED = "Cancelled: no longer listed"
CLOSES, LATER = datetime(2031, 3, 1, 8, tzinfo=UTC), datetime(2031, 3, 9, 8, tzinfo=UTC)


@pytest.fixture
def forum(make: Make) -> Event:
    event = make.event(
        "forum", title="Secret forum", venue_name=LocalizedText(en="Saitama"), description=LocalizedText(en="Of rivers")
    )
    room = make.room(event, "Hall")
    make.session(event, "Opening", rooms=[room], people=[make.person("Lovelace", "Ada")], track=make.track(event, "T"))
    return event


def withdraw(event: Event) -> None:
    with transaction():
        lifecycle.unpublish_event(fresh(event))


def hide(event: Event, visibility: Visibility = Visibility.PRIVATE) -> None:
    with transaction():
        lifecycle.change_event(fresh(event), slug=event.slug, visibility=visibility)


def parts(client: Visitor, path: str) -> dict[str, lint.Component]:
    """VEVENTs by UID: the neutral ones all have the same title."""
    return {one.one("UID"): one for one in fetch(client, path).parts if one.name == "VEVENT"}


@pytest.mark.parametrize("unpublish", [withdraw, hide])
@pytest.mark.slow
def test_calendars_show_that_it_is_cancelled_and_nothing_else(
    client: Visitor, make: Make, forum: Event, unpublish: Any
) -> None:
    code = fresh(make.session(forum, "Talk")).code
    session = f"/events/forum/sessions/{code}.ics"
    assert client.get(session).status_code == 200
    before = parts(client, FEED)
    unpublish(forum)
    response = client.get(FEED)
    lint.check(response.data, feed=True)
    text = response.get_data(as_text=True)
    for word in ("Secret", "Saitama", "rivers", "Opening", "Lovelace", "Hall", "sessions/"):
        assert word not in text, word
    after = parts(client, FEED)
    assert after.keys() == before.keys()
    for uid, one in after.items():
        assert (lint.text(one.one("SUMMARY")), one.one("STATUS"), one.one("TRANSP")) == (
            REMOVED,
            "CANCELLED",
            "TRANSPARENT",
        )
        assert int(one.one("SEQUENCE")) > int(before[uid].one("SEQUENCE"))
    etag = response.headers["ETag"]
    assert client.get(FEED, headers={"If-None-Match": etag}).status_code == 304
    for path in ("/events/forum", "/events/forum/programme", session):
        assert client.get(path).status_code == 404


@pytest.mark.both_engines("one statement with casts, aggregates and moments")
def test_every_feed_of_a_part_says_so_too(client: Visitor, make: Make, forum: Event) -> None:
    track, person = make.track(forum, "Rivers"), make.person("Ek", "Bo")
    make.session(forum, "Talk", track=track, people=[person])
    make.option(forum, closes_at=datetime(2031, 3, 1, tzinfo=UTC))
    paths = [
        f"/events/forum/tracks/{track.slug}.ics",
        f"/events/forum/speakers/{person.code}.ics",
        f"{FEED}?deadlines=1",
    ]
    before = [parts(client, path).keys() for path in paths]
    withdraw(forum)
    assert [parts(client, path).keys() for path in paths] == before
    assert REMOVED in client.get("/events/forum/calendar.jcal").get_data(as_text=True)


def test_in_the_language_of_the_feed(client: Visitor, forum: Event) -> None:
    withdraw(forum)
    assert "SUMMARY;LANGUAGE=ja:中止：公開を取りやめました" in client.get(f"{FEED}?lang=ja").get_data(as_text=True)


def test_a_draft_that_was_never_public_is_as_if_it_did_not_exist(client: Visitor, make: Make) -> None:
    draft = make.event("draft", status=EventStatus.DRAFT)
    make.session(draft, "Talk")
    make.event("private", visibility=Visibility.PRIVATE)
    for slug in ("draft", "private"):
        for ending in ("calendar.ics", "calendar.jcal", "calendar.ics?deadlines=1"):
            same = {"X-Request-ID": "the-same-for-both"}
            answer = client.get(f"/events/{slug}/{ending}", headers=same)
            nothing = client.get(f"/events/nothing/{ending}", headers=same)
            assert answer.status_code == nothing.status_code == 404
            assert answer.data.replace(slug.encode(), b"nothing") == nothing.data
    assert not parts(client, "/calendar.ics")


@pytest.mark.parametrize("sessions", [True, False])
@pytest.mark.parametrize(
    "later",
    [
        {"starts_at": datetime(2031, 9, 1, 1, tzinfo=UTC), "ends_at": datetime(2031, 9, 2, 9, tzinfo=UTC)},
        {"zone": "Europe/Helsinki"},
        {"precision": Precision.MONTH},
    ],
    ids=lambda later: next(iter(later)),
)
def test_what_the_team_does_afterwards_is_nobodys_business(
    client: Visitor, make: Make, later: dict[str, Any], sessions: bool
) -> None:
    event = make.event("forum")
    if sessions:
        make.session(event, "Opening")
    option, other = make.option(event, closes_at=CLOSES), make.option(event, Mode.ONLINE, closes_at=CLOSES)
    feeds = (FEED, f"{FEED}?deadlines=1", "/calendar.ics")
    before = [parts(client, path).keys() for path in feeds]
    withdraw(event)
    told = [client.get(path) for path in feeds]
    with transaction():
        row = fresh(event)
        lifecycle.change_event(row, slug="forum", **later)
        setup.save_option(row, fresh(option), mode=Mode.IN_PERSON, title=LocalizedText(en="Hall"), closes_at=LATER)
        setup.remove_option(fresh(other))
        setup.save_option(row, None, mode=Mode.ONLINE, title=LocalizedText(en="New"), closes_at=LATER)
    make.session(fresh(event), "New")
    client.application.extensions["feeds"].clear()
    ics.vevent.cache_clear()
    for path, answer, uids in zip(feeds, told, before, strict=True):
        again = client.get(path)
        assert again.data == answer.data, path
        if path != "/calendar.ics":  # any change of any event changes the version of that one
            assert again.headers["ETag"] == answer.headers["ETag"]
        assert parts(client, path).keys() == uids


@pytest.mark.both_engines("one statement with casts, aggregates and moments")
@pytest.mark.parametrize("sessions", [True, False])
@pytest.mark.parametrize(
    "values",
    [{}, {"ends_at": datetime(2031, 3, 20, 9, tzinfo=UTC)}, {"precision": Precision.MONTH}, {"zone": "America/Lima"}],
    ids=["one day", "three days", "a month", "over midnight"],
)
@pytest.mark.parametrize("query", ["", "?span=0", "?deadlines=1", "?tz=utc"])
def test_cancelled_entries_stay_where_they_were(
    client: Visitor, make: Make, values: dict[str, Any], sessions: bool, query: str
) -> None:
    """All-day entries stay all-day and timed ones timed: apps that re-add an entry must not move it."""
    event = make.event("forum", **values)
    make.option(event, closes_at=event.ends_at + timedelta(days=9))
    if sessions:
        make.session(event, "Opening")
    before = parts(client, f"{FEED}{query}")
    withdraw(event)
    after = parts(client, f"{FEED}{query}")
    assert after.keys() == before.keys()
    for uid, one in after.items():
        for name in ("DTSTART", "DTEND"):
            shown, was = ([(line.params, line.value) for line in part.all(name)] for part in (one, before[uid]))
            assert shown == was, name


@pytest.mark.both_engines("one statement with casts, aggregates and moments")
def test_a_deadline_that_was_never_public_is_never_shown(client: Visitor, make: Make, forum: Event) -> None:
    withdraw(forum)
    option = make.option(fresh(forum), closes_at=CLOSES)
    with transaction():
        setup.remove_option(fresh(option))
        lifecycle.publish_event(fresh(forum))
    assert parts(client, f"{FEED}?deadlines=1").keys() == parts(client, FEED).keys()


@pytest.mark.both_engines("one statement with casts, aggregates and moments")
def test_it_ends_a_month_after_the_event(client: Visitor, forum: Event) -> None:
    withdraw(forum)
    last = forum.ends_at + timedelta(days=30)
    with time_machine.travel(last - timedelta(minutes=1), tick=False):
        assert client.get(FEED).status_code == 200
        assert parts(client, "/calendar.ics")
    with time_machine.travel(last + timedelta(minutes=1), tick=False):
        assert client.get(FEED).status_code == 404
        assert not parts(client, "/calendar.ics")


@pytest.mark.both_engines("one statement with casts, aggregates and moments")
def test_published_again_it_is_as_before_with_a_higher_sequence(client: Visitor, forum: Event) -> None:
    withdraw(forum)
    removed = parts(client, FEED)
    with transaction():
        lifecycle.publish_event(fresh(forum))
    again = parts(client, FEED)
    assert again.keys() == removed.keys()
    assert all(int(again[uid].one("SEQUENCE")) > int(removed[uid].one("SEQUENCE")) for uid in removed)
    assert "Secret forum" in client.get(FEED).get_data(as_text=True)
    assert REMOVED not in client.get("/calendar.ics").get_data(as_text=True)


@pytest.mark.both_engines("one statement with casts, aggregates and moments")
def test_the_calendar_of_all_events_cancels_what_was_in_it(client: Visitor, make: Make, forum: Event) -> None:
    hidden = make.event("hidden", visibility=Visibility.UNLISTED)
    listed = parts(client, "/calendar.ics")
    first = client.get("/calendar.ics").headers["ETag"]
    withdraw(forum)
    hide(hidden)  # it was public, but never in this feed
    after = parts(client, "/calendar.ics")
    assert after.keys() == listed.keys() == {fresh(forum).uid}
    assert lint.text(after[fresh(forum).uid].one("SUMMARY")) == REMOVED
    assert client.get("/calendar.ics").headers["ETag"] != first


def test_an_event_that_leaves_the_list_alone_keeps_its_own_feed(client: Visitor, forum: Event) -> None:
    uid = fresh(forum).uid
    seen = [parts(client, "/calendar.ics")[uid]]
    for visibility in (Visibility.UNLISTED, Visibility.PUBLIC):
        hide(forum, visibility)
        seen.append(parts(client, "/calendar.ics")[uid])
    assert [lint.text(one.one("SUMMARY")) for one in seen] == ["Secret forum", REMOVED, "Secret forum"]
    numbers = [int(one.one("SEQUENCE")) for one in seen]
    assert numbers == sorted(set(numbers)), "each replaces the one before"
    hide(forum, Visibility.UNLISTED)
    assert "Secret forum" in client.get(FEED).get_data(as_text=True)


@pytest.mark.both_engines("one statement with casts, aggregates and moments")
def test_without_the_span_only_sessions_are_cancelled(client: Visitor, forum: Event) -> None:
    before = parts(client, f"{FEED}?span=0").keys()
    withdraw(forum)
    assert parts(client, f"{FEED}?span=0").keys() == before


def test_the_list_cancels_it_even_if_nothing_else_is_listed(client: Visitor, forum: Event) -> None:
    hide(forum)
    uid = fresh(forum).uid
    seen = [client.get("/calendar.ics")]
    start = clock.now()
    for minute, visibility in enumerate((Visibility.PUBLIC, Visibility.UNLISTED, Visibility.PRIVATE), 1):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            hide(forum, visibility)
        known = {"If-None-Match": seen[-1].headers["ETag"]}
        seen.append(client.get("/calendar.ics", headers=known))
        assert uid in seen[-1].get_data(as_text=True)
        assert seen[-1].last_modified > seen[-2].last_modified


@pytest.mark.both_engines("no other test runs one of its statements")
def test_a_downloaded_session_can_be_cancelled(app: Any, make: Make, forum: Event) -> None:
    code = fresh(make.session(forum, "Talk")).code
    draft = make.event("draft", status=EventStatus.DRAFT)
    make.session(draft, "Idea")
    every = [forum.id, draft.id]
    assert not queries.unpublished(every), "the one is public, the other never was"
    withdraw(forum)
    make.session(fresh(forum), "Came after")
    ((number, row, document),) = queries.unpublished(every)
    assert (number, len(document.sessions)) == (forum.id, 2), "the programme that the public saw last"
    with FeedLocale("en").active() as locale:
        entry = unpublished.session_entry(document.by_code[code], row, locale=locale)
    assert (entry.summary.text, entry.status) == (REMOVED, ics.Status.CANCELLED)
    assert not queries.unpublished([draft.id])
    with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
        assert not queries.unpublished(every)
