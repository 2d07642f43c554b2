"""The letters of an event, as far as somebody of its team may see them."""

from __future__ import annotations

from collections.abc import Callable

from eventapp.accounts.rules import Permission
from eventapp.events.models import Event
from eventapp.mail import queries as mail
from eventapp.mail.models import Mail, MailStatus

# The first part of a letter's kind, and what its reader at the desk needs: a letter says what the page of the same
# need shows. A family that is not named here is shown to nobody.
FAMILIES = {
    "registration": Permission.REGISTRATION,
    "event": Permission.REGISTRATION,
    "session": Permission.REGISTRATION,
    "proposals": Permission.PROGRAMME,
}

May = Callable[[Permission], bool]


def families(may: May) -> list[str]:
    """The families of letters that this reader sees."""
    return [family for family, permission in FAMILIES.items() if may(permission)]


def _topic(event: Event) -> str:
    return f"event:{event.id}"


def letters(event: Event, may: May, *, limit: int = 50, offset: int = 0) -> list[Mail]:
    """A page of letters, newest first."""
    return mail.of_topic(_topic(event), families=families(may), limit=limit, offset=offset)


def letter(event: Event, may: May, number: int) -> Mail | None:
    """One letter; None where there is none, or it is not for this reader."""
    return mail.one_of_topic(_topic(event), number, families=families(may))


def numbers_of_letters(event: Event, may: May) -> dict[MailStatus, int]:
    """How many letters are in which state."""
    return mail.numbers_of_topic(_topic(event), families=families(may))
