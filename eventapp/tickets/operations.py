"""Keys of events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.statements import built_once
from eventapp.tickets import codes
from eventapp.tickets.models import TicketKey


def give_key(event_id: int) -> None:
    """Make the key that signs an event's tickets when it is first needed; of two who need it at once, one makes it."""
    row = {"event_id": event_id, "number": 0, "seed": codes.new_seed(), "created_at": clock.now()}
    db.session.execute(_new_key(), [row])


@built_once
def _new_key(insert: Callable[[Any], Any]) -> Any:
    return insert(TicketKey.__table__).on_conflict_do_nothing()
