"""What the check-in answers, and who is inside: plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
    ScanResult.NOT_HERE: _l("This registration is not for this door, or not today."),
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


def verdict(
    *, status: RegistrationStatus, merged: bool, revision: int, shown: int | None, admitted: bool = True
) -> ScanResult:
    """What a ticket of a known registration is worth at a door, regardless of who is inside.

    `revision` is that of the registration, `shown` that on the ticket (modulo REVISIONS); None if no ticket was shown.
    `merged`: the person now has the ticket of another registration. `admitted`: whether this door is for them
    (Admission.admits).
    """
    newer = 0 if shown is None else (shown - revision) % REVISIONS
    if merged or newer >= REVISIONS // 2:
        return ScanResult.REPLACED if merged or status not in _ENDED else ScanResult.WITHDRAWN
    if status in _ENDED:
        return ScanResult.WITHDRAWN
    if status is not RegistrationStatus.CONFIRMED:
        return ScanResult.NOT_CONFIRMED
    if not admitted:
        return ScanResult.NOT_HERE
    return ScanResult.OK_UNLISTED if newer else ScanResult.OK


class PointKind(Labelled):
    """What people are checked in to."""

    DOOR = "door", _l("Door")
    SESSION = "session", _l("Session")
    ONLINE = "online", _l("Online")


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom a point is for. Empty `options` are all that match the kind; empty `days` are all days.

    `options` are numbers of registration options, `days` days in the event's time zone. `seat_holders`: of a session,
    only those who have a seat in it. `any_mode`: also those who attend in another way than the kind says.
    """

    kind: PointKind = PointKind.DOOR
    options: frozenset[int] = frozenset()
    days: frozenset[date] = frozenset()
    seat_holders: bool = False
    any_mode: bool = False

    def admits(self, *, option: int, mode: Mode, day: date, has_seat: bool = False) -> bool:
        """Whether somebody with this option may pass on this day."""
        at_door = mode is Mode.IN_PERSON
        return (
            (self.any_mode or at_door is (self.kind is not PointKind.ONLINE))
            and (not self.options or option in self.options)
            and (not self.days or day in self.days)
            and (has_seat or not self.seat_holders)
        )


class CheckInKind(Labelled):
    """What was done at a door."""

    IN = "in", _l("In")
    OUT = "out", _l("Out")
    UNDO = "undo", _l("Undone")


def in_words(kind: CheckInKind, result: ScanResult, *, forced: bool) -> tuple[str, str]:
    """(word, sentence) of a line of the log, in the interface's language."""
    if kind is CheckInKind.UNDO:
        return _("Undone"), _("The earlier entry has been undone.")
    if forced:
        return _("Overruled: %(result)s", result=result.label), result.sentence
    if kind is CheckInKind.OUT and result is ScanResult.OK:
        return _("Goodbye"), _("This person is checked out.")
    return result.label, result.sentence
