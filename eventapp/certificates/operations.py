"""Issuing and withdrawing certificates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import not_, select, update

from eventapp.certificates import queries
from eventapp.certificates.models import Certificate
from eventapp.certificates.queries import Attended
from eventapp.certificates.rules import CertificateContent, may_have, new_code
from eventapp.check_in.came import counts_elsewhere
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.statements import built_once
from eventapp.directory.rules import typed_name
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.registration import queries as registration
from eventapp.registration.models import Contact, Registration

Row = dict[str, Any]


def due(event: Event, minutes: Mapping[int, int], *, least_minutes: int) -> list[Row]:
    """Rows of certificates for everybody who was there and has none; `minutes` are those online, by registration.

    Nothing is written: this reads and computes for 20 µs a person, before the transaction that stores the rows.
    """
    came = queries.attended(event)
    host = next((dict(one.organization.names) for one in events.hosts(event)), {})
    wanted = _wanted(event, came, minutes, least_minutes)
    return [_row(event, host, person, came.get(person[0]), minutes.get(person[0])) for person in _people(event, wanted)]


def number_due(event: Event, minutes: Mapping[int, int], *, least_minutes: int) -> int:
    """For how many people `due` has rows."""
    return len(_people(event, _wanted(event, queries.attended(event), minutes, least_minutes)))


def _wanted(event: Event, came: Mapping[int, Attended], minutes: Mapping[int, int], least: int) -> set[int]:
    """The registrations of who was there and has no certificate."""
    have = queries.issued(event)
    days = {number: len(one.days) for number, one in came.items()}
    return {
        number
        for number in (came.keys() | minutes.keys()) - have
        if may_have(days.get(number, 0), minutes.get(number), least_minutes=least)
    }


def _people(event: Event, wanted: set[int]) -> list[Any]:
    query = (
        select(
            Registration.id,
            Registration.family_name,
            Registration.given_name,
            Registration.reading,
            Registration.organization_name,
            Contact.language,
        )
        .join(Contact, Contact.id == Registration.contact_id)
        .where(Registration.event_id == event.id, not_(counts_elsewhere()))
        .order_by(Registration.id)
    )
    return [row for row in db.session.execute(query) if row.id in wanted and (row.family_name or row.given_name)]


def _row(event: Event, host: dict[str, str], person: Any, came: Attended | None, minutes: int | None) -> Row:
    facts = CertificateContent(
        name=typed_name(person.family_name, person.given_name),
        event=dict(event.title),
        host=host,
        first_day=event.first_day,
        last_day=event.last_day,
        language=person.language,
        organization=person.organization_name,
        days=came.days if came is not None else (),
        minutes=minutes,
        sessions=tuple(dict(title) for title in came.sessions) if came is not None else (),
        reading=person.reading,
    )
    return {"event_id": event.id, "registration_id": person.id, "code": new_code(), "facts": facts.stored()}


def issue(event: Event, rows: list[Row]) -> int:
    """Store the certificates of `due`; returns how many. Raises Refused before the event has begun."""
    if clock.now() < event.starts_at:
        raise Refused(_("Certificates can be issued once the event has begun."))
    if not rows:
        return 0
    have = queries.issued(event)  # somebody else may have been faster, also while this statement waits for them
    new = [row | {"issued_at": clock.now(), "reason": ""} for row in rows if row["registration_id"] not in have]
    return len(db.session.execute(_new(), new).all()) if new else 0


@built_once
def _new(insert: Callable[[Any], Any]) -> Any:
    table = Certificate.__table__
    return insert(table).on_conflict_do_nothing(index_elements=["registration_id"]).returning(table.c.id)


def withdraw(certificate: Certificate, reason: str) -> None:
    """Say from now on that a certificate is not valid. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused(_("Enter a reason."), field="reason")
    if certificate.withdrawn_at is None:
        certificate.withdrawn_at, certificate.reason = clock.now(), reason.strip()[:200]
    db.session.flush()


def restore(certificate: Certificate) -> None:
    """Let a withdrawn certificate be valid again. How the name is read is taken anew: it may have been missing, and
    nobody but the team should change it.
    """
    certificate.withdrawn_at, certificate.reason = None, ""
    person = None if certificate.erased else db.session.get(Registration, certificate.registration_id)
    if person is not None and (reading := (registration.merged_into(person) or person).reading):
        certificate.facts = {**certificate.facts, "reading": reading}
    db.session.flush()


def forget_names() -> int:
    """Erase the names on certificates whose registration was erased; returns how many. What remains is that a
    certificate was issued, for what, and when.
    """
    named = Certificate.facts["name"].as_string() != ""
    query = select(Certificate.id).where(Certificate.registration_id.is_(None), named).limit(500)
    numbers = list(db.session.scalars(query))
    db.session.rollback()
    if not numbers:
        return 0
    with transaction():
        for one in db.session.scalars(select(Certificate).where(Certificate.id.in_(numbers))):
            facts = {**one.facts, "name": "", "organization": "", "reading": ""}
            db.session.execute(update(Certificate).where(Certificate.id == one.id).values(facts=facts))
    return len(numbers)
