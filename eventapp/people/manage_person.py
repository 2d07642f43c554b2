"""Desk pages: one person, what the team knows and decides about them, and a new registration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.bodies import takes_uploads
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.core.refusals import Refused
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.people import history
from eventapp.people import operations as keeping
from eventapp.people import queries as people
from eventapp.people.forms import DecisionForm, PersonNoteForm, TagsForm
from eventapp.people.models import RegistrationNote
from eventapp.registration import (
    answers,
    contacts,
    decisions,
    edits,
    files,
    operations,
    queries,
    session_queries,
    waiting_list,
)
from eventapp.registration.form_parts import FormParts, form_parts, other_answers
from eventapp.registration.forms import TakePart, takable
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import HOLDS_SEAT

manage = Blueprint("person", __name__, url_prefix="/manage/events/<slug>/registrations")


@manage.route("/new", methods=["GET", "POST"])
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
            flash(_("%(name)s: %(state)s", name=one.display_name, state=one.status.label))
        return redirect(url_for(".registration", slug=event.slug, number=done.value.id), 303)
    return page("people/add.html", event=event, form=form, options=options, takable=lambda option: True)


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


@manage.route("/<int:number>", methods=["GET", "POST"])
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
        flash(_("The registration has been saved."))
        return redirect(url_for(".registration", slug=event.slug, number=number), 303)
    return page(
        "people/registration.html",
        event=event,
        registration=shown,
        form=form,
        options=options,
        takable=takable,
        sharing=sharing,
        **_state(shown, options),
        **_answers(shown, parts),
        **_kept(shown),
    )


def _state(shown: Registration, options: list[AttendanceOption]) -> dict[str, Any]:
    every = queries.every_question(shown.event)
    return {
        "place": waiting_list.position(shown) if shown.waiting_since else None,
        "sessions": [one for one in session_queries.offers(shown) if one.mine or one.place],
        "history": history.lines(shown, options, every, languages.reader()),
    }


def _answers(shown: Registration, parts: FormParts) -> dict[str, Any]:
    return {
        "given": answers.listed(parts.questions, shown.option, shown.answers, languages.reader()),
        "others": other_answers(shown),
        "files": files.of_registration(shown),
    }


def _kept(shown: Registration) -> dict[str, Any]:
    """What the team keeps about a person."""
    names = people.tags_of([shown.id])[shown.id]
    return {
        "tags": names,
        "tags_form": TagsForm(data={"tags": ", ".join(names)}, formdata=None),
        "notes": people.notes_of(shown),
        "note_form": PersonNoteForm(formdata=None),
    }


def _update(shown: Registration, form: TakePart) -> bool:
    return edits.update(
        shown, form.answers(), or_404(form.chosen()), by_team=True, everybody=bool(form.sharing and form.everybody.data)
    )


_VERBS: dict[str, Callable[..., object]] = {
    "approve": decisions.approve,
    "decline": decisions.decline,
    "cancel": operations.cancel,
}


@manage.route("/<int:number>/<any(approve, decline, cancel):verb>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def decide(event: Event, number: int, verb: str) -> ResponseReturnValue:
    """Approve, decline or cancel, with a message to the person; before that, say who will be e-mailed."""
    shown = or_404(queries.by_id(event, number))
    form = DecisionForm()
    if submit(form, lambda: _VERBS[verb](shown, **form.values())):
        flash(_("%(name)s: %(state)s", name=shown.display_name, state=shown.status.label))
        return redirect(url_for(".registration", slug=event.slug, number=number), 303)
    frees = verb != "approve" and shown.status in HOLDS_SEAT and shown.option.promotes
    waiting = waiting_list.number_waiting(shown.option) if frees else 0
    return page("people/decide.html", event=event, registration=shown, verb=verb, waiting=waiting, form=form)


@manage.post("/<int:number>/<any(link, restore):verb>")
@requires(Permission.REGISTRATION)
def again(event: Event, number: int, verb: str) -> ResponseReturnValue:
    """Send a new link, or restore a registration that has ended."""
    shown = or_404(queries.by_id(event, number))
    if verb == "link":
        edits.new_link(shown)
        flash(_("A new link is being sent."))
    else:
        operations.reinstate(shown)
        flash(_("%(name)s: %(state)s", name=shown.display_name, state=shown.status.label))
    return redirect(url_for(".registration", slug=event.slug, number=number), 303)


@manage.post("/<int:number>/tags")
@requires(Permission.REGISTRATION)
def tags(event: Event, number: int) -> ResponseReturnValue:
    """Set the tags of a person."""
    shown = or_404(queries.by_id(event, number))
    form = TagsForm()
    if submit(form, lambda: keeping.set_tags(shown, event, form.tags.data or "")):
        flash(_("The tags have been saved."))
    return redirect(url_for(".registration", slug=event.slug, number=number, _anchor="its-tags"), 303)


@manage.post("/<int:number>/notes")
@requires(Permission.REGISTRATION)
def note(event: Event, number: int) -> ResponseReturnValue:
    """Write a note about a person."""
    shown, form = or_404(queries.by_id(event, number)), PersonNoteForm()
    keeping.add_note(shown, author_id=current_organizer().id, **form.values())
    return redirect(url_for(".registration", slug=event.slug, number=number, _anchor="notes"), 303)


@manage.post("/<int:number>/notes/<int:note>/<any(done, remove):verb>")
@requires(Permission.REGISTRATION)
def change_note(event: Event, number: int, note: int, verb: str) -> ResponseReturnValue:
    """Delete a note, or say that what it asks for is done."""
    shown = or_404(queries.by_id(event, number))
    found = db.session.get(RegistrationNote, note)
    found = or_404(found if found is not None and found.registration_id == shown.id else None)
    (keeping.finish_note if verb == "done" else keeping.remove_note)(found)
    return redirect(url_for(".registration", slug=event.slug, number=number, _anchor="notes"), 303)
