"""Finding registrations, options and questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme import queries as programme
from eventapp.programme.conflicts import Audience
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode
from eventapp.registration.models import (
    AttendanceOption,
    Contact,
    Question,
    Registration,
    RemovedOption,
    SessionSignup,
)
from eventapp.registration.rules import ACTIVE, HOLDS_SEAT, RegistrationStatus, fits, searched

# Registrations whose contacts are written to.
EMAILED = and_(
    Registration.generated.is_(False), exists().where(Contact.id == Registration.contact_id, Contact.email != "")
)
ACTIVE_AND_EMAILED = and_(Registration.status.in_(ACTIVE), EMAILED)


# Built once: building a select takes longer than running it.
_options = (
    select(AttendanceOption)
    .where(AttendanceOption.event_id == bindparam("event"))
    .options(joinedload(AttendanceOption.event))
    .order_by(AttendanceOption.position, AttendanceOption.id)
)
_questions = select(Question).where(Question.event_id == bindparam("event")).order_by(Question.position, Question.id)


def options(event: Event) -> list[AttendanceOption]:
    """Registration options in order."""
    return list(db.session.scalars(_options, {"event": event.id}))


def options_with_closing(event_id: int) -> list[AttendanceOption]:
    """The options of an event, by its id, that have or had a closing time."""
    query = select(AttendanceOption).where(
        AttendanceOption.event_id == event_id, AttendanceOption.last_closing.is_not(None)
    )
    return list(db.session.scalars(query))


def removed_options(event_id: int) -> list[RemovedOption]:
    """The deleted options of an event, by its id, that had a closing time."""
    return list(db.session.scalars(select(RemovedOption).where(RemovedOption.event_id == event_id)))


def audience(event: Event) -> Audience:
    """Who is registered, for the check of the programme."""
    rows = db.session.execute(
        select(Contact.language, func.count())
        .join(Registration, Registration.contact_id == Contact.id)
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED)
        .group_by(Contact.language)
    )
    signed = db.session.execute(
        select(Session.code, func.count())
        .join(SessionSignup, SessionSignup.session_id == Session.id)
        .join(Registration, Registration.id == SessionSignup.registration_id)
        .where(Session.event_id == event.id, Registration.status.in_(HOLDS_SEAT))
        .group_by(Session.code)
    )
    return Audience(
        languages={language: number for language, number in rows}, sign_ups={code: number for code, number in signed}
    )


def joins_online(registration: Registration) -> bool:
    """Whether the person's online registration is confirmed and there is a joining link."""
    if registration.status is not RegistrationStatus.CONFIRMED or registration.option.mode is not Mode.ONLINE:
        return False
    return bool(registration.event.join_url or programme.join_links(registration.event))


def lock_options(event_id: int) -> None:
    """Lock the event's options for this transaction, always in the same order, and reread them."""
    query = select(AttendanceOption).where(AttendanceOption.event_id == event_id).order_by(AttendanceOption.id)
    db.session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


def lock(registration: Registration) -> None:
    """Lock a registration for this transaction and reread it."""
    query = select(Registration).where(Registration.id == registration.id)
    db.session.scalars(
        query.with_for_update(key_share=True, of=Registration).execution_options(populate_existing=True)
    ).all()


def option_by_key(event: Event, key: str) -> AttendanceOption | None:
    """One option by its key."""
    return db.session.scalar(
        select(AttendanceOption).where(AttendanceOption.event_id == event.id, AttendanceOption.key == key)
    )


def questions(event: Event) -> list[Question]:
    """The current questions, in order."""
    return [question for question in every_question(event) if question.removed_at is None]


def every_question(event: Event) -> list[Question]:
    """All questions in order, including removed ones."""
    return list(db.session.scalars(_questions, {"event": event.id}))


@dataclass(frozen=True)
class OtherAnswer:
    """An answer that the form does not show, its question (None: unknown), and why it is not shown."""

    question: Question | None
    answer: Any
    why: str


def other_answers(registration: Registration) -> list[OtherAnswer]:
    """The person's answers to questions that are no longer asked, or not of this person."""
    known = {question.key: question for question in every_question(registration.event)}
    found = []
    for key, answer in registration.answers.items():
        question = known.get(key)
        if question is None or question.removed_at is not None:
            found.append(OtherAnswer(question, answer, _("no longer asked")))
        elif not question.asked_of(registration.option):
            found.append(OtherAnswer(question, answer, _("not asked for this option")))
        elif not fits(question.kind, question.choices, answer):
            found.append(OtherAnswer(question, answer, _("answered before the question was changed")))
    return found


_by_token = (
    select(Registration)
    .where(Registration.token == bindparam("token"))
    .options(joinedload(Registration.event), joinedload(Registration.option))
)


def by_token(token: str) -> Registration | None:
    """The registration of a private link."""
    return db.session.scalar(_by_token, {"token": token})


def by_id(event: Event, number: int) -> Registration | None:
    """A registration of this event."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.id == number, Registration.event_id == event.id)
        .options(joinedload(Registration.option), joinedload(Registration.organization))
    )


def of_event(
    event: Event,
    *,
    status: RegistrationStatus | None = None,
    option: str = "",
    text: str = "",
    emails: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[Registration], int]:
    """A page of registrations, newest first, and their total number.

    Each word of `text` is searched for in what the list shows; in e-mail addresses only if the user may see `emails`.
    """
    query = select(Registration).where(Registration.event_id == event.id)
    if status:
        query = query.where(Registration.status == status)
    if option:
        query = query.join(AttendanceOption).where(AttendanceOption.key == option)
    if text:
        shown = [Registration.family_name, Registration.given_name, Registration.organization_name]
        if emails:
            query = query.join(Registration.contact)
            shown.append(Contact.email)
        for folded, typed in searched(text):
            # Characters that folding drops are found as typed.
            found = [func.lower(column).contains(typed, autoescape=True) for column in shown]
            if folded:
                found.append(Registration.searchable.contains(folded, autoescape=True))
            query = query.where(or_(*found))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(
        query.options(joinedload(Registration.option), joinedload(Registration.organization))
        .order_by(Registration.created_at.desc(), Registration.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return list(rows), total


def number_emailed(event: Event) -> int:
    """The number of registrations about which an e-mail to everybody is written."""
    query = select(func.count()).where(Registration.event_id == event.id, ACTIVE_AND_EMAILED)
    return db.session.scalar(query) or 0


def numbers_by_status(event: Event) -> dict[RegistrationStatus, int]:
    """The number of registrations per status."""
    query = (
        select(Registration.status, func.count()).where(Registration.event_id == event.id).group_by(Registration.status)
    )
    return {status: number for status, number in db.session.execute(query)}


def next_waiting(option: AttendanceOption) -> Registration | None:
    """The first on the waiting list, locked for this transaction."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.option_id == option.id, Registration.status == RegistrationStatus.WAITLISTED)
        .order_by(Registration.waiting_since, Registration.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Registration)
    )


def options_with_seats_for_waiting() -> list[tuple[int, int]]:
    """(option, event) ids where a seat is free and somebody is waiting, at upcoming events."""
    moment = clock.now()
    query = (
        select(AttendanceOption.id, AttendanceOption.event_id)
        .join(Event, Event.id == AttendanceOption.event_id)
        .where(Event.status == EventStatus.PUBLISHED, Event.starts_at > moment)
        .where(or_(AttendanceOption.capacity.is_(None), AttendanceOption.seats_taken < AttendanceOption.capacity))
        .where(
            exists().where(
                Registration.option_id == AttendanceOption.id, Registration.status == RegistrationStatus.WAITLISTED
            )
        )
        .order_by(AttendanceOption.id)
    )
    return [(option, event) for option, event in db.session.execute(query)]


def number_waiting(option: AttendanceOption) -> int:
    """The length of the waiting list."""
    query = select(func.count()).where(
        Registration.option_id == option.id, Registration.status == RegistrationStatus.WAITLISTED
    )
    return db.session.scalar(query) or 0


def numbers_waiting(event: Event) -> dict[int, int]:
    """The length of each waiting list that is not empty, by the id of the option."""
    query = (
        select(Registration.option_id, func.count())
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.WAITLISTED)
        .group_by(Registration.option_id)
    )
    return {option: number for option, number in db.session.execute(query)}


def waiting_position(registration: Registration) -> int:
    """The position on the waiting list, starting at 1."""
    before = select(func.count()).where(
        Registration.option_id == registration.option_id,
        Registration.status == RegistrationStatus.WAITLISTED,
        or_(
            Registration.waiting_since < registration.waiting_since,
            (Registration.waiting_since == registration.waiting_since) & (Registration.id < registration.id),
        ),
    )
    return (db.session.scalar(before) or 0) + 1
