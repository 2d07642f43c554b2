"""Submitting a proposal, and a proposer's own page."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core import tokens
from eventapp.core.csrf import public_form
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.limits import limit, visitor
from eventapp.core.pages import page, private
from eventapp.events import queries as events
from eventapp.events.access import moved
from eventapp.proposals import operations, queries
from eventapp.proposals.forms import ProposeForm
from eventapp.proposals.models import Proposal
from eventapp.proposals.rules import CallState, ProposalStatus

views = Blueprint("proposals", __name__)

# Writing a proposal takes longer than registering: a whole faculty behind one IP address stays below this.
PACE = "60/minute"
ONCE = re.compile(r"[\w-]{16,64}")


@views.route("/events/<slug>/propose", methods=["GET", "POST"])
@public_form
def propose(slug: str) -> ResponseReturnValue:
    """The form while the call is open; before and after, the dates of the call."""
    event = events.by_slug(slug)
    if event is None:
        return moved(".propose", slug)
    call = or_404(queries.call_of(event) if event.public else None)
    form = ProposeForm.for_call(event, call)
    if form.is_submitted():
        limit(PACE, "propose")
    once = form.once.data if ONCE.fullmatch(form.once.data or "") else ""
    if done := submit(form, lambda: operations.submit(event, form.answers(), once=once, source=visitor())):
        return redirect(url_for(".mine", token=done.value.token, sent=1), 303)
    if not form.is_submitted():
        form.once.data = tokens.token()
    return page("proposals/propose.html", event=event, call=call, form=form, open_now=call.state is CallState.OPEN)


@views.route("/proposals/<token>", methods=["GET", "POST"])
def mine(token: str) -> ResponseReturnValue:
    """Show one's own proposal and change it while the call is open.

    Once accepted, the speaker's page has a link of its own, in an e-mail: this one was shown to the visitor who typed
    the address. Before, both were one.
    """
    proposal = _mine(token)
    if proposal.speaking is not None and proposal.speaking.token == token:
        return private(redirect(url_for("speaking.mine", token=token), 303))
    call = queries.call_of(proposal.event)
    can_change = call is not None and call.state is CallState.OPEN and proposal.status is ProposalStatus.SUBMITTED
    form = ProposeForm.for_call(proposal.event, call, proposal=proposal) if call else None
    if form is not None and submit(form, lambda: operations.change(proposal, form.answers())):
        return private(redirect(url_for(".mine", token=token, saved=1), 303))
    notice = "" if request.method == "POST" else next((w for w in ("sent", "saved") if request.args.get(w)), "")
    return private(
        page(
            "proposals/mine.html",
            proposal=proposal,
            event=proposal.event,
            form=form,
            can_change=can_change,
            said=notice,
        )
    )


@views.post("/proposals/<token>/<any(withdraw, delete):verb>")
def withdraw(token: str, verb: str) -> ResponseReturnValue:
    """Withdraw a proposal, or delete it with all its data. Only by POST: e-mail scanners follow links."""
    proposal = _mine(token)
    if verb == "withdraw":
        operations.withdraw(proposal)
        return private(redirect(url_for(".mine", token=token), 303))
    operations.forget(proposal)
    return private(redirect(url_for(".deleted"), 303))


@views.get("/proposals/deleted")
def deleted() -> ResponseReturnValue:
    """Confirm that all data has been deleted."""
    return private(page("proposals/deleted.html"))


def _mine(token: str) -> Proposal:
    return or_404(queries.by_token(token))
