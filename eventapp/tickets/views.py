"""An attendee's ticket, behind the private link."""

from __future__ import annotations

import json

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core import clock, languages
from eventapp.core.assets import address
from eventapp.core.errors import or_404
from eventapp.core.pages import page, private
from eventapp.entries.queries import venues_of
from eventapp.pdf import answers
from eventapp.registration import queries as registration
from eventapp.registration.models import Registration
from eventapp.tickets import drawing, operations, paper, queries, rules
from eventapp.tickets.queries import PrintedTicket

views = Blueprint("tickets", __name__)


@views.get("/registrations/<token>/ticket")
def ticket(token: str) -> ResponseReturnValue:
    """The ticket on one sheet. A person without one is shown their registration, which says why."""
    mine = or_404(registration.by_token(token))
    if (elsewhere := _elsewhere(mine, "tickets.ticket")) is not None:
        return elsewhere
    printed = _printed(mine)
    shown = page(
        "tickets/ticket.html",
        registration=mine,
        event=mine.event,
        venues=venues_of(mine.event_id),
        ticket=printed,
        drawn=_drawn(printed.text),
    )
    shown.headers[MARK] = "1"
    return private(shown)


@views.get("/registrations/<token>/ticket.pdf")
def as_pdf(token: str) -> ResponseReturnValue:
    """The ticket as PDF."""
    mine = or_404(registration.by_token(token))
    if (elsewhere := _elsewhere(mine, "tickets.as_pdf")) is not None:
        return elsewhere
    data = paper.data(mine, _printed(mine), venues_of(mine.event_id), language=languages.reader())
    return private(answers.answer("ticket", data, name=f"{mine.event.slug}-ticket", at=clock.now()))


def _elsewhere(mine: Registration, endpoint: str) -> BaseResponse | None:
    """Where to go instead: to the registration that this one was merged into, or to the page that says why there is no
    ticket.
    """
    if (kept := registration.led_to(mine)) is not None:
        return private(redirect(url_for(endpoint, token=kept.token)))
    if not rules.has_ticket(mine.status, mine.option.mode, mine.event.status):
        return private(redirect(url_for("registration.mine", token=mine.token)))
    return None


def _printed(mine: Registration) -> PrintedTicket:
    return or_404(operations.with_key(mine.event_id, lambda: queries.printed(mine)))


def _drawn(text: str) -> Markup:
    """The QR code as inline SVG."""
    inline = drawing.code(text).svg_inline(
        border=drawing.QUIET, omitsize=True, svgclass="qr", lineclass=None, dark="#000"
    )
    return Markup(inline)


# The service worker keeps only pages that say that they are tickets.
MARK = "X-Ticket"


@views.get("/registrations/<token>/ticket/worker.js")
def worker(token: str) -> ResponseReturnValue:
    """Keeps the ticket on the phone, so that it is there without a network: the service worker of this page alone."""
    mine = or_404(registration.by_token(token))
    script = f"importScripts({json.dumps(address('ticket-worker.js'))});\n"
    response = Response(script, mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = url_for(".ticket", token=mine.token)
    return private(response)
