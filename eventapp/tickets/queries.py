"""Tickets of registrations, and the keys that sign them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from eventapp.core.db import db
from eventapp.registration.models import Registration
from eventapp.tickets import codes
from eventapp.tickets.codes import Ticket
from eventapp.tickets.models import TicketKey

_newest_key = (
    select(TicketKey).where(TicketKey.event_id == bindparam("event")).order_by(TicketKey.number.desc()).limit(1)
)

# PostgreSQL's integers end here, and a code that nobody has issued may lead beyond.
HIGHEST = 2**31 - 1


@dataclass(frozen=True)
class PrintedTicket:
    """What is printed of a ticket: the text of its QR code, and the code to type."""

    text: str
    code: str


def key_of(event_id: int) -> TicketKey | None:
    """The key that signs new tickets of an event; None if no ticket has been shown yet."""
    return db.session.scalar(_newest_key, {"event": event_id})


def printed(registration: Registration) -> PrintedTicket | None:
    """The ticket of a registration, whether or not it is confirmed; None if its event has no key yet. One statement."""
    key = key_of(registration.event_id)
    if key is None:
        return None
    ticket = Ticket(registration.event_id, registration.id, revision=registration.ticket_revision, key=key.number)
    return PrintedTicket(codes.sign(ticket, key.seed), codes.spaced(codes.short_code(ticket, key.seed)))


def public_key(event_id: int, number: int) -> bytes | None:
    """The key that tells whether a ticket is genuine; None if the event has none of this number."""
    if event_id > HIGHEST:
        return None
    seed = db.session.scalar(select(TicketKey.seed).where(TicketKey.event_id == event_id, TicketKey.number == number))
    return None if seed is None else codes.public_key(seed)
