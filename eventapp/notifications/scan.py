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
from eventapp.core.db import db, transaction
from eventapp.core.revisions import Revision
from eventapp.entries.queries import venues_of
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.notifications import attendees, snapshots, speakers
from eventapp.notifications.models import ScanCursor, SentInvitation
from eventapp.notifications.snapshots import Snapshot
from eventapp.programme import queries as programme
from eventapp.programme.models import Session
from eventapp.programme.published import Document
from eventapp.programme.rules import Mode
from eventapp.proposals import notices as speaker_notices
from eventapp.proposals import queries as proposals
from eventapp.registration import notices as attendee_notices
from eventapp.registration import queries as registration_queries
from eventapp.registration.models import AttendanceOption, Registration, SessionSignup
from eventapp.registration.rules import HOLDS_SEAT, RegistrationStatus


@dataclass(frozen=True)
class Waiting:
    """Recipients in the debounce window: at most this many e-mails, the first at `due_at`."""

    attendees: int
    speakers: int
    due_at: datetime | None = None


def scan() -> int:
    """Scan the events that have changed since their last scan. Returns how many recipients are pending.

    The revisions are read before the rows, so a change in between is scanned twice rather than missed.
    """
    found = 0
    for number, event_revision, team_revision in _changed_events():
        with transaction():
            event = db.session.get(Event, number)
            if event is None:
                continue
            cursor = db.session.get(ScanCursor, number)
            if cursor is not None and cursor.event_revision < 0:
                backfill(event)
            else:
                found += _enqueue(event)
            db.session.merge(ScanCursor(event_id=number, event_revision=event_revision, team_revision=team_revision))
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


def _enqueue(event: Event) -> int:
    document = programme.document(event)
    registrations, links = attendees_to_notify(event, document), speakers_to_notify(event, document)
    attendee_notices.enqueue_changes(event.id, registrations)
    speaker_notices.enqueue_changes(event.id, links)
    return len(registrations) + len(links)


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
    fingerprint = snapshots.fingerprints(event, document.by_code, venues_of(event.id), links)
    rows = db.session.execute(
        select(
            Registration.id,
            Registration.status,
            AttendanceOption.mode,
            SentInvitation.code,
            SentInvitation.fingerprint,
            SentInvitation.last_sent,
            SessionSignup.id,
        )
        .join(Registration, Registration.id == SentInvitation.registration_id)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .outerjoin(Session, (Session.event_id == Registration.event_id) & (Session.code == SentInvitation.code))
        .outerjoin(
            SessionSignup,
            (SessionSignup.session_id == Session.id) & (SessionSignup.registration_id == Registration.id),
        )
        .where(Registration.event_id == event.id, registration_queries.ACTIVE_AND_EMAILED)
    )
    found = set()
    for number, status, mode, code, last, last_sent, signed_up in rows:
        if code and (signed_up is None or status not in HOLDS_SEAT or code not in document.by_code):
            now = snapshots.released(Snapshot.from_json(last_sent)).fingerprint
        else:
            now = fingerprint(code, mode is Mode.ONLINE, status is RegistrationStatus.CONFIRMED)
        if now != last:
            found.add(number)
    public = {session.code for session in document.sessions if not session.cancelled}
    return found | {number for number, code in _unsent_seats(event) if code in public}


def _unsent_seats(event: Event) -> list[tuple[int, str]]:
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


def speakers_to_notify(event: Event, document: Document) -> list[int]:
    """Ids of the links of speakers affected by this public programme. Three statements."""
    links = proposals.links(event)
    if not links:
        return []
    sent: dict[int, dict[str, SentInvitation]] = {link.id: {} for link in links}
    for row in db.session.scalars(select(SentInvitation).where(SentInvitation.speaker_link_id.in_(sent))):
        sent[row.speaker_link_id or 0][row.code] = row
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
            registration_queries.ACTIVE_AND_EMAILED,
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
