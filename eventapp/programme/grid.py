"""Lays a day out as rows of time and columns of rooms: plain numbers for a CSS grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from eventapp.programme.published import PublishedRoom, PublishedSession

# What grid.css has places for.
MOST_COLUMNS = 40
MOST_TIMES = 120


class NoGrid(StrEnum):
    """Why a day can only be shown as a list."""

    UNTIMED = "untimed"
    ONE_ROOM = "one_room"
    ROOMS = "rooms"
    TIMES = "times"
    OVERLAPS = "overlaps"


@dataclass(frozen=True)
class Cell:
    """A session and its position: rows and columns count from 1, the end is exclusive."""

    session: PublishedSession
    row: int
    row_end: int
    column: int
    column_end: int


@dataclass(frozen=True)
class Column:
    """A room's columns in the grid: one, or as many as there are overlapping sessions in it."""

    room: PublishedRoom
    column: int
    column_end: int


@dataclass(frozen=True)
class TimeRow:
    """A row of the grid: from when, its least height (see `height`), and its number, counted from 1."""

    starts_at: datetime
    height: int
    row: int


@dataclass(frozen=True)
class GridDay:
    """The columns used on the day, its row times, and its cells in reading order."""

    columns: list[Column]
    times: list[datetime]
    cells: list[Cell]
    has_collisions: bool
    # Sessions of the day whose hour is not known: they have no position, and are listed above the grid.
    untimed: tuple[PublishedSession, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.columns[-1].column_end - 1 if self.columns else 1

    @property
    def why_list(self) -> NoGrid | None:
        """Why the day can't be shown as a grid; None if it can."""
        if not self.cells:
            return NoGrid.UNTIMED
        if self.has_collisions:
            return NoGrid.OVERLAPS
        if self.width > MOST_COLUMNS:
            return NoGrid.ROOMS
        if len(self.times) > MOST_TIMES:
            return NoGrid.TIMES
        return NoGrid.ONE_ROOM if self.width < 2 else None

    @property
    def rows(self) -> list[TimeRow]:
        """The rows from top to bottom; the last one only marks the end."""
        busy = {row for cell in self.cells for row in range(cell.row, cell.row_end)}
        lengths = [(end - start).total_seconds() / 60 for start, end in pairwise(self.times)]
        return [
            TimeRow(start, height(minutes, busy=number in busy), number)
            for number, (start, minutes) in enumerate(zip(self.times, [*lengths, 0], strict=True), start=1)
        ]

    @property
    def groups(self) -> list[tuple[datetime, list[Cell]]]:
        """Cells by start time, for narrow screens and screen readers."""
        found: dict[datetime, list[Cell]] = {}
        for cell in self.cells:
            found.setdefault(_times(cell.session)[0], []).append(cell)
        return list(found.items())


def height(minutes: float, *, busy: bool) -> int:
    """The least height of a row in halves of a rem, 0–24. A row grows if a card in it needs more.

    The first hour has 6 rem, each further one 3, until the third: so half an hour is half as high as an hour, and an
    excursion of a day fits on a screen. Rows in which nothing happens shrink to 2 rem.
    """
    rem = min(minutes, 60) / 10 + min(max(minutes - 60, 0), 120) / 20
    return round(2 * rem) if busy else min(round(2 * rem), 4)


def _times(session: PublishedSession) -> tuple[datetime, datetime]:
    return session.starts_at, session.ends_at


def lay_out(sessions: Sequence[PublishedSession], rooms: Sequence[PublishedRoom]) -> GridDay:
    """Place the sessions of one day.

    A session without a room spans all columns; one in rooms that are not adjacent is placed in the first of them.
    Sessions that overlap in a room are placed side by side, and the room gets as many columns as needed.
    """
    untimed = tuple(session for session in sessions if not session.timed)
    sessions = [session for session in sessions if session.timed]
    used = {room.id for session in sessions for room in session.rooms}
    shown = [room for room in rooms if room.id in used]
    order = {room.id: number for number, room in enumerate(shown)}
    runs = {s.id: _run(sorted(order[r.id] for r in s.rooms if r.id in order)) for s in sessions if s.rooms}
    lanes = _lanes(sessions, runs)
    columns: list[Column] = []
    for number, room in enumerate(shown):
        first = columns[-1].column_end if columns else 1
        wide = max((lanes[key] + 1 for key, run in runs.items() if run == (number, number + 1)), default=1)
        columns.append(Column(room, first, first + wide))
    marks = sorted({moment for session in sessions for moment in _times(session)})
    row = {moment: number + 1 for number, moment in enumerate(marks)}
    end = columns[-1].column_end if columns else 2
    cells: list[Cell] = []
    # Breaks come last: a break spans all rooms unless another session runs at the same time.
    for session in sorted(sessions, key=lambda s: s.kind.is_break):
        starts, ends = _times(session)
        first, last = 1, end
        if session.id in runs:
            begin, stop = runs[session.id]
            first, last = columns[begin].column, columns[stop - 1].column_end
            if stop - begin == 1 and last - first > 1:
                first += lanes[session.id]
                last = first + 1
        cell = Cell(session, row[starts], row[ends], first, last)
        everywhere = replace(cell, column=1, column_end=end)
        cells.append(everywhere if session.kind.is_break and not _collide([*cells, everywhere]) else cell)
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return GridDay(columns, marks, cells, has_collisions=_collide(cells), untimed=untimed)


def _lanes(sessions: Sequence[PublishedSession], runs: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """The lane of each session in its first room: the first one that is free when it starts."""
    free: dict[int, list[datetime]] = {}
    lanes: dict[int, int] = {}
    for session in sorted((s for s in sessions if s.id in runs), key=_times):
        starts, ends = _times(session)
        busy = free.setdefault(runs[session.id][0], [])
        lane = next((number for number, until in enumerate(busy) if until <= starts), len(busy))
        busy[lane : lane + 1] = [ends]
        lanes[session.id] = lane
    return lanes


def _run(places: Sequence[int]) -> tuple[int, int]:
    """The first run of adjacent columns. The other rooms of a session are named in its cell."""
    last = places[0]
    for place in places[1:]:
        if place != last + 1:
            break
        last = place
    return places[0], last + 1


def _collide(cells: Sequence[Cell]) -> bool:
    """Whether two cells overlap: the day is then shown as a list, which hides nothing."""
    taken: set[tuple[int, int]] = set()
    for cell in cells:
        squares = {(r, c) for r in range(cell.row, cell.row_end) for c in range(cell.column, cell.column_end)}
        if squares & taken:
            return True
        taken |= squares
    return False
