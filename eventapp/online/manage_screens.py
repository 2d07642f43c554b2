"""Desk pages: a screen for each session, with a code by which people check themselves in."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core.errors import or_404
from eventapp.core.links import absolute
from eventapp.core.pages import page, private
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.online import queries
from eventapp.programme import queries as programme
from eventapp.tickets import operations as tickets

manage = Blueprint("session_screens", __name__, url_prefix="/manage/events/<slug>/check-in/sessions")


@manage.get("")
@requires(Permission.CHECK_IN)
def screens(event: Event) -> ResponseReturnValue:
    """The sessions of the public programme, by day, each with its screen."""
    listed = [one for one in programme.document(event).listed if not one.cancelled and not one.kind.is_break]
    return page("online/screens.html", event=event, days=programme.by_day(listed, event))


@manage.get("/<code>/screen")
@requires(Permission.CHECK_IN)
def screen(event: Event, code: str) -> ResponseReturnValue:
    """The code of a session and its QR code, to be projected. The page loads anew when the code changes."""
    session = or_404(programme.document(event).by_code.get(code))
    or_404(None if session.cancelled else session)
    shown = or_404(tickets.with_key(event.id, lambda: queries.shown_code(event, session.id)))
    address = absolute("online.here_by_ticket", slug=event.slug, code=shown.code)
    short = absolute("online.here_by_ticket", slug=event.slug).partition("://")[2].partition("?")[0]
    return private(page("online/screen.html", event=event, session=session, shown=shown, address=address, short=short))
