"""What the check-in answers, and who is inside: plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus
from eventapp.tickets.codes import REVISIONS


class ScanResult(Labelled):
    """What the check-in answers to a ticket or a name, in one word. The same on every device and list."""

    OK = "ok", _l("Welcome")
    ALREADY_IN = "already_in", _l("Already checked in")
    ALREADY_OUT = "already_out", _l("Not inside")
    NOT_HERE = "not_here", _l("Not for this door")
    NOT_CONFIRMED = "not_confirmed", _l("Not confirmed")
    REPLACED = "replaced", _l("Replaced ticket")
    WITHDRAWN = "withdrawn", _l("Withdrawn ticket")
    UNKNOWN = "unknown", _l("Unknown code")
    FORGED = "forged", _l("Invalid ticket")
    OTHER_EVENT = "other_event", _l("Ticket for another event")
    OK_UNLISTED = "ok_unlisted", _l("Welcome, but not on the list")

    @property
    def sentence(self) -> str:
        """What the person at the door reads, in the interface's language."""
        return str(_SENTENCES[self])

    @property
    def admits(self) -> bool:
        """Whether the person may pass without anybody deciding."""
        return self in {ScanResult.OK, ScanResult.OK_UNLISTED}

    @property
    def tone(self) -> Tone:
        """The colour and the shape that say it from afar."""
        if self is ScanResult.OK:
            return Tone.YES
        return Tone.LOOK if self in _LOOK else Tone.NO


class Tone(StrEnum):
    """How an answer looks: each tone has a colour and a shape of its own."""

    YES = "yes"
    LOOK = "look"
    NO = "no"


_SENTENCES = {
    ScanResult.OK: _l("This person is checked in."),
    ScanResult.ALREADY_IN: _l("This person is already inside. Somebody else may be using the same ticket."),
    ScanResult.ALREADY_OUT: _l("This person is not inside, so there is nobody to check out."),
    ScanResult.NOT_HERE: _l("This registration is not for attending in person."),
    ScanResult.NOT_CONFIRMED: _l("This registration is not confirmed."),
    ScanResult.REPLACED: _l("This ticket has been replaced by a newer one. Ask for the newer one."),
    ScanResult.WITHDRAWN: _l("This registration was cancelled or declined, so the ticket is no longer valid."),
    ScanResult.UNKNOWN: _l("This is not a ticket of ours."),
    ScanResult.FORGED: _l("This looks like a ticket, but it was not issued by us."),
    ScanResult.OTHER_EVENT: _l("This ticket is valid, but for another event."),
    ScanResult.OK_UNLISTED: _l("The ticket is genuine and newer than this list. Let the person in, and check later."),
}

# Somebody at the door can solve these.
_LOOK = {
    ScanResult.OK_UNLISTED,
    ScanResult.ALREADY_IN,
    ScanResult.ALREADY_OUT,
    ScanResult.NOT_HERE,
    ScanResult.NOT_CONFIRMED,
}
_ENDED = {RegistrationStatus.CANCELLED, RegistrationStatus.DECLINED}


def verdict(*, status: RegistrationStatus, mode: Mode, merged: bool, revision: int, shown: int | None) -> ScanResult:
    """What a ticket of a known registration is worth at a door, whoever is inside.

    `revision` is that of the registration, `shown` that on the ticket (modulo REVISIONS); None if no ticket was shown.
    `merged`: the person now has the ticket of another registration.
    """
    newer = 0 if shown is None else (shown - revision) % REVISIONS
    if merged or newer >= REVISIONS // 2:
        return ScanResult.REPLACED if merged or status not in _ENDED else ScanResult.WITHDRAWN
    if status in _ENDED:
        return ScanResult.WITHDRAWN
    if status is not RegistrationStatus.CONFIRMED:
        return ScanResult.NOT_CONFIRMED
    if mode is not Mode.IN_PERSON:
        return ScanResult.NOT_HERE
    return ScanResult.OK_UNLISTED if newer else ScanResult.OK


class CheckInKind(Labelled):
    """What was done at a door."""

    IN = "in", _l("In")
    OUT = "out", _l("Out")
    UNDO = "undo", _l("Undone")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What presence follows from: one line of the log. `person` is the number of a registration.

    `accepted`: whether the door has let the person pass, because the ticket was valid or somebody has overruled it. It
    is a fact of the line itself, and does not change when others arrive. An undo has in `undoes` the nonce of what it
    takes back.
    """

    nonce: str
    point: int
    person: int
    kind: CheckInKind
    at: datetime
    accepted: bool = True
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class PresenceState:
    """Where somebody is as seen from one door. `first_in` is None for somebody who was only checked out."""

    inside: bool
    first_in: datetime | None
    last_at: datetime


def fold(log: Iterable[LogEntry]) -> dict[tuple[int, int], PresenceState]:
    """The presence of each (point, person) of whom the log has a line that counts.

    It depends on what is in the log and not on the order in which it arrived: lines count in the order of their time,
    a nonce counts once, and an undo takes back its line whichever came first. An undo can't be undone.
    """
    lines = {entry.nonce: entry for entry in log}.values()
    undone = {entry.undoes for entry in lines if entry.kind is CheckInKind.UNDO}
    states: dict[tuple[int, int], PresenceState] = {}
    for entry in sorted(lines, key=lambda one: (one.at, one.nonce)):
        if entry.kind is CheckInKind.UNDO or not entry.accepted or entry.nonce in undone:
            continue
        key, inside = (entry.point, entry.person), entry.kind is CheckInKind.IN
        before = states.get(key)
        first = before.first_in if before is not None else None
        states[key] = PresenceState(inside, first or (entry.at if inside else None), entry.at)
    return states


def in_words(kind: CheckInKind, result: ScanResult, *, forced: bool) -> tuple[str, str]:
    """(word, sentence) of a line of the log, in the interface's language."""
    if kind is CheckInKind.UNDO:
        return _("Undone"), _("What was recorded before is taken back.")
    if forced:
        return _("Overruled: %(result)s", result=result.label), result.sentence
    if kind is CheckInKind.OUT and result is ScanResult.OK:
        return _("Goodbye"), _("This person is checked out.")
    return result.label, result.sentence


def at_the_door(worth: ScanResult, kind: CheckInKind, *, inside: bool) -> ScanResult:
    """What the door answers to somebody whose ticket is worth this, and who is inside or not."""
    if not worth.admits:
        return worth
    if kind is CheckInKind.IN and inside:
        return ScanResult.ALREADY_IN
    if kind is CheckInKind.OUT and not inside:
        return ScanResult.ALREADY_OUT
    return worth
