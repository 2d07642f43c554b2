"""Standard reminders: computed from the state of the event when they are due, so that no change needs a clean-up; only
those that already wait in the outbox are stopped when their event is off.

Each has a window. Nobody is reminded who registered after it began, and nothing is sent once it has ended, or at night,
however long the worker was away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select

from eventapp.check_in import search as check_in
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.labels import Labelled
from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.links import absolute
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Precision
from eventapp.mail import operations as mail
from eventapp.mail.content import RenderedEmail
from eventapp.mail.models import Email
from eventapp.notifications import attendee_emails, opt_outs, settings
from eventapp.notifications.models import EmailSettings, OptOut, SentReminder
from eventapp.online import links as online
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.rules import RegistrationStatus

# On the event's clock. Nobody is reminded at night: "tomorrow" would be wrong after midnight.
MORNING = time(9)
EVENING = time(21)
# How long before the thank-you the event must have ended: what ends after midnight is thanked for that morning.
REST = timedelta(hours=6)
# The longest time between an event and one of its reminders.
AHEAD = timedelta(days=9)
AFTER = timedelta(days=5)


class ReminderKind(Labelled):
    """What is sent without anybody pressing a button. The values are columns of EmailSettings."""

    WEEK = "week", _l("A week before, at 9:00")
    DAY = "day", _l("The day before, at 9:00")
    HOUR = "hour", _l("An hour before, with the joining link, to online attendees")
    THANKS = "thanks", _l("A thank-you the morning after the event")

    @property
    def template(self) -> str:
        return "thanks" if self is ReminderKind.THANKS else f"remind_{self.value}"


def window(kind: ReminderKind, event: Event) -> tuple[datetime, datetime]:
    """When a reminder is due, and from when on it is too late."""
    if kind is ReminderKind.HOUR:
        return event.starts_at - timedelta(hours=1), event.starts_at
    if kind is ReminderKind.THANKS:
        rested = event.ends_at + REST
        due = _at(MORNING, rested, event.zone)
        due = due if due >= rested else _at(MORNING, rested, event.zone, 1)
        return due, due + timedelta(days=2)
    days = -7 if kind is ReminderKind.WEEK else -1
    due = _at(MORNING, event.starts_at, event.zone, days)
    return due, min(_at(EVENING, event.starts_at, event.zone, days), event.starts_at)


def _at(hour: time, moment: datetime, zone: str, days: int = 0) -> datetime:
    day = clock.local_day(moment, zone) + timedelta(days=days)
    # Not from_local: where the clocks skip nine o'clock, it is the time they skip to.
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def _at_night(now: datetime, zone: str) -> bool:
    return not MORNING <= clock.to_local(now, zone).time() < EVENING


def about(event: Event) -> str:
    """What a reminder is about: a new day is reminded of anew."""
    return event.first_day.isoformat()


@dataclass(frozen=True)
class DueReminder:
    """A reminder of an event whose window is open."""

    event_id: int
    kind: ReminderKind
    about: str
    since: datetime
    # When it becomes untrue; the joining link is of use during the event, thanks are always true.
    useful_until: datetime | None


def due() -> list[DueReminder]:
    """The reminders whose windows are open now. One statement."""
    now = clock.now()
    query = (
        select(Event, EmailSettings)
        .outerjoin(EmailSettings, EmailSettings.event_id == Event.id)
        .where(Event.status == EventStatus.PUBLISHED, Event.generated.is_(False))
        .where(Event.precision == Precision.DAY, Event.starts_at < now + AHEAD, Event.ends_at > now - AFTER)
        .order_by(Event.starts_at, Event.id)
    )
    found = []
    for event, stored in db.session.execute(query):
        for kind in planned(event, stored):
            begins, ends = window(kind, event)
            if begins <= now < ends and (kind is ReminderKind.HOUR or not _at_night(now, event.zone)):
                found.append(DueReminder(event.id, kind, about(event), begins, _useful_until(kind, event, ends)))
    return found


def _useful_until(kind: ReminderKind, event: Event, ends: datetime) -> datetime | None:
    return {ReminderKind.HOUR: event.ends_at, ReminderKind.THANKS: None}.get(kind, ends)


def planned(event: Event, stored: EmailSettings | None) -> list[ReminderKind]:
    """The reminders that the team has chosen for an event whose day is known; `stored` are its settings, if any."""
    if event.precision is not Precision.DAY:
        return []
    chosen = stored or EmailSettings.usual()
    kinds = [kind for kind in ReminderKind if getattr(chosen, kind.value)]
    return [kind for kind in kinds if kind is not ReminderKind.HOUR or event.join_url]


def recipients(reminder: DueReminder, *, limit: int) -> list[int]:
    """Ids of registrations that have not had this reminder yet."""
    query = select(Registration.id).join(Registration.contact).join(Registration.option)
    query = query.where(*_conditions(reminder)).order_by(Registration.id).limit(limit)
    return list(db.session.scalars(query))


def _conditions(reminder: DueReminder) -> list[ColumnElement[bool]]:
    sent = exists().where(
        SentReminder.registration_id == Registration.id,
        SentReminder.kind == reminder.kind.value,
        SentReminder.about == reminder.about,
    )
    conditions: list[Any] = [
        Registration.event_id == reminder.event_id,
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.created_at < reminder.since,
        Registration.generated.is_(False),
        Contact.email != "",
        ~sent,
    ]
    if reminder.kind is ReminderKind.HOUR:
        conditions.append(AttendanceOption.mode == Mode.ONLINE)
    if reminder.kind is ReminderKind.THANKS:
        conditions.append(~exists().where(OptOut.contact_id == Registration.contact_id))
    return conditions


def write(registration: Registration, reminder: DueReminder) -> RenderedEmail:
    """The reminder for one attendee."""
    event, kind = registration.event, reminder.kind
    with force_locale(registration.language):
        thanks = kind is ReminderKind.THANKS
        page = absolute("site.event", slug=event.slug, lang=registration.language)
        own: dict[str, Any] = {}
        if thanks:
            own = {"facts": _after(registration), "more": [], "action": (_("View the event page"), page)}
        if thanks:
            own["stop_url"] = opt_outs.url(registration.contact, registration.language)
        elif kind is ReminderKind.HOUR:
            own["action"] = (_("Join online"), online.of_event(registration))
        return attendee_emails.render(
            registration, kind.template, kind=f"reminder.{kind.value}", batch=_batch(event, kind), **own
        )


def _batch(event: Event, kind: ReminderKind) -> str:
    return f"reminder:{event.id}:{kind.value}"


def stop(event: Event) -> None:
    """Send none of those that wait in the outbox for their turn or for the mail server: they would come after the
    e-mail that says that the event does not take place on that day.
    """
    mail.stop(Email.batch.in_([_batch(event, kind) for kind in ReminderKind]))


def _after(registration: Registration) -> list[tuple[str, str]]:
    """The survey, and the certificate of somebody who was there, if the team offers them."""
    found: list[tuple[str, str]] = []
    chosen = settings.of(registration.event)
    if chosen.survey_url:
        found.append((_("Tell us how it was"), chosen.survey_url))
    if chosen.certificate_link and check_in.was_there(registration.id):
        link = absolute("certificates.mine", token=registration.token, lang=registration.language)
        found.append((_("Your certificate, if one is issued to you"), link))
    return found


def lock(numbers: Sequence[int], reminder: DueReminder) -> bool:
    """Lock registrations for this transaction; False if one of them, or the event, is not any more as it was read."""
    event = select(Event).where(Event.id == reminder.event_id).execution_options(populate_existing=True)
    now = db.session.scalar(event.with_for_update(key_share=True))
    if now is None or now.status is not EventStatus.PUBLISHED or about(now) != reminder.about:
        return False
    still = Registration.status == RegistrationStatus.CONFIRMED
    query = select(Registration.id).where(Registration.id.in_(numbers), still)
    locked = db.session.scalars(query.with_for_update(key_share=True, skip_locked=True)).all()
    return len(locked) == len(numbers)


def record(numbers: Sequence[int], reminder: DueReminder) -> list[SentReminder]:
    """Rows that say that these had the reminder. The flush fails if another worker was faster."""
    return [SentReminder(registration_id=number, kind=reminder.kind.value, about=reminder.about) for number in numbers]
