"""Writes the log: decides what a door answers, and stores the answer with the presence that follows from it.

Some hundred people an hour come through one door, and devices that were offline send theirs all at once, so each line
costs a few prebuilt statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, func, literal, select

from eventapp.check_in import presence, rules
from eventapp.check_in.came import registrations_of
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence, entry
from eventapp.check_in.presence import LogEntry
from eventapp.check_in.queries import Scanned
from eventapp.check_in.rules import Admission, CheckInKind, ScanResult
from eventapp.core import clock, revisions
from eventapp.core.clock import local_day
from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.statements import QuickRun, QuickSelect, QuickWrite
from eventapp.registration.models import AttendanceOption, Registration, SessionSignup
from eventapp.registration.records import MergedRegistration


@dataclass(frozen=True, slots=True)
class Point:
    """A point as the decision needs it."""

    id: int
    event_id: int
    zone: str
    area: str
    admission: Admission
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class CheckInRequest:
    """What somebody asks at a point. `read` is what was scanned, `person` the number of a registration that was found
    by name; an undo names in `undoes` the nonce of a line. `at` is None for what is asked just now: its time is that of
    the decision, so that of two who ask at once the second is later.

    With a `reason`, the person passes whatever the result is. `device_result` is what a device that was offline has
    answered: who it let in has passed, and is counted.
    """

    nonce: str
    kind: CheckInKind
    at: datetime | None = None
    read: Scanned | None = None
    person: int | None = None
    undoes: str = ""
    reason: str = ""
    user_id: int | None = None
    device_id: int | None = None
    at_device: datetime | None = None
    sequence: int = 0
    offline: bool = False
    device_result: ScanResult | None = None


@dataclass(frozen=True, slots=True)
class CheckInAnswer:
    """What the point answers. `replayed`: the request had arrived before, and this is what was answered then."""

    nonce: str
    line: int
    result: ScanResult
    accepted: bool
    person: int | None
    replayed: bool = False


def record(point: Point, request: CheckInRequest, run: QuickRun) -> CheckInAnswer:
    """Answer one request, and write it to the log. The transaction must hold the write lock (core.db.start_writing);
    `run` is of that transaction.

    Two who ask for one person at once are answered one after the other. Raises Refused for an undo of what can't be
    undone, and for a nonce of another event.
    """
    known = run.row(_known, nonce=request.nonce)
    if known is not None:
        return _replayed(point, request.nonce, known)
    if request.kind is CheckInKind.UNDO:
        return _undo(run, point, request)
    number = request.person
    if request.read is not None:
        number = request.read.ticket.registration if request.read.ticket else None
    row = None if number is None else run.row(_person, person=number, event=point.event_id)
    at = request.at or clock.now()  # under the lock
    if row is None:
        return _of_nobody(run, point, request, at)
    return _decide(run, point, request, _Person(number or 0, *row), at)


def record_one(point: Point, request: CheckInRequest) -> CheckInAnswer:
    """Answer one request as `record` does."""
    with QuickRun() as run:
        return record(point, request, run)


@dataclass(frozen=True, slots=True)
class _Person:
    id: int
    status: Any
    option: int
    mode: Any
    revision: int
    merged: bool


def _replayed(point: Point, nonce: str, known: tuple[Any, ...]) -> CheckInAnswer:
    line, event_id, result, accepted, person = known
    if event_id != point.event_id:
        raise Refused(_("This form was sent before. Open the page again."))
    return CheckInAnswer(nonce, line, result, accepted, person, replayed=True)


def _of_nobody(run: QuickRun, point: Point, request: CheckInRequest, at: datetime) -> CheckInAnswer:
    """A text that is no ticket; or a genuine ticket whose registration was made after what this database holds."""
    read = request.read
    genuine = read is not None and read.ticket is not None
    result = ScanResult.OK_UNLISTED if genuine else read.result if read is not None else ScanResult.UNKNOWN
    return _write(run, point, request, result, at, accepted=result.admits, person=None)


def _decide(run: QuickRun, point: Point, request: CheckInRequest, person: _Person, at: datetime) -> CheckInAnswer:
    shown = request.read.ticket.revision if request.read is not None and request.read.ticket is not None else None
    day = local_day(at, point.zone)
    worth = rules.verdict(
        status=person.status,
        merged=bool(person.merged),
        revision=person.revision,
        shown=shown,
        admitted=_admits(run, point, person, day),
    )
    state = run.row(_latest, person=person.id, event=point.event_id, area=point.area)
    in_order = state is None or state[1] < at
    inside = state is not None and bool(state[0]) if in_order else _was_inside(point, request, person.id, at)
    result = presence.at_the_door(worth, request.kind, inside=inside)
    let_in = request.offline and request.device_result is not None and request.device_result.admits
    forced = bool(request.reason) and not result.admits
    accepted = result.admits or forced or let_in
    answer = _write(run, point, request, result, at, accepted=accepted, person=person.id, forced=forced)
    if accepted and run.row(_undone, nonce=request.nonce) is not None:
        in_order = False  # what takes it back was faster
    if accepted and in_order:
        _set_present(run, point, person.id, request.kind, at)
    elif accepted:
        project(point.id, person.id)
    return answer


def _admits(run: QuickRun, point: Point, person: _Person, day: date) -> bool:
    has_seat = False
    if point.admission.seat_holders and point.session_id is not None:
        has_seat = run.row(_seat, person=person.id, session=point.session_id) is not None
    return point.admission.admits(option=person.option, mode=person.mode, day=day, has_seat=has_seat)


def _was_inside(point: Point, request: CheckInRequest, person: int, at: datetime) -> bool:
    """Whether somebody was inside at the time of a request that arrives late."""
    sequence = request.sequence
    asked = LogEntry(request.nonce, point.id, person, CheckInKind.IN, at, area=point.area, sequence=sequence)
    return presence.in_force(log_of(point.event_id, person), asked) is ScanResult.ALREADY_IN


def _undo(run: QuickRun, point: Point, request: CheckInRequest) -> CheckInAnswer:
    found = run.row(_known, nonce=request.undoes)
    if found is not None and found[1] != point.event_id:
        raise Refused(_("This can't be undone."))
    person = found[4] if found is not None else request.person
    if person is not None and run.row(_person, person=person, event=point.event_id) is None:  # locks it
        person = None  # of another event, or of nobody
    if found is not None and (not found[3] or run.row(_undone, nonce=request.undoes) is not None):
        raise Refused(_("This can't be undone."))
    where = point.id if found is None else (run.row(_point_of, line=found[0]) or (point.id,))[0]
    answer = _write(
        run, point, request, ScanResult.OK, request.at or clock.now(), accepted=False, person=person, where=where
    )
    if person is not None:
        project(where, person)
    return answer


def _write(
    run: QuickRun,
    point: Point,
    request: CheckInRequest,
    result: ScanResult,
    at: datetime,
    *,
    accepted: bool,
    person: int | None,
    forced: bool = False,
    where: int | None = None,
) -> CheckInAnswer:
    """Add a line to the log."""
    row = run.row(
        _new_line,
        event_id=point.event_id,
        nonce=request.nonce,
        point_id=point.id if where is None else where,
        registration_id=person,
        user_id=request.user_id,
        device_id=request.device_id,
        kind=request.kind,
        result=result,
        accepted=accepted,
        forced=forced,
        reason=request.reason if forced else "",
        undoes=request.undoes,
        at=at,
        at_device=request.at_device,
        sequence=request.sequence,
        offline=request.offline,
        device_result=request.device_result,
        received_at=clock.now(),
    )
    if row is None:  # it has arrived twice at once, and the other one was faster
        known = run.row(_known, nonce=request.nonce)
        if known is None:
            raise Refused(_("This form was sent before. Open the page again."))
        return _replayed(point, request.nonce, known)
    revisions.changed(f"event:{point.event_id}:check-ins")
    return CheckInAnswer(request.nonce, row[0], result, accepted, person)


def _set_present(run: QuickRun, point: Point, person: int, kind: CheckInKind, at: datetime) -> None:
    inside = kind is CheckInKind.IN
    run.row(
        _present, point_id=point.id, registration_id=person, inside=inside, first_in=at if inside else None, last_at=at
    )


def log_of(event_id: int, person: int) -> list[LogEntry]:
    """The lines of somebody in the log of an event, also those of registrations that were merged into theirs."""
    query = (
        select(CheckIn, CheckInPoint.area)
        .join(CheckInPoint, CheckInPoint.id == CheckIn.point_id)
        .where(CheckIn.registration_id.in_(registrations_of(literal(person))), CheckIn.event_id == event_id)
    )
    rows = [(line, area) for line, area in db.session.execute(query)]
    back = undos(line.nonce for line, _area in rows)
    return [replace(entry(line, area), person=person) for line, area in rows] + back


def undos(nonces: Iterable[str]) -> list[LogEntry]:
    """What takes back lines with these nonces. An undo that came before its line does not say whose that is."""
    query = select(CheckIn).where(CheckIn.undoes.in_(list(nonces)), CheckIn.undoes != "")
    return [entry(line, "") for line in db.session.scalars(query)]


def project(point_id: int, person: int) -> None:
    """Store anew where somebody is as seen from one point, from all their lines there."""
    query = select(CheckIn).where(CheckIn.registration_id == person, CheckIn.point_id == point_id)
    lines = [entry(line, "") for line in db.session.scalars(query)]
    state = presence.fold([*lines, *undos(line.nonce for line in lines)]).get((point_id, person))
    stored = db.session.get(Presence, (point_id, person), populate_existing=True)
    if state is None:
        if stored is not None:
            db.session.delete(stored)
    else:
        if stored is None:
            stored = Presence(point_id=point_id, registration_id=person)
            db.session.add(stored)
        stored.inside, stored.first_in, stored.last_at = state.inside, state.first_in, state.last_at
    db.session.flush()


@QuickSelect
def _known(insert: Callable[[Any], Any]) -> Any:
    columns = (CheckIn.id, CheckIn.event_id, CheckIn.result, CheckIn.accepted, CheckIn.registration_id)
    return select(*columns).where(CheckIn.nonce == bindparam("nonce", ""))


@QuickSelect
def _undone(insert: Callable[[Any], Any]) -> Any:
    # The second condition lets the database use the index.
    return select(CheckIn.id).where(CheckIn.undoes == bindparam("nonce", ""), CheckIn.undoes != "").limit(1)


@QuickSelect
def _point_of(insert: Callable[[Any], Any]) -> Any:
    return select(CheckIn.point_id).where(CheckIn.id == bindparam("line", 0))


@QuickSelect
def _person(insert: Callable[[Any], Any]) -> Any:
    merged = select(MergedRegistration.registration_id).where(MergedRegistration.registration_id == Registration.id)
    columns = (Registration.status, Registration.option_id, AttendanceOption.mode, Registration.ticket_revision)
    return (
        select(*columns, merged.exists().label("merged"))
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .where(Registration.id == bindparam("person", 0), Registration.event_id == bindparam("event", 0))
        .with_for_update(key_share=True, of=Registration)
    )


@QuickSelect
def _seat(insert: Callable[[Any], Any]) -> Any:
    return select(SessionSignup.id).where(
        SessionSignup.registration_id == bindparam("person", 0), SessionSignup.session_id == bindparam("session", 0)
    )


@QuickSelect
def _latest(insert: Callable[[Any], Any]) -> Any:
    person = bindparam("person", 0, type_=Integer())
    return (
        select(Presence.inside, Presence.last_at)
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .where(
            Presence.registration_id.in_(registrations_of(person)),
            CheckInPoint.event_id == bindparam("event", 0, type_=Integer()),
            CheckInPoint.area == bindparam("area", "", type_=String()),
        )
        .order_by(Presence.last_at.desc(), Presence.point_id.desc())
        .limit(1)
    )


_LINE = tuple(column.key for column in CheckIn.__table__.columns if column.key != "id")


def _new_line_(insert: Callable[[Any], Any]) -> Any:
    table: Any = CheckIn.__table__
    return insert(table).on_conflict_do_nothing(index_elements=["nonce"]).returning(table.c.id)


_new_line = QuickWrite(_new_line_, columns=_LINE)


def _present_(insert: Callable[[Any], Any]) -> Any:
    statement = insert(Presence.__table__)
    new = statement.excluded
    first = func.coalesce(Presence.first_in, new.first_in)
    return statement.on_conflict_do_update(
        index_elements=["point_id", "registration_id"],
        set_={"inside": new.inside, "first_in": first, "last_at": new.last_at},
    )


_present = QuickWrite(_present_, columns=("point_id", "registration_id", "inside", "first_in", "last_at"))
