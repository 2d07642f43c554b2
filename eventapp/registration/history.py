"""The history of registrations: who has changed what and when, from which value to which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, event, func, inspect, or_, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from eventapp.core import actors
from eventapp.core.clock import now
from eventapp.core.db import Base, db
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import RegistrationStatus

# What is recorded. The other columns follow from these, or say nothing to people.
FIELDS = (
    "status",
    "option",
    "family_name",
    "given_name",
    "reading",
    "organization_name",
    "organization_kind",
    "country_code",
    "contact",
    "answers",
)


# Of the contact, which may be that of several people.
CONTACT_FIELDS = ("email", "phone", "language", "zone")


class RegistrationChange(Base):
    """One field of a registration that was changed.

    `before` and `after` are the stored values: of an option its key, of a contact its e-mail address, of answers only
    those that differ. `reason` is what the team has written about a decision.
    """

    __tablename__ = "registration_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str]
    field: Mapped[str]
    before: Mapped[Any] = mapped_column(JSON, nullable=True)
    after: Mapped[Any] = mapped_column(JSON, nullable=True)
    reason: Mapped[str] = mapped_column(default="", server_default="")


_REASONS = "reasons of changes"


def give_reason(registration: Registration, reason: str) -> None:
    """Record this reason with the next change of the status, in this transaction."""
    if reason:
        db.session().info.setdefault(_REASONS, {})[registration.id] = reason


def name_for_team(registration: Registration) -> tuple[str, str]:
    """The (family, given) name by which the team knows somebody: as it was before the attendee's own changes, since the
    team has last confirmed the registration, changed the name, or merged another registration into this one, whose
    former names are then among its changes.
    """
    name = {"family_name": registration.family_name, "given_name": registration.given_name}
    last = select(func.max(MergedRegistration.at)).where(MergedRegistration.into_id == registration.id)
    merged = last.scalar_subquery()
    query = select(RegistrationChange).where(
        RegistrationChange.registration_id == registration.id,
        RegistrationChange.field.in_(["status", *name]),
        or_(merged.is_(None), RegistrationChange.at > merged),
    )
    for change in db.session.scalars(query.order_by(RegistrationChange.id.desc())):
        if change.actor != actors.VISITOR and (change.field in name or change.after == RegistrationStatus.CONFIRMED):
            break
        if change.field in name:
            name[change.field] = change.before or ""
    return name["family_name"], name["given_name"]


@event.listens_for(Session, "before_flush")
def _record(session: Session, context: object, instances: object) -> None:
    """Add a row for each change. Here, so that no operation can forget it; a new registration is its own record."""
    for thing in list(session.dirty):
        if isinstance(thing, Registration) and thing.id is not None:
            session.add_all(_changes(thing, session))
        elif isinstance(thing, Contact) and thing.id is not None:
            session.add_all(_contact_changes(thing, session))


def _changes(registration: Registration, session: Session) -> list[RegistrationChange]:
    state = inspect(registration)
    found = []
    for field in FIELDS:
        history = state.attrs[field].history
        if not history.has_changes():
            continue
        before = _value(history.deleted[0] if history.deleted else _former(registration, field, session))
        after = _value(history.added[0] if history.added else None)
        if field == "answers":
            before, after = _different(before or {}, after or {})
        if before != after:
            row = RegistrationChange(registration_id=registration.id, actor=actors.current(), field=field)
            row.before, row.after = before, after
            row.reason = session.info.get(_REASONS, {}).pop(registration.id, "") if field == "status" else ""
            found.append(row)
    return found


def _contact_changes(contact: Contact, session: Session) -> list[RegistrationChange]:
    """A change of the contact is one of everybody who has it."""
    state = inspect(contact)
    changed = []
    for field in CONTACT_FIELDS:
        history = state.attrs[field].history
        before, after = (part[0] if part else "" for part in (history.deleted, history.added))
        if history.has_changes() and before != after:
            changed.append(("contact" if field == "email" else field, before, after))
    if not changed:
        return []
    with session.no_autoflush:
        people = session.scalars(select(Registration.id).where(Registration.contact_id == contact.id)).all()
    return [
        RegistrationChange(registration_id=number, actor=actors.current(), field=field, before=before, after=after)
        for number in people
        for field, before, after in changed
    ]


def _former(registration: Registration, field: str, session: Session) -> Any:
    """The option or contact before the change: the column still has its id until the flush."""
    if field == "option":
        return session.get(AttendanceOption, registration.option_id)
    return session.get(Contact, registration.contact_id) if field == "contact" else None


def _value(stored: Any) -> Any:
    if isinstance(stored, AttendanceOption):
        return stored.key
    return stored.email if isinstance(stored, Contact) else stored


def _different(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    return ({k: before[k] for k in before if k in keys}, {k: after[k] for k in after if k in keys})


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was rolled back, also to a savepoint, gives its reason to nothing else."""
    session.info.pop(_REASONS, None)


@event.listens_for(Session, "after_commit")
def _end(session: Session) -> None:
    session.info.pop(_REASONS, None)
