"""Laying a day out as rows of time and columns of rooms. A plan for CSS grid, made of plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from eventapp.programme.models import Room, Session


@dataclass(frozen=True)
class Cell:
    """A session and its place: rows and columns count from 1, the end is exclusive. `top` starts a time label."""

    session: Session
    row: int
    row_end: int
    column: int
    column_end: int


@dataclass(frozen=True)
class Day:
    """The columns that the day uses, its row times, and its cells in reading order."""

    rooms: list[Room]
    times: list[datetime]
    cells: list[Cell]
    loose: bool

    @property
    def groups(self) -> list[tuple[datetime, list[Cell]]]:
        """Cells by the time they start: what a narrow screen and a screen reader get."""
        found: dict[datetime, list[Cell]] = {}
        for cell in self.cells:
            assert cell.session.starts_at is not None
            found.setdefault(cell.session.starts_at, []).append(cell)
        return list(found.items())


def lay_out(sessions: Sequence[Session], rooms: Sequence[Room], zone: str) -> Day:
    """Place the sessions of one day. A session in no room spans them all; one in rooms that do not
    lie side by side stands in the first of them."""
    used = {room.id for session in sessions for room in session.rooms}
    columns = [room for room in rooms if room.id in used]
    order = {room.id: number for number, room in enumerate(columns)}
    marks = sorted({moment for s in sessions for moment in (s.starts_at, s.ends_at) if moment is not None})
    row = {moment: number + 1 for number, moment in enumerate(marks)}
    width = max(len(columns), 1)
    cells: list[Cell] = []
    # Breaks come last: one is for everybody and spans the hall, unless something else goes on meanwhile.
    for session in sorted(sessions, key=lambda s: s.kind.pause):
        assert session.starts_at is not None and session.ends_at is not None
        places = sorted(order[room.id] for room in session.rooms if room.id in order)
        first, last = _run(places) if places else (0, width)
        cell = Cell(session, row[session.starts_at], row[session.ends_at], first + 1, last + 1)
        wide = replace(cell, column=1, column_end=width + 1)
        cells.append(wide if session.kind.pause and not _collide([*cells, wide]) else cell)
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Day(columns, marks, cells, loose=_collide(cells))


def _run(places: Sequence[int]) -> tuple[int, int]:
    """The first run of neighbouring columns. The other rooms of a session are named in its cell."""
    last = places[0]
    for place in places[1:]:
        if place != last + 1:
            break
        last = place
    return places[0], last + 1


def _collide(cells: Sequence[Cell]) -> bool:
    """Whether two cells lie over each other: then the day is shown as a list, where nothing can hide."""
    taken: set[tuple[int, int]] = set()
    for cell in cells:
        squares = {(r, c) for r in range(cell.row, cell.row_end) for c in range(cell.column, cell.column_end)}
        if squares & taken:
            return True
        taken |= squares
    return False
