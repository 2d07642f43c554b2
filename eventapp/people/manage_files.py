"""Desk pages: the list as a file or on paper, answers at a glance, and organizations to be sorted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.pages import page
from eventapp.core.workbooks import TABLE_TYPES
from eventapp.directory.rules import OrganizationKind
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.people import exports, glance, queries
from eventapp.people import organizations as sorting
from eventapp.people.columns import Columns
from eventapp.people.manage import asked
from eventapp.people.pills import pills
from eventapp.people.rules import PeopleQuery
from eventapp.registration import queries as registration

manage = Blueprint("people_files", __name__, url_prefix="/manage/events/<slug>/registrations")

# People on a printed list.
MOST_PRINTED = 2000


def _format() -> str:
    return str(or_404(request.values.get("format") if request.values.get("format") in TABLE_TYPES else None))


@manage.get("/export")
@requires(Permission.REGISTRATION)
def export(event: Event) -> ResponseReturnValue:
    """The list as a file; if it is a large one, a page that has the worker write it."""
    query, format = asked(), _format()
    numbers = queries.numbers(event, query, registration.every_question(event), emails=True)
    total = query.total(numbers)
    if total > exports.AT_ONCE:
        return page("people/export.html", event=event, query=query, format=format, total=total)
    content, _number = exports.written(event, query, format, languages.reader())
    return _file(event, format, content)


def _file(event: Event, format: str, content: bytes) -> Response:
    day = clock.local_day(clock.now(), event.zone)
    response = Response(content, content_type=TABLE_TYPES[format])
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-people-{day}.{format}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@manage.post("/export")
@requires(Permission.REGISTRATION)
def ask_for_export(event: Event) -> ResponseReturnValue:
    """Have the worker write a large file."""
    query = PeopleQuery.of_string(request.form.get("query", ""))
    exports.ask(event, query, _format(), user_id=current_organizer().id, language=languages.reader())
    return redirect(url_for(".files", slug=event.slug), 303)


@manage.get("/files")
@requires(Permission.REGISTRATION)
def files(event: Event) -> ResponseReturnValue:
    """The files that one has asked for."""
    rows = exports.of_user(event, current_organizer().id)
    working = any(row.finished_at is None for row in rows)
    return page("people/files.html", event=event, rows=rows, working=working)


@manage.get("/files/<key>")
@requires(Permission.REGISTRATION)
def file(event: Event, key: str) -> ResponseReturnValue:
    """A file that the worker has written."""
    row = or_404(exports.by_key(event, key, user_id=current_organizer().id))
    return _file(event, row.format, or_404(row.content))


@manage.get("/print")
@requires(Permission.REGISTRATION)
def print_list(event: Event) -> ResponseReturnValue:
    """The list for paper: everybody in it, with the chosen columns."""
    query, questions = asked(), registration.every_question(event)
    columns = Columns(event, questions, languages.reader(), everything=True)
    rows = queries.rows(event, query, questions, emails=True, limit=MOST_PRINTED + 1)
    columns.fill(rows, columns.chosen(query))
    sessions = queries.sessions_with_seats(event)
    return page(
        "people/print.html",
        event=event,
        query=query,
        rows=rows[:MOST_PRINTED],
        more=len(rows) > MOST_PRINTED,
        columns=columns.chosen(query),
        pills=pills(query, registration.options(event), questions, sessions, language=languages.reader()),
        most=MOST_PRINTED,
    )


@manage.get("/answers")
@requires(Permission.REGISTRATION)
def answers_at_a_glance(event: Event) -> ResponseReturnValue:
    """How many people of the list have given which answer."""
    query, questions, options = asked(), registration.every_question(event), registration.options(event)
    language = languages.reader()
    number, counted = glance.counts(event, query, questions, options, language=language)
    shown = pills(query, options, questions, queries.sessions_with_seats(event), language=language)
    return page("people/answers.html", event=event, query=query, number=number, counted=counted, pills=shown)


@manage.route("/organizations", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def organizations(event: Event) -> ResponseReturnValue:
    """Sort organizations into kinds, with a proposal for each."""
    if request.method == "POST":
        number = sorting.sort(event, _kinds())
        flash(languages.ngettext("Saved for %(num)d person.", "Saved for %(num)d people.", number))
        return redirect(url_for(".organizations", slug=event.slug), 303)
    rows, total = sorting.unsorted(event)
    return page("people/organizations.html", event=event, rows=rows, total=total, kinds=list(OrganizationKind))


def _kinds() -> dict[str, OrganizationKind]:
    """The kinds that were chosen, by the names of the organizations."""
    found: dict[str, Any] = dict(zip(request.form.getlist("name"), request.form.getlist("kind"), strict=False))
    kinds = set(OrganizationKind)
    return {name: OrganizationKind(kind) for name, kind in found.items() if kind in kinds and "\x00" not in name}
