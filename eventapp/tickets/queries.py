"""Tickets of registrations, and the keys that sign them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from eventapp.core.statements import QuickRead, QuickReads
from eventapp.registration.models import Registration
from eventapp.tickets import codes
from eventapp.tickets.codes import Ticket
from eventapp.tickets.models import TicketKey

_newest_key = QuickRead(
    select(TicketKey.number, TicketKey.seed)
    .where(TicketKey.event_id == bindparam("event", 0))
    .order_by(TicketKey.number.desc())
    .limit(1)
)
_seed = QuickRead(
    select(TicketKey.seed).where(
        TicketKey.event_id == bindparam("event", 0), TicketKey.number == bindparam("number", 0)
    )
)

# PostgreSQL's integers end here, and a code that nobody has issued may lead beyond.
HIGHEST = 2**31 - 1


@dataclass(frozen=True)
class PrintedTicket:
    """What is printed of a ticket: the text of its QR code, and the code to type."""

    text: str
    code: str


@dataclass(frozen=True)
class SigningKey:
    """A key of an event: its number, and the private key."""

    number: int
    seed: bytes


def key_of(event_id: int) -> SigningKey | None:
    """The key that signs new tickets of an event; None if no ticket has been shown yet."""
    row = _newest_key.row(event=event_id)
    return None if row is None else SigningKey(*row)


def printed(registration: Registration) -> PrintedTicket | None:
    """The ticket of a registration, whether or not it is confirmed; None if its event has no key yet. One statement."""
    key = key_of(registration.event_id)
    if key is None:
        return None
    ticket = Ticket(registration.event_id, registration.id, revision=registration.ticket_revision, key=key.number)
    return PrintedTicket(codes.sign(ticket, key.seed), codes.spaced(codes.short_code(ticket, key.seed)))


def texts(event_id: int, revisions: Mapping[int, int]) -> dict[int, str]:
    """The texts of many tickets by the number of the registration, with the revision of each; none if the event has no
    key yet. One statement.
    """
    key = key_of(event_id)
    if key is None:
        return {}
    return {
        number: codes.sign(Ticket(event_id, number, revision=revision, key=key.number), key.seed)
        for number, revision in revisions.items()
    }


def public_key(event_id: int, number: int, reads: QuickReads | None = None) -> bytes | None:
    """The key that tells whether a ticket is genuine; None if the event has none of this number. `reads` is for those
    who read other things, too.
    """
    if event_id > HIGHEST:
        return None
    values = {"event": event_id, "number": number}
    row = _seed.row(**values) if reads is None else reads.row(_seed, **values)
    return None if row is None else codes.public_key(row[0])
