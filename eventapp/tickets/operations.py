"""Giving an event the key for its tickets."""

from __future__ import annotations

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.tickets import codes
from eventapp.tickets.models import TicketKey


def give_key(event: Event) -> None:
    """Give a new event the key that signs its tickets. Showing a ticket must not write, so it is made beforehand."""
    db.session.add(TicketKey(event_id=event.id, number=0, seed=codes.new_seed()))
    db.session.flush()
