"""The e-mails of an event, pending and written, that a team member may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from eventapp.accounts.rules import Permission
from eventapp.core.db import db
from eventapp.core.languages import lazy_gettext as _l
from eventapp.events.models import Event
from eventapp.invitations.models import Invitation
from eventapp.invitations.operations import RECIPIENT as INVITATION
from eventapp.mail import pending
from eventapp.mail import queries as mail
from eventapp.mail.models import Email, EmailStatus, PendingNotification
from eventapp.mail.queries import EVERYTHING, LogFilter
from eventapp.notifications.compose import MODELS
from eventapp.notifications.operations import topic_of
from eventapp.proposals.models import Proposal, SpeakerLink
from eventapp.proposals.notices import PROPOSAL, SPEAKER
from eventapp.registration.models import Contact, Registration
from eventapp.registration.notices import RECIPIENT as REGISTRATION

# The first part of an e-mail's kind, and the permission to read it: an e-mail shows the same as the page with that
# permission. Families that are missing here are shown to nobody.
FAMILIES = {
    "registration": Permission.REGISTRATION,
    "event": Permission.REGISTRATION,
    "session": Permission.REGISTRATION,
    "reminder": Permission.REGISTRATION,
    "announcement": Permission.REGISTRATION,
    "invitation": Permission.REGISTRATION,
    "proposals": Permission.PROGRAMME,
}

# Families as the log's filter names them.
NAMES: dict[str, Any] = {
    "registration": _l("Registrations"),
    "event": _l("Changes of the event"),
    "session": _l("Changes of sessions"),
    "reminder": _l("Reminders and thank-yous"),
    "announcement": _l("Announcements"),
    "invitation": _l("Invitations"),
    "proposals": _l("Proposals and speakers"),
}

# What a pending notification will be about.
ABOUT: dict[str, Any] = {
    "registration.received": _l("Registration received"),
    "registration.confirmed": _l("Registration confirmed"),
    "registration.next_in_line": _l("A seat has become free"),
    "registration.changed": _l("Registration changed"),
    "registration.cancelled": _l("Registration cancelled"),
    "registration.declined": _l("Registration declined"),
    "registration.link": _l("Private link"),
    "registration.new_link": _l("New private link"),
    "registration.again": _l("The confirmation once more"),
    "registration.confirm_address": _l("A new e-mail address to confirm"),
    "registration.address_changed": _l("E-mail address changed"),
    "registration.changes": _l("See what changed"),
    "invitation.invite": _l("Invitation"),
    "invitation.reminder": _l("Reminder of an invitation"),
    "proposals.received": _l("Proposal received"),
    "proposals.accepted": _l("Proposal accepted"),
    "proposals.declined": _l("Proposal declined"),
    "proposals.reopened": _l("Proposal reopened"),
    "proposals.confirm": _l("Request to confirm"),
    "proposals.changes": _l("See what changed"),
}

May = Callable[[Permission], bool]


@dataclass(frozen=True)
class PendingRow:
    """A pending notification with the e-mail address it will go to; "" if the recipient has been deleted."""

    notification: PendingNotification
    to: str

    @property
    def about(self) -> str:
        return str(ABOUT[self.notification.kind])


def families(may: May) -> list[str]:
    """The families of e-mails that this member may see."""
    return [family for family, permission in FAMILIES.items() if may(permission)]


def emails(event: Event, may: May, which: LogFilter, *, limit: int = 50, offset: int = 0) -> list[Email]:
    """A page of written e-mails, newest first."""
    return mail.of_topic(topic_of(event), families=families(may), which=which, limit=limit, offset=offset)


def email(event: Event, may: May, number: int) -> Email | None:
    """One e-mail; None if it does not exist or this member may not read it."""
    return mail.one_of_topic(topic_of(event), number, families=families(may))


def numbers(event: Event, may: May, which: LogFilter = EVERYTHING) -> dict[EmailStatus, int]:
    """The number of e-mails per status."""
    return mail.numbers_of_topic(topic_of(event), families=families(may), which=which)


def pending_rows(event: Event, may: May, *, limit: int = 50) -> list[PendingRow]:
    """Pending notifications, the next one first. One statement, and one per kind of recipient."""
    return _with_addresses(pending.of_topic(topic_of(event), families=families(may), limit=limit))


def pending_row(event: Event, may: May, number: int) -> PendingRow | None:
    """One pending notification; None if it does not exist or this member may not read it."""
    found = pending.one_of_topic(topic_of(event), number, families=families(may))
    return _with_addresses([found])[0] if found else None


def number_pending(event: Event, may: May) -> int:
    """The number of pending notifications."""
    return pending.count(topic_of(event), families=families(may))


_ADDRESSES = {
    REGISTRATION: select(Registration.id, Contact.email).join(Registration.contact),
    SPEAKER: select(SpeakerLink.id, SpeakerLink.email),
    PROPOSAL: select(Proposal.id, Proposal.email),
    INVITATION: select(Invitation.id, Invitation.email),
}


def _with_addresses(rows: Sequence[PendingNotification]) -> list[PendingRow]:
    wanted: dict[str, set[int]] = {}
    for row in rows:
        kind, _colon, number = row.recipient.partition(":")
        wanted.setdefault(kind, set()).add(int(number))
    addresses: dict[str, str] = {}
    for kind, ids in wanted.items():
        query = _ADDRESSES[kind].where(MODELS[kind].id.in_(sorted(ids)))
        for found, address in db.session.execute(query):
            addresses[pending.recipient_key(kind, found)] = address
    return [PendingRow(row, row.data.get("to") or addresses.get(row.recipient, "")) for row in rows]
