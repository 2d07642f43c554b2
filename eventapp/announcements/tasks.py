"""Scheduled work: lists the recipients of announcements and writes their e-mails, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp.announcements import operations, queries
from eventapp.announcements.compose import Composer
from eventapp.announcements.models import Announcement, AnnouncementRecipient
from eventapp.core.db import db, transaction
from eventapp.mail import paces
from eventapp.notifications import preloaded
from eventapp.registration.models import Registration

# E-mails that one transaction stores. It must be short: others wait for SQLite's write lock.
CHUNK = 50
# For how long one run goes on: a worker that is asked to stop waits for it.
SECONDS = 4


def send_due(*, seconds: float = SECONDS) -> int:
    """Go on with announcements that are due; returns how many e-mails were written.

    A worker that is killed leaves complete e-mails and recipients who wait, and nothing in between.
    """
    end = monotonic() + seconds
    written = 0
    for number in queries.due():
        db.session.rollback()
        written += _go_on(number, end)
    return written


def _go_on(number: int, end: float) -> int:
    announcement = db.session.get(Announcement, number, populate_existing=True)
    if announcement is None or (announcement.listed_at is None and (_missed(announcement) or not _list(announcement))):
        return 0
    composer = Composer(announcement)
    written = 0
    while monotonic() < end:
        db.session.rollback()
        waiting = queries.next_recipients(number, limit=CHUNK)
        if not waiting:
            with transaction():
                operations.finish(announcement)
            break
        done = _write(composer, waiting)
        written += done
        if not done:
            break
    return written


def _missed(announcement: Announcement) -> bool:
    if not announcement.too_late:
        return False
    with transaction():
        return operations.miss(announcement)


def _list(announcement: Announcement) -> bool:
    """Decide who gets it: read without a lock, then store."""
    group = queries.group_of(announcement.event, queries.query_of(announcement))
    rows = [
        {
            "announcement_id": announcement.id,
            "contact_id": contact,
            "registrations": one.registrations,
            "outcome": one.outcome,
        }
        for contact, one in group.contacts.items()
    ]
    with transaction():
        return operations.list_recipients(announcement, rows, unaddressed=group.unaddressed)


def _write(composer: Composer, waiting: Sequence[AnnouncementRecipient]) -> int:
    """Write to these recipients. The e-mails are stored together with the rows that say so, or not at all."""
    announcement = composer.announcement
    numbers = [number for one in waiting for number in one.registrations]
    query = select(Registration).where(Registration.id.in_(numbers)).options(joinedload(Registration.option))
    people = {one.id: one for one in db.session.scalars(query)}
    contacts, written = [one.contact_id for one in waiting], {}
    with preloaded.registrations([]):
        for one in waiting:
            # Deleted meanwhile, or the address was taken away: nobody is left to write to.
            readers = [people[number] for number in one.registrations if number in people]
            if readers and readers[0].email:
                written[one.contact_id] = composer.write(readers).outgoing()
    with transaction():
        if not operations.take(announcement, contacts):
            db.session.rollback()
            return 0
        skipped = operations.skip_opted_out(announcement, contacts)
        emails = [email for contact, email in written.items() if contact not in skipped]
        paces.spread(emails)
        db.session.add_all(emails)
    return len(waiting)
