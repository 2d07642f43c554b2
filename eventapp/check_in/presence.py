"""Who is inside, as it follows from the log: plain values only.

The log arrives in any order: devices that were offline send their lines hours later. So nothing here depends on the
order of arrival: lines count in the order of their time, a nonce counts once, and an undo takes back its line whichever
came first. An undo can't be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from eventapp.check_in.rules import CheckInKind, ScanResult


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What presence follows from: one line of the log. `person` is the number of a registration, `area` what the point
    is an entrance of: a person who comes in by one door of an area and leaves by another one is outside.

    `accepted`: whether the door has let the person pass, because the ticket was valid or somebody has overruled it. It
    is a fact of the line itself, and does not change when others arrive. An undo has in `undoes` the nonce of what it
    takes back. `sequence` is the device's own count of its lines, for those of one moment.
    """

    nonce: str
    point: int
    person: int
    kind: CheckInKind
    at: datetime
    accepted: bool = True
    undoes: str = ""
    area: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class PresenceState:
    """Where somebody is as seen from one door. `first_in` is None for somebody who was only checked out."""

    inside: bool
    first_in: datetime | None
    last_at: datetime


def _counting(log: Iterable[LogEntry]) -> list[LogEntry]:
    """The lines that count, each once, in their order."""
    lines = {entry.nonce: entry for entry in log}.values()
    undone = {entry.undoes for entry in lines if entry.kind is CheckInKind.UNDO}
    counting = [e for e in lines if e.kind is not CheckInKind.UNDO and e.accepted and e.nonce not in undone]
    return sorted(counting, key=lambda one: (one.at, one.sequence, one.nonce))


def fold(log: Iterable[LogEntry]) -> dict[tuple[int, int], PresenceState]:
    """The presence of each (point, person) of whom the log has a line that counts."""
    states: dict[tuple[int, int], PresenceState] = {}
    for entry in _counting(log):
        key, inside = (entry.point, entry.person), entry.kind is CheckInKind.IN
        before = states.get(key)
        first = before.first_in if before is not None else None
        states[key] = PresenceState(inside, first or (entry.at if inside else None), entry.at)
    return states


@dataclass(frozen=True, slots=True)
class DoubleEntry:
    """Somebody came in twice without leaving in between: two people with one ticket, or two doors that were offline.

    `first` and `second` are nonces.
    """

    first: str
    second: str


def doubles(log: Iterable[LogEntry]) -> list[DoubleEntry]:
    """Each line by which somebody came in who was inside already, with the one by which they had come in."""
    found: list[DoubleEntry] = []
    inside: dict[tuple[str, int], str] = {}
    for entry in _counting(log):
        key = (entry.area, entry.person)
        if entry.kind is CheckInKind.OUT:
            inside.pop(key, None)
        elif key in inside:
            found.append(DoubleEntry(inside[key], entry.nonce))
        else:
            inside[key] = entry.nonce
    return found


def in_force(log: Sequence[LogEntry], entry: LogEntry) -> ScanResult:
    """What the door should have answered to `entry`, with all that the log now knows of that time; OK, ALREADY_IN or
    ALREADY_OUT.
    """
    inside = False
    for line in _counting([*log, entry]):
        if (line.area, line.person) != (entry.area, entry.person):
            continue
        if line.nonce == entry.nonce:
            break
        inside = line.kind is CheckInKind.IN
    return at_the_door(ScanResult.OK, entry.kind, inside=inside)


def at_the_door(worth: ScanResult, kind: CheckInKind, *, inside: bool) -> ScanResult:
    """What the door answers to somebody whose ticket is worth this, and who is inside or not."""
    if not worth.admits:
        return worth
    if kind is CheckInKind.IN and inside:
        return ScanResult.ALREADY_IN
    if kind is CheckInKind.OUT and not inside:
        return ScanResult.ALREADY_OUT
    return worth


def corrected(times: Sequence[datetime], *, clock: datetime, received: datetime, earliest: datetime) -> list[datetime]:
    """The times of a device's lines, in the order of their sequence, by the server's clock.

    `clock` is what the device's clock shows when it sends them. Its error is taken off; no line is later than
    `received` nor than the one after it, which would mean that the clock was set back in between. A time before
    `earliest` can't be: the clock was set right after that line, which is taken to be as late as it can be.
    """
    error = received - clock
    latest, found = received, []
    for at in reversed(times):
        if at + error >= earliest:
            latest = min(latest, at + error)
        found.append(latest)
    return found[::-1]
