"""A participant's own link to join online, behind the private link, and the codes to check in to a session.

A GET changes nothing: mail scanners open links before people do.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.check_in import queries as check_in
from eventapp.core.csrf import public_form
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, submit
from eventapp.core.languages import gettext as _
from eventapp.core.limits import guessing, limit
from eventapp.core.pages import page, private
from eventapp.core.refusals import Refused
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.online import operations, queries
from eventapp.online.forms import HereForm, TicketHereForm
from eventapp.online.operations import CheckedInHere
from eventapp.online.queries import Meeting, Meetings
from eventapp.registration import queries as registrations
from eventapp.registration.models import Registration
from eventapp.tickets.codes import REVISIONS

views = Blueprint("online", __name__)

# Presses of the button, per registration: an office of hundreds may share one IP address.
PACE = "30/hour"
# Wrong codes of sessions, per registration.
GUESSES = "10/hour"
# Wrong codes of tickets, per IP address: everybody in a hall may share one.
TICKETS = "600/hour"


class JoinForm(Form):
    """The button."""


@views.route("/registrations/<token>/join", methods=["GET", "POST"])
@public_form
def join(token: str) -> ResponseReturnValue:
    """Join the event online."""
    mine = or_404(registrations.by_token(token))
    if (kept := registrations.led_to(mine)) is not None:
        return private(redirect(url_for(".join", token=kept.token)))
    found = queries.meetings(mine)
    return _answer(mine, found, found.event if found else None)


@views.route("/registrations/<token>/join/<code>", methods=["GET", "POST"])
@public_form
def join_session(token: str, code: str) -> ResponseReturnValue:
    """Join a session that has an address of its own."""
    mine = or_404(registrations.by_token(token))
    if (kept := registrations.led_to(mine)) is not None:
        return private(redirect(url_for(".join_session", token=kept.token, code=code)))
    found = queries.meetings(mine)
    of_session = (one for one in found.sessions if one.session and one.session.code == code) if found else ()
    meeting = next(iter(of_session), None)
    return _answer(mine, found, meeting if found is None else or_404(meeting))


def _answer(mine: Registration, found: Meetings | None, meeting: Meeting | None) -> Response:
    """The page with the button, or the one that goes on to the meeting."""
    form = JoinForm()
    if meeting is not None and form.is_submitted():
        limit(PACE, "join", key=str(mine.id))
        if done := submit(form, lambda: operations.join(mine, meeting)):
            return private(page("online/going.html", event=mine.event, meeting=meeting, address=done.value))
    shown = page(
        "online/join.html",
        registration=mine,
        event=mine.event,
        meeting=meeting,
        others=[one for one in found.sessions if one is not meeting] if found else [],
        allowed=found is not None,
        form=form,
    )
    return private(shown)


@views.route("/registrations/<token>/here", methods=["GET", "POST"])
@public_form
def here(token: str) -> ResponseReturnValue:
    """Check in to a session with the code that is on its screen; `code` fills it in."""
    mine = or_404(registrations.by_token(token))
    if (kept := registrations.led_to(mine)) is not None:
        return private(redirect(url_for(".here", token=kept.token, code=request.args.get("code"))))
    form = HereForm(data={"code": request.args.get("code", "")[:40]})
    done = submit(form, lambda: _check_in(mine, form.code.data or ""))
    shown = page("online/here.html", registration=mine, event=mine.event, form=form, done=done.value if done else None)
    return private(shown)


def _check_in(mine: Registration, code: str) -> CheckedInHere:
    with guessing(GUESSES, "session code", field="code", key=str(mine.id)):
        return operations.check_in_here(mine, code)


@views.route("/events/<slug>/here", methods=["GET", "POST"])
@public_form
def here_by_ticket(slug: str) -> ResponseReturnValue:
    """What the QR code on the screen of a session leads to: check in with the code of one's ticket."""
    event = or_404(events.by_slug(slug))
    code = (request.form if request.method == "POST" else request.args).get("code", "")[:40]
    # The code on the screen also opens the page of an event that is not public.
    or_404(event.public or queries.session_of_code(event, code) or None)
    form = TicketHereForm(data={"code": code})
    done = submit(form, lambda: _check_in_by_ticket(event, form))
    shown = page("online/here_by_ticket.html", event=event, form=form, done=done.value if done else None)
    return private(shown)


def _check_in_by_ticket(event: Event, form: TicketHereForm) -> CheckedInHere:
    with guessing(TICKETS, "ticket code", field="ticket"):
        ticket = check_in.scanned(event.id, form.ticket.data or "").ticket
        mine = registrations.by_id(event, ticket.registration) if ticket is not None else None
        if mine is None or ticket is None or ticket.revision != mine.ticket_revision % REVISIONS:
            raise Refused(_("This is not the code of a valid ticket."), field="ticket")
    return _check_in(mine, form.code.data or "")
