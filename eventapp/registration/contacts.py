"""Contacts: found by e-mail address, created when they are new, shared by several persons, and handed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, select
from sqlalchemy.orm import contains_eager

from eventapp.core import clock
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, stored
from eventapp.core.statements import QuickSelect, QuickWrite
from eventapp.events.models import Event
from eventapp.registration.models import Contact, Registration
from eventapp.registration.rules import ACTIVE, name_key


def of_address(event_id: int, email: str) -> Contact | None:
    """The contact of an event with this e-mail address, which must not be empty."""
    query = select(Contact).where(Contact.event_id == event_id, Contact.email_key == mailbox_key(email))
    return db.session.scalar(query)


def registrations(contact: Contact) -> list[Registration]:
    """The active registrations that share a contact, the oldest first."""
    query = select(Registration).where(Registration.contact_id == contact.id, Registration.status.in_(ACTIVE))
    return list(db.session.scalars(query.order_by(Registration.id)))


def is_decided_by(registration: Registration) -> bool:
    """Whether an attendee may see and say how their contact is written to.

    Anybody can type an address for which others are registered, and gets a private link without access to the mailbox.
    So those decide who were there first; a statement only for others.
    """
    contact = registration.contact
    if registration.created_at <= contact.created_at:
        return True
    before = exists().where(
        Registration.contact_id == contact.id,
        Registration.status.in_(ACTIVE),
        Registration.created_at < registration.created_at,
    )
    return not db.session.scalar(select(before))


def has_active(contact: Contact) -> bool:
    """Whether a contact has an active registration."""
    found = exists().where(Registration.contact_id == contact.id, Registration.status.in_(ACTIVE))
    return bool(db.session.scalar(select(found)))


_known = QuickSelect(
    lambda insert: (
        select(Contact.id, Registration.id)
        .outerjoin(
            Registration,
            and_(
                Registration.contact_id == Contact.id,
                Registration.name_key == bindparam("name", ""),
                Registration.status.in_(ACTIVE),
            ),
        )
        .where(Contact.event_id == bindparam("event", 0), Contact.email_key == bindparam("address", ""))
        .order_by(Registration.id)
        .limit(1)
    )
)
_person_without_address = (
    select(Registration)
    .join(Registration.contact)
    .options(contains_eager(Registration.contact))
    .where(
        Contact.event_id == bindparam("event"),
        Contact.email_key.is_(None),
        Registration.name_key == bindparam("name"),
        Registration.status.in_(ACTIVE),
    )
    .order_by(Registration.id)
    .limit(1)
)


def with_person(
    event: Event, email: str, family_name: str, given_name: str
) -> tuple[Contact | None, Registration | None]:
    """The contact with this e-mail address, and the active registration of somebody of this name with it.

    Without an address: no contact, and the active registration of somebody of this name without one.
    """
    values = {"event": event.id, "name": name_key(family_name, given_name)}
    if not email:
        return None, db.session.scalar(_person_without_address, values)
    # Most addresses are new: only look for the rows themselves where there are any.
    found = _known.row(**values, address=mailbox_key(email))
    if found is None:
        return None, None
    contact, number = db.session.get_one(Contact, found[0]), found[1]
    return contact, None if number is None else db.session.get_one(Registration, number)


def obtain(
    event_id: int, email: str, known: Contact | None, *, language: str, zone: str = "", phone: str = ""
) -> Contact:
    """The contact of the event with this e-mail address that was found before, or a new one; without an address, always
    a new one.

    A contact that has active registrations keeps its language, zone and phone number: a person who types somebody
    else's address into the form must not change how they are written to.
    """
    values = {"language": language, "zone": zone if zone in clock.zones() else "", "phone": phone}
    if known is not None:
        # The person who shared it may have got another address while this transaction waited for a seat. Now it stays.
        query = select(Contact).where(Contact.id == known.id).with_for_update(read=True, key_share=True)
        known = db.session.scalar(query.execution_options(populate_existing=True))
    if known is None:
        return _create(event_id, email, values)
    if not has_active(known):
        for name, value in values.items():
            setattr(known, name, value)
    return known


def _create(event_id: int, email: str, values: dict[str, str]) -> Contact:
    """Add a contact, or return the one that another transaction has just added."""
    address = {"email": email.strip(), "email_key": mailbox_key(email) or None}
    row = {"event_id": event_id, "created_at": clock.now(), **address, **values}
    found = _insert.row(**row)
    contact = Contact(**dict(zip(_COLUMNS, found or (), strict=True)))
    stored(contact)
    return contact


_COLUMNS = tuple(column.key for column in Contact.__table__.columns)


def _inserted(insert: Callable[[Any], Any]) -> Any:
    table: Any = Contact.__table__
    new = insert(table)
    # An update of nothing, because only then the row of the other transaction is returned.
    same = {"email_key": new.excluded.email_key}
    return new.on_conflict_do_update(index_elements=["event_id", "email_key"], set_=same).returning(*table.c)


_insert = QuickWrite(_inserted, columns=tuple(name for name in _COLUMNS if name != "id"))


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
