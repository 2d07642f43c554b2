"""Laying out a day as rows of time and columns of rooms."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from eventapp.programme import queries
from eventapp.programme.grid import NoGrid, height, lay_out
from eventapp.programme.published import PublishedRoom, PublishedSession
from eventapp.programme.rules import SessionKind, SessionStatus
from tests.support.make import START, words

HOUR = timedelta(hours=1)


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def rooms(make, forum):
    return [make.room(forum, name) for name in ("Hall", "Studio", "Garden")]


def places(forum):
    plan = lay_out(queries.public_sessions(forum), queries.rooms(forum))
    return plan, {
        str(cell.session.title): (cell.row, cell.row_end, cell.column, cell.column_end) for cell in plan.cells
    }


def test_a_session_is_in_its_room_from_its_start_to_its_end(make, forum, rooms):
    make.session(forum, "A", rooms=[rooms[0]])
    make.session(forum, "B", rooms=[rooms[1]], starts_at=START + HOUR, minutes=120)
    make.session(forum, "C", rooms=[rooms[0]], starts_at=START + 2 * HOUR)
    plan, found = places(forum)
    assert found == {"A": (1, 2, 1, 2), "B": (2, 4, 2, 3), "C": (3, 4, 1, 2)}
    assert not plan.has_collisions


def test_adjacent_rooms_are_spanned_and_others_use_the_first(make, forum, rooms):
    make.session(forum, "Both", rooms=rooms[:2])
    make.session(forum, "Apart", rooms=[rooms[0], rooms[2]], starts_at=START + HOUR)
    _, found = places(forum)
    assert found["Both"][2:] == (1, 3)
    assert found["Apart"][2:] == (1, 2)


def test_sessions_that_overlap_in_a_room_are_side_by_side(make, forum, rooms):
    make.session(forum, "A", rooms=[rooms[0]], minutes=90)
    make.session(forum, "B", rooms=[rooms[0]], starts_at=START + HOUR)
    make.session(forum, "C", rooms=[rooms[1]])
    plan, found = places(forum)
    assert not plan.has_collisions
    assert found["A"][2:] == (1, 2)
    assert found["B"][2:] == (2, 3)
    assert found["C"][2:] == (3, 4)
    assert [(str(c.room.name), c.column, c.column_end) for c in plan.columns] == [("Hall", 1, 3), ("Studio", 3, 4)]


def test_a_break_is_for_everybody_unless_something_goes_on_meanwhile(make, forum, rooms):
    make.session(forum, "A", rooms=[rooms[0]])
    make.session(forum, "B", rooms=[rooms[1]])
    make.session(forum, "Tea", rooms=[rooms[0]], starts_at=START + HOUR, kind=SessionKind.BREAK)
    make.session(forum, "Lunch", rooms=[rooms[0]], starts_at=START + 2 * HOUR, kind=SessionKind.MEAL)
    make.session(forum, "Tour", rooms=[rooms[1]], starts_at=START + 2 * HOUR)
    _, found = places(forum)
    assert found["Tea"][2:] == (1, 3)
    assert found["Lunch"][2:] == (1, 2)


def test_a_day_with_an_overlap_is_still_a_grid_on_the_page(client, make, forum, rooms):
    for name in ("A", "B"):
        make.session(forum, name, rooms=[rooms[0]])
    make.session(forum, "C", rooms=[rooms[1]])
    client.get("/events/forum/programme")
    assert any("wide n3" in (node.get("class") or "") for node in client.page.all("div"))


def test_a_row_is_as_high_as_it_lasts_but_an_excursion_fits_on_a_screen():
    assert [height(minutes, busy=True) for minutes in (5, 30, 60)] == [1, 6, 12]
    assert height(180, busy=True) == height(600, busy=True) == 24
    assert height(300, busy=False) == 4, "hours in which nothing happens take little room"


def test_each_time_has_its_row_and_the_pause_between_sessions_is_low(make, forum, rooms):
    make.session(forum, "A", rooms=[rooms[0]], minutes=30)
    make.session(forum, "B", rooms=[rooms[1]], starts_at=START + 3 * HOUR)
    plan, _ = places(forum)
    assert [(row.row, row.height) for row in plan.rows] == [(1, 6), (2, 4), (3, 12), (4, 0)]


def test_a_room_without_sessions_on_a_day_has_no_column(make, forum, rooms):
    make.session(forum, "A", rooms=[rooms[0]])
    make.session(forum, "B", rooms=[rooms[2]])
    plan, _ = places(forum)
    assert [str(one.room.name) for one in plan.columns] == ["Hall", "Garden"]


def session_at(number: int, room: PublishedRoom, starts_at: datetime) -> PublishedSession:
    return PublishedSession(
        id=number,
        code=str(number),
        uid="",
        guid="",
        sequence=0,
        kind=SessionKind.LECTURE,
        status=SessionStatus.PUBLISHED,
        title=words("A"),
        subtitle=words(""),
        abstract=words(""),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=5),
        spoken=(),
        interpreted=(),
        capacity=None,
        do_not_record=False,
        links=(),
        updated_at=START,
        rooms=(room,),
    )


@pytest.mark.parametrize(
    ("rooms", "times", "why"),
    [(30, 1, None), (41, 1, NoGrid.ROOMS), (1, 1, NoGrid.ONE_ROOM), (2, 60, None), (2, 61, NoGrid.TIMES)],
)
def test_a_day_says_why_it_is_no_grid(rooms, times, why):
    halls = [PublishedRoom(n, f"r{n}", words(f"Room {n}")) for n in range(rooms)]
    sessions = [
        session_at(rooms * turn + n, hall, START + turn * timedelta(minutes=10))
        for turn in range(times)
        for n, hall in enumerate(halls)
    ]
    assert lay_out(sessions, halls).why_list is why
