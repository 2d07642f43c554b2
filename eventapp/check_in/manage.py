"""The desk at the door: check people in and out, with any browser and a hand scanner."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.check_in import operations, queries, rules, search
from eventapp.check_in.forms import PersonCheckForm, ScanForm, way
from eventapp.check_in.models import CheckIn
from eventapp.check_in.rules import CheckInKind, ScanResult
from eventapp.core import tokens
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.pages import page
from eventapp.core.text import one_line
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.registration import queries as registrations
from eventapp.registration.models import Registration
from eventapp.tickets import codes

manage = Blueprint("check_in", __name__, url_prefix="/manage/events/<slug>/check-in")


@manage.route("", methods=["GET", "POST"])
@requires(Permission.CHECK_IN)
def desk(event: Event) -> ResponseReturnValue:
    """One field for scanned tickets, codes and names; the last result, the people found, the numbers and the log."""
    form = ScanForm() if request.method == "POST" else ScanForm(formdata=None, way=way(request.args.get("way")).value)
    if done := submit(form, lambda: _scan(event, form)):
        if done.value is not None:
            return _show(event, done.value)
        return redirect(url_for(".desk", slug=event.slug, q=form.q.data, way=form.way.data), 303)
    number = request.args.get("shown", "")
    return _page(event, form, shown=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None)


def _scan(event: Event, form: ScanForm) -> CheckIn | None:
    """Check in or out with a ticket or a code; None if the text is neither, but something to search for."""
    text = form.q.data or ""
    is_code = codes.looks_scanned(text) or queries.scanned(event.id, text).result is not ScanResult.UNKNOWN
    if not is_code:
        return None
    nonce, user = form.nonce.data or tokens.token(), current_organizer().id
    return operations.scan(event, text, kind=way(form.way.data), nonce=nonce[:100], user_id=user)


def _show(event: Event, line: CheckIn, *, kind: CheckInKind | None = None) -> ResponseReturnValue:
    return redirect(url_for(".desk", slug=event.slug, shown=line.id, way=kind or line.kind), 303)


def _page(
    event: Event,
    form: ScanForm,
    *,
    shown: int | None = None,
    person: Registration | None = None,
    person_form: PersonCheckForm | None = None,
) -> Response:
    """The desk; with a `person`, whom somebody wants to let in without a reason."""
    text = (request.args.get("q") or "")[:200] if request.method == "GET" else ""
    lines = search.latest(event)
    result = next((one for one in lines if one.line.id == shown), None)
    if shown is not None and result is None:
        result = next(iter(search.latest(event, shown)), None)
    return page(
        "check_in/desk.html",
        event=event,
        form=form,
        text=text.strip(),
        people=search.people(event, text) if text.strip() else [],
        most=search.PEOPLE,
        lines=lines,
        result=result,
        numbers=search.numbers(event),
        person=person,
        person_form=person_form or PersonCheckForm(formdata=None),
        in_words=lambda line: rules.in_words(line.kind, line.result, forced=line.forced),
        nonce=tokens.token,
    )


@manage.post("/people/<int:number>")
@requires(Permission.CHECK_IN)
def check(event: Event, number: int) -> ResponseReturnValue:
    """Check somebody in or out who was found by name, or let them pass whatever the result is."""
    person = or_404(registrations.by_id(event, number))
    form, user = PersonCheckForm(), current_organizer().id
    if done := submit(form, lambda: operations.check(event, person, user_id=user, **form.values())):
        return _show(event, done.value)
    return _page(event, ScanForm(formdata=None, way=way(form.way.data).value), person=person, person_form=form)


@manage.post("/log/<int:number>/undo")
@requires(Permission.CHECK_IN)
def undo_line(event: Event, number: int) -> ResponseReturnValue:
    """Take a line of the log back."""
    line = or_404(queries.line(event, number))
    nonce = one_line(request.form.get("nonce", ""))[:100] or tokens.token()
    back = operations.undo_line(event, line, nonce=nonce, user_id=current_organizer().id)
    return _show(event, back, kind=CheckInKind.IN)
