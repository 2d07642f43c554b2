"""What the decisions of one transaction read and write, for all of them at once.

Some hundred people an hour come through one door, but at the beginning of an event many doors ask at once, and devices
that were offline send all of theirs. So what decisions need is read for all of them by a few statements, lines are
written together, and decisions see those before them that are not written yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, bindparam, func, select, union_all
from sqlalchemy.dialects import sqlite

from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.rules import ScanResult
from eventapp.core.statements import QuickList, QuickRun, QuickSelect, QuickWrite
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, Registration, SessionSignup
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import RegistrationStatus


class KnownLine(NamedTuple):
    """A line of the log, as a question that arrives again is answered by it."""

    event_id: int
    result: ScanResult
    accepted: bool
    person: int | None
    point_id: int


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A registration as decisions need it."""

    id: int
    status: RegistrationStatus
    option: int
    mode: Mode
    revision: int
    merged: bool


class Whereabouts(NamedTuple):
    """Where somebody was last in an area, and since when."""

    at: datetime
    point_id: int
    inside: bool


class Ledger:
    """Reads for decisions, and keeps what they write until `flush`. The transaction must hold the write lock
    (core.db.start_writing); close it before that ends.
    """

    def __init__(self) -> None:
        self._run = QuickRun()
        self._known: dict[str, KnownLine | None] = {}
        self._undone: dict[str, bool] = {}
        self._people: dict[int, tuple[int, KnownPerson] | None] = {}
        self._where: dict[int, dict[tuple[int, str], Whereabouts]] = {}
        self._lines: list[dict[str, Any]] = []
        self._moves: list[tuple[str, int, Whereabouts]] = []
        # Nonces of lines that somebody else has written meanwhile.
        self.lost: set[str] = set()

    def read(self, nonces: Iterable[str], people: Iterable[int]) -> None:
        """Read at once what decisions about these lines and people need. People are locked in the order of their
        numbers, so that two who write at once don't wait for each other.
        """
        asked, numbers = list(nonces), sorted(set(people))
        self._known |= dict.fromkeys(asked)
        for nonce, *line in self._run.rows(_known, asked):
            self._known[nonce] = KnownLine(*line)
        self._people |= dict.fromkeys(numbers)
        for number, event_id, *person in self._run.rows(_people, numbers):
            self._people[number] = event_id, KnownPerson(number, *person)
        self._undone |= dict.fromkeys(asked, False)
        self._undone |= {nonce: True for (nonce,) in self._run.rows(_undone, asked)}
        self._where |= {number: {} for number in numbers}
        for number, into, event_id, area, *where in self._run.rows(_where, numbers):
            now = Whereabouts(*where)
            for one in {number, into} & self._where.keys():
                known = self._where[one].get((event_id, area))
                if known is None or now > known:
                    self._where[one][event_id, area] = now

    def known(self, nonce: str) -> KnownLine | None:
        """The line with this nonce."""
        if nonce not in self._known:
            self.read([nonce], [])
        return self._known[nonce]

    def person(self, number: int, event_id: int) -> KnownPerson | None:
        """The registration of an event with this number. It is locked."""
        if number not in self._people:
            self.read([], [number])
        found = self._people[number]
        return found[1] if found is not None and found[0] == event_id else None

    def is_undone(self, nonce: str) -> bool:
        """Whether the line with this nonce was taken back."""
        if nonce not in self._undone:
            self.read([nonce], [])
        return self._undone[nonce]

    def where(self, person: int, event_id: int, area: str) -> Whereabouts | None:
        """Where somebody, or who was merged into them, was last in an area."""
        if person not in self._where:
            self.read([], [person])
        return self._where[person].get((event_id, area))

    def has_seat(self, person: int, session_id: int) -> bool:
        """Whether somebody has a seat in a session."""
        return self._run.row(_seat, person=person, session=session_id) is not None

    def add(self, line: dict[str, Any]) -> None:
        """Add a line to the log."""
        self._lines.append(line)
        person, nonce = line["registration_id"], line["nonce"]
        self._known[nonce] = KnownLine(line["event_id"], line["result"], line["accepted"], person, line["point_id"])
        if line["undoes"]:
            self._undone[line["undoes"]] = True

    def move(self, person: int, area: tuple[int, str], now: Whereabouts, *, nonce: str) -> None:
        """Store where somebody is after a line, which is the last one about them; `area` is one of an event."""
        self._moves.append((nonce, person, now))
        self.where(person, *area)
        self._where[person][area] = now
        if self._is_merged(person):
            self.flush()
            self.forget(person)

    def flush(self) -> None:
        """Write what was added, so that others can read it."""
        if self._lines:
            written = self._run.many(_new_lines, self._lines)
            if written is not None:
                self.lost |= {line["nonce"] for line in self._lines} - {nonce for (nonce,) in written}
            self._lines = []
        moves: dict[tuple[int, int], dict[str, Any]] = {}
        for nonce, person, now in self._moves:
            if nonce not in self.lost:
                key = {"point_id": now.point_id, "registration_id": person}
                move = moves.setdefault((now.point_id, person), key | {"first_in": None})
                first = move["first_in"] or (now.at if now.inside else None)
                move |= {"inside": now.inside, "last_at": now.at, "first_in": first}
        if moves:
            self._run.many(_present, list(moves.values()))
        self._moves = []

    def forget(self, person: int) -> None:
        """Read anew where somebody is, because it was changed otherwise."""
        self._where.pop(person, None)
        if self._is_merged(person):
            self._where.clear()  # somebody else is where this registration is

    def _is_merged(self, person: int) -> bool:
        found = self._people.get(person)
        return found is not None and found[1].merged

    def close(self) -> None:
        """Give the cursor back."""
        self._run.close()


def _known_(nonces: list[Any]) -> Any:
    columns = (CheckIn.nonce, CheckIn.event_id, CheckIn.result, CheckIn.accepted, CheckIn.registration_id)
    return select(*columns, CheckIn.point_id).where(CheckIn.nonce.in_(nonces))


def _undone_(nonces: list[Any]) -> Any:
    # The second condition lets the database use the index.
    return select(CheckIn.undoes).where(CheckIn.undoes.in_(nonces), CheckIn.undoes != "")


def _people_(numbers: list[Any]) -> Any:
    merged = select(MergedRegistration.registration_id).where(MergedRegistration.registration_id == Registration.id)
    # Not as a join: PostgreSQL leaves a row out that it has waited for, if the join no longer holds.
    mode = select(AttendanceOption.mode).where(AttendanceOption.id == Registration.option_id).scalar_subquery()
    columns = (Registration.status, Registration.option_id, mode.label("mode"), Registration.ticket_revision)
    return (
        select(Registration.id, Registration.event_id, *columns, merged.exists().label("merged"))
        .where(Registration.id.in_(numbers))
        .order_by(Registration.id)
        .with_for_update(key_share=True, of=Registration)
    )


def _where_(numbers: list[Any]) -> Any:
    # As a list: the database uses an index for that, and not for "this one or one of those".
    own = select(Registration.id).where(Registration.id.in_(numbers))
    merged = select(MergedRegistration.registration_id).where(MergedRegistration.into_id.in_(numbers))
    columns = (Presence.registration_id, MergedRegistration.into_id, CheckInPoint.event_id, CheckInPoint.area)
    return (
        select(*columns, Presence.last_at, Presence.point_id, Presence.inside)
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == Presence.registration_id)
        .where(Presence.registration_id.in_(union_all(own, merged)))
    )


_known = QuickList(String(), _known_)
_undone = QuickList(String(), _undone_)
_people = QuickList(Integer(), _people_)
_where = QuickList(Integer(), _where_)


@QuickSelect
def _seat(insert: Callable[[Any], Any]) -> Any:
    return select(SessionSignup.id).where(
        SessionSignup.registration_id == bindparam("person", 0), SessionSignup.session_id == bindparam("session", 0)
    )


_LINE = tuple(column.key for column in CheckIn.__table__.columns if column.key != "id")


def _new_lines_(insert: Callable[[Any], Any]) -> Any:
    table: Any = CheckIn.__table__
    if insert is sqlite.insert:
        return insert(table)  # nobody else writes meanwhile, so there is no line that this transaction has not seen
    return insert(table).on_conflict_do_nothing(index_elements=["nonce"]).returning(table.c.nonce)


def _present_(insert: Callable[[Any], Any]) -> Any:
    statement = insert(Presence.__table__)
    new = statement.excluded
    first = func.coalesce(Presence.first_in, new.first_in)
    return statement.on_conflict_do_update(
        index_elements=["point_id", "registration_id"],
        set_={"inside": new.inside, "first_in": first, "last_at": new.last_at},
    )


_new_lines = QuickWrite(_new_lines_, columns=_LINE)
_present = QuickWrite(_present_, columns=("point_id", "registration_id", "inside", "first_in", "last_at"))
