"""What the overview of an event says of all features, read with one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select

from eventapp.announcements.models import Announcement
from eventapp.announcements.rules import AnnouncementStatus
from eventapp.core import clock
from eventapp.core.db import Moment, db
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event, EventHost, TeamMember
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import REMINDED, InvitationStatus
from eventapp.media.models import Photo
from eventapp.media.rules import PictureUse
from eventapp.notifications.models import EmailSettings
from eventapp.proposals.models import Call, SpeakerLink
from eventapp.proposals.rules import Answer
from eventapp.registration.form_models import PrivacyNotice
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus


@dataclass(frozen=True)
class EventFacts:
    """Numbers of rows, and moments that come next. `held_until` is when the first of the held seats is free again."""

    covers: int = 0
    hosts: int = 0
    members: int = 0
    privacy: LocalizedText | None = None
    replies: int = 0
    registrations: int = 0
    held: int = 0
    held_until: datetime | None = None
    invitations_to_send: int = 0
    invitations_waiting: int = 0
    speakers_waiting: int = 0
    speakers_asked_at: datetime | None = None
    announcement_at: datetime | None = None
    announcements_missed: int = 0
    call_closes_at: datetime | None = None
    reminders: EmailSettings | None = None


def facts(event: Event) -> EventFacts:
    """What there is, and what is due. One statement."""
    found = db.session.execute(_facts(), {"event": event.id, "now": clock.now()}).one()._asdict()
    return EventFacts(reminders=found.pop("EmailSettings"), **found)


@cache
def _facts() -> Select[Any]:
    def number(table: Any, *where: Any) -> Any:
        return select(func.count()).select_from(table).where(table.event_id == bindparam("event"), *where)

    def first(column: Any, table: Any, *where: Any) -> Any:
        return select(func.min(column)).where(table.event_id == bindparam("event"), *where)

    held = Registration.status.in_([RegistrationStatus.UNCONFIRMED, RegistrationStatus.OFFERED])
    asked = SpeakerLink.answer == Answer.PENDING
    coming = Announcement.status == AnnouncementStatus.SCHEDULED
    past = Announcement.planned_at <= bindparam("now", None, type_=Moment())
    missed = (Announcement.status == AnnouncementStatus.DRAFT, past)
    notice = select(PrivacyNotice.text).where(PrivacyNotice.event_id == bindparam("event"))
    named = or_(EmailSettings.reply_to != "", Event.contact_email != "")
    found = {
        "covers": number(Photo, Photo.use == PictureUse.COVER),
        "hosts": number(EventHost),
        "members": number(TeamMember),
        "privacy": notice.order_by(PrivacyNotice.version.desc()).limit(1),
        "replies": select(func.count())
        .select_from(Event)
        .outerjoin(EmailSettings, EmailSettings.event_id == Event.id)
        .where(Event.id == bindparam("event"), named),
        "registrations": number(Registration),
        "held": number(Registration, held),
        "held_until": first(Registration.held_until, Registration, held),
        "invitations_to_send": number(Invitation, Invitation.status == InvitationStatus.DRAFT),
        "invitations_waiting": number(Invitation, Invitation.status.in_(sorted(REMINDED))),
        "speakers_waiting": number(SpeakerLink, asked),
        "speakers_asked_at": first(SpeakerLink.asked_at, SpeakerLink, asked),
        "announcement_at": first(Announcement.send_at, Announcement, coming),
        "announcements_missed": number(Announcement, *missed),
        "call_closes_at": first(Call.closes_at, Call),
    }
    numbers = [query.scalar_subquery().label(name) for name, query in found.items()]
    settings = select(EmailSettings, *numbers).select_from(Event).outerjoin(EmailSettings)
    return settings.where(Event.id == bindparam("event"))
