"""Feeds over HTTP: their content, and how cheap it is to find that nothing has changed."""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import icalendar
import pytest
import vobject
from flask import Flask
from ical.calendar_stream import IcsCalendarStream

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory import operations as directory
from eventapp.events import operations as events
from eventapp.events import queries as event_queries
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventStatus, Precision, Visibility
from eventapp.ical import vcalendar as ics
from eventapp.programme import operations as programme
from eventapp.programme import releases
from eventapp.programme.models import Session
from eventapp.programme.rules import SessionKind, SessionStatus
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Visitor


def fetch(client: Visitor, path: str, *, feed: bool = True, **headers: str) -> lint.Component:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, (path, response.status_code)
    assert response.content_type == "text/calendar; charset=utf-8"
    return lint.check(response.data, feed=feed)


def entries(calendar: lint.Component) -> dict[str, lint.Component]:
    """VEVENTs by summary."""
    found = [part for part in calendar.parts if part.name == "VEVENT"]
    return {lint.text(event.one("SUMMARY")): event for event in found}


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event(
        "forum",
        title=LocalizedText(en="Forum", ja="フォーラム"),
        venue_name=LocalizedText(en="Saitama", ja="さいたま市"),
    )


# ---- content
# ----------------------------------------------------------------------------------------------------------


def test_the_feed_has_the_event_as_a_span_and_its_sessions(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Opening")
    make.session(forum, "Panel", starts_at=forum.starts_at + timedelta(hours=2))
    found = entries(fetch(client, "/events/forum/calendar.ics"))
    assert list(found) == ["Forum", "Opening", "Panel"]
    assert found["Forum"].one("DTSTART") == "20310318"
    assert found["Forum"].one("TRANSP") == "TRANSPARENT"
    assert found["Opening"].one("DTSTART") == "20310318T100000"
    assert found["Opening"].one("RELATED-TO") == found["Forum"].one("UID") == fresh(forum).uid


def test_an_event_without_sessions_is_its_own_hours(client: Visitor, forum: Event) -> None:
    found = entries(fetch(client, "/events/forum/calendar.ics"))
    assert list(found) == ["Forum"]
    assert found["Forum"].one("DTSTART") == "20310318T100000"


def test_several_days_without_sessions_are_a_span(client: Visitor, make: Make) -> None:
    make.event("long", ends_at=datetime(2031, 3, 20, 9, tzinfo=UTC))
    found = next(iter(entries(fetch(client, "/events/long/calendar.ics")).values()))
    assert (found.one("DTSTART"), found.one("DTEND")) == ("20310318", "20310321")


def test_a_month_is_drawn_as_a_month_and_says_so(client: Visitor, make: Make) -> None:
    make.event("visit", title="Visit", precision=Precision.MONTH)
    found = entries(fetch(client, "/events/visit/calendar.ics"))["Visit"]
    assert (found.one("DTSTART"), found.one("DTEND"), found.one("STATUS")) == ("20310301", "20310401", "TENTATIVE")
    assert "March 2031" in found.one("DESCRIPTION")
    assert "Visit" not in entries(fetch(client, "/calendar.ics"))


def test_a_session_tells_where_who_and_in_which_languages(client: Visitor, make: Make, forum: Event) -> None:
    with transaction():
        venue = events.save_venue(
            forum,
            None,
            name=LocalizedText(en="Arena", ja="アリーナ"),
            address=LocalizedText(en="1-1 Kami"),
            latitude=35.9,
            longitude=139.6,
        )
    room = make.room(forum, "Hall A", venue=venue)
    track = make.track(forum, "Cities")
    people = [
        make.person("Lovelace", "Ada"),
        make.person(LocalizedText(en="Kodama", ja="児玉"), LocalizedText(en="", ja="")),
    ]
    make.session(
        forum,
        "Talk",
        rooms=[room],
        track=track,
        people=people,
        abstract=LocalizedText(en="One *fine* talk."),
        spoken=["ja"],
        interpreted=["en"],
    )
    found = entries(fetch(client, "/events/forum/calendar.ics"))["Talk"]
    assert lint.text(found.one("LOCATION")) == "Hall A, Arena, 1-1 Kami"
    assert found.one("GEO") == "35.900000;139.600000"
    assert found.one("CATEGORIES") == "Cities,Lecture"
    text = lint.text(found.one("DESCRIPTION"))
    assert text.startswith("One fine talk.\n\nSpeaker: Ada Lovelace and Kodama\n\n")
    assert "Languages: Japanese\nInterpreted into: English" in text
    assert text.endswith(found.one("URL"))
    assert found.one("URL").startswith("http://localhost/events/forum/sessions/")


def test_the_link_to_join_is_in_no_public_calendar(client: Visitor, make: Make) -> None:
    event = make.event(
        "web", format=EventFormat.ONLINE, join_url="https://meet.example/secret", description=LocalizedText(en="x")
    )
    session = make.session(event)
    code = fresh(session).code
    for path in ("/events/web/calendar.ics", f"/events/web/sessions/{code}.ics", "/calendar.ics"):
        assert b"meet.example" not in client.get(path).data
    assert b"LOCATION;LANGUAGE=en:Online" in client.get("/events/web/calendar.ics").data


def test_a_session_alone_is_a_file_to_download(client: Visitor, make: Make, forum: Event) -> None:
    code = fresh(make.session(forum, "Talk")).code
    response = client.get(f"/events/forum/sessions/{code}.ics")
    lint.check(response.data, feed=False)
    assert response.headers["Content-Disposition"] == f"attachment; filename=forum-{code}.ics"


def test_all_events_are_in_one_feed_with_one_entry_each(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    make.event("second", title="Second", starts_at=datetime(2032, 5, 1, 9, tzinfo=UTC), zone="Europe/Berlin")
    found = entries(fetch(client, "/calendar.ics"))
    assert list(found) == ["Forum", "Second"]


def test_the_feed_of_all_events_says_where_each_of_them_is(client: Visitor, make: Make, forum: Event) -> None:
    make.event("web", title="Web", format=EventFormat.ONLINE)
    found = entries(fetch(client, "/calendar.ics?lang=en"))
    assert [lint.text(found[name].one("LOCATION")) for name in ("Forum", "Web")] == ["Saitama", "Online"]
    (venue,) = event_queries.venues(forum)
    with transaction():
        lifecycle.save_venue(fresh(forum), fresh(venue), name=LocalizedText(en="Omiya"), address=LocalizedText())
    found = entries(fetch(client, "/calendar.ics?lang=en"))
    assert lint.text(found["Forum"].one("LOCATION")) == "Omiya"


def test_an_installation_without_events_has_an_empty_feed(client: Visitor) -> None:
    assert not entries(fetch(client, "/calendar.ics"))


def test_only_the_url_chooses_the_language(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, LocalizedText(en="Talk", ja="講演"))
    plain = client.get("/events/forum/calendar.ics").data
    assert client.get("/events/forum/calendar.ics", headers={"Accept-Language": "ja"}).data == plain
    found = entries(fetch(client, "/events/forum/calendar.ics?lang=ja"))
    assert list(found) == ["フォーラム", "講演"]
    assert found["講演"].all("SUMMARY")[0].params == {"LANGUAGE": "ja"}
    assert found["講演"].one("URL").endswith("?lang=ja")
    assert lint.text(found["講演"].one("LOCATION")) == "さいたま市"


@pytest.mark.parametrize("tag", ["bn", "zh-Hant", "xx", "../..", "", "JA"])
def test_an_unknown_language_falls_back(client: Visitor, forum: Event, tag: str) -> None:
    assert "Forum" in entries(fetch(client, f"/events/forum/calendar.ics?lang={tag}"))


def test_times_can_be_had_in_utc(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    response = client.get("/events/forum/calendar.ics?tz=utc")
    lint.check(response.data, feed=True)
    assert b"DTSTART:20310318T010000Z" in response.data
    assert b"VTIMEZONE" not in response.data
    assert response.headers["ETag"] != client.get("/events/forum/calendar.ics").headers["ETag"]


def test_independent_readers_read_the_feed(client: Visitor, make: Make, forum: Event) -> None:
    make.session(
        forum, LocalizedText(ja="開会; 挨拶, \\N"), people=[make.person()], abstract=LocalizedText(ja="長い文。" * 60)
    )
    data = client.get("/events/forum/calendar.ics?lang=ja").data
    titles = {"フォーラム", "開会; 挨拶, \\N"}
    assert {str(e["SUMMARY"]) for e in icalendar.Calendar.from_ical(data).walk("VEVENT")} == titles
    assert {e.summary for e in IcsCalendarStream.calendar_from_ics(data.decode()).events} == titles
    assert {e.summary.value for e in vobject.readOne(data.decode()).vevent_list} == titles


# ---- states and visibility ------------------------------------------------------------------------------------------


def test_a_cancelled_session_stays_and_says_so(client: Visitor, make: Make, forum: Event) -> None:
    session = make.session(forum, "Talk")
    make.session(forum, "Other")
    before = entries(fetch(client, "/events/forum/calendar.ics"))
    with transaction():
        programme.set_status(fresh(session), SessionStatus.CANCELLED)
    make.release(fresh(forum))
    after = entries(fetch(client, "/events/forum/calendar.ics"))
    assert list(after) == ["Forum", "Cancelled: Talk", "Other"]
    removed = after["Cancelled: Talk"]
    assert removed.one("STATUS") == "CANCELLED"
    assert removed.one("UID") == before["Talk"].one("UID")
    assert int(removed.one("SEQUENCE")) == int(before["Talk"].one("SEQUENCE")) + 1
    assert after["Other"].lines == before["Other"].lines


def test_a_cancelled_event_cancels_all_its_entries(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    before = entries(fetch(client, "/events/forum/calendar.ics"))
    with transaction():
        lifecycle.cancel_event(fresh(forum), note=LocalizedText(en="A typhoon comes."))
    after = entries(fetch(client, "/events/forum/calendar.ics"))
    assert list(after) == ["Cancelled: Forum", "Cancelled: Talk"]
    assert {event.one("STATUS") for event in after.values()} == {"CANCELLED"}
    assert all("A typhoon comes." in event.one("DESCRIPTION") for event in after.values())
    assert int(after["Cancelled: Talk"].one("SEQUENCE")) > int(before["Talk"].one("SEQUENCE"))


def test_a_postponed_event_is_tentative(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=LocalizedText())
    found = entries(fetch(client, "/events/forum/calendar.ics"))
    assert list(found) == ["Postponed: Forum", "Postponed: Talk"]
    assert {event.one("STATUS") for event in found.values()} == {"TENTATIVE"}


def test_what_the_public_may_not_see_is_in_no_calendar(client: Visitor, make: Make, forum: Event) -> None:
    draft = make.session(forum, "Secret", status=SessionStatus.DRAFT)
    make.session(forum, "Talk")
    with transaction():
        programme.save_session(fresh(forum), None, title=LocalizedText(en="Some day"), kind=SessionKind.LECTURE)
    assert list(entries(fetch(client, "/events/forum/calendar.ics"))) == ["Forum", "Talk"]
    assert client.get(f"/events/forum/sessions/{fresh(draft).code}.ics").status_code == 404


@pytest.mark.parametrize(
    ("values", "status", "listed"),
    [
        ({"status": EventStatus.DRAFT}, 404, False),
        ({"visibility": Visibility.PRIVATE}, 404, False),
        ({"visibility": Visibility.UNLISTED}, 200, False),
        ({"status": EventStatus.ARCHIVED}, 200, True),
        ({}, 200, True),
    ],
)
def test_one_rule_says_who_sees_an_event(
    client: Visitor, make: Make, values: dict[str, Any], status: int, listed: bool
) -> None:
    event = make.event("gala", title="Gala", **values)
    code = fresh(make.session(event, "Talk")).code
    assert client.get("/events/gala/calendar.ics").status_code == status
    assert client.get(f"/events/gala/sessions/{code}.ics").status_code == status
    assert ("Gala" in entries(fetch(client, "/calendar.ics"))) is listed


def test_what_does_not_exist_is_not_found(client: Visitor, forum: Event) -> None:
    for path in ("/events/none/calendar.ics", "/events/none/sessions/ABC.ics", "/events/forum/sessions/NONE.ics"):
        assert client.get(path).status_code == 404
        assert client.get(path, headers={"If-None-Match": "*"}).status_code == 404
        now = format_datetime(datetime(2040, 1, 1, tzinfo=UTC), usegmt=True)
        assert client.get(path, headers={"If-Modified-Since": now}).status_code == 404


def test_a_former_slug_serves_the_feed_itself(client: Visitor, forum: Event) -> None:
    with transaction():
        lifecycle.change_event(fresh(forum), slug="forum-2031")
    old, new = client.get("/events/forum/calendar.ics"), client.get("/events/forum-2031/calendar.ics")
    assert old.status_code == 200
    assert old.data == new.data
    assert b"SOURCE;VALUE=URI:http://localhost/events/forum-2031/calendar.ics" in new.data


# ---- HTTP -----------------------------------------------------------------------------------------------------------

PATHS = ["/events/forum/calendar.ics", "/calendar.ics"]


@pytest.mark.parametrize("path", PATHS)
def test_what_is_known_is_not_sent_again(client: Visitor, make: Make, forum: Event, path: str) -> None:
    make.session(forum)
    first = client.get(path)
    etag = first.headers["ETag"]
    assert not etag.startswith("W/")
    for value in (etag, f'"other", {etag}', "*", f"W/{etag}"):
        again = client.get(path, headers={"If-None-Match": value})
        assert (again.status_code, again.data) == (304, b""), value
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_date_is_read_and_not_compared_as_text(client: Visitor, make: Make, forum: Event, path: str) -> None:
    make.session(forum)
    first = client.get(path)
    modified = parsedate_to_datetime(first.headers["Last-Modified"])
    for date in (
        first.headers["Last-Modified"],
        modified.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
        format_datetime(modified + timedelta(days=2), usegmt=True),
    ):
        assert client.get(path, headers={"If-Modified-Since": date}).status_code == 304, date
    for date in (format_datetime(modified - timedelta(seconds=1), usegmt=True), "yesterday", ""):
        assert client.get(path, headers={"If-Modified-Since": date}).status_code == 200, date
    both = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(path, headers=both).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_head_says_the_same_without_a_body(client: Visitor, forum: Event, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.data == b""
    for name in ("ETag", "Last-Modified", "Content-Length", "Content-Type", "Cache-Control", "Vary"):
        assert head.headers[name] == got.headers[name]


def test_packed_bytes_are_the_same_and_have_an_etag_of_their_own(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum)
    plain = client.get(PATHS[0])
    gzipped = client.get(PATHS[0], headers={"Accept-Encoding": "br, gzip"})
    assert gzipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(gzipped.data) == plain.data
    assert "Accept-Encoding" in plain.vary
    assert "Accept-Encoding" in gzipped.vary
    assert gzipped.headers["ETag"] != plain.headers["ETag"]
    for etag in (plain.headers["ETag"], gzipped.headers["ETag"]):
        again = client.get(PATHS[0], headers={"Accept-Encoding": "gzip", "If-None-Match": etag})
        assert again.status_code == 304
    assert "Content-Encoding" not in client.get(PATHS[0], headers={"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize("path", PATHS)
def test_no_cookie_is_set_and_every_cache_may_keep_it(client: Visitor, forum: Event, path: str) -> None:
    response = client.get(path)
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "Accept-Language" not in response.vary


def test_the_same_data_gives_the_same_bytes(client: Visitor, make: Make, forum: Event, app: Flask) -> None:
    make.session(forum, people=[make.person()])
    first = client.get(PATHS[0])
    app.extensions["feeds"].clear()
    ics.vevent.cache_clear()
    again = client.get(PATHS[0])
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]


def test_every_change_of_what_is_shown_changes_the_etag(client: Visitor, make: Make, forum: Event) -> None:
    with transaction():
        first = event_queries.venues(forum)[0]
        venue = events.save_venue(fresh(forum), first, name=LocalizedText(en="Arena"), address=LocalizedText())
    room, track, person = make.room(forum, "Hall", venue=venue), make.track(forum, "Cities"), make.person()
    session = make.session(forum, "Talk", rooms=[room], track=track, people=[person])
    other = make.room(forum, "Other hall")

    def edit(**values: Any) -> None:
        row: Session = fresh(session)
        given = {
            "title": row.title,
            "kind": row.kind,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "rooms": row.rooms,
            "track": row.track,
        }
        programme.save_session(fresh(forum), row, **{**given, **values})

    changes = [
        lambda: edit(title=LocalizedText(en="New title")),
        lambda: edit(rooms=[fresh(other)]),
        lambda: edit(starts_at=forum.starts_at + timedelta(minutes=5)),
        lambda: programme.save_room(fresh(forum), fresh(other), name=LocalizedText(en="Renamed hall")),
        lambda: programme.save_track(fresh(forum), fresh(track), name=LocalizedText(en="Towns"), colour=1),
        lambda: directory.save_person(fresh(person), family=LocalizedText(en="Byron"), given=LocalizedText(en="Ada")),
        lambda: events.save_venue(
            fresh(forum), fresh(venue), name=LocalizedText(en="Stadium"), address=LocalizedText()
        ),
        lambda: edit(parts=[]),
        lambda: lifecycle.change_event(fresh(forum), slug="forum", title=LocalizedText(en="Great forum")),
        lambda: programme.set_status(fresh(session), SessionStatus.CANCELLED),
    ]
    seen = {client.get(PATHS[0]).headers["ETag"]: client.get(PATHS[0]).data}
    for number, change in enumerate(changes):
        with transaction():
            change()
        with transaction(), suppress(Refused):  # people, venues and the event itself need no release
            releases.release(fresh(forum))
        response = client.get(PATHS[0], headers={"If-None-Match": ", ".join(seen)})
        assert response.status_code == 200, number
        assert response.data not in seen.values(), number
        seen[response.headers["ETag"]] = response.data


def test_a_changed_session_leaves_the_bytes_of_the_others(client: Visitor, make: Make, forum: Event) -> None:
    first = make.session(forum, "First")
    for number in range(3):
        make.session(forum, f"Other {number}")
    client.get(PATHS[0])
    before = ics.vevent.misses
    with transaction():
        programme.save_session(
            fresh(forum),
            fresh(first),
            title=LocalizedText(en="Changed"),
            kind=SessionKind.LECTURE,
            starts_at=forum.starts_at,
            ends_at=forum.starts_at + timedelta(hours=1),
        )
    make.release(fresh(forum))
    client.get(PATHS[0])
    assert ics.vevent.misses == before + 1


def test_what_was_cached_from_one_database_is_not_served_for_another(client: Visitor, make: Make, forum: Event) -> None:
    # After a restore the same number may occur a second time with other content.
    before = client.get("/calendar.ics")
    with transaction():
        db.session.delete(fresh(forum))
    make.event("newer", title="New")
    assert client.get("/calendar.ics", headers={"If-None-Match": before.headers["ETag"]}).status_code == 200


def _filled(make: Make, event: Event, number: int) -> None:
    person, room, track = make.person(), make.room(event), make.track(event)
    for _ in range(number):
        make.session(event, people=[person], rooms=[room], track=track)


@pytest.mark.slow
def test_the_number_of_statements_does_not_grow(client: Visitor, make: Make, forum: Event, queries: Any) -> None:
    counts = []
    for number in (1, 19):
        _filled(make, forum, number)
        with queries() as counted:
            assert client.get(PATHS[0]).status_code == 200
        counts.append(len(counted))
    # The second time one more: the freshness check of the cached feed.
    assert counts == [7, 8]
    with queries() as counted:
        assert client.get(PATHS[0]).status_code == 200
    assert len(counted) == 1, "a kept feed needs its state alone"
    etag = client.get(PATHS[0]).headers["ETag"]
    with queries() as counted:
        assert client.get(PATHS[0], headers={"If-None-Match": etag}).status_code == 304
    assert len(counted) == 1


def test_the_feed_of_all_events_takes_four_statements(client: Visitor, make: Make, queries: Any) -> None:
    for number in (1, 19):
        for _ in range(number):
            make.event()
        with queries() as counted:
            assert client.get("/calendar.ics").status_code == 200
        assert len(counted) == (4 if number == 1 else 5)
