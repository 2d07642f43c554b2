"""Contacts that want no more announcements and thank-yous of an event.

The link is signed, not stored: it works as long as the contact exists, and opens nothing else.
"""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer

from eventapp.core.db import db
from eventapp.core.links import absolute
from eventapp.core.running import settings
from eventapp.notifications.models import OptOut
from eventapp.registration.models import Contact


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="no more announcements")


def url(contact_id: int, language: str) -> str:
    """Where a contact says that it wants no more announcements: a page, or one POST (RFC 8058)."""
    return url_of(key_of(contact_id), language)


def key_of(contact_id: int) -> str:
    """The part of the link that says whose it is, signed."""
    return str(_signer().dumps(contact_id))


def url_of(key: str, language: str) -> str:
    """The link with a key."""
    return absolute("notifications.stop", key=key, lang=language)


def contact_of(key: str) -> Contact | None:
    """The contact that a link is for."""
    try:
        number = _signer().loads(key)
    except BadSignature:
        return None
    return db.session.get(Contact, number) if isinstance(number, int) else None


def has_opted_out(contact: Contact) -> bool:
    """Whether the contact wants no announcements."""
    return db.session.get(OptOut, contact.id) is not None


def opt_out(contact: Contact) -> None:
    """Send no more announcements to the contact."""
    if not has_opted_out(contact):
        db.session.add(OptOut(contact_id=contact.id))
        db.session.flush()


def opt_in(contact: Contact) -> None:
    """Send announcements again."""
    row = db.session.get(OptOut, contact.id)
    if row is not None:
        db.session.delete(row)
        db.session.flush()
