"""Seats that are held for some time: until the e-mail address is confirmed, or an offer is accepted."""

from __future__ import annotations

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.registration import contacts, notices, queries
from eventapp.registration.admission import check_open
from eventapp.registration.models import Registration
from eventapp.registration.operations import check_guest_may, flush_unless_taken, give_seat, hold, leave
from eventapp.registration.rules import (
    HELD,
    HOLDS_SEAT,
    REGISTERED,
    UNCONFIRMED,
    Access,
    Notice,
    RegistrationStatus,
    first_status,
)


def confirm_address(registration: Registration) -> None:
    """The e-mail address is theirs, and so are the seat, or the position on the waiting list, that were only held.

    This counts for everybody who has registered with the address and not confirmed it yet, because the link of somebody
    who has not was sent to the mailbox alone. Any other link may be that of a stranger who has typed the address for an
    option without the check, and confirms nothing; nor does confirming again. Somebody who confirms too late gets a
    seat if there still is one, else a position at the end of the waiting list, together with those who were registered
    in the same form. Raises Refused if there is neither, if the registration has ended in another way, and if the event
    is over or cancelled.
    """
    hold(registration)
    check_guest_may(registration)
    if registration.status in REGISTERED:
        return
    if registration.status is RegistrationStatus.EXPIRED:
        check_open(registration.event, registration.option)
        group = [registration, *_expired_with(registration)]
        give_seat(group, registration.option)
        for one in group:
            _is_registered(one)
        if not registration.only_emailed:
            return  # an offer that was not accepted: it tells nothing of the mailbox
    elif not registration.status.active:
        raise Refused(_("This registration is no longer active. Register again to attend."))
    for one in contacts.registrations(registration.contact):
        queries.lock(one)
        if one.status in UNCONFIRMED:
            approval = one.option.access is Access.APPROVAL
            one.status = first_status(seat=one.status in HOLDS_SEAT, approval=approval)
            _is_registered(one)


def _expired_with(registration: Registration) -> list[Registration]:
    """Who was registered in the same form, for the same option, and has expired, too: they have no e-mail of their own.

    Not who has registered again meanwhile.
    """
    if not registration.only_emailed:
        return []
    active = {(one.name_key, one.same_name) for one in contacts.registrations(registration.contact)}
    same = [
        one
        for one in queries.same_form(registration)
        if one.id != registration.id
        and one.option_id == registration.option_id
        and one.status is RegistrationStatus.EXPIRED
    ]
    for one in same:
        queries.lock(one)
    return [one for one in same if (one.name_key, one.same_name) not in active]


def _is_registered(registration: Registration) -> None:
    registration.held_until = None
    registration.sequence += 1
    flush_unless_taken(registration)
    notices.notify(registration, Notice.RECEIVED)


def accept(registration: Registration) -> None:
    """Take the seat that was offered; does nothing if it is taken already.

    Raises Refused if no seat is offered, or no longer, and if the event is over or cancelled.
    """
    hold(registration)
    check_guest_may(registration)
    if registration.status in {RegistrationStatus.CONFIRMED, RegistrationStatus.PENDING}:
        return
    if registration.status is not RegistrationStatus.OFFERED:
        raise Refused(_("This seat is no longer offered to you."))
    approval = registration.option.access is Access.APPROVAL
    registration.status = first_status(seat=True, approval=approval)
    registration.held_until = None
    registration.sequence += 1
    db.session.flush()
    notices.notify(registration, Notice.CONFIRMED if not approval else Notice.NEXT_IN_LINE)


def expire(registration: Registration) -> None:
    """End a registration that was not confirmed, or an offer that was not accepted, in time. The seat goes to the next.

    Does nothing if there is still time. Nobody is e-mailed at an address that was not confirmed.
    """
    hold(registration)
    if registration.status not in HELD or registration.held_until is None or registration.held_until > clock.now():
        return
    offered = registration.status is RegistrationStatus.OFFERED
    leave(registration, RegistrationStatus.EXPIRED)
    if offered:
        notices.notify(registration, Notice.EXPIRED)
