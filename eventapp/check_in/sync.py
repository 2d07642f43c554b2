"""What happens when a device sends its scans: each is answered once, however often it arrives."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from eventapp.check_in import presence, queries, walk_ins
from eventapp.check_in.devices import Device, note_seen
from eventapp.check_in.ledger import Ledger
from eventapp.check_in.record import CheckInAnswer, CheckInRequest, decisions, record, settled
from eventapp.check_in.rules import CheckInKind
from eventapp.check_in.wire import Sent, SentScan
from eventapp.core import languages
from eventapp.core.clock import now as moment
from eventapp.core.db import db, start_writing
from eventapp.core.refusals import Refused
from eventapp.core.statements import QuickReads
from eventapp.tickets import queries as tickets
from eventapp.tickets.codes import PublicKeys

# A device that was signed out and in again has scans from before.
AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A scan that can't be written to the log, and why. The device shows it to its user."""

    nonce: str
    why: str


@dataclass(frozen=True, slots=True)
class ScanAsked:
    """A scan of a device, ready to be decided. `language` is that of a refusal; empty for that of the request which is
    being answered.
    """

    device: Device
    scan: SentScan
    request: CheckInRequest
    language: str = ""


def remembered_keys(reads: QuickReads | None = None) -> PublicKeys:
    """The public keys of events, each read once; for the scans of one moment."""
    known: dict[tuple[int, int], bytes | None] = {}

    def key(event_id: int, number: int) -> bytes | None:
        if (event_id, number) not in known:
            known[event_id, number] = tickets.public_key(event_id, number, reads)
        return known[event_id, number]

    return key


def prepared(
    device: Device,
    scans: list[SentScan],
    *,
    clock: datetime,
    now: datetime,
    keys: PublicKeys | None = None,
    language: str = "",
) -> list[ScanAsked]:
    """The scans of a device, with their signatures checked and their times corrected: what takes time, and needs no
    lock. `clock` is what the device's clock shows, `now` ours.
    """
    requests = _requests(device, scans, keys or remembered_keys(), clock=clock, now=now)
    return [ScanAsked(device, scan, request, language) for scan, request in zip(scans, requests, strict=True)]


def take(device: Device, sent: Sent, *, list_at: datetime | None) -> dict[str, Any]:
    """Write down what a device has sent, and that it was seen, with the age of its list; returns the answers."""
    now, answers = moment(), []
    if sent.scans:
        asked = prepared(device, sent.scans, clock=sent.clock, now=now)
        start_writing(db.session(), durable=True)
        answers = write(asked)
    note_seen(device, waiting=sent.waiting, list_at=list_at, now=now)
    return as_json(answers, now)


def write(asked: list[ScanAsked]) -> list[CheckInAnswer | Refusal]:
    """Decide scans and write them to the log, in a transaction that writes; returns the answers in their order.

    People are locked in the order of their numbers, so that two who write at once don't wait for each other.
    """
    answers: dict[int, CheckInAnswer | Refusal] = {}
    with decisions((one.device.point, one.request) for one in asked) as ledger:
        for place in sorted(range(len(asked)), key=lambda place: _order(asked[place])):
            with _spoken(asked[place].language):
                answers[place] = _answer(asked[place], ledger)
    return [_settled(one, answers[place], ledger) for place, one in enumerate(asked)]


def _spoken(language: str) -> AbstractContextManager[object]:
    return languages.force_locale(language) if language else nullcontext()


def _requests(
    device: Device, scans: list[SentScan], keys: PublicKeys, *, clock: datetime, now: datetime
) -> list[CheckInRequest]:
    """The scans as requests. What was asked offline has its own time, and no other."""
    late = sorted((scan for scan in scans if scan.offline), key=lambda scan: (scan.sequence, scan.nonce))
    times = presence.corrected(
        [scan.at for scan in late], clock=clock, received=now, earliest=device.created_at - AGAIN
    )
    at = dict(zip((scan.nonce for scan in late), times, strict=True))
    return [_request(device, scan, at.get(scan.nonce), keys) for scan in scans]


def _request(device: Device, scan: SentScan, at: datetime | None, keys: PublicKeys) -> CheckInRequest:
    return CheckInRequest(
        nonce=scan.nonce,
        kind=scan.kind,
        at=at,
        read=None if scan.text is None else queries.scanned(device.point.event_id, scan.text, keys),
        person=_whose(device, scan) if scan.kind is CheckInKind.UNDO else scan.person,
        undoes=scan.undoes,
        reason=scan.reason,
        user_id=device.user_id,
        device_id=device.id,
        at_device=scan.at,
        sequence=scan.sequence,
        offline=scan.offline,
        device_result=scan.device_result if scan.offline else None,
    )


def _whose(device: Device, scan: SentScan) -> int | None:
    """Whose line an undo takes back, so that people can be locked in their order; that of the device if its line has
    not arrived.
    """
    known = queries.person_of_line(device.point.event_id, scan.undoes)
    return scan.person if known is None else known


def _order(one: ScanAsked) -> tuple[int, int]:
    ticket = one.request.read.ticket if one.request.read is not None else None
    return (ticket.registration if ticket is not None else one.request.person or 0, one.scan.sequence)


def _answer(one: ScanAsked, ledger: Ledger) -> CheckInAnswer | Refusal:
    device, scan, request = one.device, one.scan, one.request
    try:
        if scan.walk_in is not None and scan.kind is CheckInKind.IN:
            ledger.flush()  # it may have been registered by a line before
            request = replace(request, person=walk_ins.registered(device, scan.walk_in, nonce=scan.nonce))
        return record(device.point, request, ledger)
    except Refused as refused:
        return Refusal(scan.nonce, refused.message)


def _settled(one: ScanAsked, answer: CheckInAnswer | Refusal, ledger: Ledger) -> CheckInAnswer | Refusal:
    if isinstance(answer, Refusal):
        return answer
    try:
        with _spoken(one.language):
            return settled(one.device.point, answer, ledger)
    except Refused as refused:
        return Refusal(answer.nonce, refused.message)


def as_json(answers: list[CheckInAnswer | Refusal], now: datetime) -> dict[str, Any]:
    """The answers as a device reads them, with the server's time in milliseconds since 1970."""
    return {"now": int(now.timestamp() * 1000), "answers": [_one_as_json(one) for one in answers]}


def _one_as_json(one: CheckInAnswer | Refusal) -> dict[str, Any]:
    if isinstance(one, Refusal):
        return {"nonce": one.nonce, "refused": one.why}
    found: dict[str, Any] = {"nonce": one.nonce, "result": one.result, "accepted": one.accepted, "person": one.person}
    return found | ({"replayed": True} if one.replayed else {})
