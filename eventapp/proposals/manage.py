"""Desk pages: the call, proposals, reviews and decisions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.errors import or_404
from eventapp.core.forms import page_number, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.directory.models import Person
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.mail.content import Draft
from eventapp.programme import queries as programme
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import drafts, operations, queries, rules, speakers
from eventapp.proposals.drafts import Occasion
from eventapp.proposals.forms import AcceptForm, AskForm, CallForm, EmailForm, ReviewForm
from eventapp.proposals.models import Proposal, Review
from eventapp.proposals.queries import Order
from eventapp.proposals.rules import ProposalStatus

manage = Blueprint("proposals_manage", __name__, url_prefix="/manage/events/<slug>")

PAGE = 50

_OCCASIONS = {"accept": Occasion.ACCEPTED, "decline": Occasion.DECLINED, "reopen": Occasion.REOPENED}


@manage.get("/proposals")
@requires(Permission.PROGRAMME)
def proposals(event: Event) -> ResponseReturnValue:
    """All proposals, filtered and paginated, and the speakers who have declined."""
    number = page_number(request.args.get("page"))
    rows, total = queries.of_event(event, current_organizer(), **_filters(), limit=PAGE, offset=(number - 1) * PAGE)
    return page(
        "proposals/proposals.html",
        event=event,
        call=queries.call_of(event),
        rows=rows,
        total=total,
        number=number,
        pages=max((total + PAGE - 1) // PAGE, 1),
        numbers=queries.numbers_by_status(event),
        declined=queries.declined(event),
        statuses=list(ProposalStatus),
        orders={Order.NEWEST: _("Newest first"), Order.VOTES: _("Highest rated first"), Order.TITLE: _("By title")},
    )


def _filters() -> dict[str, Any]:
    """What the list is narrowed to, and its order."""
    status, order = request.args.get("status", ""), request.args.get("order", "")
    return {
        "status": ProposalStatus(status) if status in set(ProposalStatus) else None,
        "unvoted": request.args.get("mine") == "1",
        "order": Order(order) if order in set(Order) else Order.NEWEST,
    }


@manage.route("/proposals/call", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def call(event: Event) -> ResponseReturnValue:
    """Set up or change the call."""
    shown = queries.call_of(event)
    form = CallForm.of(event, shown)
    form.text.offer(event.languages)
    if submit(
        form,
        lambda: operations.save_call(
            event,
            opens_at=form.opens_at.in_zone(event.zone),
            closes_at=form.closes_at.in_zone(event.zone),
            text=form.text.data,
            kinds=[SessionKind(kind) for kind in form.kinds.data or []],
            lengths=rules.lengths_of(form.lengths.data or "") or [],
            modes=[Mode(mode) for mode in form.modes.data or []],
        ),
    ):
        flash(_("Saved."))
        return redirect(url_for(".proposals", slug=event.slug), 303)
    return page("proposals/call.html", event=event, form=form, call=shown)


@manage.route("/proposals/<code>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def proposal(event: Event, code: str) -> ResponseReturnValue:
    """One proposal with the team's votes and notes, and the form for one's own."""
    shown = or_404(queries.by_code(event, code))
    every = queries.reviews(shown)
    own = next((one for one in every if one.user_id == current_organizer().id), None)
    form = ReviewForm(data=_review_data(own))
    vote = int(form.vote.data) if form.vote.data else None
    if submit(form, lambda: operations.review(shown, current_organizer(), vote=vote, note=form.note.data or "")):
        flash(_("Saved."))
        return redirect(url_for(".proposal", slug=event.slug, code=code), 303)
    votes = [one.vote for one in every if one.vote is not None]
    return page(
        "proposals/proposal.html",
        event=event,
        proposal=shown,
        reviews=every,
        form=form,
        votes=votes,
        mean=rules.mean(votes),
    )


def _review_data(own: Review | None) -> dict[str, Any]:
    return {"vote": "" if own is None or own.vote is None else str(own.vote), "note": own.note if own else ""}


@manage.route("/proposals/<code>/<any(accept, decline, reopen):verb>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def decision(event: Event, code: str, verb: str) -> ResponseReturnValue:
    """Make a decision, with the e-mail about it shown before it is sent."""
    shown = or_404(queries.by_code(event, code))
    people = queries.candidates(shown) if verb == "accept" else []
    form = _email_form(shown, _OCCASIONS[verb], accept=verb == "accept", people=people)
    if submit(form, lambda: _decide(shown, verb, form, people)):
        flash(_("“%(title)s”: %(state)s", title=shown.title, state=shown.status.label))
        return redirect(url_for(".proposal", slug=event.slug, code=code), 303)
    return page("proposals/decision.html", event=event, proposal=shown, form=form, verb=verb)


def _email_form(proposal: Proposal, occasion: Occasion, *, accept: bool, people: list[Person]) -> EmailForm:
    written = drafts.of(occasion, proposal.event, language=proposal.language, proposal=proposal.title)
    data = {"subject": written.subject, "text": written.text, "send": True}
    if not accept:
        return EmailForm(data=data)
    form = AcceptForm(data={**data, "person": "new"})
    form.offer(people)
    return form


def _written(form: EmailForm) -> Draft:
    return Draft(form.subject.data or "", form.text.data or "")


def _decide(proposal: Proposal, verb: str, form: EmailForm, people: list[Person]) -> None:
    draft = _written(form) if form["send"].data else None
    if verb == "accept":
        person = next((one for one in people if one.code == form["person"].data), None)
        operations.accept(proposal, person=person, draft=draft)
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
    written = drafts.of(Occasion.CONFIRM, event, language=language)
    email = request.args.get("email", link.email if link else "")
    form = AskForm(data={"subject": written.subject, "text": written.text, "email": email})
    del form["send"]
    if form.validate_on_submit():
        speakers.ask(event, person, email=form.email.data or "", language=language, draft=_written(form))
        flash(_("The e-mail is being sent."))
        return redirect(url_for("people_manage.person", slug=event.slug, code=code), 303)
    return page("proposals/ask.html", event=event, person=person, link=link, form=form, language=language)
