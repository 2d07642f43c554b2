"""Finds the recipients affected by changes.

Operations of lower features can't call notifications: they increment a revision (`core/revisions.py`), and a scan
compares the events whose revisions have risen since the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from eventapp.core import clock
from eventapp.core.db import db, reading, transaction
from eventapp.core.parts import in_parts
from eventapp.core.revisions import Revision
from eventapp.entries.queries import venues_of
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.notifications import attendees, snapshots, speakers
from eventapp.notifications.models import ScanCursor, SentInvitation
from eventapp.notifications.queries import HAS_SEAT, sent_to_attendees, unsent_seats
from eventapp.notifications.snapshots import RELEASED
from eventapp.programme import queries as programme
from eventapp.programme.published import Document
from eventapp.proposals import notices as speaker_notices
from eventapp.proposals import queries as proposals
from eventapp.registration import notices as attendee_notices
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.queries import ACTIVE_AND_EMAILED


@dataclass(frozen=True)
class Waiting:
    """Recipients in the debounce window: at most this many e-mails, the first at `due_at`."""

    attendees: int
    speakers: int
    due_at: datetime | None = None


def scan() -> int:
    """Scan the events that have changed since their last scan. Returns how many recipients are pending.

    The revisions are read before the rows, so a change in between is scanned twice rather than missed. Nothing is
    locked while people are compared, and the row that says that an event was scanned is written last.
    """
    found = 0
    for number, event_revision, team_revision in _changed_events():
        cursor = ScanCursor(event_id=number, event_revision=event_revision, team_revision=team_revision)
        with reading():
            event, last = db.session.get(Event, number), db.session.get(ScanCursor, number)
            if event is None:
                continue
            known = last is None or last.event_revision >= 0
            registrations, links = _to_notify(event) if known else ([], [])
        found += len(registrations) + len(links)
        for part in in_parts(registrations):
            with transaction():
                attendee_notices.enqueue_changes(number, part)
        with transaction():
            if (event := db.session.get(Event, number)) is None:
                continue
            if not known:
                backfill(event)
            speaker_notices.enqueue_changes(number, links)
            db.session.merge(cursor)
    return found


def _changed_events() -> list[tuple[int, int, int]]:
    """(event, revision of the event, revision of the team's pages) of public events that are not over."""
    of_event, of_team = aliased(Revision), aliased(Revision)
    scope = literal("event:", String) + cast(Event.id, String)
    numbers = func.coalesce(of_event.number, 0), func.coalesce(of_team.number, 0)
    query = (
        select(Event.id, *numbers)
        .outerjoin(of_event, of_event.scope == scope)
        .outerjoin(of_team, of_team.scope == scope + ":desk")
        .outerjoin(ScanCursor, ScanCursor.event_id == Event.id)
        .where(Event.status.in_([EventStatus.PUBLISHED, EventStatus.POSTPONED, EventStatus.CANCELLED]))
        .where(Event.ends_at > clock.now() - timedelta(days=1))
        .where(
            or_(
                ScanCursor.event_id.is_(None),
                ScanCursor.event_revision != numbers[0],
                ScanCursor.team_revision != numbers[1],
            )
        )
        .order_by(Event.id)
    )
    changed = [(number, event, team) for number, event, team in db.session.execute(query)]
    db.session.rollback()
    return changed


def _to_notify(event: Event) -> tuple[list[int], list[int]]:
    document = programme.document(event)
    return sorted(attendees_to_notify(event, document)), speakers_to_notify(event, document)


def would_notify(event: Event, document: Document) -> Waiting | None:
    """The recipients to notify if `document` becomes the public programme, including those already pending.

    None if nobody would be notified in any case: for a draft, or an event that is over.
    """
    if event.status is EventStatus.DRAFT or event.over:
        return None
    return Waiting(len(attendees_to_notify(event, document)), len(speakers_to_notify(event, document)))


def attendees_to_notify(event: Event, document: Document) -> set[int]:
    """Ids of the registrations affected by this public programme. Three statements."""
    links = programme.join_links(event)
    current = snapshots.current(event, document.by_code, venues_of(event.id), links)
    columns = Registration.id, Registration.status, AttendanceOption.mode, SentInvitation.code
    query = sent_to_attendees(event, *columns, SentInvitation.fingerprint, HAS_SEAT)
    found = set()
    for number, status, mode, code, last, seat in db.session.execute(query.where(ACTIVE_AND_EMAILED)):
        comes = not code or (seat and code in document.by_code)
        now = current(code, mode, status).fingerprint if comes else RELEASED
        if now != last:
            found.add(number)
    public = {session.code for session in document.sessions if not session.cancelled}
    return found | {number for number, code in unsent_seats(event) if code in public}


def speakers_to_notify(event: Event, document: Document) -> list[int]:
    """Ids of the links of speakers affected by this public programme. Three statements."""
    links = proposals.links(event)
    if not links:
        return []
    sent = speakers.sent_to_all(links)
    joining = programme.join_links(event)
    return [link.id for link in links if speakers.differs(link, sent[link.id], document, joining)]


def backfill(event: Event) -> None:
    """Record the current facts as sent for recipients of an event from before e-mails carried invitations."""
    unknown = select(SentInvitation.id).where(
        SentInvitation.registration_id == Registration.id, SentInvitation.code == ""
    )
    rows = db.session.scalars(
        select(Registration).where(
            Registration.event_id == event.id,
            ACTIVE_AND_EMAILED,
            ~unknown.exists(),
        )
    )
    venues = venues_of(event.id)
    for registration in rows:
        row = SentInvitation(registration_id=registration.id, code="", uid=registration.uid)
        row.sequence = registration.sequence + event.sequence
        row.record(attendees.event_snapshot(registration, venues))
        db.session.add(row)
    document = programme.document(event)
    for link in proposals.links(event):
        speakers.remember(link, document, sequence=0)
    db.session.flush()
