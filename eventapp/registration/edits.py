"""Changes of a registration: the answers, the option, and the contact."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from eventapp.core import clock
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.directory.rules import typed_name
from eventapp.events.models import Event
from eventapp.mail.operations import TooManyEmails, may_email
from eventapp.programme.rules import Mode
from eventapp.registration import contacts, files, history, notices, queries, seats, session_seats, undo_steps
from eventapp.registration.admission import check_access, check_open, count
from eventapp.registration.models import AttendanceOption, Contact, ModeChange, Registration
from eventapp.registration.operations import RegistrationInput, check_guest_may, fill, hold, is_taken
from eventapp.registration.rules import (
    ACTIVE,
    HELD,
    HOLDS_SEAT,
    IN_LINE,
    UNCONFIRMED,
    Access,
    Notice,
    RegistrationStatus,
    StepKind,
    first_status,
    is_corrected,
    is_somebody_else,
    name_key,
)


def change(
    registration: Registration,
    answers: RegistrationInput,
    *,
    by_guest: bool = False,
    by_team: bool = False,
    everybody: bool = False,
) -> None:
    """Change the submitted answers, and how the contact is written to; an attendee, only if they decide about that
    (`contacts.is_decided_by`). One who becomes somebody else, as far as the team knows them, waits for its approval
    again where the option needs one.

    Only the team can give another e-mail address: to this person, or to `everybody` who shares the contact. They get a
    new link and the invitation there, because the old link went to somebody else. Raises Refused for a registration
    that has ended, for an attendee (`by_guest`) if the event is over or cancelled, and if the team would give a contact
    two people of the same name.
    """
    hold(registration)
    if by_guest:
        check_guest_may(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    key, same = name_key(answers.family_name, answers.given_name), registration.same_name
    if key != registration.name_key:
        # An attendee must not learn who else is registered with an address.
        same = contacts.next_same_name(registration.contact, key) if by_guest else 0
    another = by_guest and key != registration.name_key and _is_new_to_team(registration, key)
    moves = by_team and (mailbox_key(answers.email) or None) != registration.contact.email_key
    try:
        with savepoint():
            before = files.keys_in(registration.answers)
            if is_somebody_else(registration.name_key, key):
                registration.ticket_revision += 1
            fill(registration, answers)
            files.attach(registration, before)
            registration.same_name = same
            moved = _move(registration, answers, everybody=everybody) if moves else []
            db.session.flush()
    except IntegrityError as error:
        if not is_taken(error):
            raise
        name = typed_name(answers.family_name, answers.given_name)
        about = _("%(name)s is already registered with this e-mail address.", name=name)
        raise Refused(about, field="email") from error
    if not moves and (not by_guest or contacts.is_decided_by(registration)):
        _change_contact(registration.contact, answers, by_team=by_team)
    for one in moved:
        new_link(one)
    if another:
        _approve_again(registration)


def _is_new_to_team(registration: Registration, key: str) -> bool:
    return not is_corrected(name_key(*history.name_for_team(registration)), key)


def _approve_again(registration: Registration) -> None:
    """A seat that the team gave to somebody is kept for another person until the team has decided. Nor does a step back
    lead to what was approved under another name.
    """
    undo_steps.forget(registration)
    if registration.option.access is not Access.APPROVAL or registration.status is not RegistrationStatus.CONFIRMED:
        return
    registration.status = RegistrationStatus.PENDING
    registration.sequence += 1
    db.session.flush()
    if may_email(registration.email):
        notices.notify(registration, Notice.RECEIVED)
    else:
        notices.notify_of_changes(registration)


def _change_contact(contact: Contact, answers: RegistrationInput, *, by_team: bool) -> None:
    if by_team:
        contact.email = answers.email.strip()  # perhaps another spelling of the same mailbox
    contact.language = answers.language
    contact.zone = answers.zone if answers.zone in clock.zones() else ""
    if answers.phone is not None:
        contact.phone = answers.phone


def _move(registration: Registration, answers: RegistrationInput, *, everybody: bool) -> list[Registration]:
    """Give a person, or everybody with the same contact, the contact of another address. Returns who has moved."""
    old = registration.contact
    moved = contacts.registrations(old) if everybody else [registration]
    new = contacts.obtain(
        registration.event_id,
        answers.email,
        contacts.of_address(registration.event_id, answers.email) if answers.email else None,
        language=answers.language,
        zone=answers.zone,
        phone=old.phone if answers.phone is None else answers.phone,
    )
    for one in moved:
        one.contact = new
    db.session.flush()
    contacts.remove_unused(old)
    return moved


def must_confirm(registration: Registration, option: AttendanceOption) -> bool:
    """Whether an attendee who changes to an option must first confirm the e-mail address, as newcomers must.

    Otherwise anybody could register somebody else after all, by a detour over an option without that check. What counts
    is how this private link was given out, and not whether the team has turned the check on since.
    """
    return queries.checks_address(option) and not registration.only_emailed


def change_option(
    registration: Registration,
    option: AttendanceOption,
    *,
    by_team: bool = False,
    by_guest: bool = False,
    code: str = "",
    silent: bool = False,
) -> bool:
    """Move to another option. The old seat is released only once the new one is certain, or kept if both options share
    their seats; seats in sessions that one has to come to are released if the new option is not in person. An attendee
    whose address was not checked before may have to confirm it (`must_confirm`), with a link that only goes there.

    Returns False if no e-mail is sent: the team is `silent`, or an attendee (`by_guest`), without a login, has caused
    too many. Raises Refused if the other option is closed or full, or needs another `code` or address; if the person
    holds a seat and the other option has only a waiting list; and for an attendee if the event is over or cancelled.
    """
    hold(registration)
    if by_guest:
        check_guest_may(registration)
    if option.id == registration.option_id:
        return True
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    check_open(registration.event, option, by_team=by_team)
    if by_guest:
        check_access(option, email=registration.email, code=code)
    old, held, waited = registration.option, registration.status in HOLDS_SEAT, registration.status in IN_LINE
    before = undo_steps.snapshot(registration, StepKind.SWITCH)
    kept = held and seats.move(old, option)
    seat = kept or seats.take_for_newcomer(option)
    if not seat and (held or not (option.waiting_list or option.draws)):
        drawn = _("The seats of this option will be drawn. You keep your current seat.")
        raise Refused(drawn if option.draws else _("This option is full. You keep your current seat."), field="option")
    asked = by_guest and must_confirm(registration, option)
    _place(registration, option, seat=seat, by_team=by_team, asked=asked)
    db.session.add(ModeChange(registration_id=registration.id, from_option_id=old.id, to_option_id=option.id))
    registration.option = option
    registration.sequence += 1
    db.session.flush()
    if held and not kept:
        seats.give_back(old)
    if (held and not kept) or waited:
        seats.promote(old)
    released = [] if option.mode is Mode.IN_PERSON else session_seats.release_on_site(registration)
    undoable = by_guest and before.status not in HELD
    undo_steps.remember(before, released) if undoable else undo_steps.forget(registration)
    return not silent and _notify(registration, asked=asked, by_guest=by_guest)


def _notify(registration: Registration, *, asked: bool, by_guest: bool) -> bool:
    """E-mail about another option; False if the attendee has caused too many e-mails to be sent one more."""
    written = not by_guest or may_email(registration.email)
    if asked and not written:
        raise TooManyEmails
    if written:
        notices.notify(registration, Notice.ADDRESS if asked else Notice.CHANGED)
    else:
        notices.notify_of_changes(registration)  # combined with other changes, after the debounce window
    return written


def _place(registration: Registration, option: AttendanceOption, *, seat: bool, by_team: bool, asked: bool) -> None:
    """Set the state in a new option, with a seat or at the end of the waiting list; `asked` to confirm the address."""
    unconfirmed = asked or (registration.status in UNCONFIRMED and not by_team)
    approval = option.access is Access.APPROVAL and not by_team
    registration.status = first_status(seat=seat, approval=approval, unconfirmed=unconfirmed)
    registration.waiting_since = None if seat else clock.now()
    if asked:
        registration.held_until = option.held_until
        registration.replace_link()
    elif not unconfirmed:
        registration.held_until = None
    registration.party = None


def update(
    registration: Registration,
    answers: RegistrationInput,
    option: AttendanceOption,
    *,
    by_team: bool = False,
    by_guest: bool = False,
    everybody: bool = False,
) -> bool:
    """Change the answers, then the option. Returns and raises as `change_option` and `change` do."""
    change(registration, answers, by_guest=by_guest, by_team=by_team, everybody=everybody)
    return change_option(registration, option, by_team=by_team, by_guest=by_guest, code=answers.code)


def send_link(event: Event, email: str) -> None:
    """E-mail the private links to the owner of an address, if somebody is registered with it.

    The worker looks that up: here, nobody can measure whether the address is registered. Raises TooManyEmails if the
    address has been e-mailed too often, whether or not it is registered.
    """
    if not may_email(email):
        raise TooManyEmails
    notices.ask_for_link(event.id, email)


def write_to_owner(event: Event, known: Registration, email: str, *, checked: bool, source: str, people: int) -> None:
    """E-mail the owner of a registered address that somebody has typed: the link, or what confirms the registration.

    Where addresses are `checked`, who typed it must notice no difference: it uses up the budgets of another
    address, too. Raises Refused if there have been too many e-mails.
    """
    if checked:
        count(event, source, email, people=people)
    if checked and known.status in UNCONFIRMED:
        notices.notify(known, Notice.ADDRESS)
    elif checked:
        notices.ask_for_link(event.id, email)
    else:
        send_link(event, email)


def new_link(registration: Registration) -> None:
    """Invalidate the private link and e-mail a new one. Raises Refused for a registration that has ended."""
    hold(registration)
    if registration.status not in ACTIVE:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    registration.replace_link()
    db.session.flush()
    notices.notify(registration, Notice.NEW_LINK)
