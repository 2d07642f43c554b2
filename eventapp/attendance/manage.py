"""Desk page: the team's counts, each number with the rows behind it."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.attendance import forms, operations, queries, rules
from eventapp.attendance.rules import Basis, Rounding
from eventapp.core.errors import or_404
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.online import queries as online

manage = Blueprint("attendance_manage", __name__, url_prefix="/manage/events/<slug>")


@manage.get("/counts")
@requires(Permission.VIEW)
def counts(event: Event) -> ResponseReturnValue:
    """Live counts on a basis. For reported figures, and for check-ins before there are any, it says why there are no
    rows.
    """
    basis = forms.basis(request.args.get("basis"))
    rounding = forms.rounding(request.args.get("rounding"))
    reported = queries.reported_counts(event)
    try:
        statement, missing = queries.statement(event, basis=basis, rounding=rounding, reported=reported), ""
    except rules.NotCounted as none:
        statement, missing = None, str(none)
    return page(
        "attendance/desk.html",
        event=event,
        said=statement,
        missing=missing,
        basis=basis,
        reported_counts=reported,
        bases=[(b, _here(event, b, rounding)) for b in queries.bases(event)],
        roundings=[(r, _here(event, basis, r)) for r in Rounding],
    )


def _here(event: Event, basis: Basis, rounding: Rounding | None) -> str:
    return url_for(".counts", slug=event.slug, basis=basis, rounding=rounding)


@manage.post("/counts/reports/<int:number>")
@requires(Permission.REGISTRATION)
def use_stated(event: Event, number: int) -> ResponseReturnValue:
    """Take a total that an attendance report states itself as a reported figure, with the report as its source."""
    total = or_404(online.stated_total(event, number, request.form.get("name", "")))
    operations.report_total(event, total)
    return redirect(_here(event, Basis.DECLARED, None), 303)
