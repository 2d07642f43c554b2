"""Questions about registrations."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.programme.conflicts import Audience
from eventapp.registration.models import AttendanceOption, Question, Registration
from eventapp.registration.rules import ACTIVE, RegistrationStatus, email_key


def options(event: Event) -> list[AttendanceOption]:
    """Attendance options in order."""
    query = select(AttendanceOption).where(AttendanceOption.event_id == event.id)
    return list(
        db.session.scalars(
            query.options(joinedload(AttendanceOption.event)).order_by(AttendanceOption.position, AttendanceOption.id)
        )
    )


def audience(event: Event) -> Audience:
    """Who is registered, as the check of the programme wants to know it."""
    rows = db.session.execute(
        select(Registration.language, func.count())
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED)
        .group_by(Registration.language)
    )
    return Audience(languages={language: number for language, number in rows})


def lock_options(event_id: int) -> None:
    """Lock the event's options for this transaction, always in one order, and read them anew."""
    query = select(AttendanceOption).where(AttendanceOption.event_id == event_id).order_by(AttendanceOption.id)
    db.session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


def lock(registration: Registration) -> None:
    """Lock a registration for this transaction and read it anew."""
    query = select(Registration).where(Registration.id == registration.id)
    db.session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


def option_by_key(event: Event, key: str) -> AttendanceOption | None:
    """One option by its key."""
    return db.session.scalar(
        select(AttendanceOption).where(AttendanceOption.event_id == event.id, AttendanceOption.key == key)
    )


def questions(event: Event) -> list[Question]:
    """Questions in order."""
    return list(
        db.session.scalars(
            select(Question).where(Question.event_id == event.id).order_by(Question.position, Question.id)
        )
    )


def by_token(token: str) -> Registration | None:
    """The registration of a self-service link."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.token == token)
        .options(joinedload(Registration.event), joinedload(Registration.option))
    )


def by_id(event: Event, number: int) -> Registration | None:
    """A registration of this event."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.id == number, Registration.event_id == event.id)
        .options(joinedload(Registration.option), joinedload(Registration.organization))
    )


def active_of_email(event: Event, email: str) -> Registration | None:
    """The registration that an address holds now."""
    return db.session.scalar(
        select(Registration).where(
            Registration.event_id == event.id,
            Registration.email_key == email_key(email),
            Registration.status.in_(ACTIVE),
        )
    )


def of_event(
    event: Event,
    *,
    status: RegistrationStatus | None = None,
    option: str = "",
    text: str = "",
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[Registration], int]:
    """A page of registrations, newest first, and how many there are in all."""
    query = select(Registration).where(Registration.event_id == event.id)
    if status:
        query = query.where(Registration.status == status)
    if option:
        query = query.join(AttendanceOption).where(AttendanceOption.key == option)
    if text:
        pattern = f"%{text.replace('%', '').replace('_', ' ')}%"
        query = query.where(
            or_(
                Registration.family_name.ilike(pattern),
                Registration.given_name.ilike(pattern),
                Registration.email.ilike(pattern),
                Registration.organization_name.ilike(pattern),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(
        query.options(joinedload(Registration.option), joinedload(Registration.organization))
        .order_by(Registration.created_at.desc(), Registration.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return list(rows), total


def everyone(event: Event) -> list[Registration]:
    """All registrations of an event that stand, with their options: for letters to all."""
    return list(
        db.session.scalars(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
            .options(joinedload(Registration.option))
            .order_by(Registration.id)
        )
    )


def numbers_by_status(event: Event) -> dict[RegistrationStatus, int]:
    """How many registrations are in which state."""
    query = (
        select(Registration.status, func.count()).where(Registration.event_id == event.id).group_by(Registration.status)
    )
    return {status: number for status, number in db.session.execute(query)}


def next_waiting(option: AttendanceOption) -> Registration | None:
    """Who has waited longest for a place, locked for this transaction."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.option_id == option.id, Registration.status == RegistrationStatus.WAITLISTED)
        .order_by(Registration.waiting_since, Registration.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def place_in_line(registration: Registration) -> int:
    """1 for the first of the waiting list."""
    before = select(func.count()).where(
        Registration.option_id == registration.option_id,
        Registration.status == RegistrationStatus.WAITLISTED,
        or_(
            Registration.waiting_since < registration.waiting_since,
            (Registration.waiting_since == registration.waiting_since) & (Registration.id < registration.id),
        ),
    )
    return (db.session.scalar(before) or 0) + 1
