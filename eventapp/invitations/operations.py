"""Operations on invitations: add, send, remind, answer, name somebody else, withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select

from eventapp.core import budgets, clock, tokens
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, locked, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row, reread
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.invitations import queries
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import ANSWERABLE, InvitationStatus, InvitedGuest
from eventapp.mail import pending
from eventapp.mail.operations import TooManyEmails, may_email
from eventapp.registration import edits
from eventapp.registration import operations as registration
from eventapp.registration import queries as registrations
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import ACTIVE, Access, Overrides, RegistrationSource, name_key

RECIPIENT = "invitation"
# Guests that can be added at once.
MOST = 1000
# People whom one guest can name in their place.
SUBSTITUTES_AN_HOUR = 3


@dataclass(frozen=True)
class InvitationTerms:
    """What holds for several invitations."""

    option: AttendanceOption | None = None
    overrides: Overrides = field(default_factory=lambda: Overrides(approval=True))
    message: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Added:
    """The invitations that were added, and why others were not, as (e-mail address, reason)."""

    invitations: list[Invitation]
    skipped: list[tuple[str, str]]


def add(event: Event, guests: Iterable[tuple[InvitedGuest, tuple[str, str]]], terms: InvitationTerms) -> Added:
    """Add invitations that are not sent yet, for guests with their (family, given) names.

    Guests who are invited or registered already are skipped; withdrawn ones get a new link. Raises Refused for too many
    guests.
    """
    wanted = list(guests)
    if len(wanted) > MOST:
        raise Refused(_("You can add up to %(number)d people at once.", number=MOST), field="guests")
    events.lock(event)  # whom two invite at once is invited once
    known = _invited(event)
    registered = _registered(event)
    made: list[Invitation] = []
    skipped: list[tuple[str, str]] = []
    for guest, (family, given) in wanted:
        key = mailbox_key(guest.email)
        whom = (key, name_key(family, given))
        if whom in known and known[whom] is None:
            skipped.append((guest.email, _("has already been invited")))
        elif key in registered:
            skipped.append((guest.email, _("is already registered")))
        else:
            withdrawn = known.get(whom)
            known[whom] = None
            new = _new(event, guest, family, given, terms)
            made.append(new if withdrawn is None else _renewed(db.session.get_one(Invitation, withdrawn), new))
    db.session.add_all(made)
    db.session.flush()
    return Added(made, skipped)


def _invited(event: Event) -> dict[tuple[str, str], int | None]:
    """Who has an invitation; with its id if it was withdrawn, so that it can be renewed."""
    rows = db.session.execute(
        select(Invitation.id, Invitation.email_key, Invitation.name_key, Invitation.status).where(
            Invitation.event_id == event.id
        )
    )
    return {(row.email_key, row.name_key): row.id if row.status is InvitationStatus.WITHDRAWN else None for row in rows}


def _renewed(withdrawn: Invitation, new: Invitation) -> Invitation:
    """A withdrawn invitation as if it was new: its old link stays closed."""
    for column in Invitation.__table__.columns:
        if column.key not in {"id", "created_at", "status"}:
            setattr(withdrawn, column.key, getattr(new, column.key))
    withdrawn.status = InvitationStatus.DRAFT
    return withdrawn


def _registered(event: Event) -> set[str]:
    """The addresses of everybody who is registered."""
    query = (
        select(Contact.email_key)
        .join(Registration, Registration.contact_id == Contact.id)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE), Contact.email_key.is_not(None))
    )
    return {key for key in db.session.scalars(query) if key}


def _new(event: Event, guest: InvitedGuest, family: str, given: str, terms: InvitationTerms) -> Invitation:
    return Invitation(
        event_id=event.id,
        token=tokens.token(),
        family_name=family,
        given_name=given,
        name_key=name_key(family, given),
        email=guest.email,
        email_key=mailbox_key(guest.email),
        organization_name=guest.organization,
        language=terms.language,
        message=terms.message,
        option_id=terms.option.id if terms.option is not None else None,
        although_full=terms.overrides.full,
        although_closed=terms.overrides.closed,
        without_approval=terms.overrides.approval,
    )


def send_drafts(event: Event) -> int:
    """Send the invitations that have not been sent. Raises Refused if the event is not public or there are none."""
    check_takes_place(event)
    rows = queries.drafts(event, lock=True)
    if not rows:
        raise Refused(_("There are no invitations to send."))
    for one in rows:
        _send(one)
    db.session.flush()
    return len(rows)


def check_takes_place(event: Event) -> None:
    """Raise Refused if nobody can be invited to an event because it is not public, is over or is cancelled."""
    if not event.public:
        raise Refused(_("Publish the event first: the invitations lead to its page."))
    if event.over:
        raise Refused(_("This event is over."))
    if event.status is EventStatus.CANCELLED:
        raise Refused(_("This event is cancelled."))


def _send(invitation: Invitation) -> None:
    invitation.status, invitation.sent_at = InvitationStatus.AWAITING, clock.now()
    _notify(invitation, "invite")


def _notify(invitation: Invitation, what: str) -> None:
    key = pending.recipient_key(RECIPIENT, invitation.id)
    pending.enqueue(key, f"{RECIPIENT}.{what}", topic=f"event:{invitation.event_id}")


def send_again(invitation: Invitation) -> None:
    """Send one invitation again.

    Raises Refused if it was withdrawn or not sent yet, or if the event does not take place any more.
    """
    check_takes_place(invitation.event)
    if invitation.status not in ANSWERABLE:
        raise Refused(_("This invitation is no longer valid."))
    invitation.sent_at = clock.now()
    db.session.flush()
    _notify(invitation, "invite")


def remind(event: Event) -> int:
    """Remind everybody who has not answered or not decided; returns how many. Raises Refused if there is nobody."""
    check_takes_place(event)
    rows = queries.to_remind(event, lock=True)
    if not rows:
        raise Refused(_("There is nobody to remind at the moment."))
    for one in rows:
        one.reminded_at = clock.now()
        _notify(one, "reminder")
    db.session.flush()
    return len(rows)


def withdraw(invitation: Invitation) -> None:
    """End an invitation; its link says so. Somebody who has accepted stays registered. A draft that nobody is sending
    just now is deleted.
    """
    reread(invitation, "status")
    pending.forget([pending.recipient_key(RECIPIENT, invitation.id)])
    if invitation.status is InvitationStatus.DRAFT:
        delete_row(invitation)
    else:
        invitation.status = InvitationStatus.WITHDRAWN
    db.session.flush()


def check_answerable(invitation: Invitation) -> None:
    """Raise Refused if the invitation can't be answered any more."""
    if invitation.status not in ANSWERABLE:
        raise Refused(_("This invitation is no longer valid. Please contact the organizers."))
    check_takes_place(invitation.event)


def _hold(invitation: Invitation) -> None:
    """Lock an invitation, then its registration, and reread them: of two simultaneous answers, the second sees the
    first, and a registration that is merged into another one is not taken for one that has ended.
    """
    query = select(Invitation).where(Invitation.id == invitation.id)
    db.session.scalars(locked(query)).all()
    if invitation.registration is not None:
        registration.hold(invitation.registration)
    check_answerable(invitation)


def answer(invitation: Invitation, status: InvitationStatus) -> None:
    """Answer maybe or no. A guest who had accepted and now says no is no longer registered.

    Raises Refused, also for a registration with another address, which its own link alone can cancel.
    """
    if status not in {InvitationStatus.MAYBE, InvitationStatus.NO}:
        raise ValueError(status)
    _hold(invitation)
    present = acceptance(invitation).active
    if present is not None and status is InvitationStatus.MAYBE:
        raise Refused(_on_its_page())
    if present is not None:
        _check_own(invitation, present)
        registration.cancel(present, by_guest=True)
    invitation.status, invitation.answered_at = status, clock.now()
    db.session.flush()


def _check_own(invitation: Invitation, present: Registration) -> None:
    """Raise Refused if the registration is not for its link to cancel."""
    if not invitation.owns(present):
        raise Refused(_on_its_page())


def _on_its_page() -> str:
    return _("You are registered. You can cancel your registration on its page.")


class Acceptance(NamedTuple):
    """What became of an accepted invitation, as far as its link may tell: the `active` registration that came from it,
    or that this was merged into, and whether that is the guest's `own`: its link is for them, and they may cancel it.

    `elsewhere`: the guest has accepted with another address that is checked. Whether that was registered before, is
    confirmed or has ended, is for its mailbox to know.
    """

    active: Registration | None = None
    own: bool = False
    elsewhere: bool = False


def acceptance(invitation: Invitation) -> Acceptance:
    """What became of it; nothing if nobody has accepted."""
    found = invitation.registration
    if found is None:
        return Acceptance()
    found = registrations.merged_into(found) or found
    own = invitation.owns(found)
    if not own and registrations.checks_address(found.option):
        return Acceptance(elsewhere=True)
    return Acceptance(found, own) if found.status in ACTIVE else Acceptance()


def accept(
    invitation: Invitation, answers: RegistrationInput, option: AttendanceOption, *, source: str = ""
) -> Registration:
    """Register the guest. Accepting again returns the registration.

    The overrides of the invitation hold for the address that it was sent to. Another address that is checked is written
    to, whether or not it is registered, and nothing tells the guest which: the registration that is returned may be
    somebody else's. Raises Refused as `registration.operations.register` does.
    """
    _hold(invitation)
    present = acceptance(invitation).active
    if present is not None:
        return present
    if invitation.option_id is not None and option.id != invitation.option_id:
        raise Refused(_("This invitation is for another option."), field="option")
    same = mailbox_key(answers.email) == invitation.email_key
    if option.access is Access.CODE and not same:
        raise Refused(_("Use the e-mail address to which the invitation was sent."), field="email")
    _withdraw_substitutes(invitation)
    try:
        with savepoint():  # a seat may have been taken
            made = registration.register(
                invitation.event,
                answers,
                option=option,
                source=source,
                came=RegistrationSource.INVITATION,
                overrides=invitation.overrides if same else None,
            )
    except registration.AlreadyRegistered as known:
        # A guest with the link can read the e-mails to this address, and to no other.
        found = registrations.by_token(known.token)
        if found is None or not (same or registrations.checks_address(option)):
            raise
        made = found
        if not same:
            edits.write_to_owner(invitation.event, made, answers.email, checked=True, source=source, people=1)
    invitation.registration_id = made.id
    invitation.status, invitation.answered_at = InvitationStatus.YES, clock.now()
    db.session.flush()
    return made


def name_somebody_else(invitation: Invitation, guest: InvitedGuest, family: str, given: str) -> None:
    """Invite another person in the place of the one who was invited, who is then not coming.

    Nothing tells whether that person is invited or registered already. Raises Refused, TooManyEmails.
    """
    events.lock(invitation.event)
    _hold(invitation)
    if mailbox_key(guest.email) == invitation.email_key:
        raise Refused(_("This is your own e-mail address."), field="email")
    _withdraw_substitutes(invitation)
    added = add(invitation.event, [(guest, (family, given))], _same_terms(invitation))
    if not budgets.take("substitutes", invitation.token, limit=SUBSTITUTES_AN_HOUR):
        raise Refused(_("You have named several people within the last hour. Try again later."))
    if not may_email(guest.email):
        raise TooManyEmails
    present = acceptance(invitation).active
    if present is not None:
        _check_own(invitation, present)
        registration.cancel(present, by_guest=True)
    for other in added.invitations:
        other.in_place_of_id = invitation.id
        # The seat that becomes free goes to the first on the waiting list.
        other.although_full = invitation.although_full or present is not None
        _send(other)
    invitation.status, invitation.answered_at = InvitationStatus.REPLACED, clock.now()
    db.session.flush()


def _withdraw_substitutes(invitation: Invitation) -> None:
    """Withdraw the invitations of those who were named in the place of a guest: one invitation is for one person.

    Raises Refused if one of them has accepted.
    """
    query = select(Invitation).where(
        Invitation.in_place_of_id == invitation.id, Invitation.status != InvitationStatus.WITHDRAWN
    )
    for other in db.session.scalars(locked(query.order_by(Invitation.id))):
        if other.status is InvitationStatus.REPLACED:  # and whom they have named in turn
            _withdraw_substitutes(other)
        if acceptance(other).active is not None:
            raise Refused(_("Somebody else is coming in your place. Please contact the organizers."))
        withdraw(other)


def _same_terms(invitation: Invitation) -> InvitationTerms:
    return InvitationTerms(invitation.option, invitation.overrides, invitation.message, invitation.language)
