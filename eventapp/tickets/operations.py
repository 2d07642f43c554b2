"""Keys of events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.statements import built_once
from eventapp.tickets import codes
from eventapp.tickets.models import TicketKey

T = TypeVar("T")


def give_key(event_id: int) -> None:
    """Make the key that signs an event's tickets when it is first needed; of two who need it at once, one makes it."""
    row = {"event_id": event_id, "number": 0, "seed": codes.new_seed(), "created_at": clock.now()}
    db.session.execute(_new_key(), [row])


def with_key(event_id: int, read: Callable[[], T | None]) -> T | None:
    """What `read` finds, which is None as long as the event has no key; then the key is made, and it is asked again.

    This is the one thing that a page which shows tickets or codes writes when it is first opened, in a transaction of
    its own.
    """
    found = read()
    if found is None:
        with transaction():
            give_key(event_id)
        found = read()
    return found


@built_once
def _new_key(insert: Callable[[Any], Any]) -> Any:
    return insert(TicketKey.__table__).on_conflict_do_nothing()
