"""Contacts that want no more announcements and thank-yous of an event.

The link is signed, not stored: it works as long as the contact exists, and opens nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, or_, select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.links import absolute
from eventapp.core.running import settings
from eventapp.core.statements import built_once
from eventapp.mail import operations as mail
from eventapp.mail.models import Email
from eventapp.notifications.models import OptOut
from eventapp.registration.models import Contact

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="no more announcements")


def url(contact: Contact, language: str) -> str:
    """Where a contact says that it wants no more announcements: a page, or one POST (RFC 8058)."""
    return url_of(key_of(contact), language)


def key_of(contact: Contact) -> str:
    """The part of the link that says whose it is, signed.

    A number alone does not say that: SQLite gives the number of a contact that was removed to a new one.
    """
    return str(_signer().dumps([contact.id, _made(contact)]))


def _made(contact: Contact) -> int:
    """When the contact was made, in microseconds since 1970."""
    return (contact.created_at - EPOCH) // timedelta(microseconds=1)


def url_of(key: str, language: str) -> str:
    """The link with a key."""
    return absolute("notifications.stop", key=key, lang=language)


def contact_of(key: str) -> Contact | None:
    """The contact that a link is for; one from before has only its number."""
    try:
        said = _signer().loads(key)
    except BadSignature:
        return None
    number, made = said if isinstance(said, list) else (said, None)
    contact = db.session.get(Contact, number)
    return contact if contact is not None and made in {None, _made(contact)} else None


def has_opted_out(contact: Contact) -> bool:
    """Whether the contact wants no announcements."""
    return db.session.get(OptOut, contact.id) is not None


def of_contacts(numbers: Collection[int]) -> set[int]:
    """Those of the contacts that want no announcements."""
    return set(db.session.scalars(select(OptOut.contact_id).where(OptOut.contact_id.in_(numbers))))


def opt_out(contact: Contact) -> None:
    """Send no more announcements to the contact, and none of those that wait in the outbox."""
    db.session.execute(_opt_out(), [{"contact_id": contact.id, "at": clock.now()}])
    keys = key_of(contact), _signer().dumps(contact.id)  # the second as in a link from before
    links = [Email.unsubscribe_url.contains(key, autoescape=True) for key in keys]
    # By the address, of which there is an index: 100,000 other e-mails may wait, and this holds the lock.
    mail.stop(Email.to == contact.email, or_(*links))


@built_once
def _opt_out(insert: Callable[[Any], Any]) -> Any:
    return insert(OptOut.__table__).on_conflict_do_nothing()  # a button that was pressed twice


def opt_in(contact: Contact) -> None:
    """Send announcements again."""
    db.session.execute(delete(OptOut).where(OptOut.contact_id == contact.id))
