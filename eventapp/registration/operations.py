"""Verbs of taking part: register, change, cancel, approve, decline, and places for those who wait."""

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
    # The keys of the questions that the person was asked: what they answered to others stays.
    asked: frozenset[str] = frozenset()


# From one connection to one event within an hour: a school class registers at once, a robot is faster.
REGISTRATIONS_AN_HOUR = 60


class AlreadyRegistered(Refused):
    """The address holds a registration already. The sentence does not say so to whoever typed it."""

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
    """Register a person and put the letter that says so into the outbox.

    The place is taken by one atomic statement: two people never get the last one. A full option gives a place on its
    waiting list. The team (`by_team`) may register before the opening and after the closing, but not over capacity.
    `source` names the connection that a form comes from: registrations from it and letters to the address are counted.
    Raises Refused where the option can't be taken or too many came from there, AlreadyRegistered where the address
    holds a registration, TooManyEmails where it was written to too often.
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
        # Somebody pressed the button twice: the other request was faster.
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
    """Give a place, or a place in line. Raises Refused where there is neither."""
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
    """Lock the event's options, then the registration, and read them anew.

    Everybody who changes a standing registration comes through here first, and in this order: two buttons pressed at
    once then act one after the other, and the second sees what the first has done.
    """
    queries.lock_options(registration.event_id)
    queries.lock(registration)


def check_guest_may(registration: Registration) -> None:
    """Once an event is over or off nothing of it is the guest's to change: it tells who came. The team still may."""
    if registration.event.over:
        raise Refused(_("This event is over."))
    if registration.event.status is EventStatus.CANCELLED:
        raise Refused(_("This event is cancelled."))


def change(
    registration: Registration, answers: RegistrationInput, *, by_guest: bool = False, by_team: bool = False
) -> None:
    """The person changes what was filled in; the e-mail address stays. The team can correct that too.

    A corrected address gets a new link and the invitation: the old link went to somebody else. Raises Refused for a
    registration that has ended, where it is done `by_guest` at an event that is over or off, and for an address that
    holds another registration.
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
    """Take part in another way. The old place is given up only once the new one is certain.

    False without a letter: those that are caused `by_guest`, without a login, are counted. Guests change nothing once
    the event is over or off.

    Raises Refused where the other option is closed or full; a waiting list is joined only by those who hold no place.
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
        notices.notify_of_changes(registration)  # with other changes, after the debounce window
    return written


def update(
    registration: Registration,
    answers: RegistrationInput,
    option: AttendanceOption,
    *,
    by_team: bool = False,
    by_guest: bool = False,
) -> bool:
    """Change what was filled in, then the option. Returns and raises as `change_option` and `change` do."""
    change(registration, answers, by_guest=by_guest, by_team=by_team)
    return change_option(registration, option, by_team=by_team, by_guest=by_guest)


def cancel(registration: Registration, *, by_guest: bool = False) -> bool:
    """Cancel, and give the place to whoever has waited longest. Cancelling twice is no mistake.

    False without a letter: those that are caused `by_guest`, without a login, are counted. Guests change nothing once
    the event is over or off.
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
    """The team says no to somebody who waits for approval or a place."""
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
    """The team takes back that a registration was cancelled or declined: it gets a seat if there is one.

    Raises Refused where there is neither a seat nor a waiting list, the event is off, or the address holds another one.
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
    """The team says yes: to somebody pending, or to somebody on the waiting list if a place is free.

    Raises Refused where it does not wait, no place is free, or the event is cancelled: there is nothing to promise.
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
    """Write to the owner of an address what is registered under it; to nobody if nothing is.

    Raises TooManyEmails where the address was written to too often, whether or not it is registered.
    """
    if not may_email(email):
        raise TooManyEmails
    known = queries.active_of_email(event, email)
    if known is not None:
        notices.notify(known, Notice.LINK)


def new_link(registration: Registration) -> None:
    """Make the old self-service link void and send a new one. Raises Refused for a registration that has ended."""
    _hold(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    registration.token = tokens.token()
    db.session.flush()
    notices.notify(registration, Notice.NEW_LINK)
