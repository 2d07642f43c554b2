"""The calendar file of an attendee's own registration."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from eventapp.core.errors import or_404
from eventapp.core.pages import private
from eventapp.notifications import attendees
from eventapp.registration import queries

views = Blueprint("notifications", __name__)


@views.get("/registrations/<token>/calendar.ics")
def calendar(token: str) -> ResponseReturnValue:
    """The event for one attendee, to add to a calendar by hand."""
    registration = or_404(queries.by_token(token))
    response = Response(attendees.own_file(registration), content_type="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{registration.event.slug}.ics")
    return private(response)
