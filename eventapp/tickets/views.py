"""An attendee's ticket, behind the private link."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from segno import make_qr

from eventapp.core.db import transaction
from eventapp.core.errors import or_404
from eventapp.core.pages import page, private
from eventapp.entries.queries import venues_of
from eventapp.registration import queries as registration
from eventapp.tickets import operations, queries, rules

views = Blueprint("tickets", __name__)

# Modules of white around a code (ISO/IEC 18004 §6.3.8).
QUIET = 4


@views.get("/registrations/<token>/ticket")
def ticket(token: str) -> ResponseReturnValue:
    """The ticket on one sheet. Who has none is shown their registration, which says why."""
    mine = or_404(registration.by_token(token))
    if (kept := registration.merged_into(mine)) is not None:
        return private(redirect(url_for(".ticket", token=kept.token)))
    if not rules.has_ticket(mine.status, mine.option.mode, mine.event.status):
        return private(redirect(url_for("registration.mine", token=token)))
    printed = queries.printed(mine)
    if printed is None:  # the first ticket of the event, which is the one thing that a GET writes
        with transaction():
            operations.give_key(mine.event_id)
        printed = or_404(queries.printed(mine))
    shown = page(
        "tickets/ticket.html",
        registration=mine,
        event=mine.event,
        venues=venues_of(mine.event_id),
        ticket=printed,
        drawn=_drawn(printed.text),
    )
    return private(shown)


def _drawn(text: str) -> Markup:
    """A QR code as inline SVG (ISO/IEC 18004, level M), dark on white in every theme."""
    code = make_qr(text, error="m", boost_error=False)
    return Markup(code.svg_inline(border=QUIET, omitsize=True, svgclass="qr", lineclass=None, dark="#000"))
