"""Desk pages: import people from a table, with a preview of each row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages, tables
from eventapp.core.bodies import takes_uploads
from eventapp.core.db import reading
from eventapp.core.errors import or_404
from eventapp.core.forms import sent_file, submit
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.people import import_fields, imports
from eventapp.people.forms import ImportForm, ImportSettingsForm, StartImportForm
from eventapp.people.imports import RowPlan
from eventapp.people.models import PeopleImport
from eventapp.people.rules import BulkState, RowOutcome
from eventapp.registration import queries as registration

manage = Blueprint("people_import", __name__, url_prefix="/manage/events/<slug>/registrations/import")

# Rows of each outcome that the preview shows.
SHOWN = 100


@manage.route("", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
@takes_uploads
def upload(event: Event) -> ResponseReturnValue:
    """Choose a file. Nothing is imported here: the preview comes next."""
    options = registration.options(event)
    form = ImportForm.of(event, options)
    if done := submit(form, lambda: _keep(event, form)):
        return redirect(url_for(".preview", slug=event.slug, key=done.value.key), 303)
    return page("people/import.html", event=event, form=form, options=options)


def _keep(event: Event, form: ImportForm) -> PeopleImport:
    """Read the file that was sent, while nothing is locked, and keep its rows. Raises Refused if it can't be read."""
    name, data = sent_file(tables.LARGEST)
    values, user, language = form.values(), current_organizer().id, languages.interface()
    with reading():
        table = tables.read(data)
    return imports.keep(event, name, table, user_id=user, language=language, values=values)


@manage.route("/<key>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def preview(event: Event, key: str) -> ResponseReturnValue:
    """Show what the import would do with each row; POST says anew what the columns contain."""
    kept = or_404(imports.by_key(event, key))
    if kept.state is not None:
        return redirect(url_for(".result", slug=event.slug, key=key), 303)
    options = registration.options(event)
    form = ImportSettingsForm.of(event, options, kept.settings)
    if submit(form, lambda: imports.restate(kept, request.form.getlist("column"), form.values())):
        return redirect(url_for(".preview", slug=event.slug, key=key), 303)
    plans = imports.plan(event, kept, language=languages.reader())
    return page(
        "people/preview.html",
        event=event,
        kept=kept,
        form=form,
        start=StartImportForm(formdata=None),
        columns=_columns(event, kept),
        numbers=imports.numbers(plans),
        shown=_shown(plans),
        most=SHOWN,
        names={one.key: one.name(languages.reader()) for one in options},
    )


def _columns(event: Event, kept: PeopleImport) -> dict[str, Any]:
    """The headings with an example each, and what they can contain."""
    table = imports.table_of(kept)
    heading, below = table[kept.heading], table[kept.heading + 1 :][:50]
    examples = [next((row[at] for row in below if at < len(row) and row[at]), "") for at in range(len(heading))]
    questions = registration.questions(event)
    return {
        "rows": list(zip(heading, examples, kept.columns, strict=False)),
        "choices": import_fields.choices(questions, language=languages.reader()),
    }


def _shown(plans: Iterable[RowPlan]) -> dict[RowOutcome, list[RowPlan]]:
    """The first rows of each outcome."""
    found: dict[RowOutcome, list[RowPlan]] = {}
    for one in plans:
        rows = found.setdefault(one.outcome, [])
        if len(rows) < SHOWN:
            rows.append(one)
    return found


@manage.post("/<key>/apply")
@requires(Permission.REGISTRATION)
def apply(event: Event, key: str) -> ResponseReturnValue:
    """Import what the preview shows."""
    form = StartImportForm()
    imports.start(or_404(imports.by_key(event, key)), notify=bool(form.notify.data))
    return redirect(url_for(".result", slug=event.slug, key=key), 303)


@manage.get("/<key>/result")
@requires(Permission.REGISTRATION)
def result(event: Event, key: str) -> ResponseReturnValue:
    """What has been imported so far, and which rows were left out, and why."""
    kept = or_404(imports.by_key(event, key))
    records = imports.records(kept)
    numbers = {outcome: sum(one.outcome is outcome for one in records) for outcome in RowOutcome}
    return page(
        "people/imported.html",
        event=event,
        kept=kept,
        working=kept.state is not BulkState.DONE,
        numbers={outcome: number for outcome, number in numbers.items() if number},
        left_out=[one for one in records if one.outcome in {RowOutcome.REFUSED, RowOutcome.DOUBLE}],
        total=imports.number_of_rows(kept),
    )
