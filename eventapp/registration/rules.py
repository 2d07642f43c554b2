"""States of a registration, search, and availability of options. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from eventapp.core import kana
from eventapp.core.clock import to_local
from eventapp.core.kana import fold_kana
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.core.localized import fold


class RegistrationStatus(Labelled):
    """The status of a registration. Each is in one of three groups: it holds a seat (HOLDS_SEAT), it waits for one
    (IN_LINE), or it has ended.
    """

    UNCONFIRMED = "unconfirmed", _l("E-mail address not confirmed")
    PENDING = "pending", _l("Waiting for approval")
    CONFIRMED = "confirmed", _l("Confirmed")
    OFFERED = "offered", _l("Seat offered")
    WAITLISTED = "waitlisted", _l("On the waiting list")
    UNCONFIRMED_WAITING = "unconfirmed_waiting", _l("On the waiting list, e-mail address not confirmed")
    DECLINED = "declined", _l("Declined")
    CANCELLED = "cancelled", lazy_pgettext("registration", "Cancelled")
    EXPIRED = "expired", _l("Not confirmed in time")

    @property
    def active(self) -> bool:
        """Whether it prevents another registration of the same person."""
        return self in ACTIVE


class Notice(StrEnum):
    """What a notification to an attendee is about."""

    ADDRESS = "address"
    RECEIVED = "received"
    OFFERED = "offered"
    EXPIRED = "expired"
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
    LOTTERY = "lottery", _l("By lottery: seats are drawn among all who have registered")


class RegistrationPreset(Labelled):
    """What an event begins with."""

    IN_PERSON = "in_person", _l("In person, with a number of seats")
    ONLINE = "online", _l("Online")
    BOTH = "both", _l("In person and online")
    INVITATION = "invitation", _l("By invitation: only people with a code can register")
    NONE = "none", _l("No registration")


class RegistrationSource(Labelled):
    """How a registration came about."""

    FORM = "form", _l("Registration form")
    TEAM = "team", _l("Added by the team")
    INVITATION = "invitation", _l("Invitation")
    IMPORT = "import", lazy_pgettext("source", "Import")
    DOOR = "door", _l("At the door")


class Overrides(NamedTuple):
    """What an invitation may do that others may not: get a seat where none is free, one is added for them; register
    outside of the registration period; and need no approval.
    """

    full: bool = False
    closed: bool = False
    approval: bool = False


class Promotion(Labelled):
    """What happens with a seat that has become free, for the first on the waiting list."""

    AT_ONCE = "at_once", _l("Give it to them straight away")
    OFFER = "offer", _l("Offer it to them, and wait for their answer")


class AddressCheck(Labelled):
    """Whether people must confirm their e-mail address before they are registered."""

    AUTO = "auto", _l("Where an option has a link to join online, or is for certain domains")
    ALWAYS = "always", _l("Always")
    NEVER = "never", _l("Never")


# On one form: the person who fills it in, and the companions.
MOST_PEOPLE = 10


def too_many_people() -> str:
    """What somebody who wants to register more is told."""
    return _("At most %(number)d people can be registered with one form.", number=MOST_PEOPLE)


def searchable(family: str, given: str, organization: str, reading: str = "") -> str:
    """The text in which a search finds somebody: the name in both orders as one word, its reading, the organization.

    It is folded, so that accents, case, width and spaces are ignored, with a space between separate parts.
    """
    first, second = fold_kana(family), fold_kana(given)
    parts = [first + second, second + first] if first and second else [first + second]
    return " ".join(filter(None, [*parts, *kana.spellings(reading), fold_kana(organization)]))


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


def is_somebody_else(before: str, now: str) -> bool:
    """Whether a name was replaced by that of another person, and not corrected: no word of it stayed. Both are name
    keys.
    """
    return bool(before) and not set(before.split()) & set(now.split())


# Above this likeness, a word is another spelling of the same: Lovelce and Lovelace, and not Kenji and Kenta.
_SPELT_ALIKE = 0.8


def is_corrected(before: str, now: str) -> bool:
    """Whether a name was only completed, or one word of it spelt otherwise. Both are name keys."""
    lost, new = set(before.split()) - set(now.split()), set(now.split()) - set(before.split())
    if not lost:
        return True
    return len(lost) == len(new) == 1 and SequenceMatcher(None, lost.pop(), new.pop()).ratio() > _SPELT_ALIKE


def searched(typed: str) -> list[tuple[str, str]]:
    """The words of a search, each folded like `searchable` and as typed in lower case."""
    return [(fold_kana(word), word.casefold()) for word in typed.split()]


# States that hold a seat of a limited option.
HOLDS_SEAT = frozenset(
    {
        RegistrationStatus.UNCONFIRMED,
        RegistrationStatus.PENDING,
        RegistrationStatus.CONFIRMED,
        RegistrationStatus.OFFERED,
    }
)
# States that wait for one.
IN_LINE = frozenset({RegistrationStatus.WAITLISTED, RegistrationStatus.UNCONFIRMED_WAITING})
ACTIVE = HOLDS_SEAT | IN_LINE

# Nobody knows yet whether the e-mail address is theirs: these are not counted, and sent no news.
UNCONFIRMED = frozenset({RegistrationStatus.UNCONFIRMED, RegistrationStatus.UNCONFIRMED_WAITING})
REGISTERED = ACTIVE - UNCONFIRMED
# States that end by themselves at `held_until`.
HELD = UNCONFIRMED | {RegistrationStatus.OFFERED}


def first_status(*, seat: bool, approval: bool, unconfirmed: bool = False) -> RegistrationStatus:
    """The status of a newcomer, with or without a seat."""
    if unconfirmed:
        return RegistrationStatus.UNCONFIRMED if seat else RegistrationStatus.UNCONFIRMED_WAITING
    if not seat:
        return RegistrationStatus.WAITLISTED
    return RegistrationStatus.PENDING if approval else RegistrationStatus.CONFIRMED


def promoted_status(before: RegistrationStatus, *, offer: bool, approval: bool) -> RegistrationStatus:
    """The status of somebody on the waiting list who gets a seat.

    Somebody whose e-mail address is not confirmed yet keeps their position, and the seat is held as long as they may
    confirm it.
    """
    if before is RegistrationStatus.UNCONFIRMED_WAITING:
        return RegistrationStatus.UNCONFIRMED
    return RegistrationStatus.OFFERED if offer else first_status(seat=True, approval=approval)


class Availability(StrEnum):
    """What an option offers to a newcomer."""

    NOT_YET = "not_yet"
    OPEN = "open"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    CLOSED = "closed"

    @property
    def takable(self) -> bool:
        """Whether choosing the option can lead to a seat or a position on the waiting list."""
        return self in {Availability.OPEN, Availability.WAITING_LIST}


# Defaults: minutes to confirm an e-mail address, and hours to accept an offered seat.
HOLD_MINUTES = 30
OFFER_HOURS = 24

# On the event's clock. An offer that would end at night lasts until people have read their e-mails.
_EVENING, _MORNING = time(21), time(10)
# So long before the start the morning must be; in the last night, seats go to people who are awake.
_LAST_NIGHT = timedelta(hours=12)

# Up to this number, pages show how many seats are left exactly.
EXACT_SEATS = 20


def offered_until(now: datetime, hours: int, *, starts_at: datetime, zone: str) -> datetime:
    """Until when a seat that is offered now can be accepted, at the latest until the event starts."""
    until = now + timedelta(hours=hours)
    local = to_local(until, zone)
    if not _MORNING <= local.time() <= _EVENING:
        day = local.date() + timedelta(days=local.time() > _EVENING)
        morning = datetime.combine(day, _MORNING, ZoneInfo(zone)).astimezone(UTC)
        until = morning if morning + _LAST_NIGHT <= starts_at else until
    return min(until, starts_at)


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
    seats_left: int | None,
    waiting_list: bool,
    event_ends: datetime,
    draws: bool = False,
) -> Availability:
    """The availability of an option. It closes at `closes_at`, at the latest when the event is over.

    While the seats are still to be drawn, everybody can register.
    """
    if opens_at is not None and now < opens_at:
        return Availability.NOT_YET
    if (closes_at is not None and now >= closes_at) or now >= event_ends:
        return Availability.CLOSED
    if seats_left is not None and seats_left <= 0 and not draws:
        return Availability.WAITING_LIST if waiting_list else Availability.FULL
    return Availability.OPEN


class SessionAction(Labelled):
    """What happens to a person's seat in a session."""

    SIGNED_UP = "signed_up", _l("Signed up")
    WAITING = "waiting", _l("Joined the waiting list")
    PROMOTED = "promoted", _l("Got a seat from the waiting list")
    RELEASED = "released", _l("Cancelled the seat")
    LEFT = "left", _l("Left the waiting list")


class StepKind(StrEnum):
    """A step on one's own page that can be undone."""

    CANCEL = "cancel"
    SWITCH = "switch"
