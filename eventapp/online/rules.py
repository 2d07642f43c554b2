"""Who may join online and when, and the codes by which people check themselves in: plain values only."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus

# What an e-mail says of the joining link, if each attendee has their own: that stays when the address changes.
_OWN = "personal"


def known_link(address: str, *, personal: bool) -> str:
    """What attendees are told of a joining link, for comparison with what they were last told; "" without one."""
    return _OWN if address and personal else address


def may_join(status: RegistrationStatus, mode: Mode, *, for_all: bool) -> bool:
    """Whether somebody may join online. `for_all`: so may those who attend in person."""
    return status is RegistrationStatus.CONFIRMED and (mode is Mode.ONLINE or for_all)


class JoinState(StrEnum):
    """Whether something can be joined now."""

    OPEN = "open"
    EARLY = "early"
    OVER = "over"
    UNDATED = "undated"
    OFF = "off"


@dataclass(frozen=True)
class JoinWindow:
    """When something can be joined. Without `timed`, its hours are not known; `off`: it does not take place."""

    starts: datetime
    ends: datetime
    minutes: int
    timed: bool = True
    off: bool = False

    @property
    def opens(self) -> datetime:
        """From when on it can be joined."""
        return self.starts - timedelta(minutes=self.minutes)

    def state(self, now: datetime) -> JoinState:
        """Whether it can be joined now."""
        if self.off:
            return JoinState.OFF
        if self.ends <= now:
            return JoinState.OVER
        if not self.timed:
            return JoinState.UNDATED
        return JoinState.OPEN if self.opens <= now else JoinState.EARLY


@dataclass(frozen=True, order=True)
class Interval:
    """From a moment until another one."""

    starts: datetime
    ends: datetime


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order: a person who was there with two devices was there once."""
    found: list[Interval] = []
    for one in sorted(intervals):
        if found and one.starts <= found[-1].ends:
            found[-1] = Interval(found[-1].starts, max(found[-1].ends, one.ends))
        else:
            found.append(one)
    return found


def minutes(intervals: Iterable[Interval], *, untimed: int = 0) -> int:
    """The whole minutes that somebody was there; `untimed` are seconds that a report states without saying when.

    Both may be about the same time, so the longer one counts.
    """
    timed = sum(int((one.ends - one.starts).total_seconds()) for one in union(intervals))
    return max(timed, untimed) // 60


# Codes for checking oneself in: no 0/O, 1/I/L, because they are read from a screen.
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6
# Seconds for which a code is shown. The one before it is taken for as long again.
CODE_CHANGES = 300


def session_code(secret: bytes, session_id: int, turn: int) -> str:
    """The code of a session in one turn: a person who types it is in the room, or knows somebody who is.

    It is derived from a secret of the event, so nothing is stored (HMAC, RFC 2104).
    """
    mixed = hmac.new(secret, f"session {session_id} {turn}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(mixed[:8], "big")
    code = ""
    for _ in range(CODE_LENGTH):
        number, sign = divmod(number, len(SIGNS))
        code += SIGNS[sign]
    return code


def turn_at(moment: datetime) -> int:
    """The turn of codes in which a moment is."""
    return int(moment.timestamp()) // CODE_CHANGES


def turn_ends(moment: datetime) -> int:
    """In how many seconds the next code is shown."""
    return CODE_CHANGES - int(moment.timestamp()) % CODE_CHANGES


def clean_code(typed: str) -> str:
    """A typed code in upper case, without width, spaces and hyphens."""
    return "".join(unicodedata.normalize("NFKC", typed).upper().replace("-", "").split())


def is_session_code(typed: str, secret: bytes, session_id: int, now: datetime) -> bool:
    """Whether a typed code is that of a session now, or was it in the turn before."""
    text, turn = clean_code(typed), turn_at(now)
    codes = (session_code(secret, session_id, one) for one in (turn, turn - 1))
    return any(hmac.compare_digest(text.encode(), code.encode()) for code in codes)
