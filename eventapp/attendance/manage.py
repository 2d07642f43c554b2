"""Desk page: the team's counts, each number with the rows behind it."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.attendance import forms, queries, rules
from eventapp.attendance.rules import Basis, Rounding
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event

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
