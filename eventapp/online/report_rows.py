"""The people in a report, and when they were there: plain values only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from eventapp.core.addresses import mailbox_key
from eventapp.core.kana import fold_kana
from eventapp.online import names, times
from eventapp.online.rules import Interval
from eventapp.online.shapes import ReportColumn, Table, TablePart, is_bot, part_of
from eventapp.online.times import DayOrder, NotATime

# Longer than this nobody is in a meeting; whatever says so was read wrongly.
LONGEST = timedelta(hours=48)


@dataclass(frozen=True)
class Reading:
    """How the rows are read: what the columns of each table contain, the zone of its times, the order of its dates, and
    the day of times without a date.
    """

    columns: Sequence[Sequence[ReportColumn]]
    zone: str
    order: DayOrder
    day: date


class RowProblem(StrEnum):
    """Why a row can't be read."""

    NOBODY = "nobody"
    JOINED = "joined"
    LEFT = "left"
    DURATION = "duration"
    BACKWARDS = "backwards"
    LONG = "long"


@dataclass(frozen=True)
class BadRow:
    """A row that can't be read, with the text that was not understood."""

    line: int
    why: RowProblem
    text: str = ""


@dataclass
class ReportedPerson:
    """Somebody in a report: one name or address, with the times at which they were there.

    `seconds` is a duration without times. `key` tells people apart, and is the same in other files.
    """

    key: str
    name: str
    email: str
    part: TablePart
    line: int
    intervals: list[Interval] = field(default_factory=list)
    seconds: int = 0


@dataclass
class Read:
    """What was read of a report. `absent` rows are of people who did not come, `waiting` of the waiting room."""

    people: list[ReportedPerson] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    rows: int = 0
    absent: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class _ReportRow:
    line: int
    cells: Mapping[ReportColumn, str]
    part: TablePart

    def get(self, column: ReportColumn) -> str:
        return self.cells.get(column, "")


_NO = {"no", "false", "いいえ", "nein", "0", "n"}
_YES = {"yes", "true", "はい", "ja", "1", "y"}


def read(tables: Sequence[Table], how: Reading) -> Read:
    """The people of a report. Where a table has each stay and another one sums them up, only the first one is taken,
    and of the other who is in it alone.
    """
    found = Read()
    people: dict[str, ReportedPerson] = {}
    stays = [ReportColumn.JOIN in columns for columns in how.columns]
    order = sorted(range(len(tables)), key=lambda at: not stays[at])
    summed = any(stays) and not all(stays)
    for at in order:
        known = set(people) if summed and not stays[at] else None
        actions: dict[str, list[tuple[datetime, bool]]] = {}
        for row in _rows(tables[at], how.columns[at]):
            found.rows += 1
            _take(found, people, row, how, known, actions)
        _pair(people, actions)
    found.people = list(people.values())
    return found


def _rows(table: Table, columns: Sequence[ReportColumn]) -> Iterable[_ReportRow]:
    for line, cells in table.rows:
        values: dict[ReportColumn, str] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column is not ReportColumn.NONE:
                values[column] = times.clean(cell)
        part = part_of(table.title, values.get(ReportColumn.ROLE, ""))
        yield _ReportRow(line, values, TablePart.HOST if names.is_host(values.get(ReportColumn.NAME, "")) else part)


def _take(
    found: Read,
    people: dict[str, ReportedPerson],
    row: _ReportRow,
    how: Reading,
    known: set[str] | None,
    actions: dict[str, list[tuple[datetime, bool]]],
) -> None:
    if row.get(ReportColumn.ATTENDED).casefold() in _NO:
        found.absent += 1
        return
    if row.get(ReportColumn.WAITING).casefold() in _YES:
        found.waiting += 1
        return
    name, email = _name(row), _email(row)
    if not name and not email:
        found.bad.append(BadRow(row.line, RowProblem.NOBODY))
        return
    key = person_key(name, email)
    if known is not None and key in known:
        if row.part is not TablePart.ATTENDEE:
            people[key].part = row.part  # the role is in one of the tables only
        return
    try:
        stay = _stay(row, how)
        action = _action(row, how)
    except _Unreadable as error:
        found.bad.append(BadRow(row.line, error.why, error.text[:80]))
        return
    part = TablePart.BOT if is_bot(name) else row.part
    person = people.setdefault(key, ReportedPerson(key, name, email, part, row.line))
    if action is not None:
        actions.setdefault(key, []).append(action)
    elif isinstance(stay, Interval):
        person.intervals.append(stay)
    else:
        person.seconds = max(person.seconds, stay)


def _name(row: _ReportRow) -> str:
    whole = row.get(ReportColumn.NAME)
    parts = " ".join(filter(None, (row.get(ReportColumn.FIRST_NAME), row.get(ReportColumn.LAST_NAME))))
    return names.cleaned((whole or parts)[:200])


def _email(row: _ReportRow) -> str:
    for column in (ReportColumn.EMAIL, ReportColumn.ACCOUNT):
        address = row.get(column)
        if "@" in address and not address.endswith(".localhost") and len(address) <= 254:
            return mailbox_key(address)
    return ""


def person_key(name: str, email: str) -> str:
    """What tells two people of a report apart: the address, else the name. It does not say who it is."""
    said = f"e:{email}" if email else f"n:{fold_kana(name) or name}"
    return hashlib.sha256(said.encode()).hexdigest()[:24]


class _Unreadable(Exception):
    def __init__(self, why: RowProblem, text: str) -> None:
        super().__init__(why)
        self.why, self.text = why, text


def _moment(text: str, how: Reading, why: RowProblem) -> datetime | None:
    if not text:
        return None
    try:
        return times.moment(text, order=how.order, zone=how.zone, day=how.day)
    except NotATime as error:
        raise _Unreadable(why, text) from error


def _seconds(text: str) -> int | None:
    try:
        found = times.seconds(text)
    except NotATime as error:
        raise _Unreadable(RowProblem.DURATION, text) from error
    if found is not None and found > LONGEST.total_seconds():
        raise _Unreadable(RowProblem.LONG, text)
    return found


def _stay(row: _ReportRow, how: Reading) -> Interval | int:
    """The times of a row, or its duration in seconds if it has none."""
    length = _seconds(row.get(ReportColumn.DURATION))
    starts = _moment(row.get(ReportColumn.JOIN), how, RowProblem.JOINED)
    ends = _moment(row.get(ReportColumn.LEAVE), how, RowProblem.LEFT)
    if starts is None and ReportColumn.JOIN not in row.cells:
        # From the first to the last, with what is left out in between.
        starts = _moment(row.get(ReportColumn.FIRST_JOIN), how, RowProblem.JOINED)
        ends = _moment(row.get(ReportColumn.LAST_LEAVE), how, RowProblem.LEFT) if length is None else None
    if starts is None:
        return length or 0
    if ends is None:
        ends = starts + timedelta(seconds=length or 0)
    if ends < starts:
        raise _Unreadable(RowProblem.BACKWARDS, row.get(ReportColumn.LEAVE))
    if ends - starts > LONGEST:
        raise _Unreadable(RowProblem.LONG, row.get(ReportColumn.LEAVE))
    return Interval(starts, ends)


_LEFT = ("left", "leave", "退出", "verlassen", "退室")


def _action(row: _ReportRow, how: Reading) -> tuple[datetime, bool] | None:
    """(when, whether they came) of a row that has only one of both."""
    said = row.get(ReportColumn.ACTION).casefold()
    at = _moment(row.get(ReportColumn.JOIN), how, RowProblem.JOINED) if said else None
    return None if at is None else (at, not any(word in said for word in _LEFT))


def _pair(people: Mapping[str, ReportedPerson], actions: Mapping[str, list[tuple[datetime, bool]]]) -> None:
    """Each coming with the leaving after it; who never leaves was there for an unknown time."""
    for key, moments in actions.items():
        came: datetime | None = None
        for at, comes in sorted(moments):
            if comes:
                if came is not None:
                    people[key].intervals.append(Interval(came, came))
                came = at
            elif came is not None:
                people[key].intervals.append(Interval(came, at))
                came = None
        if came is not None:
            people[key].intervals.append(Interval(came, came))


def dated(tables: Sequence[Table], columns: Sequence[Sequence[ReportColumn]]) -> list[str]:
    """The texts of all times, to find out how they are written."""
    of_time = {ReportColumn.JOIN, ReportColumn.LEAVE, ReportColumn.FIRST_JOIN, ReportColumn.LAST_LEAVE}
    return [
        cell
        for table, chosen in zip(tables, columns, strict=True)
        for _line, cells in table.rows
        for column, cell in zip(chosen, cells, strict=False)
        if column in of_time and times.clean(cell)
    ]
