"""A ticket as data of its template (pdf/templates/ticket.typ)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.entries.rows import VenueRow
from eventapp.registration.forms import option_name
from eventapp.registration.models import Registration
from eventapp.tickets import drawing
from eventapp.tickets.queries import PrintedTicket


def data(mine: Registration, ticket: PrintedTicket, venues: Sequence[VenueRow], language: str) -> dict[str, Any]:
    """The data of one ticket. Of a name that no font has nothing is printed; the code says who it is."""
    event = mine.event
    title = languages.resolve(event.title).text
    times = []
    if event.timed:
        times = [
            f"{languages.moment_of(event.starts_at, event.zone)} –",
            languages.moment_of(event.ends_at, event.zone),
        ]
    facts = [
        (_("When"), times or [event.when()]),
        (_("Where"), [line for venue in venues for line in _address(venue)]),
        (_("Attendance"), [option_name(mine.option)]),
    ]
    return {
        "title": _("Ticket") + f": {title}",
        "author": title,
        "lang": language,
        "event": title,
        "name": mine.name,
        "name_lang": "ja" if language == "ja" else "en",
        "organization": mine.organization_name,
        "facts": [(label, shown) for label, lines in facts if (shown := [line for line in lines if line])],
        "code": drawing.drawn(ticket.text),
        "code_alt": _("QR code of the ticket"),
        "code_label": _("Code to type"),
        "short_code": ticket.code,
        "note": _(
            "This ticket is for you alone. If we send you a new link, or you give your seat to somebody else, it is "
            "replaced."
        ),
    }


def _address(venue: VenueRow) -> list[str]:
    return [languages.resolve(text).text for text in (venue.name, venue.address) if text]
