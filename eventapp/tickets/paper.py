"""A ticket as data of its template (pdf/templates/ticket.typ)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.entries.rows import VenueRow
from eventapp.registration.models import Registration
from eventapp.tickets import drawing
from eventapp.tickets.queries import PrintedTicket


def data(mine: Registration, ticket: PrintedTicket, venues: Sequence[VenueRow], *, language: str) -> dict[str, Any]:
    """The data of one ticket, with names in a language. Of a person's name that no font has nothing is printed; the
    code says who it is.
    """
    event, interface = mine.event, languages.interface()
    title = event.title.resolve(language).text
    times = []
    if event.timed:
        times = [
            f"{languages.moment_of(event.starts_at, event.zone)} –",
            languages.moment_of(event.ends_at, event.zone),
        ]
    facts = [
        (_("When"), times or [event.when()]),
        (_("Where"), [line for venue in venues for line in _address(venue, language)]),
        (_("Attendance"), [mine.option.name(language)]),
    ]
    return {
        "title": _("Ticket") + f": {title}",
        "author": title,
        "lang": interface,
        "event": title,
        "name": mine.name,
        "name_lang": "ja" if interface == "ja" else "en",
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


def _address(venue: VenueRow, language: str) -> list[str]:
    return [text.resolve(language).text for text in (venue.name, venue.address) if text]
