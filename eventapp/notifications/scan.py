"""Finding events in which something is new to people, and what the team says to that.

Operations below do not call up here: they leave a risen revision, and this looks through what has risen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.revisions import Revision
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.notifications import attendee_news as guests
from eventapp.notifications import speaker_news as speakers
from eventapp.notifications.models import Look
from eventapp.programme.published import Document


@dataclass(frozen=True)
class Waiting:
    """Letters that will be written when a burst of changes is over: at most so many of each, the first at `due_at`."""

    guests: int
    speakers: int
    due_at: datetime | None


def look() -> int:
    """Look through the events that have changed since the last look. Returns how many people are expected to be told.

    The revisions are read before the rows: what changes in between is seen once more, never missed.
    """
    found = 0
    for number, says, desk in _changed():
        with transaction():
            event = db.session.get(Event, number)
            if event is None:
                continue
            seen = db.session.get(Look, number)
            if seen is not None and seen.says < 0:
                guests.adopt(event)
                speakers.adopt(event)
            else:
                found += guests.notice(event) + speakers.notice(event)
            db.session.merge(Look(event_id=number, says=says, desk=desk))
    return found


def _changed() -> list[tuple[int, int, int]]:
    """(event, revision of what it says, revision of the desk) of public events that are not over."""
    says, desk = aliased(Revision), aliased(Revision)
    scope = literal("event:", String) + cast(Event.id, String)
    numbers = func.coalesce(says.number, 0), func.coalesce(desk.number, 0)
    query = (
        select(Event.id, *numbers)
        .outerjoin(says, says.scope == scope)
        .outerjoin(desk, desk.scope == scope + ":desk")
        .outerjoin(Look, Look.event_id == Event.id)
        .where(Event.status.in_([EventStatus.PUBLISHED, EventStatus.POSTPONED, EventStatus.CANCELLED]))
        .where(Event.ends_at > clock.now() - timedelta(days=1))
        .where(or_(Look.event_id.is_(None), Look.says != numbers[0], Look.desk != numbers[1]))
        .order_by(Event.id)
    )
    changed = [(number, s, d) for number, s, d in db.session.execute(query)]
    db.session.rollback()
    return changed


def tell_everybody(event: Event) -> int:
    """Write to everybody at once, without waiting for more. Returns their number."""
    return guests.expect_all(event) + speakers.expect_all(event)


def waiting(event: Event) -> Waiting:
    """The letters that wait for a burst to be over. Two statements."""
    people, first = guests.waiting(event)
    others, second = speakers.waiting(event)
    return Waiting(people, others, min(filter(None, (first, second)), default=None))


def would_tell(event: Event, document: Document) -> Waiting | None:
    """The letters that wait if this becomes the programme that the public sees, with those that wait already.

    None where nobody is told whatever happens: of a draft, or of what is over.
    """
    if event.status is EventStatus.DRAFT or event.over:
        return None
    return Waiting(len(guests.concerned(event, document)), len(speakers.concerned(event, document)), None)


def send_now(event: Event) -> None:
    """The team has no more changes: write what is new."""
    guests.send_now(event)
    speakers.send_now(event)


def tell_nobody(event: Event) -> None:
    """The team finds what is new not worth a letter. Calendars are told with the next one."""
    guests.tell_nobody(event)
    speakers.tell_nobody(event)
