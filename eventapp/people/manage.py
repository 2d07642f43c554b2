"""Desk pages: the list of people, its saved views, and acts on many people at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import page_number, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import may, requires
from eventapp.events.models import Event
from eventapp.people import bulk, operations, queries
from eventapp.people.columns import FOR_VIEWERS, Columns
from eventapp.people.forms import BulkForm, ViewForm
from eventapp.people.models import SavedView
from eventapp.people.pills import controls, pills
from eventapp.people.queries import PersonRow
from eventapp.people.rules import BulkVerb, PeopleQuery, ids_in
from eventapp.registration import queries as registration
from eventapp.registration.form_models import Question
from eventapp.registration.rules import RegistrationStatus

manage = Blueprint("people", __name__, url_prefix="/manage/events/<slug>/registrations")

PAGE = 50


def asked() -> PeopleQuery:
    """The query of this address. Members who may only see names and states filter by nothing else: also the order
    of people would tell something about them.
    """
    query = PeopleQuery.parse(request.args.items(multi=True))
    if may(Permission.REGISTRATION):
        return query
    order = query.sort if query.sort.removeprefix("-") in FOR_VIEWERS else ""
    return PeopleQuery(text=query.text, statuses=query.statuses, sort=order)


@manage.get("")
@requires(Permission.VIEW)
def registrations(event: Event) -> ResponseReturnValue:
    """The people who are registered, as the query of the address says."""
    everything = may(Permission.REGISTRATION)
    query, number = asked(), page_number(request.args.get("page"))
    questions = registration.every_question(event)
    numbers = queries.numbers(event, query, questions, emails=everything)
    rows = queries.rows(event, query, questions, emails=everything, limit=PAGE, offset=(number - 1) * PAGE)
    return page(
        "people/registrations.html",
        event=event,
        query=query,
        rows=rows,
        number=number,
        numbers=numbers,
        total=query.total(numbers),
        size=PAGE,
        **_columns(event, query, questions, rows, everything=everything),
        **_filters(event, query, questions, everything=everything),
    )


def _columns(
    event: Event, query: PeopleQuery, questions: list[Question], rows: list[PersonRow], *, everything: bool
) -> dict[str, Any]:
    """The columns that are shown, and those to choose from."""
    columns = Columns(event, questions, languages.reader(), everything=everything)
    columns.fill(rows, columns.chosen(query))
    return {"columns": columns.chosen(query), "offered": columns.offered}


def _filters(event: Event, query: PeopleQuery, questions: list[Question], *, everything: bool) -> dict[str, Any]:
    """The filters of the list, and what they are set to."""
    options, tags = registration.options(event), queries.tags(event) if everything else []
    sessions, language = queries.sessions_with_seats(event) if everything else [], languages.reader()
    return {
        "options": options,
        "statuses": list(RegistrationStatus),
        "verbs": list(BulkVerb),
        "views": queries.saved_views(event) if everything else [],
        "controls": controls(options, questions, tags, sessions, language=language) if everything else [],
        "pills": pills(query, options, questions, sessions, language=language) if everything else [],
    }


@manage.get("/selected")
@requires(Permission.REGISTRATION)
def selected(event: Event) -> ResponseReturnValue:
    """Go to what was chosen to be done with the selected people, or with everybody in the list."""
    query = PeopleQuery.parse(request.args.items(multi=True))
    verb = or_404(request.args.get("verb"))
    chosen = PeopleQuery(numbers=query.numbers)
    if request.args.get("all"):
        # The list itself may be one of selected people.
        chosen = query.filters.having(numbers=ids_in(request.args.getlist("within")))
    if not chosen.numbers and not request.args.get("all"):
        flash(_("Select at least one person first."))
        return redirect(_list(event, query.having(numbers=())), 303)
    if verb not in set(BulkVerb):
        return redirect(_list(event, chosen), 303)
    return redirect(url_for(".act", slug=event.slug, verb=verb, **chosen.args), 303)


def _list(event: Event, query: PeopleQuery) -> str:
    return url_for(".registrations", slug=event.slug, **query.args)


@manage.route("/bulk/<any(approve, decline, cancel, restore, move, tag, untag):verb>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def act(event: Event, verb: str) -> ResponseReturnValue:
    """Say what an act on many people will do and whom it will e-mail; then do it."""
    chosen, query = BulkVerb(verb), asked()
    options, tags = registration.options(event), queries.tags(event)
    form = BulkForm.of(chosen, options, tags, option=request.args.get("to", ""), tag=request.args.get("name", ""))
    plan = bulk.plan(event, query, chosen, form.details(chosen))
    form.reviewed(plan.digest)
    if done := submit(form, lambda: _begin(event, chosen, plan, form)):
        return redirect(url_for(".result", slug=event.slug, number=done.value.id), 303)
    return page(
        "people/act.html",
        event=event,
        verb=chosen,
        form=form,
        plan=plan,
        tags=tags,
        sends=chosen in bulk.SENDS,
        gives_reason=chosen in bulk.GIVES_REASON,
        undoable=chosen in bulk.UNDOES,
        back=_list(event, query.having(numbers=())),
        at_once=bulk.AT_A_TIME,
    )


def _begin(event: Event, verb: BulkVerb, plan: bulk.Plan, form: BulkForm) -> Any:
    user, language = current_organizer().id, languages.interface()
    return bulk.begin(
        event, verb, plan.numbers, user_id=user, language=language, details=form.details(verb), **form.values()
    )


@manage.get("/actions/<int:number>")
@requires(Permission.REGISTRATION)
def result(event: Event, number: int) -> ResponseReturnValue:
    """What an act on many people has done so far, and who was left out, and why."""
    action = or_404(bulk.by_id(event, number))
    done, skipped = bulk.numbers_of(action)
    undone = bulk.undone_by(action)
    return page(
        "people/result.html",
        event=event,
        action=action,
        done=done,
        skipped=skipped,
        people=bulk.skipped_people(action) if skipped else [],
        undone=undone,
        undoable=action.verb in bulk.UNDOES and undone is None and done > 0,
    )


@manage.post("/actions/<int:number>/undo")
@requires(Permission.REGISTRATION)
def undo_action(event: Event, number: int) -> ResponseReturnValue:
    """Take an act back."""
    done = or_404(bulk.by_id(event, number))
    action = bulk.undo_action(done, user_id=current_organizer().id, language=languages.interface())
    return redirect(url_for(".result", slug=event.slug, number=action.id), 303)


@manage.route("/views/new", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def save_view(event: Event) -> ResponseReturnValue:
    """Give a name to the list as it is shown."""
    form, query = ViewForm(), asked()
    if submit(form, lambda: operations.save_view(event, form.name.data or "", query)):
        return redirect(_list(event, query), 303)
    views = queries.saved_views(event)
    return page("people/view.html", event=event, form=form, views=views, back=_list(event, query))


@manage.post("/views/<int:number>/remove")
@requires(Permission.REGISTRATION)
def remove_view(event: Event, number: int) -> Response:
    """Delete a saved view."""
    view = db.session.get(SavedView, number)
    operations.remove_view(or_404(view if view is not None and view.event_id == event.id else None))
    flash(_("The view has been removed."))
    return redirect(url_for(".registrations", slug=event.slug), 303)
