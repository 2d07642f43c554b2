"""Desk pages: attendance reports of meeting services, read, matched with registrations, and applied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import clock, languages, tables
from eventapp.core.bodies import takes_uploads
from eventapp.core.db import reading
from eventapp.core.errors import or_404
from eventapp.core.forms import sent_file, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.online import queries, report_file, reports
from eventapp.online.forms import ApplyReportForm, ReportSettingsForm, ReportUploadForm
from eventapp.online.matching import MatchOutcome, ReportMatch
from eventapp.online.models import AttendanceReport
from eventapp.online.report_rows import RowProblem
from eventapp.online.reports import ReportPlan
from eventapp.online.rules import minutes
from eventapp.online.shapes import ReportColumn
from eventapp.people.rules import BulkState
from eventapp.programme import queries as programme
from eventapp.programme.models import Session

manage = Blueprint("attendance_reports", __name__, url_prefix="/manage/events/<slug>/attendance-reports")

# People of each outcome that the preview shows.
SHOWN = 200


@manage.route("", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
@takes_uploads
def upload(event: Event) -> ResponseReturnValue:
    """Choose a file; the reports that were applied. Nothing is counted here: the preview comes next."""
    sessions = _sessions(event)
    form = ReportUploadForm.of(sessions)
    if done := submit(form, lambda: _keep(event, form, sessions)):
        return redirect(url_for(".preview", slug=event.slug, key=done.value.key), 303)
    applied = queries.reports(event)
    return page(
        "online/reports.html",
        event=event,
        form=form,
        reports=applied,
        stated=queries.stated(applied),
        unidentified=queries.unidentified(event),
        identified=len(queries.minutes(event)),
    )


def _sessions(event: Event) -> list[Session]:
    return [one for one in programme.sessions(event, people=False) if one.starts_at is not None]


def _keep(event: Event, form: ReportUploadForm, sessions: Iterable[Session]) -> AttendanceReport:
    """Read the file that was sent, while nothing is locked, and keep its rows. Raises Refused if it can't be read."""
    name, data = sent_file(tables.LARGEST)
    session = next((one.id for one in sessions if one.code == form.session.data), None)
    user, language = current_organizer().id, languages.interface()
    with reading():
        rows = report_file.read(data)
    return reports.keep(event, name, rows, session_id=session, user_id=user, language=language)


@manage.route("/<key>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def preview(event: Event, key: str) -> ResponseReturnValue:
    """Show whom a report names and who that is; POST says anew how it is read."""
    report = or_404(reports.by_key(event, key))
    if report.state is not None:
        return redirect(url_for(".result", slug=event.slug, key=key), 303)
    sessions = _sessions(event)
    form = ReportSettingsForm.of(report, sessions)
    columns = request.form.getlist("column")
    if submit(form, lambda: reports.restate(report, columns, form.values(sessions))):
        return redirect(url_for(".preview", slug=event.slug, key=key), 303)
    return _preview(event, report, form, ApplyReportForm(formdata=None))


def _preview(event: Event, report: AttendanceReport, form: ReportSettingsForm, apply: ApplyReportForm) -> Response:
    planned = reports.plan(event, report)
    return page(
        "online/preview.html",
        event=event,
        report=report,
        form=form,
        start=apply,
        planned=planned,
        shown=_shown(planned),
        most=SHOWN,
        tables=_columns(report),
        choices=[(one.value, one.label) for one in ReportColumn],
        unsure=_is_unsure(report, planned),
        said=request.form,
        why=_why,
        minutes=lambda person: minutes(person.intervals, untimed=person.seconds),
        zones=sorted(clock.zones()),
    )


def _shown(planned: ReportPlan) -> dict[MatchOutcome, list[ReportMatch]]:
    """The first people of each outcome."""
    found: dict[MatchOutcome, list[ReportMatch]] = {}
    for one in planned.matches:
        rows = found.setdefault(one.outcome, [])
        if len(rows) < SHOWN:
            rows.append(one)
    return found


def _columns(report: AttendanceReport) -> list[dict[str, Any]]:
    """The headers of each table, with an example and what they contain."""
    found = []
    for table, columns in zip(reports.tables_of(report), report.columns, strict=True):
        rows = [cells for _line, cells in table.rows[:50]]
        examples = [
            next((cells[at] for cells in rows if at < len(cells) and cells[at]), "") for at in range(len(table.headers))
        ]
        found.append({"table": table, "rows": list(zip(table.headers, examples, columns, strict=False))})
    return found


def _is_unsure(report: AttendanceReport, planned: ReportPlan) -> bool:
    """Whether somebody should look at how the rows are read."""
    timed = any(one.intervals or one.seconds for one in planned.read.people)
    return not report.day_order or not planned.read.people or not timed or bool(planned.read.bad) or planned.elsewhen


_WHY = {
    RowProblem.NOBODY: lambda text: _("neither a name nor an e-mail address"),
    RowProblem.JOINED: lambda text: _("“%(said)s” is not a valid joining time", said=text),
    RowProblem.LEFT: lambda text: _("“%(said)s” is not a valid leaving time", said=text),
    RowProblem.DURATION: lambda text: _("“%(said)s” is not a valid duration", said=text),
    RowProblem.BACKWARDS: lambda text: _("left before they joined"),
    RowProblem.LONG: lambda text: _("longer than two days"),
}


def _why(problem: RowProblem, text: str) -> str:
    return _WHY[problem](text)


@manage.post("/<key>/apply")
@requires(Permission.REGISTRATION)
def apply(event: Event, key: str) -> ResponseReturnValue:
    """Apply a report as the preview shows it."""
    report, form = or_404(reports.by_key(event, key)), ApplyReportForm()
    chosen = {name.removeprefix("who-"): value for name, value in request.form.items() if name.startswith("who-")}
    if submit(form, lambda: reports.start(event, report, chosen, by_name=bool(form.by_name.data))):
        return redirect(url_for(".result", slug=event.slug, key=key), 303)
    if report.state is not None:
        return redirect(url_for(".result", slug=event.slug, key=key), 303)
    settings = ReportSettingsForm.of(report, _sessions(event), typed=False)
    return _preview(event, report, settings, form)


@manage.get("/<key>/result")
@requires(Permission.REGISTRATION)
def result(event: Event, key: str) -> ResponseReturnValue:
    """How far a report is applied, and what came of it."""
    report = or_404(reports.by_key(event, key))
    return page(
        "online/result.html",
        event=event,
        report=report,
        working=report.state is not BulkState.DONE,
        numbers=queries.numbers_of(report),
        stated=queries.stated([report]),
    )
