"""What the attendees of an event were last sent, beside what decides whether it still holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.notifications.models import SentInvitation
from eventapp.programme.models import Session
from eventapp.registration import queries as registration_queries
from eventapp.registration.models import AttendanceOption, Registration, SessionSignup
from eventapp.registration.rules import HOLDS_SEAT

# Whether the attendee still has a seat in the session of the entry.
HAS_SEAT = and_(SessionSignup.id.is_not(None), Registration.status.in_(HOLDS_SEAT))


def sent_to_attendees(event: Event, *columns: Any) -> Select[Any]:
    """These columns of each entry that an attendee was sent, of its registration and option, and of the seat."""
    seat = and_(SessionSignup.session_id == Session.id, SessionSignup.registration_id == Registration.id)
    return (
        select(*columns)
        .select_from(SentInvitation)
        .join(Registration, Registration.id == SentInvitation.registration_id)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .outerjoin(Session, and_(Session.event_id == event.id, Session.code == SentInvitation.code))
        .outerjoin(SessionSignup, seat)
        .where(Registration.event_id == event.id)
    )


def unsent_seats(event: Event) -> list[tuple[int, str]]:
    """(registration, code) of seats in sessions that were not sent when they were due.

    The session was cancelled at the time, or the event was a draft again.
    """
    sent = select(SentInvitation.id).where(
        SentInvitation.registration_id == Registration.id, SentInvitation.code == Session.code
    )
    rows = db.session.execute(
        select(Registration.id, Session.code)
        .join(SessionSignup, SessionSignup.registration_id == Registration.id)
        .join(Session, Session.id == SessionSignup.session_id)
        .where(Registration.event_id == event.id, Registration.status.in_(HOLDS_SEAT))
        .where(registration_queries.EMAILED, ~sent.exists())
    )
    return [(number, code) for number, code in rows]
