"""Makes one registration of two that are of one person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Delete, Update, delete, select, update

from eventapp.core import languages
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import fold
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.people.models import RegistrationNote, RegistrationTag
from eventapp.registration import contacts, files, history, notices, session_seats, undo_steps
from eventapp.registration import operations as registration
from eventapp.registration.history import RegistrationChange
from eventapp.registration.models import ModeChange, Registration
from eventapp.registration.records import MergedRegistration, SessionSeatChange
from eventapp.registration.rules import (
    ACTIVE,
    IN_LINE,
    UNCONFIRMED,
    Notice,
    RegistrationStatus,
    name_key,
    searchable,
)

# The best first: a seat is better than a place in line, and what does not expire is better than what does.
_BEST = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.PENDING,
    RegistrationStatus.OFFERED,
    RegistrationStatus.UNCONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.UNCONFIRMED_WAITING,
)
# What a state consists of.
_SEAT = ("option", "status", "waiting_since", "held_until", "party")


def merge(kept: Registration, other: Registration) -> None:
    """Make two registrations one. What `kept` does not say is taken from the other, with tags, notes, files, seats in
    sessions and history; the seat is the better one of both, and the place in line the older one.

    The private link of the other may lead to the one that is kept (`registration.queries.led_to`). Nobody is e-mailed,
    unless the other is written to at an address of its own: there may be another person, whose ticket and calendar
    entry end (`is_notified`). Raises Refused if one of them has ended.
    """
    if kept.id == other.id or kept.event_id != other.event_id:
        raise Refused(_("Choose two different registrations."))
    registration.hold(kept)
    registration.hold(other)
    if not {kept.status, other.status} <= ACTIVE:
        raise Refused(_("One of these registrations is no longer active."))
    unconfirmed = other.status in UNCONFIRMED  # nobody knows whose address it is
    _seat(kept, other)
    session_seats.hand_over(other, kept)
    _move(kept, other)
    db.session.merge(MergedRegistration(registration_id=other.id, into_id=kept.id))
    history.give_reason(other, _("Merged with %(name)s, number %(number)d.", name=kept.name, number=kept.id))
    registration.leave(other, RegistrationStatus.CANCELLED)
    # Only now: two active registrations of one name can't share a contact.
    _fill(kept, other)
    if not unconfirmed and kept.contact_id != other.contact_id and is_notified(other.event):
        with languages.force_locale(other.language):
            notices.notify(other, Notice.CANCELLED, reason=_ended())


def is_notified(event: Event) -> bool:
    """Whether the reader of another address is e-mailed: once the event is over or cancelled, a cancelled registration
    would be news of nothing.
    """
    return not event.over and event.status is not EventStatus.CANCELLED


def _ended() -> str:
    """What the reader of another address is told: not who else is registered, as it may be a stranger."""
    return _(
        "It looked like a second registration of the same person. If you have also registered with another e-mail "
        "address, that registration is still valid. If not, please write to the organizers."
    )


def _seat(kept: Registration, other: Registration) -> None:
    """Give the kept registration the better state of the two. They trade places, so that no seat is free in between."""
    mine, theirs = ({name: getattr(one, name) for name in _SEAT} for one in (kept, other))
    waited = [one["waiting_since"] for one in (mine, theirs) if one["status"] in IN_LINE]
    one_line = mine["option"].id == theirs["option"].id or (
        mine["option"].pool_id is not None and mine["option"].pool_id == theirs["option"].pool_id
    )
    if _BEST.index(other.status) < _BEST.index(kept.status):
        for name in _SEAT:
            setattr(kept, name, theirs[name])
            setattr(other, name, mine[name])
        kept.sequence += 1
        undo_steps.forget(kept)
    if kept.option.id != mine["option"].id:
        moved = {"from_option_id": mine["option"].id, "to_option_id": kept.option.id}
        db.session.add(ModeChange(registration_id=kept.id, **moved))
    if one_line and len(waited) == 2 and kept.waiting_since != min(waited):
        # All members of a party wait since the same moment.
        kept.waiting_since, kept.party = min(waited), None
    db.session.flush()


def _fill(kept: Registration, other: Registration) -> None:
    """Take what the kept registration does not say from the other."""
    if not kept.given_name and fold(kept.family_name) == fold(other.family_name):
        kept.given_name = other.given_name
    if not kept.organization_name or fold(kept.organization_name) == fold(other.organization_name):
        kept.organization_name = kept.organization_name or other.organization_name
        kept.organization_id = kept.organization_id or other.organization_id
        kept.organization_kind = kept.organization_kind or other.organization_kind
    kept.reading = kept.reading or other.reading
    kept.country_code = kept.country_code or other.country_code
    if kept.privacy_version is None:
        kept.privacy_version, kept.privacy_agreed_at = other.privacy_version, other.privacy_agreed_at
    kept.answers = {**other.answers, **{key: one for key, one in kept.answers.items() if one not in ("", None, [])}}
    files.take_over(kept, other)
    kept.name_key = name_key(kept.family_name, kept.given_name)
    kept.searchable = searchable(kept.family_name, kept.given_name, kept.organization_name, kept.reading)
    _contact(kept, other)
    registration.flush_unless_taken(kept)


def _contact(kept: Registration, other: Registration) -> None:
    """Take the phone number and the e-mail address that are missing."""
    phone = kept.contact.phone or other.contact.phone
    if other.email and not kept.email:
        alone = kept.contact
        kept.same_name = contacts.next_same_name(other.contact, kept.name_key)
        kept.contact = other.contact
        db.session.flush()
        contacts.remove_unused(alone)
    if not kept.contact.phone:
        kept.contact.phone = phone


def _move(kept: Registration, other: Registration) -> None:
    """Move what belongs to the other registration."""
    tags = set(db.session.scalars(select(RegistrationTag.tag_id).where(RegistrationTag.registration_id == kept.id)))
    others = RegistrationTag.registration_id == other.id
    _update(update(RegistrationTag).where(others, RegistrationTag.tag_id.not_in(tags)).values(registration_id=kept.id))
    _update(delete(RegistrationTag).where(others))
    tables: tuple[Any, ...] = (RegistrationNote, RegistrationChange, ModeChange, SessionSeatChange)
    for table in tables:
        _update(update(table).where(table.registration_id == other.id).values(registration_id=kept.id))
    # What was merged into the other is part of the kept one now.
    _update(update(MergedRegistration).where(MergedRegistration.into_id == other.id).values(into_id=kept.id))


def _update(statement: Update | Delete) -> None:
    db.session.flush()
    db.session.execute(statement.execution_options(synchronize_session=False))
