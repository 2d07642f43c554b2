"""Desk pages: registrations, registration options and questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.bodies import takes_uploads
from eventapp.core.db import db
from eventapp.core.errors import Refused, or_404
from eventapp.core.forms import page_number, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import may, requires
from eventapp.events.models import Event
from eventapp.registration import (
    answers,
    contacts,
    edits,
    files,
    operations,
    own_page,
    queries,
    questions,
    session_queries,
    setup,
    setup_seats,
    waiting_list,
)
from eventapp.registration.form_models import Question
from eventapp.registration.form_parts import FormParts, form_parts, other_answers
from eventapp.registration.forms import TakePart, takable
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.question_forms import QuestionForm
from eventapp.registration.rules import HOLDS_SEAT, RegistrationStatus
from eventapp.registration.setup_forms import OptionForm

manage = Blueprint("registration_manage", __name__, url_prefix="/manage/events/<slug>")

PAGE = 50


@manage.get("/registrations")
@requires(Permission.VIEW)
def registrations(event: Event) -> ResponseReturnValue:
    """All registrations, filtered and paginated."""
    number = page_number(request.args.get("page"))
    rows, total = queries.of_event(event, **_filters(), limit=PAGE, offset=(number - 1) * PAGE)
    return page(
        "registration/registrations.html",
        event=event,
        rows=rows,
        total=total,
        number=number,
        pages=max((total + PAGE - 1) // PAGE, 1),
        numbers=queries.numbers_by_status(event),
        options=queries.options(event),
        statuses=list(RegistrationStatus),
    )


def _filters() -> dict[str, Any]:
    """What the list is narrowed to. Who must not see e-mail addresses doesn't search in them either."""
    status = request.args.get("status", "")
    return {
        "status": RegistrationStatus(status) if status in set(RegistrationStatus) else None,
        "option": request.args.get("option", ""),
        "text": request.args.get("q", "").strip(),
        "emails": may(Permission.REGISTRATION),
        "privacy": request.args.get("privacy", type=int),
    }


@manage.route("/registrations/new", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
@takes_uploads
def add(event: Event) -> ResponseReturnValue:
    """Register somebody on their behalf, for example on the phone."""
    options = queries.options(event)
    form = TakePart.for_event(options, form_parts(event), by_team=True).with_files(event)

    def register() -> Registration:
        option, another = or_404(form.chosen()), bool(form.another.data)
        return operations.register(event, form.answers(), option=option, by_team=True, another=another, **form.group())

    redrawn = form.arrange(request.form.get("step", ""))
    if not redrawn and (done := submit(form, register, explain=lambda refusal: _ask_who(refusal, form))):
        for one in queries.same_form(done.value):
            flash(_("%(name)s: %(state)s", name=one.name, state=one.status.label))
        return redirect(url_for(".registration", slug=event.slug, number=done.value.id), 303)
    return page("registration/add.html", event=event, form=form, options=options, takable=lambda option: True)


def _ask_who(refusal: Refused, form: TakePart) -> Refused:
    """A refusal that names the registered person, which the team may read but a visitor may not. The form then asks
    whether this is another person.
    """
    if not isinstance(refusal, operations.AlreadyRegistered):
        return refusal
    known = or_404(queries.by_token(refusal.token))
    about = _("%(name)s is already registered with this e-mail address.", name=known.name)
    if not known.email:
        about = _("%(name)s is already registered without an e-mail address.", name=known.name)
    if refusal.companion is not None:
        return Refused(about, field=f"companions-{refusal.companion}-family_name")
    form.asks_another = True
    return Refused(about, field="email")


@manage.route("/registrations/<int:number>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
@takes_uploads
def registration(event: Event, number: int) -> ResponseReturnValue:
    """One registration: show, change, decide."""
    shown = or_404(queries.by_id(event, number))
    options = queries.options(event)
    sharing = [one for one in contacts.registrations(shown.contact) if one.id != shown.id]
    parts = form_parts(event)
    form = TakePart.for_event(options, parts, registration=shown, by_team=True, sharing=sharing).with_files(event)
    if submit(form, lambda: _update(shown, form)):
        flash(_("Saved."))
        return redirect(url_for(".registration", slug=event.slug, number=number), 303)
    return page(
        "registration/registration.html",
        event=event,
        registration=shown,
        form=form,
        options=options,
        takable=takable,
        sharing=sharing,
        **_state(shown, options),
        **_answers(shown, parts),
    )


def _state(shown: Registration, options: list[AttendanceOption]) -> dict[str, Any]:
    return {
        "place": waiting_list.position(shown) if shown.waiting_since else None,
        "sessions": [one for one in session_queries.offers(shown) if one.mine or one.place],
        "history": own_page.history(shown, options),
    }


def _answers(shown: Registration, parts: FormParts) -> dict[str, Any]:
    return {
        "given": answers.listed(parts.questions, shown.option, shown.answers, languages.reader()),
        "others": other_answers(shown),
        "files": files.of_registration(shown),
    }


def _update(shown: Registration, form: TakePart) -> bool:
    return edits.update(
        shown, form.answers(), or_404(form.chosen()), by_team=True, everybody=bool(form.sharing and form.everybody.data)
    )


_VERBS: dict[str, Callable[[Registration], object]] = {
    "approve": operations.approve,
    "decline": operations.decline,
    "cancel": operations.cancel,
    "link": edits.new_link,
    "restore": operations.reinstate,
}


@manage.get("/registrations/<int:number>/<any(decline, cancel):verb>")
@requires(Permission.REGISTRATION)
def confirm(event: Event, number: int, verb: str) -> ResponseReturnValue:
    """Ask for confirmation before a registration ends, and say who will be e-mailed."""
    shown = or_404(queries.by_id(event, number))
    frees = shown.status in HOLDS_SEAT and shown.option.promotes
    waiting = waiting_list.number_waiting(shown.option) if frees else 0
    return page("registration/decide.html", event=event, registration=shown, verb=verb, waiting=waiting)


@manage.post("/registrations/<int:number>/<any(approve, decline, cancel, link, restore):verb>")
@requires(Permission.REGISTRATION)
def decide(event: Event, number: int, verb: str) -> ResponseReturnValue:
    """Approve, decline, cancel, reinstate, or send a new link."""
    shown = or_404(queries.by_id(event, number))
    _VERBS[verb](shown)
    flash(
        _("A new link is being sent.")
        if verb == "link"
        else _("%(name)s: %(state)s", name=shown.name, state=shown.status.label)
    )
    return redirect(url_for(".registration", slug=event.slug, number=number), 303)


@manage.get("/options")
@requires(Permission.REGISTRATION)
def options(event: Event) -> ResponseReturnValue:
    """Registration options and questions."""
    asked = queries.questions(event)
    return page(
        "registration/options.html",
        event=event,
        options=queries.options(event),
        questions=asked,
        waiting=waiting_list.numbers_waiting(event),
        usual=setup.USUAL,
        pools=setup_seats.pools(event),
        address_check=queries.settings_of(event).address_check,
        ready_sets=questions.unused_sets(asked),
        condition=answers.condition,
    )


@manage.post("/options/usual")
@requires(Permission.REGISTRATION)
def usual_options(event: Event) -> ResponseReturnValue:
    """Add the options that most events begin with."""
    setup.add_usual(event, [mode for mode in setup.USUAL if request.form.get(mode.value)])
    return redirect(url_for(".options", slug=event.slug), 303)


@manage.post("/options/<key>/place")
@requires(Permission.REGISTRATION)
def place_option(event: Event, key: str) -> ResponseReturnValue:
    """Move an option up or down."""
    setup.place_option(or_404(queries.option_by_key(event, key)), _position())
    return redirect(url_for(".options", slug=event.slug, _anchor=f"place-{key}"), 303)


@manage.post("/questions/<int:number>/place")
@requires(Permission.REGISTRATION)
def place_question(event: Event, number: int) -> ResponseReturnValue:
    """Move a question up or down."""
    setup.place_question(event, _question(event, number), _position())
    return redirect(url_for(".options", slug=event.slug, _anchor=f"place-{number}"), 303)


def _position() -> int:
    return or_404(request.form.get("position", type=int))


@manage.route("/options/new", methods=["GET", "POST"])
@manage.route("/options/<key>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def option(event: Event, key: str = "") -> ResponseReturnValue:
    """Add or edit a registration option."""
    shown = or_404(queries.option_by_key(event, key)) if key else None
    form = OptionForm.of(event, shown, setup_seats.pools(event))
    if submit(form, lambda: setup.save_option(event, shown, **form.values(event))):
        flash(_("Saved."))
        return redirect(url_for(".options", slug=event.slug), 303)
    return page("registration/option.html", event=event, form=form, option=shown)


@manage.post("/options/<key>/remove")
@requires(Permission.REGISTRATION)
def remove_option(event: Event, key: str) -> ResponseReturnValue:
    """Delete a registration option."""
    setup.remove_option(or_404(queries.option_by_key(event, key)))
    flash(_("Removed."))
    return redirect(url_for(".options", slug=event.slug), 303)


@manage.route("/questions/new", methods=["GET", "POST"])
@manage.route("/questions/<int:number>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def question(event: Event, number: int = 0) -> ResponseReturnValue:
    """Add or edit a question."""
    shown = _question(event, number) if number else None
    form = QuestionForm.of(event, shown, queries.questions(event))
    if submit(form, lambda: questions.save_question(event, shown, **form.values()), explain=form.explain):
        flash(_("Saved."))
        return redirect(url_for(".options", slug=event.slug), 303)
    return page("registration/question.html", event=event, form=form, question=shown)


@manage.post("/questions/<int:number>/remove")
@requires(Permission.REGISTRATION)
def remove_question(event: Event, number: int) -> ResponseReturnValue:
    """Remove a question."""
    questions.remove_question(_question(event, number))
    flash(_("Removed."))
    return redirect(url_for(".options", slug=event.slug), 303)


def _question(event: Event, number: int) -> Question:
    shown = or_404(db.session.get(Question, number))
    return or_404(shown if shown.event_id == event.id and shown.removed_at is None else None)
