"""Desk pages: decide about a proposal and ask a speaker to confirm, each with the e-mail shown before it is sent."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.directory.models import Person
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.mail.content import Draft
from eventapp.notifications import texts
from eventapp.programme import queries as programme
from eventapp.proposals import operations, queries, speakers
from eventapp.proposals.forms import AcceptForm, AskForm, EmailForm
from eventapp.proposals.models import Proposal
from eventapp.proposals.rules import Occasion

manage = Blueprint("decisions", __name__, url_prefix="/manage/events/<slug>")

_OCCASIONS = {"accept": Occasion.ACCEPTED, "decline": Occasion.DECLINED, "reopen": Occasion.REOPENED}


@manage.route("/proposals/<code>/<any(accept, decline, reopen):verb>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def decision(event: Event, code: str, verb: str) -> ResponseReturnValue:
    """Make a decision, with the e-mail about it shown before it is sent."""
    shown = or_404(queries.by_code(event, code))
    people = queries.candidates(shown) if verb == "accept" else []
    form = _email_form(shown, _OCCASIONS[verb], accept=verb == "accept", people=people)
    if submit(form, lambda: _decide(shown, verb, form, people)):
        flash(_("“%(title)s”: %(state)s", title=shown.title, state=shown.status.label))
        return redirect(url_for("proposals_manage.proposal", slug=event.slug, code=code), 303)
    return page("proposals/decision.html", event=event, proposal=shown, form=form, verb=verb)


def _email_form(proposal: Proposal, occasion: Occasion, *, accept: bool, people: list[Person]) -> EmailForm:
    words = {"name": proposal.name, "proposal": proposal.title}
    written = texts.to_speaker(f"proposal_{occasion}", proposal.event, proposal.language, **words)
    data = {"subject": written.subject, "text": written.text, "send": True}
    if not accept:
        return EmailForm(data=data)
    form = AcceptForm(data={**data, "person": "new"})
    form.offer(people, queries.links_of(proposal.event, people), proposal.email)
    return form


def _asking(event: Event, person: Person) -> Draft | None:
    """What a speaker who has a link is asked with at the address that it has."""
    link = queries.link_of(event, person)
    if link is None:
        return None
    return texts.to_speaker("speaker_confirm", event, link.language, name=person.name(link.language).text)


def _written(form: EmailForm) -> Draft:
    return Draft(form.subject.data or "", form.text.data or "")


def _decide(proposal: Proposal, verb: str, form: EmailForm, people: list[Person]) -> None:
    draft = _written(form) if form["send"].data else None
    if isinstance(form, AcceptForm):
        person, moves = form.chosen(people)
        asks = None if person is None else _asking(proposal.event, person)
        operations.accept(proposal, person=person, draft=draft, moves=moves, asks=asks)
    elif verb == "decline":
        operations.decline(proposal, draft=draft)
    else:
        operations.reopen(proposal, draft=draft)


@manage.route("/speakers/<code>/ask", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def ask(event: Event, code: str) -> ResponseReturnValue:
    """Ask a person on the programme to confirm, with the e-mail shown before it is sent."""
    person = or_404(programme.person_in_event(event, code))
    link = queries.link_of(event, person)
    asked = request.args.get("letter", link.language if link else languages.interface())
    language = asked if asked in languages.INTERFACE else "en"
    written = texts.to_speaker("speaker_confirm", event, language, name=person.name(language).text)
    email = request.args.get("email", link.email if link else "")
    form = AskForm(data={"subject": written.subject, "text": written.text, "email": email})
    del form["send"]

    def asked_to_confirm() -> None:
        speakers.ask(event, person, email=form.email.data or "", language=language, draft=_written(form))

    if submit(form, asked_to_confirm):
        flash(_("The e-mail is being sent."))
        return redirect(url_for("people_manage.person", slug=event.slug, code=code), 303)
    return page("proposals/ask.html", event=event, person=person, link=link, form=form, language=language)
