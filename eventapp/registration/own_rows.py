"""Reading the registration of a private link with one statement, around which the event and its form are kept.

The page is opened by everybody who has just registered: loading four objects into a session takes longer than
everything that it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.orm.attributes import set_committed_value

from eventapp.core.statements import QuickRead
from eventapp.events.models import Event
from eventapp.registration import kept_forms
from eventapp.registration.kept_forms import KeptForm
from eventapp.registration.models import Contact, ModeChange, Registration, SessionSignup
from eventapp.registration.records import SessionSeatChange, SessionWaitlistEntry

_REGISTRATION: list[InstrumentedAttribute[Any]] = [
    getattr(Registration, one.key) for one in Registration.__mapper__.column_attrs
]
_CONTACT: list[InstrumentedAttribute[Any]] = [getattr(Contact, one.key) for one in Contact.__mapper__.column_attrs]


def _statement() -> Select[Any]:
    """The slug of the event, whether there are a history and seats in sessions, the number of people on the form, and
    the two rows.
    """
    other = aliased(Registration)
    changed = or_(
        exists().where(ModeChange.registration_id == Registration.id),
        exists().where(SessionSeatChange.registration_id == Registration.id),
    )
    seated = or_(
        exists().where(SessionSignup.registration_id == Registration.id),
        exists().where(SessionWaitlistEntry.registration_id == Registration.id),
    )
    same_form = (
        select(func.count())
        .where(other.contact_id == Registration.contact_id, other.created_at == Registration.created_at)
        .scalar_subquery()
    )
    return (
        select(
            Event.slug,
            changed.label("changed"),
            seated.label("seated"),
            same_form.label("people"),
            *_REGISTRATION,
            *_CONTACT,
        )
        .join(Contact, Contact.id == Registration.contact_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.token == bindparam("token", ""))
    )


_row = QuickRead(_statement())


@dataclass(frozen=True)
class OwnRow:
    """A registration that belongs to no session and must not be changed, with what is kept about its event.

    `changed`: whether the option or a seat in a session was ever changed. `seated`: whether the person has or awaits a
    seat in a session. `people` were registered with the same form.
    """

    registration: Registration
    kept: KeptForm
    changed: bool
    seated: bool
    people: int


def find(token: str) -> OwnRow | None:
    """The registration of a private link, if its event is public; what is committed, as each GET sees it."""
    row = _row.row(token=token)
    if row is None:
        return None
    slug, changed, seated, people, *values = row
    kept = kept_forms.of_public_event(slug)
    if kept is None:
        return None
    number = len(_REGISTRATION)
    mine = dict(zip((one.key for one in _REGISTRATION), values[:number], strict=True))
    contact = dict(zip((one.key for one in _CONTACT), values[number:], strict=True))
    if kept.event.id != mine["event_id"] or kept.option(mine["option_id"]) is None:
        return None  # it was changed just now
    return OwnRow(detached(mine, contact, kept), kept, bool(changed), bool(seated), people)


def detached(mine: Mapping[str, Any], contact: Mapping[str, Any], kept: KeptForm) -> Registration:
    """A registration with these values, in no session."""
    registration, reached = Registration(), Contact()
    for key, value in contact.items():
        set_committed_value(reached, key, value)
    for key, value in mine.items():
        set_committed_value(registration, key, value)
    for key, value in (("event", kept.event), ("option", kept.option(mine["option_id"])), ("contact", reached)):
        set_committed_value(registration, key, value)
    return registration
