"""Finding invitations."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from eventapp.core import clock
from eventapp.core.db import db, locked
from eventapp.events.models import Event
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import REMINDED, InvitationStatus


def by_token(token: str) -> Invitation | None:
    """The invitation of a private link."""
    query = select(Invitation).where(Invitation.token == token)
    return db.session.scalar(query.options(joinedload(Invitation.event), joinedload(Invitation.option)))


def by_id(event: Event, number: int) -> Invitation | None:
    """An invitation to this event."""
    return db.session.scalar(select(Invitation).where(Invitation.id == number, Invitation.event_id == event.id))


def numbers(event: Event) -> dict[InvitationStatus, int]:
    """How many invitations have each status."""
    query = select(Invitation.status, func.count()).where(Invitation.event_id == event.id).group_by(Invitation.status)
    return {status: number for status, number in db.session.execute(query)}


def of_event(
    event: Event, *, status: InvitationStatus | None = None, text: str = "", limit: int = 50, offset: int = 0
) -> list[Invitation]:
    """Invitations, the newest first; `text` is a part of a name, an address or an organization."""
    query = select(Invitation).where(Invitation.event_id == event.id)
    if status is not None:
        query = query.where(Invitation.status == status)
    for word in text.casefold().split():
        columns = (Invitation.family_name, Invitation.given_name, Invitation.email, Invitation.organization_name)
        query = query.where(or_(*(func.lower(column).contains(word, autoescape=True) for column in columns)))
    related = (Invitation.option, Invitation.in_place_of, Invitation.registration)
    query = query.options(*(joinedload(one) for one in related))
    return list(db.session.scalars(query.order_by(Invitation.id.desc()).limit(limit).offset(offset)))


def drafts(event: Event, *, lock: bool = False) -> list[Invitation]:
    """Invitations that have not been sent, in the order in which they were added. Locked, they are sent once."""
    query = select(Invitation).where(Invitation.event_id == event.id, Invitation.status == InvitationStatus.DRAFT)
    query = query.order_by(Invitation.id)
    related = Invitation.option
    return list(db.session.scalars(locked(query, related) if lock else query.options(joinedload(related))))


def to_remind(event: Event, *, not_since_hours: int = 24, lock: bool = False) -> list[Invitation]:
    """Who has not answered, or not decided, and has had time to: nobody is reminded of what came yesterday. Locked, so
    that they are reminded once.
    """
    since = clock.now() - timedelta(hours=not_since_hours)
    last = func.coalesce(Invitation.reminded_at, Invitation.sent_at)
    query = select(Invitation).where(Invitation.event_id == event.id, Invitation.status.in_(REMINDED), last <= since)
    query = query.order_by(Invitation.id)
    return list(db.session.scalars(locked(query) if lock else query))
