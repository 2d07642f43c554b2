"""People who may have registered twice: proposals, and merging two registrations into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import ColumnElement, Delete, Update, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.localized import fold
from eventapp.events.models import Event
from eventapp.people.models import DismissedDuplicate, RegistrationNote, RegistrationTag
from eventapp.registration import history, session_seats
from eventapp.registration import operations as registration
from eventapp.registration.history import RegistrationChange
from eventapp.registration.models import Registration, SessionSignup
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import ACTIVE, HOLDS_SEAT, IN_LINE, RegistrationStatus

# Pairs on one page.
MOST = 50


@dataclass(frozen=True)
class DuplicatePair:
    """Two registrations that may be of one person, the older one first, and why."""

    first: Registration
    second: Registration
    why: str


def pairs(event: Event) -> list[DuplicatePair]:
    """The first pairs that nobody has looked at yet. Four statements for any number of people."""
    dismissed = {
        (row.first_id, row.second_id)
        for row in db.session.scalars(select(DismissedDuplicate).where(DismissedDuplicate.event_id == event.id))
    }
    found: dict[tuple[int, int], DuplicatePair] = {}
    for group in (*_same(event, Registration.name_key), *_same(event, Registration.reading), *_sharing(event)):
        for first, second in combinations(group, 2):
            why = _alike(first, second)
            key = (first.id, second.id)
            if why and key not in dismissed and len(found) < MOST:
                found.setdefault(key, DuplicatePair(first, second, why))
    return list(found.values())


def _same(event: Event, column: InstrumentedAttribute[str]) -> list[list[Registration]]:
    """The active registrations that have the same value in a column, in groups."""
    repeated = (
        select(column)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE), column != "")
        .group_by(column)
        .having(func.count() > 1)
        .limit(MOST * 4)
    )
    return _grouped(event, column.in_(repeated), lambda row: getattr(row, column.key))


def _sharing(event: Event) -> list[list[Registration]]:
    """The active registrations of contacts that have several, in groups."""
    shared = (
        select(Registration.contact_id)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
        .group_by(Registration.contact_id)
        .having(func.count() > 1)
        .limit(MOST * 4)
    )
    return _grouped(event, Registration.contact_id.in_(shared), lambda row: row.contact_id)


def _grouped(
    event: Event, condition: ColumnElement[bool], key: Callable[[Registration], object]
) -> list[list[Registration]]:
    query = (
        select(Registration)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE), condition)
        .options(joinedload(Registration.option))
        .order_by(Registration.id)
        .limit(MOST * 20)
    )
    groups: dict[object, list[Registration]] = {}
    for row in db.session.scalars(query):
        groups.setdefault(key(row), []).append(row)
    return list(groups.values())


def _alike(first: Registration, second: Registration) -> str:
    """Why two registrations may be of one person; empty if they are not."""
    organizations = {fold(first.organization_name), fold(second.organization_name)}
    same_place = len(organizations - {""}) < 2
    if first.name_key and first.name_key == second.name_key:
        if first.contact_id == second.contact_id:
            return _("same name and e-mail address")
        return _("same name and organization") if same_place else ""
    if first.reading and fold(first.reading) == fold(second.reading) and same_place:
        return _("same reading and organization")
    if first.contact_id == second.contact_id and first.email and _similar(first, second):
        return _("same e-mail address and a similar name")
    return ""


def _similar(first: Registration, second: Registration) -> bool:
    """Whether one name has all the words of the other, or they differ by initials: "A. Lovelace"."""
    words, others = set(first.name_key.split()), set(second.name_key.split())
    if words <= others or others <= words:
        return True
    only, other = words - others, others - words
    return bool(words & others) and all(
        any(one[0] == two[0] and 1 in {len(one), len(two)} for two in other) for one in only
    )


def dismiss(event: Event, first: Registration, second: Registration) -> None:
    """Two registrations are of two people."""
    low, high = sorted((first.id, second.id))
    if db.session.get(DismissedDuplicate, (low, high)) is None:
        db.session.add(DismissedDuplicate(event_id=event.id, first_id=low, second_id=high))
        db.session.flush()


def merge(kept: Registration, other: Registration) -> None:
    """Make two registrations one. What `kept` does not say is taken from the other, with tags, notes, seats in sessions
    and history; the seat is the better one of both, and the place in line the older one. Nobody is e-mailed.

    The private link of the other leads to the one that is kept. Raises Refused if one of them has ended.
    """
    if kept.id == other.id or kept.event_id != other.event_id:
        raise Refused(_("Choose two different registrations."))
    registration.hold(kept)
    registration.hold(other)
    if not {kept.status, other.status} <= ACTIVE:
        raise Refused(_("One of these registrations is not active any more."))
    _fill(kept, other)
    _seat(kept, other)
    _move(kept, other)
    db.session.add(MergedRegistration(registration_id=other.id, into_id=kept.id))
    history.give_reason(other, _("Merged with %(name)s, number %(number)d.", name=kept.name, number=kept.id))
    registration.leave(other, RegistrationStatus.CANCELLED)


def _fill(kept: Registration, other: Registration) -> None:
    for name in ("given_name", "reading", "organization_name", "organization_kind", "organization_id", "country_code"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    kept.answers = {**other.answers, **kept.answers}
    if not kept.contact.phone:
        kept.contact.phone = other.contact.phone
    if not kept.email and other.email:
        kept.contact = other.contact
    db.session.flush()


def _seat(kept: Registration, other: Registration) -> None:
    """Give the kept registration the seat of the other, if only that has one, or the older place in line."""
    if kept.status in IN_LINE and other.status in HOLDS_SEAT:
        waited, option, status = kept.waiting_since, kept.option, kept.status
        kept.option, kept.status, kept.waiting_since, kept.party = other.option, other.status, None, None
        kept.held_until = other.held_until
        # They trade places, so that no seat is free in between.
        other.option, other.status, other.waiting_since, other.held_until = option, status, waited, None
        kept.sequence += 1
    elif kept.status in IN_LINE and other.status in IN_LINE and kept.option_id == other.option_id:
        kept.waiting_since = min(one.waiting_since for one in (kept, other) if one.waiting_since is not None)
    db.session.flush()


def _move(kept: Registration, other: Registration) -> None:
    """Move what belongs to the other registration."""
    held = set(db.session.scalars(select(SessionSignup.session_id).where(SessionSignup.registration_id == kept.id)))
    if kept.status in HOLDS_SEAT:
        moved = SessionSignup.registration_id == other.id, SessionSignup.session_id.not_in(held)
        _update(update(SessionSignup).where(*moved).values(registration_id=kept.id))
    session_seats.release(other)
    tags = set(db.session.scalars(select(RegistrationTag.tag_id).where(RegistrationTag.registration_id == kept.id)))
    others = RegistrationTag.registration_id == other.id
    _update(update(RegistrationTag).where(others, RegistrationTag.tag_id.not_in(tags)).values(registration_id=kept.id))
    _update(delete(RegistrationTag).where(others))
    tables: tuple[type[RegistrationNote] | type[RegistrationChange], ...] = (RegistrationNote, RegistrationChange)
    for table in tables:
        _update(update(table).where(table.registration_id == other.id).values(registration_id=kept.id))


def _update(statement: Update | Delete) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def by_ids(event: Event, numbers: Sequence[int]) -> list[Registration]:
    """Registrations of this event by their ids."""
    query = select(Registration).where(Registration.event_id == event.id, Registration.id.in_(numbers))
    return list(db.session.scalars(query.options(joinedload(Registration.option)).order_by(Registration.id)))
