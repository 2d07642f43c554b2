"""Laying out a day as rows of time and columns of rooms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventapp.programme import queries
from eventapp.programme.grid import lay_out
from eventapp.programme.rules import SessionKind
from tests.support.make import START

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
