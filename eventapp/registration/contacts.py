"""Contacts: found by e-mail address, created when they are new, shared by several persons, and handed over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, exists, func, select

from eventapp.core import clock
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, insert
from eventapp.registration import queries
from eventapp.registration.models import HAS_ADDRESS, Contact, Registration
from eventapp.registration.rules import ACTIVE


def obtain(event_id: int, email: str, *, language: str, zone: str = "", phone: str = "") -> Contact:
    """The event's contact with this e-mail address; without an address, a new contact.

    A contact that has active registrations keeps its language, zone and phone number: whoever types somebody else's
    address into the form must not change how they are written to.
    """
    zone = zone if zone in clock.zones() else ""
    known = queries.contact(event_id, email) if email else None
    if known is None:
        return _create(event_id, email, language=language, zone=zone, phone=phone)
    if not queries.has_active(known):
        known.language, known.zone, known.phone = language, zone, phone
    return known


def _create(event_id: int, email: str, **values: str) -> Contact:
    """Add a contact, unless another transaction has just added the same one."""
    if not email:
        contact = Contact(event_id=event_id, **values)
        db.session.add(contact)
        db.session.flush()
        return contact
    table: Any = Contact
    row = {"event_id": event_id, "email": email.strip(), "email_key": mailbox_key(email), "created_at": clock.now()}
    statement = insert(db.session(), table.__table__).values(**row, **values)
    db.session.execute(
        statement.on_conflict_do_nothing(index_elements=["event_id", "email_key"], index_where=HAS_ADDRESS)
    )
    return db.session.scalars(queries.contact_of(event_id, email)).one()


def next_same_name(contact: Contact, name_key: str) -> int:
    """The number that tells one more person of this name apart from the contact's others; 0 for the first."""
    query = select(func.max(Registration.same_name)).where(
        Registration.contact_id == contact.id, Registration.name_key == name_key, Registration.status.in_(ACTIVE)
    )
    highest = db.session.scalar(query)
    return 0 if highest is None else highest + 1


def remove_unused(contact: Contact) -> None:
    """Delete a contact that no registration has any more."""
    unused = ~exists().where(Registration.contact_id == contact.id)
    db.session.execute(
        delete(Contact).where(Contact.id == contact.id, unused).execution_options(synchronize_session=False)
    )
