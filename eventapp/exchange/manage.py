"""Desk pages: upload a file, see what it would change, then import it; and download the programme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages, tables
from eventapp.core.bodies import takes_uploads
from eventapp.core.db import reading
from eventapp.core.errors import or_404
from eventapp.core.forms import sent_file, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.core.refusals import Refused, WasDeleted
from eventapp.core.workbooks import TABLE_TYPES
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.exchange import export, formats, operations, queries, samples, stored
from eventapp.exchange import reading as exchange_reading
from eventapp.exchange.compare import Outcome, Report
from eventapp.exchange.finding import FoundBy
from eventapp.exchange.forms import OptionsForm, UploadForm, column_choices
from eventapp.exchange.incoming import Incoming, Options, UnknownColumns
from eventapp.exchange.models import Upload

manage = Blueprint("exchange_manage", __name__, url_prefix="/manage/events/<slug>/programme")

# Problems that the user can fix without another file.
_STATED = {"zone", "language", "columns"}


@manage.route("/import", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
@takes_uploads
def upload(event: Event) -> ResponseReturnValue:
    """Choose a file. Nothing is imported here: the report comes next."""
    form = UploadForm(tags=event.languages)
    if done := submit(form, lambda: _upload(event, form)):
        return redirect(url_for(".report", slug=event.slug, key=done.value.key), 303)
    return page("exchange/upload.html", event=event, form=form)


def _upload(event: Event, form: UploadForm) -> Upload:
    """Read the file that was sent, and keep it for its report. Raises Refused if it can't be read."""
    number, options_for = event.id, partial(operations.options_for, event)
    # What was pasted from a spreadsheet is a table with tabs; a file goes before it.
    sent = request.files.get("file")
    pasted = tables.pasted(form.pasted.data or "").encode() if sent is None or not sent.filename else b""
    name, data = (_("Pasted table"), pasted) if pasted else sent_file(formats.LARGEST)
    options = form.options()
    return operations.keep(number, data, options, _read(data, options, options_for), name=name)


def _read(data: bytes, options: Options, asked: Callable[[Options], Options]) -> bytes:
    """Read a file while nothing is locked; returns the serialized result.

    Raises Refused for a file that no option makes readable; a missing option is asked for next to the report.
    """
    try:
        wanted, refused = asked(options), None
    except Refused as refusal:
        # An invalid zone must not hide that the file is unreadable: the report could only ask for the zone.
        wanted, refused = asked(Options()), refusal
    with reading():
        read = exchange_reading.read(data, wanted)
    found = stored.deserialized(read)
    if isinstance(found, Refused) and found.field not in _STATED:
        raise found
    return stored.serialized(refused) if refused else read


@manage.route("/import/<key>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def report(event: Event, key: str) -> ResponseReturnValue:
    """Show what the import would do; POST changes the options and shows the report again."""
    kept = or_404(queries.upload(event, key))
    form = OptionsForm.of(operations.options_of(kept), tags=event.languages)
    if submit(form, lambda: _read_again(event, key, form)):
        return redirect(url_for(".report", slug=event.slug, key=key), 303)
    kept = or_404(queries.upload(event, key))
    return _report(event, kept, form, _reading_of(event, kept))


def _read_again(event: Event, key: str, form: OptionsForm) -> None:
    """Read the file with other options. Raises Refused if it can't be read with them."""
    options = form.options(request.form.getlist("column"))
    content = or_404(queries.upload(event, key, content=True)).data
    options_for = operations.options_for(event, options)
    with reading():
        read = exchange_reading.read(content, options_for)
    found = stored.deserialized(read)
    if isinstance(found, Refused):
        raise found
    operations.restate(event, or_404(queries.upload(event, key)), options, read, found)


def _reading_of(event: Event, kept: Upload) -> Incoming | Refused:
    """The result of reading a stored upload."""
    if kept.read is not None:
        return stored.deserialized(kept.read)
    content = or_404(queries.upload(event, kept.key, content=True)).data
    return stored.deserialized(
        exchange_reading.read(content, operations.options_for(event, operations.options_of(kept)))
    )


def _report(event: Event, kept: Upload, form: OptionsForm, read: Incoming | Refused) -> Response:
    """The page with what the import would do; after a refusal with what was typed, and nothing else."""
    shown = None
    if isinstance(read, Refused) and not form.is_submitted():
        form.refuse(read)
    elif not isinstance(read, Refused) and not form.is_submitted():
        shown = operations.compared(event, read, operations.options_of(kept), by=current_organizer())
    columns = read.columns if isinstance(read, Incoming | UnknownColumns) else ()
    meanings = request.form.getlist("column") or [column.meaning for column in columns]
    return page(
        "exchange/report.html",
        event=event,
        upload=kept,
        form=form,
        report=shown,
        columns=list(zip(columns, meanings, strict=False)),
        choices=column_choices(event.languages, meanings),
        outcomes=_outcomes(),
        show=_show(),
        version=queries.version(event),
        keys=_keys(shown) if shown else [],
    )


# Parts of a long report: the outcomes that each shows.
_PARTS = {
    "refused": (),
    "warnings": (),
    "new": (Outcome.CREATED,),
    "changed": (Outcome.CHANGED, Outcome.REMOVED),
}


def _show() -> str:
    """The part of the report that is asked for; empty for all of it."""
    asked = request.args.get("show", "")
    return asked if asked in _PARTS else ""


def _outcomes() -> Sequence[Outcome]:
    return _PARTS.get(_show(), tuple(Outcome))


def _keys(shown: Report) -> list[tuple[str, int]]:
    """How sessions were matched, and how many."""
    said = {
        FoundBy.GUID: _("by their identifier"),
        FoundBy.CODE: _("by their code"),
        FoundBy.TITLE_AND_START: _("by title and start"),
    }
    counted = [(words, sum(change.found_by is by for change in shown.changes)) for by, words in said.items()]
    return [(words, number) for words, number in counted if number]


@manage.post("/import/<key>/apply")
@requires(Permission.PROGRAMME)
def apply(event: Event, key: str) -> ResponseReturnValue:
    """Import what the report shows. If the programme has changed since, show a new report instead.

    The file is compared again before anything is locked, and the result is valid if the programme is still the same
    once it is locked.
    """
    slug, planned, version = event.slug, None, request.form.get("version", "")
    with reading():
        kept = _kept(event, key)
        read = _reading_of(event, kept)
        if queries.version(event) == version and not isinstance(read, Refused):
            planned = operations.compared(event, read, operations.options_of(kept), by=current_organizer())
    if planned is None or queries.version(event) != version:
        flash(operations.outdated())
        return redirect(url_for(".report", slug=slug, key=key), 303)
    kept = _kept(event, key)
    operations.apply(event, planned, by=current_organizer(), upload=kept, version=version)
    flash(_imported(planned.counts))
    return redirect(url_for("programme_manage.programme", slug=slug), 303)


def _kept(event: Event, key: str) -> Upload:
    """The file of a report that is open, perhaps since long ago."""
    kept = queries.upload(event, key)
    if kept is None:
        raise WasDeleted(_("This file is no longer here: it was imported, or uploaded more than a day ago."))
    return kept


def _imported(counts: dict[Outcome, int]) -> str:
    return _(
        "Import complete: %(created)d new, %(changed)d changed, %(removed)d moved to draft.",
        created=counts[Outcome.CREATED],
        changed=counts[Outcome.CHANGED],
        removed=counts[Outcome.REMOVED],
    )


@manage.get("/import/sample.<any(xlsx, csv):table>")
@requires(Permission.PROGRAMME)
def sample(event: Event, table: str) -> Response:
    """A small table to start from, in the reader's language."""
    response = Response(samples.written(event, table), content_type=TABLE_TYPES[table])
    response.headers.set("Content-Disposition", "attachment", filename=f"programme.{table}")
    return response


@manage.get("/export.<any(xml, json, csv, ics):format>")
@requires(Permission.VIEW)
def download(event: Event, format: str) -> Response:
    """The programme as of the next version; the calendar is the public one."""
    body = export.written(event, format, language=languages.reader(), state=queries.ExportState.READY)
    response = Response(body, content_type=export.TYPES[format])
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}.{format}")
    return response
