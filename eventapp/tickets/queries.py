"""Tickets of registrations, and the registrations of tickets."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.registration.models import Registration
from eventapp.tickets import codes
from eventapp.tickets.codes import Forged, NotATicket, Ticket
from eventapp.tickets.models import CheckIn, TicketKey
from eventapp.tickets.rules import ScanResult

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


@dataclass(frozen=True)
class Scanned:
    """What a scanned or typed text is: a ticket of this event, or why it is none."""

    ticket: Ticket | None
    result: ScanResult


def scanned(event_id: int, text: str) -> Scanned:
    """Read a scanned ticket or a typed short code. A text that is neither is UNKNOWN.

    A short code proves nothing, so it only counts if it is that of a registration.
    """
    key = key_of(event_id)
    typed = codes.read_short_code(text, event_id, key.seed, key=key.number) if key is not None else None
    if typed is not None:
        known = _is_issued(event_id, typed)
        return Scanned(typed, ScanResult.OK) if known else Scanned(None, ScanResult.UNKNOWN)
    try:
        ticket = codes.read(text, _public_key)
    except NotATicket:
        return Scanned(None, ScanResult.UNKNOWN)
    except Forged:
        return Scanned(None, ScanResult.FORGED)
    if ticket.event != event_id:
        return Scanned(None, ScanResult.OTHER_EVENT)
    return Scanned(ticket, ScanResult.OK)


def _is_issued(event_id: int, ticket: Ticket) -> bool:
    if ticket.registration > HIGHEST:
        return False
    query = select(Registration.ticket_revision).where(
        Registration.id == ticket.registration, Registration.event_id == event_id
    )
    revision = db.session.scalar(query)
    return revision is not None and ticket.revision in {one % codes.REVISIONS for one in range(revision + 1)}


def _public_key(event_id: int, number: int) -> bytes | None:
    if event_id > HIGHEST:
        return None
    seed = db.session.scalar(select(TicketKey.seed).where(TicketKey.event_id == event_id, TicketKey.number == number))
    return None if seed is None else codes.public_key(seed)


def by_nonce(event: Event, nonce: str) -> CheckIn | None:
    """The line of an event's log with this nonce."""
    return db.session.scalar(select(CheckIn).where(CheckIn.nonce == nonce, CheckIn.event_id == event.id))


def line(event: Event, number: int) -> CheckIn | None:
    """A line of an event's log."""
    return db.session.scalar(select(CheckIn).where(CheckIn.id == number, CheckIn.event_id == event.id))


def undo_of(line: CheckIn) -> CheckIn | None:
    """The line that takes this one back, if there is one."""
    return db.session.scalar(select(CheckIn).where(CheckIn.undoes == line.nonce, CheckIn.event_id == line.event_id))
