"""Desk pages: badges, name plates and signs, with a preview, as PDF."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.badges import documents
from eventapp.badges.documents import IN_ONE_FILE, Printable
from eventapp.badges.forms import SheetForm
from eventapp.badges.sheets import Sheet
from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.forms import page_number
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.pdf import answers, typeset
from eventapp.pdf.fonts import FontSet
from eventapp.people.manage import asked
from eventapp.people.pills import Pill, pills
from eventapp.people.rules import PeopleQuery
from eventapp.registration import queries as registrations
from eventapp.registration.rules import RegistrationStatus
from eventapp.tickets.operations import with_key
from eventapp.tickets.queries import key_of

manage = Blueprint("badges", __name__, url_prefix="/manage/events/<slug>/badges")

KINDS = ("badges", "plates", "signs", "test")


@manage.get("")
@requires(Permission.REGISTRATION)
def badges(event: Event) -> ResponseReturnValue:
    """Choose what to print and on which sheet; shows the first page, and who can't be printed."""
    with_key(event.id, lambda: key_of(event.id))
    query, form, fonts = _people(), SheetForm.of(request.args), answers.fonts()
    sheet, found = form.chosen(), documents.printable(event, query, fonts, language=languages.reader())
    sheet_args = {name: value for name, value in request.args.items() if name in form and value}
    shown = page(
        "badges/badges.html",
        event=event,
        query=query,
        form=form,
        sheet=sheet,
        found=found,
        preview=_preview(event, form, sheet, found, fonts),
        args={**query.args, **sheet_args},
        sheet_args=sheet_args,
        pills=_pills(event, query),
        in_one_file=IN_ONE_FILE,
    )
    shown.status_code = 422 if form.errors or form.width.errors else 200
    return shown


def _pills(event: Event, query: PeopleQuery) -> list[Pill]:
    options, questions = registrations.options(event), registrations.every_question(event)
    return pills(query, options, questions, [], language=languages.reader())


def _preview(event: Event, form: SheetForm, sheet: Sheet | None, found: Printable, fonts: FontSet) -> str:
    """The first page as a picture in the page itself; empty if there is nothing to show."""
    if sheet is None or not found.badges:
        return ""
    first = found.badges[: sheet.on_a_page]
    data = documents.badge_data(
        event, first, sheet, language=languages.reader(), codes=bool(form.codes.data), marks=True
    )
    return base64.b64encode(typeset.pictures("badges", data, fonts)[0]).decode()


def _people() -> PeopleQuery:
    """The people of the address; those who are confirmed if it names no states."""
    query = asked()
    return query if query.statuses else query.having(statuses=(RegistrationStatus.CONFIRMED,))


@manage.get("/<kind>.pdf")
@requires(Permission.REGISTRATION)
def document(event: Event, kind: str) -> ResponseReturnValue:
    """One of KINDS as PDF; of badges and plates, `file` says which part of a long list."""
    or_404(kind if kind in KINDS else None)
    form, fonts = SheetForm.of(request.args), answers.fonts()
    sheet = form.chosen()
    if sheet is None:
        return redirect(f"{url_for('.badges', slug=event.slug)}?{request.query_string.decode()}")
    with_key(event.id, lambda: key_of(event.id))
    file, language = page_number(request.args.get("file")), languages.reader()
    if kind == "test":
        return _pdf(event, kind, "badges", documents.test_data(event, sheet, language=language))
    if kind == "signs":
        return _pdf(event, kind, kind, documents.sign_data(event, language=language))
    printed = documents.printable(event, _people(), fonts, language=language, file=file).badges
    if kind == "plates":
        return _pdf(event, kind, kind, documents.plate_data(event, printed, language=language))
    data = documents.badge_data(event, printed, sheet, language=language, codes=bool(form.codes.data), marks=False)
    return _pdf(event, kind, kind, data)


def _pdf(event: Event, kind: str, template: str, data: dict[str, Any]) -> Response:
    return answers.answer(template, data, name=f"{event.slug}-{kind}", at=clock.now())
