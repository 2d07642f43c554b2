"""Who may join online and when, and the codes by which people check themselves in: plain values only."""

from __future__ import annotations

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
