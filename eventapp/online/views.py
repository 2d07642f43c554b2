"""A participant's own link to join online, behind the private link.

A GET changes nothing: mail scanners open links before people do.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.core.csrf import public_form
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, submit
from eventapp.core.limits import limit
from eventapp.core.pages import page, private
from eventapp.online import operations, queries
from eventapp.online.queries import Meeting, Meetings
from eventapp.registration import queries as registrations
from eventapp.registration.models import Registration

views = Blueprint("online", __name__)

# Presses of the button, per registration: an office of hundreds may share one IP address.
PACE = "30/hour"


class JoinForm(Form):
    """The button."""


@views.route("/registrations/<token>/join", methods=["GET", "POST"])
@public_form
def join(token: str) -> ResponseReturnValue:
    """Join the event online."""
    mine = or_404(registrations.by_token(token))
    if (kept := registrations.merged_into(mine)) is not None:
        return private(redirect(url_for(".join", token=kept.token)))
    found = queries.meetings(mine)
    return _answer(mine, found, found.event if found else None)


@views.route("/registrations/<token>/join/<code>", methods=["GET", "POST"])
@public_form
def join_session(token: str, code: str) -> ResponseReturnValue:
    """Join a session that has an address of its own."""
    mine = or_404(registrations.by_token(token))
    if (kept := registrations.merged_into(mine)) is not None:
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
