"""What a venue is called is true everywhere at once: in the public programme and its calendars, too."""

from __future__ import annotations

import re

from eventapp import lifecycle
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.programme import queries, releases
from tests.support.make import fresh, words


def call(event, venue, name: str, address: str = "1-1 Chuo") -> None:
    with transaction():
        lifecycle.save_venue(fresh(event), fresh(venue), name=LocalizedText(en=name), address=LocalizedText(en=address))


def sequence(calendar: str) -> int:
    return int(re.findall(r"SEQUENCE:(\d+)", calendar)[0]) if "SEQUENCE" in calendar else 0


def test_a_new_name_of_a_venue_is_in_the_calendars_of_its_sessions_at_once(client, make):
    event = make.event("forum")
    # The first venue is where the event is, and every session without a room.
    other, venue = make.venue(event, "Port"), make.venue(event, "Arena")
    housed = make.session(event, "Housed", rooms=[make.room(event, "Hall A", venue=venue)])
    elsewhere = make.session(event, "Elsewhere", rooms=[make.room(event, "Hall B", venue=other)])
    before = {one.code: client.get(f"/events/forum/sessions/{one.code}.ics").text for one in (housed, elsewhere)}
    call(event, venue, "Harbour hall")
    after = {one.code: client.get(f"/events/forum/sessions/{one.code}.ics").text for one in (housed, elsewhere)}
    assert "Harbour hall" in after[housed.code] and "Arena" not in after[housed.code]
    assert sequence(after[housed.code]) > sequence(before[housed.code])
    assert after[elsewhere.code] == before[elsewhere.code]
    assert "Harbour hall" in client.get("/events/forum").text


def test_nothing_else_of_the_plans_becomes_public_with_it(make):
    event = make.event("forum")
    venue = make.venue(event, "Arena")
    session = make.session(event, "Opening", rooms=[make.room(event, "Hall A", venue=venue)])
    with transaction():
        fresh(session).title = words("Secret plan")
    call(event, venue, "Harbour hall")
    document = queries.document(fresh(event))
    [shown] = document.sessions
    assert shown.title["en"] == "Opening" and shown.rooms[0].venue.name["en"] == "Harbour hall"
    assert releases.pending(fresh(event)).changes


def test_nothing_is_published_if_the_programme_says_the_same_or_is_not_public(make):
    event = make.event("forum")
    venue = make.venue(event, "Arena")
    call(event, venue, "Harbour hall")
    assert queries.latest(fresh(event)) is None
    make.session(event, "Opening", rooms=[make.room(event, "Hall A", venue=venue)])
    number = queries.latest(fresh(event)).number
    call(event, venue, "Harbour hall")
    assert queries.latest(fresh(event)).number == number
    call(event, venue, "Harbour hall", "2-2 Minato")
    assert queries.latest(fresh(event)).number == number + 1


def test_the_rooms_of_a_removed_venue_stay_without_one(client, make):
    event = make.event("forum")
    venue = make.venue(event, "Arena")
    session = make.session(event, "Opening", rooms=[make.room(event, "Hall A", venue=venue)])
    with transaction():
        lifecycle.remove_venue(fresh(event), fresh(venue))
    text = client.get(f"/events/forum/sessions/{session.code}.ics").text
    assert "Hall A" in text and "Arena" not in text
