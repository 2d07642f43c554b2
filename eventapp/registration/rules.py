"""States of a registration and whether an option can be taken. Plain values only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.core.localized import fold


class RegistrationStatus(Labelled):
    PENDING = "pending", _l("Waiting for approval")
    CONFIRMED = "confirmed", _l("Confirmed")
    WAITLISTED = "waitlisted", _l("On the waiting list")
    DECLINED = "declined", _l("Declined")
    CANCELLED = "cancelled", lazy_pgettext("registration", "Cancelled")

    @property
    def active(self) -> bool:
        """Whether it stands in the way of another one by the same person."""
        return self in ACTIVE


class Notice(StrEnum):
    """What an attendee is written to about."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    NEXT_IN_LINE = "next_in_line"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    LINK = "link"
    NEW_LINK = "new_link"


class Access(Labelled):
    """Who may take an attendance option."""

    ANYONE = "anyone", _l("Anyone, first come, first served")
    APPROVAL = "approval", _l("After approval by the team")


class QuestionKind(Labelled):
    TEXT = "text", _l("Short text")
    LONG_TEXT = "long_text", _l("Long text")
    CHOICE = "choice", _l("Single choice")
    CHOICES = "choices", _l("Multiple choice")
    YES_NO = "yes_no", _l("Yes or no")
    CONSENT = "consent", _l("Must be ticked, for example a consent")


def fits(kind: QuestionKind, choices: Sequence[str], answer: object) -> bool:
    """Whether an answer is one that the question can be given as it is asked now."""
    match kind:
        case QuestionKind.YES_NO | QuestionKind.CONSENT:
            return isinstance(answer, bool)
        case QuestionKind.CHOICE:
            return answer in choices
        case QuestionKind.CHOICES:
            return isinstance(answer, list) and all(one in choices for one in answer)
        case _:
            return isinstance(answer, str)


def kept(kind: QuestionKind, choices: Sequence[str], before: object, now: object) -> object:
    """The answer to store, given the one `before` and the one that the form has `now`; None for none.

    An answer that the form can't show any more, since its question changed, was not taken back by leaving it out.
    """
    empty = now is None or now == "" or now == []
    if before is None or fits(kind, choices, before):
        return None if empty else now
    if kind is QuestionKind.CHOICES and isinstance(before, list):
        chosen = list(now) if isinstance(now, list) else []
        return [*chosen, *(one for one in before if one not in choices and one not in chosen)]
    return before if empty else now


def searchable(family: str, given: str, organization: str) -> str:
    """What a search finds somebody by: the name in either order and as one word, and the organization.

    Folded, so that accents, case, width and spaces don't count, with a space between what belongs together.
    """
    first, second = fold(family), fold(given)
    parts = [first + second, second + first] if first and second else [first + second]
    return " ".join([*parts, fold(organization)]).strip()


def searched(typed: str) -> list[tuple[str, str]]:
    """The words of a search, each folded as `searchable` is, and as it was typed in small letters."""
    return [(fold(word), word.casefold()) for word in typed.split()]


ACTIVE = frozenset({RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED})

# States that hold a place of a limited option.
HOLDS_SEAT = frozenset({RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED})


class Availability(StrEnum):
    """What somebody who comes now can expect of an option."""

    NOT_YET = "not_yet"
    OPEN = "open"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    CLOSED = "closed"


def availability(
    *,
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
    capacity: int | None,
    seats_taken: int,
    waiting_list: bool,
    event_ends: datetime,
) -> Availability:
    """Where an option stands. It closes at `closes_at`, and at the latest when the event is over."""
    if opens_at is not None and now < opens_at:
        return Availability.NOT_YET
    if (closes_at is not None and now >= closes_at) or now >= event_ends:
        return Availability.CLOSED
    if capacity is not None and seats_taken >= capacity:
        return Availability.WAITING_LIST if waiting_list else Availability.FULL
    return Availability.OPEN
