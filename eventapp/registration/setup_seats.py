"""Setting up seats: those that options share, the draw of a lottery, and the check of e-mail addresses."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused, WasDeleted
from eventapp.core.rows import delete_row
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.registration import notices, queries, seats, waiting_list
from eventapp.registration.models import AttendanceOption, Registration, RegistrationSettings, SeatPool
from eventapp.registration.rules import UNCONFIRMED, AddressCheck, Notice


def save_settings(event: Event, *, address_check: AddressCheck, hold_minutes: int) -> RegistrationSettings:
    """Set how registration works. Present registrations stay."""
    settings = db.session.get(RegistrationSettings, event.id)
    if settings is None:
        settings = RegistrationSettings(event_id=event.id)
        db.session.add(settings)
    settings.address_check = address_check
    settings.hold_minutes = hold_minutes
    db.session.flush()
    return settings


def save_pool(event: Event, pool: SeatPool | None, *, title: LocalizedText, capacity: int) -> SeatPool:
    """Create or change shared seats; additional ones go to the waiting list.

    Raises Refused below the seats taken, WasDeleted if somebody else has deleted them.
    """
    queries.lock_options(event.id)
    if pool is not None:
        seats.lock_pool(pool, refusal=WasDeleted)
    seats.check_capacity(capacity, pool.seats_taken if pool is not None else 0)
    if pool is None:
        pool = SeatPool(event_id=event.id, seats_taken=0)
        db.session.add(pool)
    pool.title = title
    pool.capacity = capacity
    db.session.flush()
    first = next((option for option in queries.options(event) if option.pool_id == pool.id), None)
    if first is not None:
        seats.promote(first)
    return pool


def remove_pool(event: Event, pool: SeatPool) -> None:
    """Delete shared seats. Raises Refused while an option has them."""
    queries.lock_options(event.id)
    seats.lock_pool(pool, refusal=WasDeleted)
    if any(option.pool_id == pool.id for option in queries.options(event)):
        raise Refused(_("An option still has these seats. Give it its own seats first."))
    delete_row(pool)


def draw(option: AttendanceOption) -> list[Registration]:
    """Draw the seats of a lottery, and tell everybody the result. Returns who has a seat.

    The order is that of the SHA-256 digests of the seed, which is stored, and the UID of the registration; a party is
    drawn as one. The others are on the waiting list in that order. Raises Refused while people can still register,
    after the draw, if nobody has registered, and while the event gives no seats: it is over, not public, postponed, …
    """
    seats.lock(option, refusal=WasDeleted)
    if not option.draws:
        raise Refused(_("The seats of this option have been drawn already."))
    if not option.closed:
        raise Refused(_("People can still register. Set a closing time first, and draw after it."))
    if not option.gives_seats:
        raise Refused(
            _("No seats are given while the status of the event is “%(state)s”.", state=option.event.status.label)
            if option.event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
            else _("Seats can only be drawn while the event is public and has not started yet.")
        )
    tickets = list(waiting_list.line(option))
    if not tickets:
        raise Refused(_("Nobody has registered for this draw."))
    option.drawn_at, option.draw_seed = clock.now(), secrets.token_hex(16)
    for number, party in enumerate(drawn(option.draw_seed, tickets)):
        for registration in party:
            registration.waiting_since = option.drawn_at + timedelta(microseconds=number)
    db.session.flush()
    winners = seats.promote(option)
    for registration in [one for party in waiting_list.line(option) for one in party]:
        if registration.status not in UNCONFIRMED:
            notices.notify(registration, Notice.RECEIVED)
    return winners


def drawn(seed: str, tickets: Sequence[list[Registration]]) -> list[list[Registration]]:
    """The parties in the order of the draw, which everybody who knows the seed can repeat."""
    return sorted(tickets, key=lambda party: hashlib.sha256(f"{seed}:{party[0].uid}".encode()).digest())


def pools(event: Event) -> list[SeatPool]:
    """The shared seats of an event."""
    return list(db.session.scalars(select(SeatPool).where(SeatPool.event_id == event.id).order_by(SeatPool.id)))
