"""What a scanned or typed text is, and the lines of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import bindparam, select

from eventapp.check_in.models import CheckIn, CheckInDevice, CheckInPoint, DoorLink
from eventapp.check_in.rules import ScanResult
from eventapp.core.db import db
from eventapp.core.statements import QuickRead
from eventapp.events.models import Event
from eventapp.registration.models import Registration
from eventapp.tickets import codes
from eventapp.tickets import queries as tickets
from eventapp.tickets.codes import Forged, NotATicket, PublicKeys, Ticket

T = TypeVar("T", CheckInPoint, CheckInDevice, DoorLink)


@dataclass(frozen=True)
class Scanned:
    """What a scanned or typed text is: a ticket of this event, or why it is none."""

    ticket: Ticket | None
    result: ScanResult


def scanned(event_id: int, text: str, public_keys: PublicKeys = tickets.public_key) -> Scanned:
    """Read a scanned ticket or a typed short code. A text that is neither is UNKNOWN. At most two statements;
    `public_keys` may remember keys for several texts.

    A short code proves nothing, so it only counts if it is that of a registration.
    """
    key = tickets.key_of(event_id) if codes.is_short(text) else None
    typed = codes.read_short_code(text, event_id, key.seed, key=key.number) if key is not None else None
    if typed is not None:
        known = _is_issued(event_id, typed)
        return Scanned(typed, ScanResult.OK) if known else Scanned(None, ScanResult.UNKNOWN)
    try:
        ticket = codes.read(text, public_keys)
    except NotATicket:
        return Scanned(None, ScanResult.UNKNOWN)
    except Forged:
        return Scanned(None, ScanResult.FORGED)
    if ticket.event != event_id:
        return Scanned(None, ScanResult.OTHER_EVENT)
    return Scanned(ticket, ScanResult.OK)


def _is_issued(event_id: int, ticket: Ticket) -> bool:
    if ticket.registration > tickets.HIGHEST:
        return False
    row = _revision.row(person=ticket.registration, event=event_id)
    return row is not None and ticket.revision in {one % codes.REVISIONS for one in range(row[0] + 1)}


_revision = QuickRead(
    select(Registration.ticket_revision).where(
        Registration.id == bindparam("person", 0), Registration.event_id == bindparam("event", 0)
    )
)


def person_of_line(event_id: int, nonce: str) -> int | None:
    """The registration to which a line of an event's log leads, if there is one."""
    row = _line.row(nonce=nonce, event=event_id)
    return None if row is None else row[0]


_line = QuickRead(
    select(CheckIn.registration_id).where(
        CheckIn.nonce == bindparam("nonce", ""), CheckIn.event_id == bindparam("event", 0)
    )
)


def of_event(event_id: int, kind: type[T], number: int) -> T | None:
    """A point, a device or a link of an event."""
    return db.session.scalar(select(kind).where(kind.id == number, kind.event_id == event_id))


def line(event: Event, number: int) -> CheckIn | None:
    """A line of an event's log."""
    return db.session.scalar(select(CheckIn).where(CheckIn.id == number, CheckIn.event_id == event.id))
