"""Write, send, undo and stop announcements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, insert, select, update

from eventapp.accounts.models import User
from eventapp.announcements import compose, queries
from eventapp.announcements.models import Announcement, AnnouncementRecipient
from eventapp.announcements.rules import AnnouncementStatus, RecipientOutcome, starts
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface, language_name, listing
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row, reread
from eventapp.core.stale_forms import edit_token
from eventapp.events.models import Event
from eventapp.mail import operations as mail
from eventapp.mail import placeholders
from eventapp.mail.models import Email
from eventapp.notifications import opt_outs
from eventapp.people.rules import PeopleQuery


def save(
    event: Event,
    announcement: Announcement | None,
    *,
    author: User | None,
    audience: PeopleQuery,
    subject: LocalizedText,
    text: LocalizedText,
    language: str = "",
    planned_at: datetime | None = None,
) -> Announcement:
    """Add or change a draft. Raises Refused for a text without its subject or the other way round, a placeholder that
    does not exist, a time in the past, and an announcement that is not a draft any more.
    """
    _check(event, subject, text)
    if planned_at is not None and planned_at <= clock.now():
        raise Refused(_("This time is in the past."), field="planned_at")
    if announcement is None:
        announcement = Announcement(event=event, author_id=author.id if author else None)
        db.session.add(announcement)
    else:
        _lock(announcement, AnnouncementStatus.DRAFT)
    announcement.audience = str(audience.filters)
    announcement.subject, announcement.text = subject, text
    announcement.language = language if language in text else next(iter(text))
    announcement.planned_at = planned_at
    db.session.flush()
    return announcement


def _check(event: Event, subject: LocalizedText, text: LocalizedText) -> None:
    known = compose.meanings(event)
    for field, here, there in (("text", text, subject), ("subject", subject, text)):
        if missing := [tag for tag in there if tag not in here]:
            named = listing([language_name(tag, interface()) for tag in missing])
            raise Refused(_("Fill this in for: %(languages)s.", languages=named), field=field)
        if not here:
            raise Refused(_("Enter this in at least one language."), field=field)
        for one in here.values():
            if problem := placeholders.problem(one, known):
                raise Refused(problem, field=field)


def _lock(announcement: Announcement, *statuses: AnnouncementStatus) -> None:
    """Lock the row and reread it. Raises Refused if it is in no such state, WasDeleted if it is gone."""
    reread(announcement)
    if announcement.status not in statuses:
        raise Refused(
            _("This is no longer possible: the announcement is “%(state)s”.", state=announcement.status.label)
        )


def token(announcement: Announcement) -> str:
    """What tells whether an announcement still is as somebody has read it."""
    names = ("audience", "subject", "text", "language", "planned_at")
    return edit_token({name: getattr(announcement, name) for name in names})


def send(announcement: Announcement, *, seen: str | None = None) -> datetime:
    """Have the worker send it, a minute from now or at the planned time. Returns when. Raises Refused if nobody would
    get it, or if it is not the one with the token that was `seen`: somebody else may be writing it anew.
    """
    group = queries.group_of(announcement.event, queries.query_of(announcement))
    if not group.addresses:
        raise Refused(_("Nobody in this group has an e-mail address."))
    now = clock.now()
    if announcement.planned_at is not None and announcement.planned_at <= now:
        raise Refused(_("The time to send it is in the past. Change it first."))
    _lock(announcement, AnnouncementStatus.DRAFT)
    if seen is not None and seen != token(announcement):
        raise Refused(
            _("Someone else has changed this since you opened the page. Nothing was sent. Read it again, then send it.")
        )
    announcement.status = AnnouncementStatus.SCHEDULED
    announcement.send_at = starts(now, announcement.planned_at)
    db.session.flush()
    return announcement.send_at


def undo_sending(announcement: Announcement) -> None:
    """Take back what has not been started. Raises Refused if it has: it can still be stopped."""
    _lock(announcement, AnnouncementStatus.SCHEDULED)
    announcement.status, announcement.send_at = AnnouncementStatus.DRAFT, None
    db.session.flush()


def hold_back(event: Event) -> None:
    """Make drafts of what was planned for an event that will not take place then: who reads it must not come.

    Not of what somebody has sent a moment ago: that may be about it, and nobody would look for it among the drafts.
    """
    waits = update(Announcement).where(
        Announcement.event_id == event.id,
        Announcement.status == AnnouncementStatus.SCHEDULED,
        Announcement.planned_at.is_not(None),
    )
    draft = waits.values(status=AnnouncementStatus.DRAFT, send_at=None)
    db.session.execute(draft.execution_options(synchronize_session="fetch"))


def stop(announcement: Announcement) -> None:
    """Send no more of it. An e-mail that a server is just accepting still counts as sent."""
    _lock(announcement, AnnouncementStatus.SENDING, AnnouncementStatus.SENT)
    table = AnnouncementRecipient
    waiting = update(table).where(table.announcement_id == announcement.id, table.outcome == RecipientOutcome.WAITING)
    db.session.execute(waiting.values(outcome=RecipientOutcome.STOPPED).execution_options(synchronize_session=False))
    mail.stop(Email.batch == announcement.batch)
    announcement.status, announcement.finished_at = AnnouncementStatus.STOPPED, clock.now()
    db.session.flush()


def remove(announcement: Announcement) -> None:
    """Delete a draft."""
    _lock(announcement, AnnouncementStatus.DRAFT)
    delete_row(announcement)


def test(announcement: Announcement, user: User) -> None:
    """Send each language to the user, with invented values."""
    emails = [compose.sample(announcement, tag, to=user.email) for tag in announcement.languages]
    for email in emails:
        db.session.add(_single(email.outgoing()))
    db.session.flush()


def _single(email: Email) -> Email:
    """A test belongs to no announcement: it neither counts nor waits for others."""
    email.batch, email.bulk, email.domain, email.unsubscribe_url = "", False, "", ""
    email.kind = "announcement.test"
    return email


# --- for the worker


def begin(announcement: Announcement) -> bool:
    """Start what is due; False if it was undone or stopped meanwhile."""
    try:
        _lock(announcement, AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING)
    except Refused:
        return False
    announcement.status = AnnouncementStatus.SENDING
    return True


def miss(announcement: Announcement) -> bool:
    """Make what is too late a draft again, for the team to decide; False if it was undone meanwhile."""
    try:
        undo_sending(announcement)
    except Refused:
        return False
    return True


def list_recipients(announcement: Announcement, rows: Sequence[Mapping[str, Any]], *, unaddressed: int) -> bool:
    """Store who gets it and who is skipped, once; False if another worker has done so, or it was stopped."""
    if not begin(announcement) or announcement.listed_at is not None:
        return False
    db.session.execute(delete(AnnouncementRecipient).where(AnnouncementRecipient.announcement_id == announcement.id))
    if rows:
        db.session.execute(insert(AnnouncementRecipient), list(rows))
    announcement.listed_at, announcement.unaddressed = clock.now(), unaddressed
    return True


def take(announcement: Announcement, contacts: list[int]) -> bool:
    """Mark recipients as written to, in the transaction that adds their e-mails; False if somebody else has, or the
    announcement was stopped: the caller then rolls back.
    """
    _lock_quietly = select(Announcement.status).where(Announcement.id == announcement.id).with_for_update()
    if db.session.scalar(_lock_quietly) is not AnnouncementStatus.SENDING:
        return False
    table = AnnouncementRecipient
    change = update(table).where(
        table.announcement_id == announcement.id,
        table.contact_id.in_(contacts),
        table.outcome == RecipientOutcome.WAITING,
    )
    done = db.session.execute(
        change.values(outcome=RecipientOutcome.WRITTEN).execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], done).rowcount == len(contacts)


def skip_opted_out(announcement: Announcement, contacts: list[int]) -> set[int]:
    """Those of the recipients who have said, since they were listed, that they want no announcements. They are
    recorded as skipped.
    """
    found = opt_outs.of_contacts(contacts)
    table = AnnouncementRecipient
    if found:
        these = update(table).where(table.announcement_id == announcement.id, table.contact_id.in_(found))
        skipped = these.values(outcome=RecipientOutcome.OPTED_OUT)
        db.session.execute(skipped.execution_options(synchronize_session=False))
    return found


def finish(announcement: Announcement) -> None:
    """Every e-mail is in the outbox."""
    if begin(announcement):
        announcement.status, announcement.finished_at = AnnouncementStatus.SENT, clock.now()
