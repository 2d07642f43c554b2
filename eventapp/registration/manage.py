"""Desk pages: registrations, registration options and questions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import after_saving, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.registration import (
    answers,
    queries,
    questions,
    setup,
    setup_seats,
    waiting_list,
)
from eventapp.registration.form_models import Question
from eventapp.registration.question_forms import QuestionForm
from eventapp.registration.setup_forms import OptionForm

manage = Blueprint("registration_manage", __name__, url_prefix="/manage/events/<slug>")

PAGE = 50


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
    if done := submit(form, lambda: setup.save_option(event, shown, **form.values(event))):
        return after_saving(done.value.title or done.value.mode.label, url_for(".options", slug=event.slug))
    return page("registration/option.html", event=event, form=form, option=shown)


@manage.route("/questions/new", methods=["GET", "POST"])
@manage.route("/questions/<int:number>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def question(event: Event, number: int = 0) -> ResponseReturnValue:
    """Add or edit a question."""
    shown = _question(event, number) if number else None
    form = QuestionForm.of(event, shown, queries.questions(event))
    if submit(form, lambda: questions.save_question(event, shown, **form.values()), explain=form.explain):
        return after_saving(form.label.data, url_for(".options", slug=event.slug))
    return page("registration/question.html", event=event, form=form, question=shown)


@manage.post("/questions/<int:number>/remove")
@requires(Permission.REGISTRATION)
def remove_question(event: Event, number: int) -> ResponseReturnValue:
    """Remove a question."""
    questions.remove_question(_question(event, number))
    flash(_("The question has been deleted."))
    return redirect(url_for(".options", slug=event.slug), 303)


def _question(event: Event, number: int) -> Question:
    shown = or_404(db.session.get(Question, number))
    return or_404(shown if shown.event_id == event.id and shown.removed_at is None else None)
