"""What happens when a device sends its scans: each is answered once, however often it arrives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from eventapp.check_in import presence, queries, walk_ins
from eventapp.check_in.devices import Device
from eventapp.check_in.record import CheckInAnswer, CheckInRequest, record
from eventapp.check_in.rules import CheckInKind
from eventapp.check_in.wire import SentScan
from eventapp.core.db import db, start_writing
from eventapp.core.errors import Refused
from eventapp.core.statements import QuickRun


@dataclass(frozen=True, slots=True)
class Refusal:
    """A scan that can't be written to the log, and why. The device shows it to whoever has made it."""

    nonce: str
    why: str


def take(device: Device, scans: list[SentScan], *, clock: datetime, now: datetime) -> list[CheckInAnswer | Refusal]:
    """CheckInAnswer the scans of a device and write them to the log; in the order in which they were sent.

    `clock` is what the device's clock shows, `now` ours. Signatures are checked before the write lock is taken. People
    are locked in the order of their numbers, so that two devices don't wait for each other.
    """
    requests = _requests(device, scans, clock=clock, now=now)
    start_writing(db.session(), durable=True)
    answers: dict[str, CheckInAnswer | Refusal] = {}
    with QuickRun() as run:
        for scan, request in sorted(zip(scans, requests, strict=True), key=_order):
            answers[request.nonce] = _answer(device, scan, request, run)
    return [answers[scan.nonce] for scan in scans]


def _requests(device: Device, scans: list[SentScan], *, clock: datetime, now: datetime) -> list[CheckInRequest]:
    """The scans as requests. What was asked offline has its own time, and no other."""
    late = sorted((scan for scan in scans if scan.offline), key=lambda scan: (scan.sequence, scan.nonce))
    times = presence.corrected([scan.at for scan in late], clock=clock, received=now)
    at = dict(zip((scan.nonce for scan in late), times, strict=True))
    return [_request(device, scan, at.get(scan.nonce)) for scan in scans]


def _request(device: Device, scan: SentScan, at: datetime | None) -> CheckInRequest:
    return CheckInRequest(
        nonce=scan.nonce,
        kind=scan.kind,
        at=at,
        read=None if scan.text is None else queries.scanned(device.point.event_id, scan.text),
        person=scan.person,
        undoes=scan.undoes,
        reason=scan.reason,
        user_id=device.user_id,
        device_id=device.id,
        at_device=scan.at,
        sequence=scan.sequence,
        offline=scan.offline,
        device_result=scan.device_result if scan.offline else None,
    )


def _order(pair: tuple[SentScan, CheckInRequest]) -> tuple[int, int]:
    scan, request = pair
    ticket = request.read.ticket if request.read is not None else None
    return (ticket.registration if ticket is not None else scan.person or 0, scan.sequence)


def _answer(device: Device, scan: SentScan, request: CheckInRequest, run: QuickRun) -> CheckInAnswer | Refusal:
    try:
        if scan.walk_in is not None and scan.kind is CheckInKind.IN:
            request = replace(request, person=walk_ins.registered(device, scan.walk_in, nonce=scan.nonce))
        return record(device.point, request, run)
    except Refused as refused:
        return Refusal(scan.nonce, refused.message)
