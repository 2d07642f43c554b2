"""Desk page: the counts as a file."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.attendance import exports, forms, paper, queries, rules, timelines
from eventapp.attendance.live import TableChoice
from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.workbooks import TABLE_TYPES
from eventapp.events import queries as events
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.pdf import answers

manage = Blueprint("counts_files", __name__, url_prefix="/manage/events/<slug>/counts")


@manage.get("/statement.pdf")
@requires(Permission.VIEW)
def statement(event: Event) -> ResponseReturnValue:
    """The statement on one page; it takes what the page of the statement takes. 404 if there is nobody to count."""
    try:
        said = queries.chosen_statement(event, forms.choice(request.args), reported=queries.reported_counts(event))
    except rules.NotCounted:
        raise NotFound from None
    or_404(said.counts.anybody or None)
    data = paper.data(event, said, language=languages.reader())
    return answers.answer("statement", data, name=f"{event.slug}-attendance", at=clock.now())


@manage.get("/export")
@requires(Permission.VIEW)
def export(event: Event) -> ResponseReturnValue:
    """All tables as XLSX or CSV; with `by`, `across` and `of`, the table that the page shows is the first."""
    format = str(or_404(request.args.get("format") if request.args.get("format") in TABLE_TYPES else None))
    choice = TableChoice.read(request.args.get("by"), request.args.get("across"), request.args.get("of"))
    editions = timelines.earlier_editions(event, events.of_user(current_organizer()))
    found = exports.sheets(event, choice, editions, language=languages.reader())
    response = Response(exports.as_csv(found) if format == "csv" else exports.as_xlsx(found))
    response.content_type = TABLE_TYPES[format]
    day = clock.local_day(clock.now(), event.zone)
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-counts-{day}.{format}"'
    response.headers["Cache-Control"] = "no-store"
    return response
