"""The geometry of charts, which templates write as SVG. Plain values only; lengths are units of the drawing.

Nothing is told by colour alone: bars and lines have their names and numbers beside them, and each line its own dashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 720
_TOP, _HEIGHT, _AXIS = 18, 150, 22
_WIDEST_BAR = 28


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its number above it, and its name below the axis if there is room for it."""

    x: float
    y: float
    width: float
    height: float
    number: int
    name: str

    @property
    def middle(self) -> float:
        """Where its texts are centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class BarChart:
    """Bars above an axis at `base`. Without `numbered`, only the highest bar shows its number."""

    width: int
    height: int
    base: int
    bars: tuple[Bar, ...]
    numbered: bool

    @property
    def highest(self) -> Bar | None:
        """The first of the highest bars."""
        return max(self.bars, key=lambda bar: bar.number, default=None)


def bars(values: Sequence[tuple[str, int]]) -> BarChart:
    """A bar for each (name, number); a name may be empty. Bars are as wide as there is room, to a limit."""
    base = _TOP + _HEIGHT
    slot = min(WIDTH / max(len(values), 1), _WIDEST_BAR * 1.5)
    most = max((number for _name, number in values), default=0) or 1
    wide = slot * 0.76
    found = []
    for at, (name, number) in enumerate(values):
        high = _HEIGHT * number / most
        x = at * slot + (slot - wide) / 2
        found.append(Bar(round(x, 1), round(base - high, 1), round(wide, 1), round(high, 1), number, name))
    return BarChart(WIDTH, base + _AXIS, base, tuple(found), numbered=slot >= 18)


@dataclass(frozen=True)
class Line:
    """A line of steps with its name at its end. `points` is the value of an SVG attribute."""

    points: str
    name: str
    number: int
    x: float
    y: float
    dashes: str


@dataclass(frozen=True)
class Tick:
    """A mark of the axis."""

    x: float
    name: str


@dataclass(frozen=True)
class LineChart:
    """Lines above an axis at `base`, with marks below it; `right` is the end of the drawing's field."""

    width: int
    height: int
    base: int
    right: int
    most: int
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]


_DASHES = ("", "7 4", "2 4", "9 3 2 3")
_ROOM = 170  # for the names at the ends of lines
_APART = 16  # between two of them


def lines(series: Sequence[tuple[str, Sequence[tuple[int, int]]]], ticks: Sequence[tuple[int, str]]) -> LineChart:
    """A line for each (name, steps). A step is (place on the axis, number), in order; the number holds until the next.

    `ticks` are (place, name), the first and the last are the ends of the axis; steps outside are moved to its ends.
    """
    base, right = _TOP + _HEIGHT + 40, WIDTH - _ROOM
    first, last = ticks[0][0], ticks[-1][0]
    most = max((number for _name, steps in series for _at, number in steps), default=0) or 1

    def across(place: int) -> float:
        inside = min(max(place, min(first, last)), max(first, last))
        return round((inside - first) / ((last - first) or 1) * right, 1)

    def up(number: int) -> float:
        return round(base - (base - _TOP) * number / most, 1)

    found = []
    for at, (name, steps) in enumerate(series):
        points, height = [], up(0)
        for place, number in steps:
            points += [f"{across(place)},{height}", f"{across(place)},{up(number)}"]
            height = up(number)
        end = across(steps[-1][0]) if steps else 0
        total = steps[-1][1] if steps else 0
        found.append(Line(" ".join(points), name, total, end, height, _DASHES[at % len(_DASHES)]))
    marks = tuple(Tick(across(place), name) for place, name in ticks)
    return LineChart(WIDTH, base + _AXIS, base, right, most, _apart(found, base), marks)


def _apart(found: list[Line], base: int) -> tuple[Line, ...]:
    """The lines with their names moved so that no two are on top of each other."""
    placed: dict[int, float] = {}
    lowest = float(base)
    for at in sorted(range(len(found)), key=lambda one: found[one].y, reverse=True):
        placed[at] = min(found[at].y, lowest)
        lowest = placed[at] - _APART
    return tuple(
        Line(line.points, line.name, line.number, line.x, placed[at], line.dashes) for at, line in enumerate(found)
    )
