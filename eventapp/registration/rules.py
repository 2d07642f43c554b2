"""States of a registration and whether an option can be taken. Plain values only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext


class RegistrationStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return str(_LABELS[self])

    @property
    def active(self) -> bool:
        """Whether it stands in the way of another one by the same person."""
        return self in ACTIVE


class Access(StrEnum):
    """Who may take an attendance option."""

    ANYONE = "anyone"
    APPROVAL = "approval"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS: dict[StrEnum, object] = {
    RegistrationStatus.PENDING: _l("Waiting for approval"),
    RegistrationStatus.CONFIRMED: _l("Confirmed"),
    RegistrationStatus.WAITLISTED: _l("On the waiting list"),
    RegistrationStatus.DECLINED: _l("Declined"),
    RegistrationStatus.CANCELLED: lazy_pgettext("registration", "Cancelled"),
    Access.ANYONE: _l("Anyone, first come, first served"),
    Access.APPROVAL: _l("After approval by the team"),
    QuestionKind.TEXT: _l("Short text"),
    QuestionKind.LONG_TEXT: _l("Long text"),
    QuestionKind.CHOICE: _l("One of several"),
    QuestionKind.CHOICES: _l("Any of several"),
    QuestionKind.YES_NO: _l("Yes or no"),
}

ACTIVE = frozenset({RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED})

# States that hold a place of a limited option.
HOLDS_PLACE = frozenset({RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED})


class Standing(StrEnum):
    """What somebody who comes now can expect of an option."""

    NOT_YET = "not_yet"
    OPEN = "open"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    CLOSED = "closed"


def standing(
    *,
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
    capacity: int | None,
    taken: int,
    waiting_list: bool,
    event_ends: datetime,
) -> Standing:
    """Where an option stands. It closes at `closes_at`, and at the latest when the event is over."""
    if opens_at is not None and now < opens_at:
        return Standing.NOT_YET
    if (closes_at is not None and now >= closes_at) or now >= event_ends:
        return Standing.CLOSED
    if capacity is not None and taken >= capacity:
        return Standing.WAITING_LIST if waiting_list else Standing.FULL
    return Standing.OPEN


def email_key(email: str) -> str:
    """The form of an address under which it is one person: no case. Dots and plus signs are the owner's business."""
    return email.strip().casefold()
