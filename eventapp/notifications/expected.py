"""Whom the worker will notify of what has just been saved, for the message about it: numbers, and no person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, tuple_

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.parts import in_parts
from eventapp.entries.queries import venues_of
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail import pending
from eventapp.notifications import snapshots
from eventapp.notifications.models import SentInvitation
from eventapp.notifications.queries import HAS_SEAT, sent_to_attendees
from eventapp.programme import queries as programme
from eventapp.programme.published import Document
from eventapp.registration import notices
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.queries import ACTIVE_AND_EMAILED

# What rows of one group have in common: whether they are up to date is the same for all of them.
_GROUP = (SentInvitation.code, AttendanceOption.mode, Registration.status, SentInvitation.fingerprint)
# Of which one statement asks: for 9,000 the stack of PostgreSQL is too small, and each is four parameters, of which
# SQLite takes 32,766.
MOST_GROUPS = 2_000
_PEOPLE = func.count(SentInvitation.registration_id.distinct())


@dataclass(frozen=True)
class ExpectedNotifications:
    """So many attendees will be notified at this time."""

    attendees: int
    at: datetime


def expected(event: Event) -> ExpectedNotifications | None:
    """The attendees for whom facts differ from what they were last sent; None if no e-mail will be written.

    Up to six statements. None has more rows with more registrations: those with the same facts are one row. Only of
    more than 2,000 different facts are people read one by one.
    """
    if event.status is EventStatus.DRAFT or event.ends_at <= clock.now() - timedelta(days=1):
        return None
    groups = db.session.execute(_having(event, *_GROUP, _PEOPLE).group_by(*_GROUP)).all()
    differing = _differing(event, groups)
    if not differing:
        return None
    number = _people_in(event, differing)
    later = clock.now() + pending.DEBOUNCE_WINDOW
    waiting, first = pending.waiting(f"event:{event.id}").get(notices.RECIPIENT, (0, later))
    return ExpectedNotifications(number, first if waiting >= number else later)


def _people_in(event: Event, groups: Sequence[Row[Any]]) -> int:
    """How many people are in some of these groups; somebody with two sessions is in two."""
    if all(not group[0] for group in groups):
        return sum(group[-1] for group in groups)
    keys = [group[:-1] for group in groups]
    wanted = [tuple_(*_GROUP).in_(part) for part in in_parts(keys, MOST_GROUPS)]
    if len(wanted) == 1:
        return db.session.scalar(_having(event, _PEOPLE).where(*wanted)) or 0
    numbers = _having(event, SentInvitation.registration_id).distinct()
    return len({number for some in wanted for number in db.session.scalars(numbers.where(some))})


def _having(event: Event, *columns: Any) -> Select[Any]:
    """These columns of what attendees have been sent: the event, and the sessions in which they have a seat."""
    query = sent_to_attendees(event, *columns)
    return query.where(ACTIVE_AND_EMAILED, or_(SentInvitation.code == "", HAS_SEAT))


def _differing(event: Event, groups: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The groups whose last fingerprint is not the present one."""
    if not groups:
        return []
    of_sessions = any(group[0] for group in groups)
    document = programme.document(event) if of_sessions else Document()
    links = programme.join_links(event) if of_sessions else {}
    now = snapshots.current(event, document.by_code, venues_of(event.id), links)

    def differs(group: Row[Any]) -> bool:
        code, mode, status, last, _number = tuple(group)
        known = not code or code in document.by_code
        return known and now(code, mode, status).fingerprint != last

    return [group for group in groups if differs(group)]
