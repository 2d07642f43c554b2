"""People who come without being registered, and are registered at the door."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.check_in.devices import Device
from eventapp.check_in.models import CheckIn
from eventapp.check_in.wire import WalkIn
from eventapp.core import budgets, languages
from eventapp.core.addresses import is_address
from eventapp.core.db import db, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.mail.operations import may_email
from eventapp.programme.rules import Mode
from eventapp.registration import notices
from eventapp.registration import operations as registration
from eventapp.registration import queries as registrations
from eventapp.registration.models import AttendanceOption
from eventapp.registration.operations import AlreadyRegistered, RegistrationInput
from eventapp.registration.rules import Notice, Overrides, RegistrationSource

# E-mails to people whom helpers register at the doors of one event, which a link that was passed on can cause.
EMAILS_AN_HOUR = 300


def options(event_id: int) -> list[AttendanceOption]:
    """The options that somebody at a door can be registered with."""
    query = select(AttendanceOption).where(
        AttendanceOption.event_id == event_id, AttendanceOption.mode == Mode.IN_PERSON
    )
    return list(db.session.scalars(query.order_by(AttendanceOption.position, AttendanceOption.id)))


def registered(device: Device, person: WalkIn, *, nonce: str) -> int | None:
    """Register somebody at the door; returns the number of the registration. If the same question has arrived before,
    nobody is registered again.

    Without an e-mail address that there can be they are not written to: the device has checked what was typed, and
    who was let in is registered in any case. The team member at the door decides, so no approval is needed;
    but where all seats are taken, they get a position on the waiting list. Nobody has checked the address, and who
    has the link for helpers has no login: beyond a number of e-mails, people are registered without one.
    Raises Refused.
    """
    known = db.session.execute(select(CheckIn.registration_id).where(CheckIn.nonce == nonce)).one_or_none()
    if known is not None:
        return known[0]
    if not device.walk_ins:
        raise Refused(_("This device can't register people. Send them to the organizers."))
    if not (person.family_name or person.given_name):
        raise Refused(_("Enter a name."))
    found = options(device.point.event_id)
    option = next((one for one in found if one.id == person.option), found[0] if found else None)
    if option is None:
        raise Refused(_("There is no registration option for attending in person."))
    email = person.email if is_address(person.email) else ""
    answers = RegistrationInput(
        email=email,
        family_name=person.family_name or person.given_name,
        given_name=person.given_name if person.family_name else "",
        organization=person.organization,
        country=person.country if person.country in languages.country_codes() else None,
    )
    counted = bool(email) and device.user_id is None
    if counted:
        # Before any counter, as everybody who takes a seat does: a message may register several people.
        registrations.lock_options(device.point.event_id)
    try:
        with savepoint():
            made = registration.register(
                db.session.get_one(Event, device.point.event_id),
                answers,
                option=option,
                by_team=True,
                came=RegistrationSource.DOOR,
                another=not email,
                silent=counted or not email,
                overrides=Overrides(approval=True),
            )
    except AlreadyRegistered as known_person:
        raise Refused(_("This person is already registered: search for the name.")) from known_person
    if counted and _may_write(device, email):
        notices.notify(made, Notice.RECEIVED)
    return made.id


def _may_write(device: Device, email: str) -> bool:
    event = str(device.point.event_id)
    return budgets.take("walk-ins", event, limit=EMAILS_AN_HOUR) and may_email(email)
