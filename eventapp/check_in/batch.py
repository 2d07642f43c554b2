"""Answers the scans of many devices together, in one transaction.

At a door people wait, and each scan must be on the disk before it is acknowledged. One transaction for all that arrive
at the same time waits for the disk once, and costs a third of the processor time. What is not usual (a key that is not
valid, a message that can't be read, somebody to register, an undo) is left to the view, which says why.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from eventapp.check_in import devices, roster, sync, wire
from eventapp.check_in.devices import Device
from eventapp.check_in.rules import CheckInKind
from eventapp.check_in.sync import ScanAsked
from eventapp.check_in.wire import Sent
from eventapp.core import clock, logs
from eventapp.core.db import transaction
from eventapp.core.environs import Environ
from eventapp.core.errors import Refused
from eventapp.core.gateway import Answer, Batched
from eventapp.core.statements import QuickReads
from eventapp.tickets.codes import PublicKeys

PATH = "/check-in/api/scan"
log = logging.getLogger("eventapp.check_in")

_HEADERS = [
    ("content-type", "application/json"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
]


@dataclass(frozen=True, slots=True)
class _Message:
    """What a device has sent."""

    device: Device
    sent: Sent
    asked: list[ScanAsked]


def handler(app: Flask) -> Batched:
    """A function that answers POST requests to PATH."""

    def answer(environs: list[Environ]) -> list[Answer | None]:
        began = perf_counter()
        with app.app_context():
            try:
                return _answers(environs, began)
            except SQLAlchemyError:
                log.warning("a batch of scans was not written, each is tried by itself")
                return [None] * len(environs)

    return answer


def _answers(environs: list[Environ], began: float) -> list[Answer | None]:
    now = clock.now()
    keys = sync.remembered_keys()
    with QuickReads() as reads:
        messages = [_message(environ, now, keys, reads) for environ in environs]
    usual = [message for message in messages if message is not None]
    if not usual:
        return [None] * len(environs)
    with transaction(durable=True):
        answers = iter(sync.write([one for message in usual for one in message.asked]))
        bodies = [sync.as_json([next(answers) for _one in message.asked], now) for message in usual]
        for message in usual:
            made_at = roster.made_at(message.sent.version)
            devices.note_seen(message.device, waiting=message.sent.waiting, list_at=made_at, now=now)
    written = iter(bodies)
    return [None if message is None else _answer(next(written), began) for message in messages]


def _message(environ: Environ, now: datetime, keys: PublicKeys, reads: QuickReads) -> _Message | None:
    """A message that can be answered here; None for one that the view has to answer."""
    device = devices.of_header(environ.get("HTTP_AUTHORIZATION", ""), reads)
    if device is None or not environ.get("CONTENT_TYPE", "").startswith("application/json"):
        return None
    try:
        sent = wire.read(json.loads(environ["wsgi.input"].getvalue()))
    except (ValueError, RecursionError, Refused):
        return None
    if any(scan.walk_in is not None or scan.kind is CheckInKind.UNDO for scan in sent.scans):
        return None
    return _Message(device, sent, sync.prepared(device, sent.scans, clock=sent.clock, now=now, keys=keys))


def _answer(body: dict[str, Any], began: float) -> Answer:
    number = secrets.token_hex(8)
    logs.answered(number, "POST", PATH, 200, began)
    return 200, [*_HEADERS, ("x-request-id", number)], json.dumps(body).encode()
