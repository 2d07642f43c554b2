"""E-mails about an attendee's e-mail address, and about private links that somebody has lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.mail.content import RenderedEmail
from eventapp.notifications import attendee_emails
from eventapp.registration import contacts
from eventapp.registration.models import Registration
from eventapp.registration.rules import Notice

NOTICES = frozenset({Notice.CONFIRM_ADDRESS, Notice.ADDRESS_CHANGED})


def write(registration: Registration, notice: Notice, data: Mapping[str, Any]) -> RenderedEmail | None:
    """The link to confirm a new address with, sent there; or to the old one, that it was replaced.

    Neither has the private link: the new address may have a typing error, and the old one may be somebody else's.
    """
    if not registration.status.active:
        return None
    with languages.force_locale(registration.language):
        action = None
        if notice is Notice.CONFIRM_ADDRESS:
            page = absolute("registration.confirm_address", key=data["key"], lang=registration.language)
            action = (_("Confirm this address"), page)
        return attendee_emails.render(
            registration, notice, kind=f"registration.{notice}", facts=[], more=[], action=action, to=data["to"]
        )


def lost_link(event_id: int, email: str) -> RenderedEmail | None:
    """The private links of everybody who is registered with an address; None if nobody is."""
    contact = contacts.of_address(event_id, email)
    registered = contacts.registrations(contact) if contact else []
    if not registered or registered[0].generated:
        return None
    with languages.force_locale(registered[0].language):
        return attendee_emails.link(registered[0])
