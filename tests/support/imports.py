"""Imports without the separate process that reads files in the product."""

from __future__ import annotations

from eventapp.accounts.models import User
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.exchange import formats, operations, stored
from eventapp.exchange.compare import Report
from eventapp.exchange.incoming import Options


def plan(event: Event, data: bytes, options: Options, *, format: str = "", by: User | None = None) -> Report:
    """What an import would do. Raises Refused if the whole file is unreadable."""
    incoming = formats.read(data, operations.options_for(event, options), format=format)
    return operations.compared(event, incoming, options, by=by)


def read_here(data: bytes, options: Options, *, format: str = "") -> bytes:
    """`reading.read` in this process: starting another one takes seconds."""
    try:
        return stored.serialized(formats.read(data, options, format=format))
    except Refused as refusal:
        return stored.serialized(refusal)
