"""Writes the log: decides what a door answers, and stores the answer with the presence that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import literal, select

from eventapp.check_in import presence, rules
from eventapp.check_in.came import registrations_of
from eventapp.check_in.ledger import KnownLine, KnownPerson, Ledger, Whereabouts
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence, entry
from eventapp.check_in.presence import LogEntry
from eventapp.check_in.queries import Scanned
from eventapp.check_in.rules import Admission, CheckInKind, ScanResult
from eventapp.core import clock, revisions
from eventapp.core.clock import local_day
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused


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
    the decision, and later than what was decided before, so that of two who ask at once the second is later.

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

    @property
    def number(self) -> int | None:
        """The registration that is asked about, if there is any."""
        if self.read is None:
            return self.person
        return None if self.read.ticket is None else self.read.ticket.registration


@dataclass(frozen=True, slots=True)
class CheckInAnswer:
    """What the point answers. `replayed`: the request had arrived before, and this is what was answered then."""

    nonce: str
    result: ScanResult
    accepted: bool
    person: int | None
    replayed: bool = False


@contextmanager
def decisions(asked: Iterable[tuple[Point, CheckInRequest]] = ()) -> Iterator[Ledger]:
    """A ledger for deciding requests; those that are named are read at once. What they write is written at the end. The
    transaction must hold the write lock (core.db.start_writing).
    """
    ledger = Ledger()
    try:
        requests = [request for _point, request in asked]
        people = [number for request in requests if (number := request.number) is not None]
        ledger.read([request.nonce for request in requests], people)
        yield ledger
        ledger.flush()
    finally:
        ledger.close()


def settled(point: Point, answer: CheckInAnswer, ledger: Ledger) -> CheckInAnswer:
    """The answer after the end of the decisions: another one if the same request has arrived twice at once, and the
    other one was faster.
    """
    if answer.nonce not in ledger.lost:
        return answer
    with decisions() as anew:
        known = anew.known(answer.nonce)
    if known is None:
        raise Refused(_("This form was sent before. Open the page again."))
    return _replayed(point, answer.nonce, known)


def record(point: Point, request: CheckInRequest, ledger: Ledger) -> CheckInAnswer:
    """Answer one request, and write it to the log.

    Two who ask for one person at once are answered one after the other. Raises Refused for an undo of what can't be
    undone, and for a nonce of another event.
    """
    known = ledger.known(request.nonce)
    if known is not None:
        return _replayed(point, request.nonce, known)
    if request.kind is CheckInKind.UNDO:
        return _undo(ledger, point, request)
    number = request.number
    person = None if number is None else ledger.person(number, point.event_id)
    at = request.at or clock.now()  # under the lock
    if person is None:
        return _of_nobody(ledger, point, request, at)
    return _decide(ledger, point, request, person, at)


def record_one(point: Point, request: CheckInRequest) -> CheckInAnswer:
    """Answer one request as `record` does."""
    with decisions([(point, request)]) as ledger:
        answer = record(point, request, ledger)
    return settled(point, answer, ledger)


def _replayed(point: Point, nonce: str, known: KnownLine) -> CheckInAnswer:
    if known.event_id != point.event_id:
        raise Refused(_("This form was sent before. Open the page again."))
    return CheckInAnswer(nonce, known.result, known.accepted, known.person, replayed=True)


def _of_nobody(ledger: Ledger, point: Point, request: CheckInRequest, at: datetime) -> CheckInAnswer:
    """A text that is no ticket; or a genuine ticket whose registration was made after what this database holds."""
    read = request.read
    genuine = read is not None and read.ticket is not None
    result = ScanResult.OK_UNLISTED if genuine else read.result if read is not None else ScanResult.UNKNOWN
    return _write(ledger, point, request, result, at, accepted=result.admits, person=None)


def _decide(ledger: Ledger, point: Point, request: CheckInRequest, person: KnownPerson, at: datetime) -> CheckInAnswer:
    shown = request.read.ticket.revision if request.read is not None and request.read.ticket is not None else None
    worth = rules.verdict(
        status=person.status,
        merged=bool(person.merged),
        revision=person.revision,
        shown=shown,
        admitted=_admits(ledger, point, person, local_day(at, point.zone)),
    )
    state = ledger.where(person.id, point.event_id, point.area)
    if request.at is None and state is not None and state.at >= at:
        at = state.at + timedelta(microseconds=1)  # our clock was set back, or that of another server is fast
    in_order = state is None or state.at < at
    inside = state is not None and bool(state.inside)
    if not in_order:
        ledger.flush()
        inside = _was_inside(point, request, person.id, at)
    result = presence.at_the_door(worth, request.kind, inside=inside)
    let_in = request.offline and request.device_result is not None and request.device_result.admits
    forced = bool(request.reason) and not result.admits
    accepted = result.admits or forced or let_in
    answer = _write(ledger, point, request, result, at, accepted=accepted, person=person.id, forced=forced)
    if accepted and in_order and not ledger.is_undone(request.nonce):  # what takes it back may have been faster
        now = Whereabouts(at, point.id, request.kind is CheckInKind.IN)
        ledger.move(person.id, (point.event_id, point.area), now, nonce=request.nonce)
    elif accepted:
        _project(ledger, point.id, person.id)
    return answer


def _project(ledger: Ledger, point_id: int, person: int) -> None:
    ledger.flush()
    project(point_id, person)
    ledger.forget(person)


def _admits(ledger: Ledger, point: Point, person: KnownPerson, day: date) -> bool:
    has_seat = False
    if point.admission.seat_holders and point.session_id is not None:
        has_seat = ledger.has_seat(person.id, point.session_id)
    return point.admission.admits(option=person.option, mode=person.mode, day=day, has_seat=has_seat)


def _was_inside(point: Point, request: CheckInRequest, person: int, at: datetime) -> bool:
    """Whether somebody was inside at the time of a request that arrives late."""
    sequence = request.sequence
    asked = LogEntry(request.nonce, point.id, person, CheckInKind.IN, at, area=point.area, sequence=sequence)
    return presence.in_force(log_of(point.event_id, person), asked) is ScanResult.ALREADY_IN


def _undo(ledger: Ledger, point: Point, request: CheckInRequest) -> CheckInAnswer:
    found = ledger.known(request.undoes)
    if found is not None and found.event_id != point.event_id:
        raise Refused(_("This can't be undone."))
    person = found.person if found is not None else request.person
    if person is not None and ledger.person(person, point.event_id) is None:  # locks it
        person = None  # of another event, or of nobody
    if found is not None and (not found.accepted or ledger.is_undone(request.undoes)):
        raise Refused(_("This can't be undone."))
    where = point.id if found is None else found.point_id
    at = request.at or clock.now()
    answer = _write(ledger, point, request, ScanResult.OK, at, accepted=False, person=person, where=where)
    if person is not None:
        _project(ledger, where, person)
    return answer


def _write(
    ledger: Ledger,
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
    ledger.add(
        {
            "event_id": point.event_id,
            "nonce": request.nonce,
            "point_id": point.id if where is None else where,
            "registration_id": person,
            "user_id": request.user_id,
            "device_id": request.device_id,
            "kind": request.kind,
            "result": result,
            "accepted": accepted,
            "forced": forced,
            "reason": request.reason if forced else "",
            "undoes": request.undoes,
            "at": at,
            "at_device": request.at_device,
            "sequence": request.sequence,
            "offline": request.offline,
            "device_result": request.device_result,
            "received_at": clock.now(),
        }
    )
    revisions.changed(f"event:{point.event_id}:check-ins")
    return CheckInAnswer(request.nonce, result, accepted, person)


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
