"""The desk: a file is uploaded, its report is read, and only then is it imported. And the programme to download."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Needs
from eventapp.core import languages
from eventapp.core.bodies import takes_uploads
from eventapp.core.db import db
from eventapp.core.errors import Refused, found
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import desk
from eventapp.events.models import Event
from eventapp.exchange import export, formats, operations, queries
from eventapp.exchange.compare import FoundBy, Outcome, Report
from eventapp.exchange.forms import OptionsForm, UploadForm
from eventapp.exchange.incoming import Options
from eventapp.exchange.models import Upload

manage = Blueprint("exchange_manage", __name__, url_prefix="/manage/events/<slug>/programme")

# What can be put right without another file.
_STATED = {"zone", "language", "columns"}


@manage.route("/import", methods=["GET", "POST"])
@desk(Needs.PROGRAMME)
@takes_uploads
def upload(event: Event) -> ResponseReturnValue:
    """Choose a file. Nothing is imported here: the report comes next."""
    form = UploadForm(tags=event.languages)
    if form.validate_on_submit():
        try:
            name, data = _sent()
            options = form.options()
            _readable(event, data, options)
            kept = operations.keep(event, data, options, name=name)
            return redirect(url_for(".report", slug=event.slug, key=kept.key), 303)
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal)
    return page("exchange/upload.html", event=event, form=form)


def _sent() -> tuple[str, bytes]:
    """Name and content of the file, no more of it than is read. Raises Refused where there is none."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused(_("Choose a file."), field="file")
    try:
        return sent.filename, sent.read(formats.LARGEST + 1)
    finally:
        sent.close()


def _readable(event: Event, data: bytes, options: Options) -> None:
    """Raises Refused for a file that no option makes readable; what only an option lacks is asked for beside it."""
    try:
        operations.plan(event, data, options)
    except Refused as refusal:
        if refusal.field not in _STATED:
            raise
        # A zone that is none must not hide that the file is none either: the report could only ask for the zone.
        try:
            operations.plan(event, data, Options())
        except Refused as without:
            if without.field not in _STATED:
                raise


@manage.route("/import/<key>", methods=["GET", "POST"])
@desk(Needs.PROGRAMME)
def report(event: Event, key: str) -> ResponseReturnValue:
    """What the import would do; POST says something else of the file and shows the report anew."""
    kept = found(queries.upload(event, key))
    options = operations.options_of(kept)
    data = {"zone": options.zone, "language": options.language, "columns": options.columns_typed}
    form = OptionsForm(tags=event.languages, data=data)
    if form.validate_on_submit():
        try:
            options = form.options()
            operations.plan(event, kept.data, options)
            operations.restate(kept, options)
            return redirect(url_for(".report", slug=event.slug, key=key), 303)
        except Refused as refusal:
            form.refuse(refusal)
            return _page(event, kept, form, None)
    try:
        return _page(event, kept, form, operations.plan(event, kept.data, options))
    except Refused as refusal:
        form.refuse(refusal)
        return _page(event, kept, form, None)


def _page(event: Event, kept: Upload, form: OptionsForm, shown: Report | None) -> Response:
    return page(
        "exchange/report.html",
        event=event,
        upload=kept,
        form=form,
        report=shown,
        outcomes=list(Outcome),
        version=queries.version(event),
        keys=_keys(shown) if shown else [],
    )


def _keys(shown: Report) -> list[tuple[str, int]]:
    """By what sessions were recognized, and how many."""
    said = {
        FoundBy.GUID: _("by their identifier"), FoundBy.CODE: _("by their code"),
        FoundBy.TITLE_AND_START: _("by title and start"),
    }  # fmt: skip
    counted = [(words, sum(change.found_by is by for change in shown.changes)) for by, words in said.items()]
    return [(words, number) for words, number in counted if number]


@manage.post("/import/<key>/apply")
@desk(Needs.PROGRAMME)
def apply(event: Event, key: str) -> ResponseReturnValue:
    """Import what the report says. Where the programme has changed since, the report comes anew instead."""
    kept = found(queries.upload(event, key))
    if request.form.get("version") != queries.version(event):
        flash(_("The programme has changed since this report was made. Here is a new one; nothing was imported."))
        return redirect(url_for(".report", slug=event.slug, key=key), 303)
    planned = operations.plan(event, kept.data, operations.options_of(kept))
    operations.apply(event, planned)
    operations.forget(kept)
    counts = planned.counts
    flash(
        _("Imported: %(created)d created, %(changed)d changed, %(removed)d taken back.",
          created=counts[Outcome.CREATED], changed=counts[Outcome.CHANGED], removed=counts[Outcome.REMOVED])
    )  # fmt: skip
    return redirect(url_for("programme_manage.programme", slug=event.slug), 303)


@manage.get("/export.<any(xml, json, csv, ics):format>")
@desk(Needs.VIEW)
def download(event: Event, format: str) -> Response:
    """The programme as the next version would have it; the calendar is the public one."""
    body = export.written(event, format, language=languages.reader(), state=queries.State.READY)
    response = Response(body, content_type=export.TYPES[format])
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}.{format}")
    return response
