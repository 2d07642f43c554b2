"""Who may register now: what an option asks of a newcomer, and how many may come from one connection."""

from __future__ import annotations

from collections.abc import Iterable

from eventapp.core import budgets, languages
from eventapp.core.addresses import mailbox_key
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail.operations import TooManyEmails, may_email
from eventapp.registration.models import AttendanceOption
from eventapp.registration.rules import Access, Availability, has_domain, is_code

# Per IP address and event: a school class registers at once, a bot is faster.
REGISTRATIONS_AN_HOUR = 60


def count(event: Event, source: str, email: str, *, people: int = 1) -> None:
    """Count registrations against the budgets of a client and of an e-mail address. Raises Refused, TooManyEmails."""
    taken = (budgets.take(f"registrations {event.id}", source, limit=REGISTRATIONS_AN_HOUR) for _one in range(people))
    if not all(taken):
        raise Refused(
            _(
                "%(number)d people have registered from your connection within the last hour. "
                "Try again later, or ask the organizers to register you.",
                number=REGISTRATIONS_AN_HOUR,
            )
        )
    if not may_email(email):
        raise TooManyEmails


def open_options(event: Event, options: Iterable[AttendanceOption]) -> list[AttendanceOption]:
    """Those of the options of an event that somebody can choose now, for a seat or a position on the waiting list."""
    return [one for one in options if one.availability.takable] if event.status is EventStatus.PUBLISHED else []


def check_open(event: Event, option: AttendanceOption, *, by_team: bool = False) -> None:
    """Raise Refused if nobody, or only the team, can choose the option now."""
    if event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}:
        raise Refused(
            _(
                "Registration is closed because the status of the event is “%(state)s”.",
                state=event.status.label.lower(),
            )
        )
    if by_team:
        return
    if not event.public:
        raise Refused(_("Registration for this option is closed."), field="option")
    availability = option.availability
    if availability is Availability.NOT_YET:
        raise Refused(_("Registration for this option has not opened yet."), field="option")
    if availability is Availability.CLOSED:
        raise Refused(_("Registration for this option is closed."), field="option")


def check_access(option: AttendanceOption, *, email: str, code: str) -> None:
    """Raise Refused if the option needs another invitation code, or an e-mail address of another domain."""
    if option.access is Access.CODE and not is_code(code, option.access_code):
        sentence = _("This code is not valid for this option.") if code else _("Enter your invitation code.")
        raise Refused(sentence, field="code")
    if option.access is Access.DOMAIN and not has_domain(mailbox_key(email), option.domains):
        listed = languages.listing([f"@{domain}" for domain in option.domains])
        raise Refused(
            _("This option is only for e-mail addresses that end in %(domains)s.", domains=listed), field="email"
        )
