"""Verbs of taking part: register, change, cancel, approve, decline, and places for those who wait."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from eventapp.core import clock, tokens
from eventapp.core.db import db, savepoint
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.words import Words
from eventapp.directory import queries as directory
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration import emails, news, queries
from eventapp.registration.models import AttendanceOption, ModeChange, Question, Registration, RemovedOption
from eventapp.registration.rules import (
    ACTIVE,
    HOLDS_PLACE,
    Access,
    QuestionKind,
    RegistrationStatus,
    Standing,
    email_key,
)


@dataclass(frozen=True)
class Answers:
    """What somebody filled in."""

    email: str
    family_name: str
    given_name: str = ""
    organization: str = ""
    organization_kind: OrganizationKind | None = None
    country: str | None = None
    language: str = "en"
    zone: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class AlreadyRegistered(Refused):
    """The address holds a registration already. The sentence does not say so to whoever typed it."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(
            _("Look into your mailbox: we have just written to this address. The letter says how to go on."),
            field="email",
        )
        self.token = registration.token


def register(
    event: Event, answers: Answers, *, option: AttendanceOption, by_team: bool = False, generated: bool = False
) -> Registration:
    """Register a person and put the letter that says so into the outbox.

    The place is taken by one atomic statement: two people never get the last one. A full option gives a place on its
    waiting list. The team (`by_team`) may register before the opening and after the closing, but not over capacity.
    Raises Refused where the option can't be taken, AlreadyRegistered where the address holds a registration.
    """
    _check_open(event, option, by_team=by_team)
    known = queries.active_of_email(event, answers.email)
    if known is not None:
        raise AlreadyRegistered(known)
    registration = Registration(event=event, event_id=event.id, option=option, generated=generated)
    _fill(registration, answers)
    _seat(registration, option)
    try:
        with savepoint():
            db.session.add(registration)
            db.session.flush()
    except IntegrityError as error:
        if "uq_registration_active_email" not in str(error.orig) and "email_key" not in str(error.orig):
            raise
        # Somebody pressed the button twice: the other request was faster.
        db.session.expire(option)
        known = queries.active_of_email(event, answers.email)
        if known is None:
            raise
        raise AlreadyRegistered(known) from error
    if not generated:
        emails.received(registration)
    return registration


def _check_open(event: Event, option: AttendanceOption, *, by_team: bool) -> None:
    if event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}:
        raise Refused(_("Registration is closed: the event is %(state)s.", state=event.status.label.lower()))
    if by_team:
        return
    standing = option.standing
    if standing is Standing.NOT_YET:
        raise Refused(_("Registration for this has not opened yet."), field="option")
    if standing is Standing.CLOSED:
        raise Refused(_("Registration for this is closed."), field="option")


def _fill(registration: Registration, answers: Answers) -> None:
    registration.email = answers.email.strip()
    registration.email_key = email_key(answers.email)
    registration.family_name = answers.family_name
    registration.given_name = answers.given_name
    registration.country_code = answers.country or None
    registration.language = answers.language
    registration.zone = answers.zone if answers.zone in clock.zones() else ""
    registration.answers = dict(answers.extra)
    if (registration.organization_name, registration.organization_kind) != (
        answers.organization,
        answers.organization_kind,
    ) or registration.organization_id is None:
        registration.organization_name = answers.organization
        registration.organization_kind = answers.organization_kind
        known = (
            directory.organization_named(answers.organization, country_code=answers.country)
            if answers.organization
            else None
        )
        registration.organization = known
        if known is not None:
            registration.organization_kind = known.kind


def _take_place(option: AttendanceOption) -> bool:
    """Take one place in one statement; False when there is none."""
    result = db.session.execute(
        update(AttendanceOption)
        .where(AttendanceOption.id == option.id)
        .where(or_(AttendanceOption.capacity.is_(None), AttendanceOption.taken < AttendanceOption.capacity))
        .values(taken=AttendanceOption.taken + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(option, ["taken"])
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _give_place_back(option: AttendanceOption) -> None:
    db.session.execute(
        update(AttendanceOption)
        .where(AttendanceOption.id == option.id)
        .values(taken=AttendanceOption.taken - 1)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(option, ["taken"])


def _seat(registration: Registration, option: AttendanceOption) -> None:
    """Give a place, or a place in line. Raises Refused where there is neither."""
    if _take_place(option):
        approve = option.access is Access.APPROVAL
        registration.status = RegistrationStatus.PENDING if approve else RegistrationStatus.CONFIRMED
        registration.waiting_since = None
    elif option.waiting_list:
        registration.status = RegistrationStatus.WAITLISTED
        registration.waiting_since = clock.now()
    else:
        raise Refused(_("All places for this are taken. Choose another way to take part."), field="option")


def _hold(registration: Registration) -> None:
    """Lock the event's options, then the registration, and read them anew.

    Everybody who changes a standing registration comes through here first, and in this order: two buttons pressed at
    once then act one after the other, and the second sees what the first has done.
    """
    queries.lock_options(registration.event_id)
    queries.lock(registration)


def change(registration: Registration, answers: Answers) -> None:
    """The person changes what was filled in; the address of the mail stays."""
    _hold(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration has ended. Register again to take part."))
    _fill(registration, replace(answers, email=registration.email))
    db.session.flush()


def change_option(registration: Registration, option: AttendanceOption, *, by_team: bool = False) -> None:
    """Take part in another way. The old place is given up only once the new one is certain.

    Raises Refused where the other option is closed or full; a waiting list is joined only by those who hold no place.
    """
    _hold(registration)
    if option.id == registration.option_id:
        return
    if registration.status not in ACTIVE:
        raise Refused(_("This registration has ended. Register again to take part."))
    _check_open(registration.event, option, by_team=by_team)
    old, held = registration.option, registration.status in HOLDS_PLACE
    if _take_place(option):
        approve = option.access is Access.APPROVAL and not by_team
        registration.status = RegistrationStatus.PENDING if approve else RegistrationStatus.CONFIRMED
        registration.waiting_since = None
    elif held or not option.waiting_list:
        raise Refused(_("All places for this are taken. You keep the place you have."), field="option")
    else:
        registration.status = RegistrationStatus.WAITLISTED
        registration.waiting_since = clock.now()
    db.session.add(ModeChange(registration_id=registration.id, from_option_id=old.id, to_option_id=option.id))
    registration.option = option
    registration.sequence += 1
    db.session.flush()
    if held:
        _give_place_back(old)
        promote(old)
    emails.changed(registration)


def cancel(registration: Registration, *, tell: bool = True) -> None:
    """Cancel, and give the place to whoever has waited longest. Cancelling twice is no mistake."""
    _hold(registration)
    if registration.status not in ACTIVE:
        return
    _leave(registration, RegistrationStatus.CANCELLED)
    if tell:
        emails.cancelled(registration)


def decline(registration: Registration) -> None:
    """The team says no to somebody who waits for approval or a place."""
    _hold(registration)
    if registration.status not in {RegistrationStatus.PENDING, RegistrationStatus.WAITLISTED}:
        raise Refused(_("Only a registration that waits can be declined. Cancel this one instead."))
    _leave(registration, RegistrationStatus.DECLINED)
    emails.declined(registration)


def _leave(registration: Registration, status: RegistrationStatus) -> None:
    held = registration.status in HOLDS_PLACE
    registration.status = status
    registration.waiting_since = None
    registration.sequence += 1
    db.session.flush()
    if held:
        _give_place_back(registration.option)
        promote(registration.option)


def approve(registration: Registration) -> None:
    """The team says yes: to somebody pending, or to somebody on the waiting list if a place is free.

    Raises Refused where it does not wait, no place is free, or the event is cancelled: there is nothing to promise.
    """
    _hold(registration)
    if registration.event.status is EventStatus.CANCELLED:
        raise Refused(
            _("This can't be done while the event is in the state “%(state)s”.", state=registration.event.status.label)
        )
    if registration.status is RegistrationStatus.WAITLISTED:
        if not _take_place(registration.option):
            raise Refused(_("No place is free. Raise the number of places first."))
    elif registration.status is not RegistrationStatus.PENDING:
        raise Refused(_("This registration does not wait for approval."))
    registration.status = RegistrationStatus.CONFIRMED
    registration.waiting_since = None
    registration.sequence += 1
    db.session.flush()
    emails.confirmed(registration)


def promote(option: AttendanceOption) -> list[Registration]:
    """Give free places to those who have waited longest, and tell them. Returns who got one.

    Whoever calls it has locked the option: else two would give the same person a place each.
    """
    moved: list[Registration] = []
    if option.event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED} or option.event.over:
        return moved
    while (waiting := queries.next_waiting(option)) is not None and _take_place(option):
        approve_first = option.access is Access.APPROVAL
        waiting.status = RegistrationStatus.PENDING if approve_first else RegistrationStatus.CONFIRMED
        waiting.waiting_since = None
        waiting.sequence += 1
        db.session.flush()
        if not approve_first:
            emails.confirmed(waiting)
        moved.append(waiting)
    return moved


def send_link(event: Event, email: str) -> None:
    """Write to the owner of an address what is registered under it; to nobody if nothing is."""
    known = queries.active_of_email(event, email)
    if known is not None:
        emails.link(known)


def new_link(registration: Registration) -> None:
    """Make the old self-service link void and send a new one. Raises Refused for a registration that has ended."""
    _hold(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration has ended. Register again to take part."))
    registration.token = tokens.token()
    db.session.flush()
    emails.new_link(registration)


def save_option(
    event: Event,
    option: AttendanceOption | None,
    *,
    mode: Mode,
    title: Words,
    note: Words | None = None,
    capacity: int | None = None,
    waiting_list: bool = True,
    access: Access = Access.ANYONE,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> AttendanceOption:
    """A new option, or the changed one; more places go to those who wait.

    Raises Refused for a capacity below the places already taken, or a closing before the opening.
    """
    queries.lock_options(event.id)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Refused(_("The closing must be after the opening."), field="closes_at")
    if capacity is not None and capacity < (option.taken if option else 1):
        message = (
            _("%(number)d places are taken already. Cancel registrations first.", number=option.taken)
            if option and option.taken
            else _("Enter at least 1, or nothing for no limit.")
        )
        raise Refused(message, field="capacity")
    if option is None:
        keys = set(db.session.scalars(select(AttendanceOption.key).where(AttendanceOption.event_id == event.id)))
        key, number = mode.value, 2
        while key in keys:
            key, number = f"{mode.value}_{number}", number + 1
        option = AttendanceOption(event=event, event_id=event.id, key=key, position=len(keys))
        db.session.add(option)
    elif option.mode is not mode:
        news.expect_all_with(option)
    option.mode = mode
    option.title = title
    option.note = note or Words()
    option.capacity = capacity
    option.waiting_list = waiting_list
    option.access = access
    option.opens_at = opens_at
    option.closes_at = closes_at
    db.session.flush()
    promote(option)
    return option


def remove_option(option: AttendanceOption) -> None:
    """Take an option away. Raises Refused where somebody is registered with it."""
    used = db.session.scalar(select(Registration.id).where(Registration.option_id == option.id).limit(1))
    if used is not None:
        raise Refused(_("People are registered with this. Close it instead, by setting its closing time."))
    event = option.event
    told = event.public or option.uid in {one["uid"] for one in event.told_deadlines}
    if option.told_closing is not None and event.announced_at is not None and told:
        db.session.add(
            RemovedOption(
                event_id=option.event_id,
                uid=option.uid,
                mode=option.mode,
                title=option.title,
                told_closing=option.told_closing,
                closing_sequence=option.closing_sequence + 1,
            )
        )
    db.session.delete(option)
    db.session.flush()


def save_question(
    event: Event,
    question: Question | None,
    *,
    label: Words,
    kind: QuestionKind,
    hint: Words | None = None,
    choices: list[str] | None = None,
    mode: Mode | None = None,
    required: bool = False,
    key: str = "",
) -> Question:
    """A new question, or the changed one. Raises Refused where a kind that chooses has fewer than two choices."""
    chosen = [choice for choice in choices or [] if choice]
    if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES} and len(chosen) < 2:
        raise Refused(_("Enter at least two choices, one per line."), field="choices")
    if question is None:
        number = len(queries.questions(event))
        question = Question(event_id=event.id, key=key or tokens.code(4).lower(), position=number)
        db.session.add(question)
    question.label = label
    question.hint = hint or Words()
    question.kind = kind
    question.choices = chosen
    question.mode = mode
    question.required = required
    db.session.flush()
    return question


def remove_question(question: Question) -> None:
    """Take a question away; answers given stay with their registrations."""
    db.session.delete(question)
    db.session.flush()
