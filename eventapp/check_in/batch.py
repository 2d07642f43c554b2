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

from sqlalchemy.exc import SQLAlchemyError

from eventapp.check_in import devices, roster, sync, wire
from eventapp.check_in.devices import Device
from eventapp.check_in.rules import CheckInKind
from eventapp.check_in.sync import ScanAsked
from eventapp.check_in.wire import Sent
from eventapp.core import clock, languages, logs
from eventapp.core.db import start_now, transaction
from eventapp.core.environs import Environ
from eventapp.core.gateway import Answer, Batched, Take
from eventapp.core.refusals import Refused
from eventapp.core.running import here
from eventapp.core.statements import QuickReads
from eventapp.tickets.codes import PublicKeys

PATH = "/check-in/api/scan"
# Bytes of a message with one or two scans.
SHORT = 1000
log = logging.getLogger("eventapp.check_in")

_HEADERS = [
    ("content-type", "application/json"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
]


@dataclass(frozen=True, slots=True)
class _Message:
    """What a device has sent."""

    began: float
    device: Device
    sent: Sent
    asked: list[ScanAsked]


def handler() -> Batched:
    """A function that answers POST requests to PATH, in any thread."""
    return here(_answers)


def _answers(take: Take) -> list[Answer | None]:
    try:
        return _Together().answers(take)
    except SQLAlchemyError:
        log.warning("a batch of scans was not written, each is tried by itself")
        return []  # the database may have failed before all that was taken was read


class _Together:
    """What is answered in one transaction."""

    def __init__(self) -> None:
        self.messages: list[_Message | None] = []

    def answers(self, take: Take) -> list[Answer | None]:
        """The answers to what waits, and to what comes until the transaction begins.

        Signatures are checked before that. Of what comes later, which is one or two scans for each device, it is faster
        to check them now than to have one more transaction.
        """
        self._read(take(None))
        if not any(self.messages):
            return [None] * len(self.messages)
        with transaction(durable=True):
            start_now()
            self._read(take(SHORT))
            messages = [message for message in self.messages if message is not None]
            bodies = iter(_written(messages))
        return [None if message is None else _answer(next(bodies), message.began) for message in self.messages]

    def _read(self, environs: list[Environ]) -> None:
        if environs:
            began, now = perf_counter(), clock.now()
            with QuickReads() as reads:
                keys = sync.remembered_keys(reads)
                found = devices.of_headers((one.get("HTTP_AUTHORIZATION", "") for one in environs), reads)
                for environ, device in zip(environs, found, strict=True):
                    self.messages.append(None if device is None else _message(environ, device, began, now, keys))


def _written(messages: list[_Message]) -> list[dict[str, Any]]:
    now = clock.now()
    answers = iter(sync.write([one for message in messages for one in message.asked]))
    bodies = [sync.as_json([next(answers) for _one in message.asked], now) for message in messages]
    for message in messages:
        made_at = roster.made_at(message.sent.version)
        devices.note_seen(message.device, waiting=message.sent.waiting, list_at=made_at, now=now)
    return bodies


def _message(environ: Environ, device: Device, began: float, now: datetime, keys: PublicKeys) -> _Message | None:
    """A message that can be answered here; None for one that the view has to answer."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/json"):
        return None
    try:
        sent = wire.read(json.loads(environ["wsgi.input"].getvalue()))
    except (ValueError, RecursionError, Refused):
        return None
    if any(scan.walk_in is not None or scan.kind is CheckInKind.UNDO for scan in sent.scans):
        return None
    language = languages.accepted(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    asked = sync.prepared(device, sent.scans, clock=sent.clock, now=now, keys=keys, language=language)
    return _Message(began, device, sent, asked)


def _answer(body: dict[str, Any], began: float) -> Answer:
    number = secrets.token_hex(8)
    logs.answered(number, "POST", PATH, 200, began)
    return 200, [*_HEADERS, ("x-request-id", number)], json.dumps(body).encode()
