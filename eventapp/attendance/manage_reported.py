"""Desk pages: figures that a source reports, without rows behind them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.attendance import operations, queries
from eventapp.attendance.forms import ReportedForm
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.online import queries as online

manage = Blueprint("counts_reported", __name__, url_prefix="/manage/events/<slug>/counts/reported")


@manage.get("")
@requires(Permission.VIEW)
def reported(event: Event) -> ResponseReturnValue:
    """All reported figures of the event."""
    return page("attendance/reported.html", event=event, rows=queries.reported_counts(event))


@manage.route("/new", methods=["GET", "POST"])
@manage.route("/<int:number>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def edit(event: Event, number: int = 0) -> ResponseReturnValue:
    """Enter or change reported figures."""
    row = or_404(queries.reported_count(event, number)) if number else None
    form = ReportedForm.of(row)
    if submit(form, lambda: operations.report_count(event, row=row, **form.values())):
        flash(_("The reported figures have been saved."))
        return redirect(url_for(".reported", slug=event.slug), 303)
    return page("attendance/reported_form.html", event=event, form=form, row=row)


@manage.post("/<int:number>/delete")
@requires(Permission.REGISTRATION)
def delete(event: Event, number: int) -> ResponseReturnValue:
    """Delete reported figures."""
    operations.remove_reported(or_404(queries.reported_count(event, number)))
    flash(_("The reported figures have been deleted."))
    return redirect(url_for(".reported", slug=event.slug), 303)


@manage.post("/totals/<int:number>")
@requires(Permission.REGISTRATION)
def use_stated(event: Event, number: int) -> ResponseReturnValue:
    """Take a total that an attendance report states itself as a reported figure, with the report as its source."""
    total = or_404(online.stated_total(event, number, request.form.get("name", "")))
    operations.report_total(event, total)
    flash(_("The reported figures have been saved."))
    return redirect(url_for(".reported", slug=event.slug), 303)
