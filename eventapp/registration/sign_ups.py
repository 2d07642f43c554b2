"""Seats in single sessions, for people with a confirmed registration."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.programme.models import Session
from eventapp.registration import notices, queries
from eventapp.registration.models import Registration, SessionSignup
from eventapp.registration.operations import check_guest_may
from eventapp.registration.rules import RegistrationStatus


def sign_up(registration: Registration, code: str) -> None:
    """Take a seat in a session; does nothing if the person already has one.

    Raises Refused if the registration is not confirmed, the session takes no sign-ups or has begun, the event is
    cancelled or over, or all seats are taken.
    """
    check_guest_may(registration)
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise Refused(_("Your registration is not confirmed yet, so you can't sign up for sessions."))
    offer = next((one for one in queries.offers(registration) if one.session.code == code), None)
    offered = offer.session if offer is not None else None
    if offer is None or offered is None or (offered.capacity is None and not offer.mine):
        raise Refused(_("You can't sign up for this session."))
    if offer.over:
        raise Refused(_("This session has started or is over."))
    # Lock before counting: two people must never get the last seat.
    session = db.session.scalars(
        select(Session).where(Session.id == offered.id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if session is None:
        raise Refused(_("You can't sign up for this session."))
    if queries.sign_up(registration, session.id) is not None:
        return
    if queries.number_signed_up(session.id) >= (offered.capacity or 0):
        raise Refused(_("This session is full."))
    db.session.add(SessionSignup(registration_id=registration.id, session_id=session.id))
    db.session.flush()
    notices.notify_of_changes(registration)


def give_up(registration: Registration, code: str) -> None:
    """Release the seat in a session, if there is one. Raises Refused once the event is cancelled or over."""
    check_guest_may(registration)
    session_id = db.session.scalar(
        select(Session.id).where(Session.event_id == registration.event_id, Session.code == code)
    )
    present = queries.sign_up(registration, session_id) if session_id else None
    if present is not None:
        db.session.delete(present)
        db.session.flush()
        notices.notify_of_changes(registration)
