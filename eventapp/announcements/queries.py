"""Who an announcement goes to, and what has become of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from eventapp.announcements.answers import AnswerPlaceholders
from eventapp.announcements.models import Announcement, AnnouncementRecipient
from eventapp.announcements.rules import SKIPPED, AddressedPerson, AnnouncementStatus, Group, RecipientOutcome, group
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.mail.models import Email, EmailStatus, UndeliverableAddress
from eventapp.notifications.models import OptOut
from eventapp.people.filters import conditions
from eventapp.people.rules import PeopleQuery
from eventapp.registration import queries as registration
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.rules import REGISTERED, UNCONFIRMED


def query_of(announcement: Announcement) -> PeopleQuery:
    """The filter that selects the group."""
    return PeopleQuery.of_string(announcement.audience)


def group_of(event: Event, query: PeopleQuery) -> Group:
    """The group as it is now. Three statements.

    Without a status, and without people chosen one by one, it is those who are registered: nobody who has cancelled.
    """
    statement = (
        select(
            Registration.id,
            Registration.contact_id,
            Contact.email_key.is_not(None),
            Contact.language,
            Registration.status,
            OptOut.contact_id.is_not(None),
            UndeliverableAddress.key.is_not(None),
            Registration.generated,
        )
        .join(Contact, Contact.id == Registration.contact_id)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .outerjoin(OptOut, OptOut.contact_id == Contact.id)
        .outerjoin(UndeliverableAddress, UndeliverableAddress.key == Contact.email_key)
        .where(*_selected(event, query))
        .order_by(Registration.id)
    )
    return group(
        AddressedPerson(number, contact, bool(address), language, status in UNCONFIRMED, bool(out), bool(wrong), made)
        for number, contact, address, language, status, out, wrong, made in db.session.execute(statement)
    )


def _selected(event: Event, query: PeopleQuery) -> list[ColumnElement[bool]]:
    found = [*conditions(event, query, registration.every_question(event), emails=True)]
    if not query.statuses and not query.numbers:
        found.append(Registration.status.in_(REGISTERED | UNCONFIRMED))
    return found


@dataclass(frozen=True)
class Unanswered:
    """How many of those who are written to have no answer to a question that the text mentions.

    `question` is None if there is no such question any more, and `placeholder` then says what was meant.
    """

    placeholder: str
    question: Question | None
    people: int


def unanswered(announcement: Announcement, query: PeopleQuery, found: Group) -> list[Unanswered]:
    """The number for each placeholder about an answer; three statements, or none if the text has none of these."""
    placeholders = AnswerPlaceholders(announcement.event, announcement.placeholders)
    if not placeholders.names:
        return []
    written_to = found.written_to
    statement = (
        select(Registration.id, Registration.option_id, Registration.answers)
        .join(Contact, Contact.id == Registration.contact_id)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .where(*_selected(announcement.event, query))
    )
    options = {one.id: one for one in registration.options(announcement.event)}
    numbers = dict.fromkeys(placeholders.names, 0)
    for number, option, answers in db.session.execute(statement):
        if number in written_to:
            for name in placeholders.names:
                numbers[name] += placeholders.unanswered(name, options[option], answers)
    return [Unanswered(name, placeholders.questions[name], number) for name, number in numbers.items()]


@dataclass(frozen=True)
class Progress:
    """Exact numbers of an announcement: e-mails sent, waiting, failed and stopped, and who was skipped."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    stopped: int = 0
    skipped: dict[RecipientOutcome, int] | None = None

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.failed + self.stopped

    @property
    def not_sent(self) -> int:
        return self.waiting + self.failed + self.stopped


def progress(announcements: Sequence[Announcement]) -> dict[int, Progress]:
    """The numbers of each announcement, by its id. Two statements."""
    ids = {one.batch: one.id for one in announcements}
    emails = {
        (ids[batch], status): number
        for batch, status, number in db.session.execute(
            select(Email.batch, Email.status, func.count())
            .where(Email.batch.in_(ids))
            .group_by(Email.batch, Email.status)
        )
    }
    table = AnnouncementRecipient
    rows = {
        (number, outcome): count
        for number, outcome, count in db.session.execute(
            select(table.announcement_id, table.outcome, func.count())
            .where(table.announcement_id.in_(ids.values()))
            .group_by(table.announcement_id, table.outcome)
        )
    }
    return {
        one.id: Progress(
            sent=emails.get((one.id, EmailStatus.SENT), 0),
            waiting=emails.get((one.id, EmailStatus.QUEUED), 0) + rows.get((one.id, RecipientOutcome.WAITING), 0),
            failed=emails.get((one.id, EmailStatus.FAILED), 0),
            stopped=emails.get((one.id, EmailStatus.STOPPED), 0) + rows.get((one.id, RecipientOutcome.STOPPED), 0),
            skipped={outcome: rows[one.id, outcome] for outcome in SKIPPED if (one.id, outcome) in rows},
        )
        for one in announcements
    }


def of_event(event: Event) -> list[Announcement]:
    """The announcements of an event, newest first."""
    query = select(Announcement).where(Announcement.event_id == event.id).options(joinedload(Announcement.author))
    return list(db.session.scalars(query.order_by(Announcement.id.desc()).limit(200)))


def by_id(event: Event, number: int) -> Announcement | None:
    """One announcement of the event."""
    return db.session.scalar(select(Announcement).where(Announcement.id == number, Announcement.event_id == event.id))


def due() -> list[int]:
    """Ids of announcements to send now, or to go on with."""
    ready = (Announcement.status == AnnouncementStatus.SCHEDULED) & (Announcement.send_at <= clock.now())
    query = select(Announcement.id).where(ready | (Announcement.status == AnnouncementStatus.SENDING))
    return list(db.session.scalars(query.order_by(Announcement.send_at, Announcement.id)))


def next_recipients(number: int, *, limit: int) -> list[AnnouncementRecipient]:
    """Recipients of an announcement who wait for their e-mail."""
    table = AnnouncementRecipient
    query = select(table).where(table.announcement_id == number, table.outcome == RecipientOutcome.WAITING)
    return list(db.session.scalars(query.order_by(table.contact_id).limit(limit)))


def last_sent(event: Event) -> datetime | None:
    """When the last announcement was sent off."""
    query = select(func.max(Announcement.send_at)).where(Announcement.event_id == event.id)
    return db.session.scalar(query.where(Announcement.status != AnnouncementStatus.DRAFT))
