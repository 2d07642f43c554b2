"""States of a registration, answers, search, and availability of options. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

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
        """Whether it prevents another registration of the same person."""
        return self in ACTIVE


class Notice(StrEnum):
    """What a notification to an attendee is about."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    NEXT_IN_LINE = "next_in_line"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    LINK = "link"
    NEW_LINK = "new_link"
    AGAIN = "again"
    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_CHANGED = "address_changed"


class Access(Labelled):
    """Who may choose a registration option."""

    ANYONE = "anyone", _l("Anyone, first come, first served")
    APPROVAL = "approval", _l("After approval by the team")
    CODE = "code", _l("With an invitation code")
    DOMAIN = "domain", _l("With an e-mail address of certain domains")


class QuestionKind(Labelled):
    TEXT = "text", _l("Short text")
    LONG_TEXT = "long_text", _l("Long text")
    CHOICE = "choice", _l("Single choice")
    CHOICES = "choices", _l("Multiple choice")
    YES_NO = "yes_no", _l("Yes or no")
    CONSENT = "consent", _l("Must be ticked, for example a consent")


def fits(kind: QuestionKind, choices: Sequence[str], answer: object) -> bool:
    """Whether an answer is valid for the question as it is now."""
    match kind:
        case QuestionKind.YES_NO | QuestionKind.CONSENT:
            return isinstance(answer, bool)
        case QuestionKind.CHOICE:
            return answer in choices
        case QuestionKind.CHOICES:
            return isinstance(answer, list) and all(one in choices for one in answer)
        case _:
            return isinstance(answer, str)


def answer_to_store(kind: QuestionKind, choices: Sequence[str], before: object, now: object) -> object:
    """The answer to store, from the one stored `before` and the one submitted `now`; None for none.

    An answer that the form can no longer show, because its question has changed, is not deleted by leaving it out.
    """
    empty = now is None or now == "" or now == []
    if before is None or fits(kind, choices, before):
        return None if empty else now
    if kind is QuestionKind.CHOICES and isinstance(before, list):
        chosen = list(now) if isinstance(now, list) else []
        return [*chosen, *(one for one in before if one not in choices and one not in chosen)]
    return before if empty else now


def searchable(family: str, given: str, organization: str) -> str:
    """The text in which a search finds somebody: the name in both orders as one word, and the organization.

    It is folded, so that accents, case, width and spaces are ignored, with a space between separate parts.
    """
    first, second = fold(family), fold(given)
    parts = [first + second, second + first] if first and second else [first + second]
    return " ".join([*parts, fold(organization)]).strip()


def is_code(typed: str, code: str) -> bool:
    """Whether this is the invitation code: without regard to case, width, spaces and punctuation. An empty code, or one
    of punctuation, is nobody's.
    """
    return bool(fold(code)) and fold(typed) == fold(code)


def has_domain(address: str, domains: Iterable[str]) -> bool:
    """Whether the domain of an e-mail address is one of these or below one of them. Both are mailbox keys."""
    domain = address.rpartition("@")[2]
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def name_key(family: str, given: str) -> str:
    """A key that is equal for the usual spellings of one name: its words, folded and sorted.

    "Lovelace, Ada" and "Ada Lovelace" are equal, and "ISHIDA Yukiko" and "Yukiko Ishida".
    """
    words = f"{family} {given}".split()
    return " ".join(sorted(fold(word) or word.casefold() for word in words))


def searched(typed: str) -> list[tuple[str, str]]:
    """The words of a search, each folded like `searchable` and as typed in lower case."""
    return [(fold(word), word.casefold()) for word in typed.split()]


ACTIVE = frozenset({RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED})

# States that hold a seat of a limited option.
HOLDS_SEAT = frozenset({RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED})


class Availability(StrEnum):
    """What an option offers to a newcomer."""

    NOT_YET = "not_yet"
    OPEN = "open"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    CLOSED = "closed"


# Up to this number, pages show how many seats are left exactly.
EXACT_SEATS = 20


class SeatsLeft(NamedTuple):
    """The seats left as public pages show them: exactly, or as "over" a round number."""

    number: int
    exact: bool


def seats_shown(left: int) -> SeatsLeft:
    """How pages show a number of seats. In a rush, a page that is exact would be stale after each registration.

    Above EXACT_SEATS it is the next lower multiple of 10, 50, 500, …: 117 are "over 100", 21 are "over 20".
    """
    if left <= EXACT_SEATS:
        return SeatsLeft(max(left, 0), exact=True)
    step = max(10, 5 * 10 ** (len(str(left - 1)) - 2))
    return SeatsLeft((left - 1) // step * step, exact=False)


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
    """The availability of an option. It closes at `closes_at`, at the latest when the event is over."""
    if opens_at is not None and now < opens_at:
        return Availability.NOT_YET
    if (closes_at is not None and now >= closes_at) or now >= event_ends:
        return Availability.CLOSED
    if capacity is not None and seats_taken >= capacity:
        return Availability.WAITING_LIST if waiting_list else Availability.FULL
    return Availability.OPEN


class SessionAction(Labelled):
    """What happens to a person's seat in a session."""

    SIGNED_UP = "signed_up", _l("Signed up")
    WAITING = "waiting", _l("Joined the waiting list")
    PROMOTED = "promoted", _l("Got a seat from the waiting list")
    RELEASED = "released", _l("Gave up the seat")
    LEFT = "left", _l("Left the waiting list")


class StepKind(StrEnum):
    """A step on one's own page that can be undone."""

    CANCEL = "cancel"
    SWITCH = "switch"
