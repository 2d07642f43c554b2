"""The page of live counts: what its parts show, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eventapp.attendance import charts, crossing, timelines
from eventapp.attendance.charts import BarChart, LineChart
from eventapp.attendance.crossing import LiveNumbers
from eventapp.attendance.dimensions import Dimensions
from eventapp.attendance.states import LiveState
from eventapp.attendance.tables import CountTable, Part
from eventapp.attendance.timelines import Arrivals, Pace
from eventapp.core import clock, languages
from eventapp.core.languages import gettext as _
from eventapp.events.models import Event
from eventapp.people.rules import PeopleQuery

STATES = "states"  # in place of the key of a dimension


@dataclass(frozen=True)
class TableChoice:
    """What the table of the page shows: the rows' dimension, the columns' or STATES, and who is counted in the latter
    case.
    """

    rows: str
    columns: str
    state: LiveState

    @classmethod
    def read(cls, by: str | None, across: str | None, of: str | None) -> TableChoice:
        """The choice in an address; what is not understood is as usual."""
        state = LiveState(of) if of in set(LiveState) else LiveState.CONFIRMED
        return cls(by or "country", across or STATES, state)

    @property
    def args(self) -> dict[str, str]:
        """The parameters that `read` reads."""
        return {"by": self.rows, "across": self.columns, "of": self.state.value}


@dataclass(frozen=True)
class ShownTable:
    """The chosen table, with its names."""

    choice: TableChoice
    table: CountTable
    rows_label: str
    columns_label: str
    dimensions: Dimensions

    def query(self, row: Part | None, column: Part | None) -> PeopleQuery | None:
        """The people desk's query that finds the people of a cell, or of a whole row or column; None if there is none.

        Who came to a session or on a day is on no list, nor is who is in two parts of one dimension.
        """
        of_states = self.choice.columns == STATES
        if row and column and row != column and self.choice.rows == self.choice.columns:
            return None
        state = self.choice.state
        if of_states:
            state = crossing.state_of(column) if column is not None else LiveState.REGISTERED
        narrows: list[tuple[str, str]] = []
        for part in (row, None if of_states else column):
            if part is not None and part.narrows is None:
                return None
            narrows += part.narrows or () if part is not None else ()
        joined = {self.choice.rows, self.choice.columns} & {"day", "session", "mode"}
        if state is LiveState.CHECKED_IN and joined and (row or column):
            return None
        return people_of(state, self.dimensions, narrows)


def people_of(state: LiveState, dimensions: Dimensions, narrows: Sequence[tuple[str, str]] = ()) -> PeopleQuery | None:
    """The people desk's query of everybody in a state; None if the query language can't say who that is."""
    pairs = list(narrows)
    if state is LiveState.CHECKED_IN:
        return None  # each person is one row of this table, but may be several of that list
    pairs += [("status", status.value) for status in sorted(state.statuses)]
    if state is LiveState.NO_SHOW:
        pairs.append(("came", "no"))
        keys = [option.key for option in dimensions.options if option.id in dimensions.expected.over]
        if not keys:
            return None
        if not any(name == "option" for name, _value in pairs):
            pairs += [("option", key) for key in keys]
    return PeopleQuery.parse(pairs)


def chosen_table(dimensions: Dimensions, choice: TableChoice, numbers: LiveNumbers) -> ShownTable | None:
    """The chosen table; None for a dimension that the event does not have."""
    if choice.columns == STATES:
        table = crossing.by_state(dimensions, choice.rows, numbers.totals)
    else:
        table = crossing.crossed(dimensions, choice.rows, choice.columns, choice.state)
    labels = dict(dimensions.choices()) | {STATES: _("Status")}
    if table is None:
        return None
    return ShownTable(choice, table, labels[choice.rows], labels[choice.columns], dimensions)


@dataclass(frozen=True)
class DayOfArrivals:
    """The arrivals of a day, as a chart and as rows of (time, people)."""

    day: date
    people: int
    chart: BarChart
    rows: tuple[tuple[str, int], ...]


def arrivals(event: Event) -> list[DayOfArrivals]:
    """The arrivals of each day."""
    return [_day(event, day, quarters) for day, quarters in timelines.arrivals(event).items()]


def _day(event: Event, day: date, quarters: list[Arrivals]) -> DayOfArrivals:
    def name(at: datetime) -> str:
        return languages.clock_time(at, event.zone)

    # A name for each hour, and for the first bar if the next hour leaves room for it.
    bars = [
        (name(one.at) if one.at.minute == 0 or (at == 0 and one.at.minute == 15) else "", one.people)
        for at, one in enumerate(quarters)
    ]
    rows = tuple((name(one.at), one.people) for one in quarters)
    return DayOfArrivals(day, sum(one.people for one in quarters), charts.bars(bars), rows)


@dataclass(frozen=True)
class ShownPace:
    """Registrations over time: a chart, and rows of (days before the start, people of each edition)."""

    chart: LineChart
    names: tuple[str, ...]
    rows: tuple[tuple[int, tuple[int | None, ...]], ...]


# Days before the start for which the table has a row.
_MILESTONES = (180, 120, 90, 60, 45, 30, 21, 14, 7, 3, 1, 0)


def pace(event: Event, editions: Sequence[Event]) -> ShownPace | None:
    """Registrations over time beside other editions; None if nobody has registered for any."""
    found = [one for one in timelines.pace(event, editions) if one.steps]
    if not found:
        return None
    first = max(one.steps[0][0] for one in found)
    names = tuple(_named(one) for one in found)
    last = min(0, *(one.steps[-1][0] for one in found))
    marks = [days for days in _MILESTONES if last <= days < first]
    shown = [first, *(day for day in marks if day in {120, 90, 60, 30, 14, 0} and first - day > first / 6)]
    chart = charts.lines(
        [(name, _until_now(one)) for name, one in zip(names, found, strict=True)],
        [(days, _days_before(days)) for days in dict.fromkeys([*shown, 0])],
    )
    rows = tuple((days, tuple(one.by(days) for one in found)) for days in dict.fromkeys([first, *marks]))
    return ShownPace(chart, names, rows)


def _until_now(one: Pace) -> list[tuple[int, int]]:
    """The steps of a line: drawn on to today, or to the start."""
    left = max((one.event.starts_at - clock.now()).days, 0)
    return [*one.steps, (min(left, one.steps[-1][0]), one.total)]


def _named(one: Pace) -> str:
    return f"{one.event.first_day.year}"


def _days_before(days: int) -> str:
    return _("Start") if days == 0 else languages.ngettext("%(num)d day", "%(num)d days", days)
