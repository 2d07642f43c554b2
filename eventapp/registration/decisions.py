"""The team's decisions about people who are waiting: approve and decline."""

from __future__ import annotations

from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventStatus
from eventapp.registration import history, notices, seats
from eventapp.registration.models import Registration
from eventapp.registration.operations import hold, leave
from eventapp.registration.rules import HOLDS_SEAT, IN_LINE, Notice, RegistrationStatus


def approve(registration: Registration, *, silent: bool = False, reason: str = "") -> None:
    """Approve somebody who is pending, or has been offered a seat, or is on the waiting list if a seat is free.

    The person reads the `reason`, or is not e-mailed if the team wants to be `silent`. The team knows who somebody is:
    an e-mail address need not be confirmed any more. Raises Refused if the registration is not waiting, no seat is
    free, or the event is cancelled.
    """
    hold(registration)
    if registration.event.status is EventStatus.CANCELLED:
        raise Refused(
            _("You can't do this while the status of the event is “%(state)s”.", state=registration.event.status.label)
        )
    if registration.status in IN_LINE:
        if not seats.take(registration.option, past_the_line=True):
            raise Refused(_("There are no free seats. Increase the number of seats first."))
    elif registration.status not in HOLDS_SEAT or registration.status is RegistrationStatus.CONFIRMED:
        raise Refused(_("This registration is not waiting for approval."))
    registration.status = RegistrationStatus.CONFIRMED
    registration.waiting_since = registration.held_until = registration.party = None
    registration.sequence += 1
    history.give_reason(registration, reason)
    db.session.flush()
    if not silent:
        notices.notify(registration, Notice.CONFIRMED, reason=reason)


def decline(registration: Registration, *, silent: bool = False, reason: str = "") -> None:
    """Decline somebody who is pending or on the waiting list. Raises Refused for others.

    The person reads the `reason`, or is not e-mailed if the team wants to be `silent`.
    """
    hold(registration)
    if registration.status is not RegistrationStatus.PENDING and registration.status not in IN_LINE:
        raise Refused(_("You can only decline a registration that is waiting. Cancel this one instead."))
    history.give_reason(registration, reason)
    leave(registration, RegistrationStatus.DECLINED)
    if not silent:
        notices.notify(registration, Notice.DECLINED, reason=reason)
