"""Signing up for single sessions, for people with a confirmed registration."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.programme.models import Session
from eventapp.registration import notices, session_queries, session_seats
from eventapp.registration.models import Registration
from eventapp.registration.operations import check_guest_may, hold
from eventapp.registration.rules import RegistrationStatus
from eventapp.registration.session_queries import SessionOffer


def sign_up(registration: Registration, code: str, *, wait: bool = False, language: str = "en") -> bool:
    """Take a seat in a session, or join its waiting list (`wait`) if none is free. Returns whether there is a seat.

    A refusal names sessions in `language`.

    Does nothing if the person already has one, or already waits and wants to. Raises Refused if the registration is not
    confirmed, the session takes no sign-ups or has begun, the event is cancelled or over, the person is not on site,
    all seats are taken, or the person has a seat in another session at the same time. With such a seat one can only
    wait: if they are promoted, it is released.
    """
    hold(registration)
    check_guest_may(registration)
    offer = _offered(registration, code)
    if offer.mine or (wait and offer.place is not None):
        return offer.mine
    if offer.overlaps and not wait:
        raise Refused(
            _(
                "“%(session)s” is at the same time as “%(other)s”, where you have a seat. Cancel that seat first.",
                session=offer.session.title.resolve(language).text,
                other=offer.overlaps[0].title.resolve(language).text,
            )
        )
    event, session = registration.event, offer.session
    newcomer = offer.place is None and not offer.overlaps
    if newcomer and session_seats.take_for_newcomer(registration, session, event=event):
        db.session.flush()
        notices.notify_of_changes(registration)
        return True
    if offer.place is None and wait:
        session_seats.wait(registration, session)
        db.session.flush()
    session_seats.promote(event, [session.id])
    seated = session.id in session_queries.of_person(registration)[0]
    if not (seated or wait):
        raise Refused(_("This session is full. You can join its waiting list."))
    return seated


def _offered(registration: Registration, code: str) -> SessionOffer:
    """The session that a person can sign up for. Raises Refused."""
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise Refused(_("Your registration is not confirmed yet, so you can't sign up for sessions."))
    offer = next((one for one in session_queries.offers(registration) if one.session.code == code), None)
    if offer is None or (offer.seats_left is None and not offer.mine):
        raise Refused(_("You can't sign up for this session."))
    if offer.over:
        raise Refused(_("This session has started or is over."))
    if offer.elsewhere and not offer.mine:
        raise Refused(_("This session is on site. To take a seat in it, change how you attend first."))
    return offer


def release(registration: Registration, code: str) -> None:
    """Release the seat in a session, or leave its waiting list; the first in line gets the seat.

    Raises Refused once the event is cancelled or over.
    """
    hold(registration)
    check_guest_may(registration)
    session_id = db.session.scalar(
        select(Session.id).where(Session.event_id == registration.event_id, Session.code == code)
    )
    if session_id is not None and session_seats.release(registration, [session_id]):
        notices.notify_of_changes(registration)
