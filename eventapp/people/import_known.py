"""Whom the rows of a table are about: the people that an event knows, and what tells two rows apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_, select

from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import fold
from eventapp.events.models import Event
from eventapp.people.import_fields import ImportedRow
from eventapp.people.models import ImportedPerson, PeopleImport
from eventapp.people.rules import ids_in
from eventapp.registration.models import Contact, Registration
from eventapp.registration.rules import ACTIVE, name_key


def identity_of(row: ImportedRow) -> tuple[Any, ...]:
    """What tells two rows of a table apart: the same person with the same address, or organization, is one."""
    values = row.values
    if reference := values.get("reference"):
        return ("reference", reference)
    name = name_key(values.get("family_name", ""), values.get("given_name", ""))
    organization = fold(values.get("organization", ""))
    if not name and organization:  # several delegations may have one address: that of the office that sends the list
        return ("unnamed", organization, row.option)
    if address := values.get("email"):
        return ("email", mailbox_key(address), name)
    return ("name", name, organization)


class KnownPeople:
    """The active registrations of an event that rows may be about."""

    def __init__(self, event: Event, rows: Iterable[ImportedRow]) -> None:
        rows = list(rows)
        references = ids_in(row.values.get("reference", "") for row in rows)
        addresses = [mailbox_key(r.values["email"]) for r in rows if r.values.get("email")]
        names = [name_key(r.values.get("family_name", ""), r.values.get("given_name", "")) for r in rows]
        query = (
            select(Registration)
            .join(Registration.contact)
            .where(
                Registration.event_id == event.id,
                Registration.status.in_(ACTIVE),
                or_(
                    Registration.id.in_(references),
                    Contact.email_key.in_(addresses),
                    Registration.name_key.in_(sorted(set(names))),
                ),
            )
            .order_by(Registration.id)
        )
        self._people: dict[tuple[Any, ...], Registration] = {}
        for person in db.session.scalars(query):
            for key in self._keys(person):
                self._people.setdefault(key, person)

        ended = select(Registration.id, Registration.status).where(
            Registration.event_id == event.id, Registration.id.in_(references), Registration.status.not_in(ACTIVE)
        )
        self._ended = {str(row.id): row.status for row in db.session.execute(ended)} if references else {}

    def done_by(self, kept: PeopleImport) -> dict[tuple[Any, ...], int]:
        """The lines in which this import has named these people before."""
        numbers = {person.id for person in self._people.values()}
        query = select(ImportedPerson.registration_id, func.min(ImportedPerson.line)).where(
            ImportedPerson.import_id == kept.id, ImportedPerson.registration_id.in_(sorted(numbers))
        )
        rows = db.session.execute(query.group_by(ImportedPerson.registration_id)) if numbers else ()
        return {("person", number): line for number, line in rows}

    def why_not(self, reference: str) -> str:
        """Why nobody is found by a reference."""
        if reference in self._ended:
            return _("This registration has ended: %(status)s.", status=self._ended[reference].label)
        return _("Nobody has this reference.")

    @staticmethod
    def _keys(person: Registration) -> list[tuple[Any, ...]]:
        keys: list[tuple[Any, ...]] = [("reference", str(person.id))]
        if person.contact.email_key:
            keys.append(("email", person.contact.email_key, person.name_key))
        organization = fold(person.organization_name)
        keys.append(
            ("name", person.name_key, organization) if person.name_key else ("unnamed", organization, person.option.key)
        )
        return keys

    def of(self, row: ImportedRow) -> Registration | None:
        """The registration that a row is about."""
        return self._people.get(identity_of(row))
