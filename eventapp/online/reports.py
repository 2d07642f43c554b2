"""Attendance reports: kept, read anew as the team says what the columns contain, and applied some people at a time."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from eventapp.check_in.models import CheckInPoint, Presence
from eventapp.check_in.record import CheckInRequest, Point, record_one
from eventapp.check_in.rules import CheckInKind
from eventapp.core import clock
from eventapp.core.clock import local_day
from eventapp.core.db import db, start_writing
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.rows import reread
from eventapp.core.tables import Table as Rows
from eventapp.events.models import Event, EventHost
from eventapp.online import report_rows, shapes, times
from eventapp.online.matching import Candidate, KnownCandidates, MatchOutcome, ReportMatch
from eventapp.online.models import AttendanceReport, ReportedStay, ReportShape
from eventapp.online.operations import at_point, online_point
from eventapp.online.report_rows import Read, Reading, ReportedPerson
from eventapp.online.rules import Interval, union
from eventapp.online.shapes import ReportColumn, Table
from eventapp.online.times import DayOrder
from eventapp.people.rules import BulkState
from eventapp.programme.models import Session
from eventapp.registration.models import Contact, Registration
from eventapp.registration.rules import ACTIVE, RegistrationStatus

# People whom one transaction writes.
AT_A_TIME = 40
# How long a report is kept that nobody applies.
KEPT = timedelta(hours=24)
# In `decisions`, instead of a registration.
NOBODY, LEFT_OUT = 0, -1


def keep(
    event: Event, name: str, rows: Rows, *, session_id: int | None, user_id: int, language: str
) -> AttendanceReport:
    """Store a report that was read, with what its columns seem to be. Raises Refused if it has no table."""
    session = db.session.get(Session, session_id) if session_id else None
    found = shapes.recognized(rows)
    if not found.tables:
        raise Refused(_("We found no table of people in this file."), field="file")
    known = [_remembered(event, table) for table in found.tables]
    report = AttendanceReport(event_id=event.id, session_id=session_id, user_id=user_id, name=name[:200])
    report.service, report.language, report.stated = found.service, language, [list(one) for one in found.stated]
    report.table = json.dumps(rows).encode()
    report.columns = [
        one.columns if one else [column.value for column in table.columns]
        for one, table in zip(known, found.tables, strict=True)
    ]
    report.zone = next((one.zone for one in known if one), event.zone)
    starts = session.starts_at if session and session.starts_at else event.starts_at
    report.day = local_day(starts, event.zone).isoformat()
    report.day_order = _likely_order(event, report, found.tables)
    db.session.add(report)
    db.session.flush()
    return report


def _remembered(event: Event, table: Table) -> ReportShape | None:
    """What the columns of such a table contained in this event, or in another one of the same host."""
    hosts = select(EventHost.organization_id).where(EventHost.event_id == event.id)
    of_host = select(EventHost.event_id).where(EventHost.organization_id.in_(hosts))
    query = (
        select(ReportShape)
        .where(ReportShape.shape == shapes.shape_of(table.headers))
        .where((ReportShape.event_id == event.id) | ReportShape.event_id.in_(of_host))
        .order_by((ReportShape.event_id == event.id).desc(), ReportShape.saved_at.desc())
    )
    found = db.session.scalars(query.limit(1)).first()
    return found if found is not None and len(found.columns) == len(table.headers) else None


def _likely_order(event: Event, report: AttendanceReport, tables: Sequence[Table]) -> str:
    texts = report_rows.dated(tables, _columns(report))
    order = times.day_order(texts, first=event.first_day, last=event.last_day)
    return order.value if order else ""


def _columns(report: AttendanceReport) -> list[list[ReportColumn]]:
    return [[ReportColumn(one) for one in columns] for columns in report.columns]


def tables_of(report: AttendanceReport) -> list[Table]:
    """The tables of people in a report that is kept."""
    return shapes.recognized(json.loads(report.table)).tables


def restate(report: AttendanceReport, columns: Sequence[str], values: Mapping[str, Any]) -> None:
    """Say anew what the columns contain (of all tables, one after the other), and how times are read.

    It is remembered for the next report of this kind. Raises Refused if the rows can't be read so.
    """
    known, left = {one.value for one in ReportColumn}, list(columns)
    tables, chosen = tables_of(report), []
    for table in tables:
        width = len(table.headers)
        mine, left = [one if one in known else "" for one in left[:width]], left[width:]
        mine += [""] * (width - len(mine))
        named = [one for one in mine if one]
        if len(named) != len(set(named)):
            raise Refused(_("Two columns of one table can't contain the same."))
        chosen.append(mine)
    if not any(
        {ReportColumn.NAME, ReportColumn.FIRST_NAME, ReportColumn.EMAIL} & set(map(ReportColumn, mine))
        for mine in chosen
    ):
        raise Refused(_("Choose which column contains the name or the e-mail address."))
    report.columns, report.zone = chosen, values["zone"]
    report.day_order, report.day, report.session_id = values["day_order"], values["day"], values["session_id"]
    _remember(report, tables)
    db.session.flush()


def _remember(report: AttendanceReport, tables: Sequence[Table]) -> None:
    for table, columns in zip(tables, report.columns, strict=True):
        shape = shapes.shape_of(table.headers)
        query = select(ReportShape).where(ReportShape.event_id == report.event_id, ReportShape.shape == shape)
        row = db.session.scalar(query)
        if row is None:
            row = ReportShape(event_id=report.event_id, shape=shape)
            db.session.add(row)
        row.columns, row.zone = columns, report.zone
        db.session.flush()


@dataclass
class ReportPlan:
    """What would be done with a report. `elsewhen`: no time in it is on a day of the event."""

    read: Read
    matches: list[ReportMatch]
    elsewhen: bool = False

    @property
    def numbers(self) -> dict[MatchOutcome, int]:
        """How many people have each outcome."""
        counted = Counter(one.outcome for one in self.matches)
        return {outcome: counted[outcome] for outcome in MatchOutcome if counted[outcome]}


def plan(event: Event, report: AttendanceReport) -> ReportPlan:
    """The dry run: the people of a report, and who they may be. Two statements."""
    order = DayOrder(report.day_order) if report.day_order else DayOrder.YMD
    how = Reading(_columns(report), report.zone, order, date.fromisoformat(report.day))
    read = report_rows.read(tables_of(report), how)
    known = KnownCandidates(_candidates(event, report.session_id))
    matches = [known.match(person) for person in read.people]
    return ReportPlan(read, matches, elsewhen=_elsewhen(event, read))


def _candidates(event: Event, session_id: int | None) -> list[Candidate]:
    points = select(CheckInPoint.id).where(CheckInPoint.event_id == event.id, CheckInPoint.area.startswith("online"))
    if session_id is not None:
        points = points.where(CheckInPoint.session_id == session_id)
    came = select(Presence.registration_id).where(Presence.point_id.in_(points), Presence.first_in.is_not(None))
    there = set(db.session.scalars(came))
    columns = (
        Registration.id,
        Registration.family_name,
        Registration.given_name,
        Registration.reading,
        Contact.email_key,
        Registration.status,
    )
    query = select(*columns).join(Contact, Contact.id == Registration.contact_id)
    query = query.where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
    return [
        Candidate(row[0], row[1], row[2], row[3], row[4] or "", row[5] is RegistrationStatus.CONFIRMED, row[0] in there)
        for row in db.session.execute(query)
    ]


def _elsewhen(event: Event, read: Read) -> bool:
    near = timedelta(days=1)
    stays = [stay for person in read.people for stay in person.intervals]
    first, last = event.starts_at - near, event.ends_at + near
    return bool(stays) and not any(first <= stay.starts <= last for stay in stays)


def start(event: Event, report: AttendanceReport, chosen: Mapping[str, str], *, by_name: bool) -> None:
    """Apply a report as planned. `chosen` has what the team says of people: a registration, or one of NOBODY and
    LEFT_OUT; `by_name` takes all proposals by name. The first people are written at once, the worker does the rest.

    Raises Refused if it has been applied, or can't be read yet.
    """
    if report.day_order == "":
        raise Refused(_("Choose how dates are written."), field="day_order")
    planned = plan(event, report)
    decisions = {one.person.key: _decided(one, chosen.get(one.person.key, ""), by_name) for one in planned.matches}
    start_writing(db.session())
    reread(report)
    if report.state is not None:
        raise Refused(_("This report has been applied already."))
    report.decisions, report.total = decisions, len(decisions)
    report.state, report.done = BulkState.WAITING, 0
    db.session.flush()
    _proceed(event, report, planned.read.people)


def _decided(match: ReportMatch, said: str, by_name: bool) -> int:
    allowed = {str(one.id): one.id for one in match.candidates} | {str(NOBODY): NOBODY, str(LEFT_OUT): LEFT_OUT}
    if said in allowed:
        return allowed[said]
    if match.outcome is MatchOutcome.LEFT_OUT:
        return LEFT_OUT
    if match.outcome.sure or (by_name and match.outcome is MatchOutcome.NAME):
        return match.candidates[0].id
    return NOBODY


def proceed(report: AttendanceReport) -> int:
    """Write the next people of a report, in this transaction; returns how many."""
    event = db.session.get_one(Event, report.event_id)
    order = DayOrder(report.day_order)
    how = Reading(_columns(report), report.zone, order, date.fromisoformat(report.day))
    people = report_rows.read(tables_of(report), how).people
    start_writing(db.session())
    reread(report)
    return _proceed(event, report, people) if report.state is BulkState.WAITING else 0


def _proceed(event: Event, report: AttendanceReport, people: Sequence[ReportedPerson]) -> int:
    """Everybody in the order of their registrations: two transactions that lock the same people don't wait for each
    other.
    """
    queue = sorted(people, key=lambda one: (report.decisions.get(one.key, LEFT_OUT), one.key))
    part = queue[report.done : report.done + AT_A_TIME]
    where = at_point(event, online_point(event, report.session_id), any_mode=True)
    for person in part:
        number = report.decisions.get(person.key, LEFT_OUT)
        if number != LEFT_OUT:
            _write(event, report, where, person, number or None)
    report.done += len(part)
    if report.done >= len(queue):
        # Names and addresses of people who may not be registered are not kept longer than they are needed.
        report.state, report.table, report.decisions = BulkState.DONE, b"", {}
    db.session.flush()
    return len(part)


def _write(
    event: Event, report: AttendanceReport, where: Point, person: ReportedPerson, registration: int | None
) -> None:
    """Keep when somebody was there, and check them in and out accordingly. What is known already changes nothing."""
    stays: list[tuple[datetime | None, datetime | None, int]] = [(one.starts, one.ends, 0) for one in person.intervals]
    rows = {_digest(event, where, person, one): one for one in stays or [(None, None, person.seconds)]}
    query = select(ReportedStay).where(ReportedStay.event_id == event.id, ReportedStay.digest.in_(rows))
    known = {row.digest: row for row in db.session.scalars(query)}
    for digest, (starts, ends, seconds) in rows.items():
        row = known.get(digest)
        if row is None:
            row = ReportedStay(event_id=event.id, report_id=report.id, session_id=report.session_id, digest=digest)
            row.person, row.starts, row.ends, row.seconds = person.key, starts, ends, seconds
            db.session.add(row)
        row.registration_id = row.registration_id or registration
        row.name = "" if row.registration_id else person.name
    db.session.flush()
    if registration is not None:
        _check_in(event, report, where, registration, person.intervals)


def _digest(event: Event, where: Point, person: ReportedPerson, stay: tuple[Any, ...]) -> str:
    said = [event.id, where.area, person.key, *(one.isoformat() if isinstance(one, datetime) else one for one in stay)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _check_in(event: Event, report: AttendanceReport, where: Point, person: int, intervals: Sequence[Interval]) -> None:
    """In and out for each time that somebody was there. The nonce says what it is, so the same line is written once."""
    lines = [(CheckInKind.IN, one.starts) for one in union(intervals)]
    lines += [(CheckInKind.OUT, one.ends) for one in union(intervals) if one.ends > one.starts]
    if not lines:
        session = db.session.get(Session, report.session_id) if report.session_id else None
        lines = [(CheckInKind.IN, session.starts_at if session and session.starts_at else event.starts_at)]
    status = db.session.scalar(select(Registration.status).where(Registration.id == person))
    reason = "" if status is RegistrationStatus.CONFIRMED else _("Attendance report")
    for kind, at in sorted(lines, key=lambda line: line[1]):
        said = f"{where.id} {person} {kind.value} {at.astimezone(UTC).isoformat()}"
        nonce = "report-" + hashlib.sha256(said.encode()).hexdigest()[:32]
        request = CheckInRequest(
            nonce, kind, min(at, clock.now()), person=person, reason=reason, user_id=report.user_id
        )
        record_one(where, request)


def by_key(event: Event, key: str) -> AttendanceReport | None:
    """A report of this event."""
    query = select(AttendanceReport).where(AttendanceReport.event_id == event.id, AttendanceReport.key == key)
    return db.session.scalar(query)


def forget() -> int:
    """Delete the reports of yesterday that nobody has applied, and what they contain."""
    old = delete(AttendanceReport).where(
        AttendanceReport.created_at < clock.now() - KEPT, AttendanceReport.state.is_(None)
    )
    return db.session.execute(old.execution_options(synchronize_session=False)).rowcount or 0  # type: ignore[attr-defined]
