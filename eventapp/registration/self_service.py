"""What attendees do on their own page: cancel, register again, undo, have e-mails sent again, correct their address."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from eventapp.core import budgets, clock, tokens
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.mail.operations import TooManyEmails, may_email
from eventapp.programme import queries as programme
from eventapp.programme.rules import Mode
from eventapp.registration import (
    admission,
    contacts,
    edits,
    notices,
    operations,
    queries,
    seats,
    session_seats,
    undo_steps,
    waiting_list,
)
from eventapp.registration.models import AttendanceOption, ModeChange, Registration
from eventapp.registration.operations import check_guest_may, hold, is_taken
from eventapp.registration.records import AddressChange, UndoableStep
from eventapp.registration.rules import ACTIVE, HELD, HOLDS_SEAT, Notice, RegistrationStatus, StepKind
from eventapp.registration.session_queries import is_on_site, of_person, overlap, promotes

# For how long a new e-mail address can be confirmed.
CONFIRMABLE = timedelta(hours=24)
# New e-mail addresses that can be given for one registration in an hour.
ADDRESSES_AN_HOUR = 5


def cancel(registration: Registration) -> bool:
    """Cancel as the attendee, who can undo that and register again. Returns and raises as `operations.cancel` does."""
    hold(registration)
    if registration.status not in ACTIVE:
        return True
    before = undo_steps.snapshot(registration, StepKind.CANCEL)
    seated = sorted(of_person(registration)[0])
    written = operations.cancel(registration, by_guest=True)
    if before.status not in HELD:  # who rejects a seat is not offered it again
        undo_steps.remember(before, seated)
    return written


def switch(registration: Registration, key: str) -> bool:
    """Move to another option, by its key. Returns and raises as `edits.change_option` does."""
    option = queries.option_by_key(registration.event, key)
    if option is None:
        raise Refused(_("Choose one of the options shown."))
    return edits.change_option(registration, option, by_guest=True)


def register_again(registration: Registration) -> bool:
    """Take a seat again after one's own cancellation, or a position on the waiting list.

    Returns False if no e-mail is sent. Raises Refused if the team has cancelled the registration, and as
    `operations.reinstate` does.
    """
    hold(registration)
    check_guest_may(registration)
    if registration.status in ACTIVE:
        return True
    if not undo_steps.cancelled_by_guest(registration, undo_steps.last(registration)):
        raise Refused(_("The organizers have ended this registration. Please contact them."))
    return operations.reinstate(registration, by_guest=True)


def undo_last_step(registration: Registration) -> bool:
    """Undo the last cancellation or change of the option: the same step back, with the seats that are still free.

    Returns False if no e-mail is sent. Raises Refused if that was too long ago, and if the seat is gone and there is no
    other way back.
    """
    hold(registration)
    check_guest_may(registration)
    step = undo_steps.last(registration)
    if step is None or not undo_steps.is_undoable(step):
        raise Refused(_("This can no longer be undone."))
    option, session_ids = db.session.get_one(AttendanceOption, step.option_id), step.session_ids
    if step.kind is StepKind.CANCEL:
        _return(registration, step, option)
    else:
        _switch_back(registration, step, option)
    _retake(registration, session_ids)
    undo_steps.forget(registration)
    written = may_email(registration.email)
    if written:
        notices.notify(registration, Notice.RECEIVED if step.kind is StepKind.CANCEL else Notice.CHANGED)
    return written


def _switch_back(registration: Registration, step: UndoableStep, option: AttendanceOption) -> None:
    old, held = registration.option, registration.status in HOLDS_SEAT
    kept = held and step.waiting_since is None and seats.move(old, option)
    _return(registration, step, option, kept=kept)
    db.session.add(ModeChange(registration_id=registration.id, from_option_id=old.id, to_option_id=option.id))
    if held and not kept:
        seats.give_back(old)
    seats.promote(old)
    if registration.status not in HOLDS_SEAT:
        session_seats.release(registration)
    elif option.mode is not Mode.IN_PERSON:
        session_seats.release_on_site(registration)


def _return(registration: Registration, step: UndoableStep, option: AttendanceOption, *, kept: bool = False) -> None:
    """Restore the status with a seat, or the former position on the waiting list. Raises Refused.

    A position in a lottery counts for nothing once its seats have been drawn. `kept`: the seat is theirs already.
    """
    waited = step.waiting_since
    if waited is not None and option.drawn_at is not None and waited < option.drawn_at:
        waited = clock.now()
    admission.check_open(registration.event, option, by_team=True)
    registration.held_until = registration.party = None
    if waited is None and (kept or seats.take_for_newcomer(option)):
        registration.status, registration.waiting_since = step.status, None
    elif waited is None and step.kind is StepKind.SWITCH:
        raise Refused(_("Your former seat has been taken. You keep your current one."))
    elif waited is None and not option.waiting_list:
        raise Refused(_("Your former seat has been taken."))
    else:
        registration.status, registration.waiting_since = RegistrationStatus.WAITLISTED, waited or clock.now()
        registration.party = waiting_list.party_since(registration.contact, option, waited) if waited else None
    registration.option = option
    registration.sequence += 1
    operations.flush_unless_taken(registration)
    if waited is not None:
        seats.promote(option)


def _retake(registration: Registration, session_ids: list[int]) -> None:
    """Take the seats in sessions again that are still free and still fit."""
    if registration.status not in HOLDS_SEAT:
        return
    event = registration.event
    own, _waiting = of_person(registration)
    by_id = {one.id: one for one in programme.document(event).sessions}
    for session in (by_id[one] for one in session_ids if one in by_id and one not in own):
        clashes = any(overlap(session, by_id[one]) for one in own if one in by_id)
        remote = is_on_site(session) and registration.option.mode is not Mode.IN_PERSON
        if not clashes and not remote and promotes(session, event):
            if session_seats.take_for_newcomer(registration, session, event=event):
                own.add(session.id)
    db.session.flush()


def send_again(registration: Registration) -> None:
    """E-mail the private link, the facts and the calendar entry once more.

    Raises Refused for a registration that has ended, TooManyEmails.
    """
    hold(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    if not may_email(registration.email):
        raise TooManyEmails
    notices.notify(registration, Notice.AGAIN)


def ask_address(registration: Registration, email: str) -> None:
    """E-mail a link to a new address. Only when that is opened and confirmed does it replace the old address.

    What happens here does not depend on who is registered with the new address. Raises Refused for a registration that
    has ended, the present address, and too many new ones; TooManyEmails.
    """
    hold(registration)
    check_guest_may(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    if mailbox_key(email) == registration.contact.email_key:
        raise Refused(_("This is already your e-mail address."), field="email")
    key = tokens.token()
    db.session.execute(delete(AddressChange).where(AddressChange.registration_id == registration.id))
    row = AddressChange(registration_id=registration.id, email=email.strip(), key_digest=tokens.digest(key))
    db.session.add(row)
    db.session.flush()
    notices.notify_address(registration, Notice.CONFIRM_ADDRESS, to=row.email, key=key)
    if not budgets.take("new addresses", str(registration.id), limit=ADDRESSES_AN_HOUR):
        raise Refused(_("You have entered several addresses in the last hour. Try again later."), field="email")
    if not may_email(email):
        raise TooManyEmails


def address_change(key: str) -> tuple[AddressChange, Registration] | None:
    """The change of an address that the key of a confirmation link belongs to, if it is not too old."""
    query = (
        select(AddressChange, Registration)
        .join(Registration, Registration.id == AddressChange.registration_id)
        .options(joinedload(Registration.event))
        .where(AddressChange.key_digest == tokens.digest(key), AddressChange.at > clock.now() - CONFIRMABLE)
    )
    row = db.session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def confirm_address(change: AddressChange, registration: Registration) -> Registration:
    """Use the new address for this person alone, with a new private link, and tell the old address.

    The old link may have gone to somebody else. Raises Refused for a registration that has ended, a link that was used
    already, and a person who is registered with the new address already.
    """
    hold(registration)
    check_guest_may(registration)
    used = db.session.execute(delete(AddressChange).where(AddressChange.key_digest == change.key_digest))
    if registration.status not in ACTIVE or used.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(_("This link is no longer valid."))
    old, former = registration.contact, registration.email
    _move(registration, change.email)
    contacts.remove_unused(old)
    edits.new_link(registration)
    notices.notify_address(registration, Notice.ADDRESS_CHANGED, to=former)
    return registration


def _move(registration: Registration, email: str) -> None:
    old, name = registration.contact, registration.name
    known = contacts.of_address(registration.event_id, email)
    new = contacts.obtain(registration.event_id, email, known, language=old.language, zone=old.zone, phone=old.phone)
    try:
        with savepoint():
            registration.contact, registration.same_name = new, 0
            db.session.flush()
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise Refused(_("%(name)s is already registered with this e-mail address.", name=name)) from error
