"""Operations on registrations: register, change, cancel, approve, decline, reinstate."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from eventapp.core import budgets, clock, tokens
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, savepoint
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.directory import queries as directory
from eventapp.directory.rules import OrganizationKind, says_none
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail.operations import TooManyEmails, may_email
from eventapp.registration import notices, queries, seats
from eventapp.registration.models import AttendanceOption, ModeChange, Registration
from eventapp.registration.rules import (
    ACTIVE,
    HOLDS_SEAT,
    Access,
    Availability,
    Notice,
    RegistrationStatus,
    searchable,
)


@dataclass(frozen=True)
class RegistrationInput:
    """The submitted registration form."""

    email: str
    family_name: str
    given_name: str = ""
    organization: str = ""
    organization_kind: OrganizationKind | None = None
    country: str | None = None
    language: str = "en"
    zone: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    # Keys of the questions that were asked: answers to other questions are kept.
    asked: frozenset[str] = frozenset()


# Per IP address and event: a school class registers at once, a bot is faster.
REGISTRATIONS_AN_HOUR = 60


class AlreadyRegistered(Refused):
    """The e-mail address already has a registration. The message does not reveal this to the person who typed it."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(
            _("Check your inbox: we have e-mailed you the next steps."),
            field="email",
        )
        self.token = registration.token


def register(
    event: Event,
    answers: RegistrationInput,
    *,
    option: AttendanceOption,
    by_team: bool = False,
    generated: bool = False,
    source: str = "",
) -> Registration:
    """Register a person and queue the confirmation e-mail.

    The seat is taken by one atomic statement, so two people never get the last one. A full option gives a position on
    its waiting list. The team (`by_team`) may register people outside the registration period, but not beyond the
    capacity. `source` identifies the client of a form: registrations from it and e-mails to the address are
    rate-limited. Raises Refused if the option can't be chosen or the client has made too many registrations,
    AlreadyRegistered if the address has a registration, TooManyEmails if it has been e-mailed too often.
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
        if not _is_taken(error):
            raise
        # The form was submitted twice, and the other request was faster.
        db.session.expire(option)
        known = queries.active_of_email(event, answers.email)
        if known is None:
            raise
        raise AlreadyRegistered(known) from error
    if source:
        _count(event, source, answers.email)
    notices.notify(registration, Notice.RECEIVED)
    return registration


def _is_taken(error: IntegrityError) -> bool:
    return "uq_registration_active_email" in str(error.orig) or "email_key" in str(error.orig)


def _count(event: Event, source: str, email: str) -> None:
    if not budgets.take(f"registrations {event.id}", source, limit=REGISTRATIONS_AN_HOUR):
        raise Refused(
            _(
                "%(number)d people have registered from your connection within the last hour. "
                "Try again later, or ask the organizers to register you.",
                number=REGISTRATIONS_AN_HOUR,
            )
        )
    if not may_email(email):
        raise TooManyEmails


def _check_open(event: Event, option: AttendanceOption, *, by_team: bool) -> None:
    if event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}:
        raise Refused(
            _(
                "Registration is closed because the status of the event is “%(state)s”.",
                state=event.status.label.lower(),
            )
        )
    if by_team:
        return
    if not event.public:
        raise Refused(_("Registration for this option is closed."), field="option")
    availability = option.availability
    if availability is Availability.NOT_YET:
        raise Refused(_("Registration for this option has not opened yet."), field="option")
    if availability is Availability.CLOSED:
        raise Refused(_("Registration for this option is closed."), field="option")


def _fill(registration: Registration, answers: RegistrationInput) -> None:
    if says_none(answers.organization):
        answers = replace(answers, organization="", organization_kind=None)
    registration.email = answers.email.strip()
    registration.email_key = mailbox_key(answers.email)
    registration.family_name = answers.family_name
    registration.given_name = answers.given_name
    registration.country_code = answers.country or None
    registration.searchable = searchable(answers.family_name, answers.given_name, answers.organization)
    registration.language = answers.language
    registration.zone = answers.zone if answers.zone in clock.zones() else ""
    others = {key: value for key, value in (registration.answers or {}).items() if key not in answers.asked}
    registration.answers = others | answers.extra
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


def _seat(registration: Registration, option: AttendanceOption) -> None:
    """Assign a seat or a position on the waiting list. Raises Refused if neither is available."""
    if seats.take_for_newcomer(option):
        approve = option.access is Access.APPROVAL
        registration.status = RegistrationStatus.PENDING if approve else RegistrationStatus.CONFIRMED
        registration.waiting_since = None
    elif option.waiting_list:
        registration.status = RegistrationStatus.WAITLISTED
        registration.waiting_since = clock.now()
    else:
        raise Refused(_("This option is full. Choose another option."), field="option")


def _hold(registration: Registration) -> None:
    """Lock the event's options, then the registration, and reread them.

    Every operation on an existing registration calls this first, in this order: of two simultaneous requests, the
    second then sees what the first has done.
    """
    queries.lock_options(registration.event_id)
    queries.lock(registration)


def check_guest_may(registration: Registration) -> None:
    """Raise Refused if an attendee can no longer change anything because the event is over or cancelled. The team still
    can.
    """
    if registration.event.over:
        raise Refused(_("This event is over."))
    if registration.event.status is EventStatus.CANCELLED:
        raise Refused(_("This event is cancelled."))


def change(
    registration: Registration, answers: RegistrationInput, *, by_guest: bool = False, by_team: bool = False
) -> None:
    """Change the submitted answers. Only the team can also correct the e-mail address.

    A corrected address gets a new link and the invitation, because the old link went to somebody else. Raises Refused
    for a registration that has ended, for an attendee (`by_guest`) if the event is over or cancelled, and for an
    address that has another registration.
    """
    _hold(registration)
    if by_guest:
        check_guest_may(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    other_address = by_team and bool(answers.email) and mailbox_key(answers.email) != registration.email_key
    if not (by_team and answers.email):
        answers = replace(answers, email=registration.email)
    _fill(registration, answers)
    try:
        with savepoint():
            db.session.flush()
    except IntegrityError as error:
        if not _is_taken(error):
            raise
        raise Refused(_("Someone else is registered with this e-mail address."), field="email") from error
    if other_address:
        new_link(registration)


def change_option(
    registration: Registration, option: AttendanceOption, *, by_team: bool = False, by_guest: bool = False
) -> bool:
    """Move to another option. The old seat is released only once the new one is certain.

    Returns False if no e-mail is sent: those caused by an attendee (`by_guest`), without a login, are rate-limited.
    Raises Refused if the other option is closed or full; if the person holds a seat and the other option has only a
    waiting list; and for an attendee if the event is over or cancelled.
    """
    _hold(registration)
    if by_guest:
        check_guest_may(registration)
    if option.id == registration.option_id:
        return True
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    _check_open(registration.event, option, by_team=by_team)
    old, held = registration.option, registration.status in HOLDS_SEAT
    if seats.take_for_newcomer(option):
        approve = option.access is Access.APPROVAL and not by_team
        registration.status = RegistrationStatus.PENDING if approve else RegistrationStatus.CONFIRMED
        registration.waiting_since = None
    elif held or not option.waiting_list:
        raise Refused(_("This option is full. You keep your current seat."), field="option")
    else:
        registration.status = RegistrationStatus.WAITLISTED
        registration.waiting_since = clock.now()
    db.session.add(ModeChange(registration_id=registration.id, from_option_id=old.id, to_option_id=option.id))
    registration.option = option
    registration.sequence += 1
    db.session.flush()
    if held:
        seats.give_back(old)
        seats.promote(old)
    written = not by_guest or may_email(registration.email)
    if written:
        notices.notify(registration, Notice.CHANGED)
    else:
        notices.notify_of_changes(registration)  # combined with other changes, after the debounce window
    return written


def update(
    registration: Registration,
    answers: RegistrationInput,
    option: AttendanceOption,
    *,
    by_team: bool = False,
    by_guest: bool = False,
) -> bool:
    """Change the answers, then the option. Returns and raises as `change_option` and `change` do."""
    change(registration, answers, by_guest=by_guest, by_team=by_team)
    return change_option(registration, option, by_team=by_team, by_guest=by_guest)


def cancel(registration: Registration, *, by_guest: bool = False) -> bool:
    """Cancel, and give the seat to the first on the waiting list. Cancelling again does nothing.

    Returns False if no e-mail is sent: those caused by an attendee (`by_guest`), without a login, are rate-limited.
    Attendees can't cancel once the event is over or cancelled.
    """
    _hold(registration)
    if by_guest:
        check_guest_may(registration)
    if registration.status not in ACTIVE:
        return True
    _leave(registration, RegistrationStatus.CANCELLED)
    written = not by_guest or may_email(registration.email)
    if written:
        notices.notify(registration, Notice.CANCELLED)
    return written


def decline(registration: Registration) -> None:
    """Decline somebody who is pending or on the waiting list. Raises Refused for others."""
    _hold(registration)
    if registration.status not in {RegistrationStatus.PENDING, RegistrationStatus.WAITLISTED}:
        raise Refused(_("You can only decline a registration that is waiting. Cancel this one instead."))
    _leave(registration, RegistrationStatus.DECLINED)
    notices.notify(registration, Notice.DECLINED)


def _leave(registration: Registration, status: RegistrationStatus) -> None:
    held = registration.status in HOLDS_SEAT
    registration.status = status
    registration.waiting_since = None
    registration.sequence += 1
    db.session.flush()
    if held:
        seats.give_back(registration.option)
        seats.promote(registration.option)


def reinstate(registration: Registration) -> None:
    """Undo a cancellation or a decline: the person gets a seat if there is one.

    Raises Refused if there is neither a seat nor a waiting list, the event is cancelled, or the address has another
    registration.
    """
    _hold(registration)
    if registration.status in ACTIVE:
        return
    _check_open(registration.event, registration.option, by_team=True)
    _seat(registration, registration.option)
    registration.sequence += 1
    try:
        with savepoint():
            db.session.flush()
    except IntegrityError as error:
        if not _is_taken(error):
            raise
        raise Refused(_("Someone else is registered with this e-mail address.")) from error
    notices.notify(registration, Notice.RECEIVED)


def approve(registration: Registration) -> None:
    """Approve somebody who is pending, or who is on the waiting list if a seat is free.

    Raises Refused if the registration is not waiting, no seat is free, or the event is cancelled.
    """
    _hold(registration)
    if registration.event.status is EventStatus.CANCELLED:
        raise Refused(
            _("You can't do this while the status of the event is “%(state)s”.", state=registration.event.status.label)
        )
    if registration.status is RegistrationStatus.WAITLISTED:
        if not seats.take(registration.option, past_the_line=True):
            raise Refused(_("There are no free seats. Increase the number of seats first."))
    elif registration.status is not RegistrationStatus.PENDING:
        raise Refused(_("This registration is not waiting for approval."))
    registration.status = RegistrationStatus.CONFIRMED
    registration.waiting_since = None
    registration.sequence += 1
    db.session.flush()
    notices.notify(registration, Notice.CONFIRMED)


def send_link(event: Event, email: str) -> None:
    """E-mail the private link to the owner of an address, if a registration exists for it.

    Raises TooManyEmails if the address has been e-mailed too often, whether or not it is registered.
    """
    if not may_email(email):
        raise TooManyEmails
    known = queries.active_of_email(event, email)
    if known is not None:
        notices.notify(known, Notice.LINK)


def new_link(registration: Registration) -> None:
    """Invalidate the private link and e-mail a new one. Raises Refused for a registration that has ended."""
    _hold(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    registration.token = tokens.token()
    db.session.flush()
    notices.notify(registration, Notice.NEW_LINK)
