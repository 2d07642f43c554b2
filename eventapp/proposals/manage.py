"""Desk pages: the call, proposals, reviews and decisions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core.errors import or_404
from eventapp.core.forms import page_number, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import operations, queries, rules
from eventapp.proposals.forms import CallForm, ReviewForm
from eventapp.proposals.models import Review
from eventapp.proposals.queries import Order
from eventapp.proposals.rules import ProposalStatus

manage = Blueprint("proposals_manage", __name__, url_prefix="/manage/events/<slug>")

PAGE = 50


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
        flash(_("The call for speakers has been saved."))
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
    if submit(form, lambda: operations.review(shown, current_organizer(), **form.values())):
        flash(_("Your vote has been saved."))
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
