"""Series, events, their themes, hosts, venues and teams."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select, true
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role
from eventapp.core import languages, tokens
from eventapp.core.clock import last_day, local_day, now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Scoped
from eventapp.directory.models import Organization
from eventapp.events import rules
from eventapp.events.rules import (
    EventColour,
    EventFormat,
    EventKind,
    EventStatus,
    HostRole,
    Motif,
    Precision,
    Visibility,
)

# More days than these are told apart on no list: an event may take a year.
MOST_DAYS = 60


class EventSeries(Base):
    """The editions of a recurring event."""

    __tablename__ = "event_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)


class OfEvent(Scoped):
    """Mixin of rows that an event's public pages show."""

    event_id: Mapped[int]

    def scopes(self) -> Iterable[str]:
        # Before the flush, a new row linked only by its relationship has no event_id; after it, it has.
        return [f"event:{self.event_id}", "events"]


class Closes:
    """Mixin of what closes at a moment, which calendars show as a deadline with its own entry.

    The entry has a permanent UID and a SEQUENCE (RFC 5546 §2.1.4) that rises whenever the moment changes and never
    falls. `last_closing` is the moment it shows, even after the deadline is removed and the entry cancelled. An
    operation that changes closing time, title or mode calls `note_closing`.
    """

    uid: Mapped[str] = mapped_column(unique=True, index=True, default=tokens.uid)
    closes_at: Mapped[datetime | None]
    last_closing: Mapped[datetime | None]
    closing_sequence: Mapped[int] = mapped_column(default=0)
    # When the entry last changed. Not every change of the row counts: each registration changes the seats taken.
    closing_changed_at: Mapped[datetime] = mapped_column(default=now)

    def note_closing(self, before: datetime | None, *, renamed: bool = False) -> None:
        """Record for calendars that the closing time was `before`, or that the entry was renamed."""
        if self.closes_at != before:
            if self.last_closing is not None:
                self.closing_sequence = (self.closing_sequence or 0) + 1
            self.last_closing = self.closes_at or self.last_closing
            self.closing_changed_at = now()
        elif renamed and self.closes_at is not None:
            self.closing_changed_at = now()


class Venue(Base, OfEvent):
    """A place where an event takes place, and the one source of what it is called and where it is.

    `access` says how to get there; `travel_minutes` maps the slug of another venue to the travel time. The first venue
    of an event is its location.
    """

    __tablename__ = "venue"
    # SQLite can rename a constraint only by rebuilding the table, and its rooms would lose their venue.
    __table_args__ = (UniqueConstraint("event_id", "slug", name="uq_site_event_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    slug: Mapped[str]
    name: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    address: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    access: Mapped[LocalizedText] = mapped_column(default=LocalizedText, server_default="{}")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    position: Mapped[int] = mapped_column(default=0)
    travel_minutes: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @property
    def geo(self) -> tuple[float, float] | None:
        """(latitude, longitude) in degrees, if known."""
        known = self.latitude is not None and self.longitude is not None
        return (self.latitude, self.longitude) if known else None  # type: ignore[return-value]


class Event(Base, Scoped):
    """A forum, summit, ceremony or visit."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_event_listed", "status", "visibility", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    uid: Mapped[str] = mapped_column(unique=True, default=tokens.uid)
    # RFC 5546 §2.1.4: rises when time, venue or status change, never falls.
    sequence: Mapped[int] = mapped_column(default=0)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("event_series.id", ondelete="SET NULL"), index=True)
    edition: Mapped[int | None]
    kind: Mapped[EventKind] = mapped_column(default=EventKind.FORUM)
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    subtitle: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    purpose: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    description: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str]
    # Minutes after midnight at which a programme day starts: what runs past midnight belongs to the evening before.
    day_starts: Mapped[int] = mapped_column(default=0)
    precision: Mapped[Precision] = mapped_column(default=Precision.DAY)
    date_note: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    format: Mapped[EventFormat] = mapped_column(default=EventFormat.IN_PERSON)
    country_code: Mapped[str] = mapped_column(default="JP")
    # What the event page said beside the name of a venue, in former versions; the team decides which one is right.
    former_place: Mapped[LocalizedText] = mapped_column(default=LocalizedText, server_default="{}")
    working_languages: Mapped[list[str]] = mapped_column(default=list)
    # What is spoken in sessions that name no language of their own.
    spoken: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    interpretation: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    # False if the team has said that nobody needs to register; options that there are count all the same.
    needs_registration: Mapped[bool] = mapped_column(default=True, server_default=true())
    contact_email: Mapped[str] = mapped_column(default="")
    join_url: Mapped[str] = mapped_column(default="")
    # Attendees get a link of their own to join online, instead of join_url. Off for events from before there were any:
    # the links that these have sent must not change by themselves.
    personal_join_links: Mapped[bool] = mapped_column(default=True, server_default="0")
    # From how many minutes before the start one can join.
    join_minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    # Whether those who attend in person may join online, too.
    join_for_all: Mapped[bool] = mapped_column(default=False, server_default="0")
    sources: Mapped[list[str]] = mapped_column(default=list)
    counts_public: Mapped[bool] = mapped_column(default=False)
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.DRAFT)
    status_note: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PUBLIC)
    # The look without a cover; None: one that follows from the UID, so that events differ and none changes by itself.
    colour: Mapped[EventColour | None]
    motif: Mapped[Motif | None]
    generated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    series: Mapped[EventSeries | None] = relationship()
    # The name of the first venue, which is its location; empty without one.
    venue_name: Mapped[LocalizedText] = column_property(
        select(Venue.name)
        .where(Venue.event_id == id)
        .order_by(Venue.position, Venue.id)
        .limit(1)
        .correlate_except(Venue)
        .scalar_subquery()
    )

    def scopes(self) -> Iterable[str]:
        return [f"event:{self.id}", "events"]

    @property
    def public(self) -> bool:
        """Whether people outside the team may see it."""
        return rules.public(self.status, self.visibility)

    @property
    def cover_style(self) -> tuple[EventColour, Motif]:
        """The colour and the motif of its generated cover."""
        number = int.from_bytes(hashlib.sha256(self.uid.encode()).digest()[:4])
        colours, motifs = list(EventColour), list(Motif)
        return self.colour or colours[number % len(colours)], self.motif or motifs[number // 7 % len(motifs)]

    @property
    def first_day(self) -> date:
        return local_day(self.starts_at, self.zone)

    @property
    def last_day(self) -> date:
        return last_day(self.ends_at, self.zone)

    @property
    def days(self) -> tuple[date, ...]:
        """Its days at the venue, in order; at most `MOST_DAYS`."""
        first = self.first_day
        number = min((self.last_day - first).days + 1, MOST_DAYS)
        return tuple(first + timedelta(days=at) for at in range(number))

    @property
    def timed(self) -> bool:
        """Whether hours are known. For an event known by month or year, the times of its rows only give an order."""
        return self.precision is Precision.DAY

    @property
    def over(self) -> bool:
        """Whether it has taken place. A postponed event has not, even if its old date has passed."""
        return self.ends_at < now() and self.status is not EventStatus.POSTPONED

    @property
    def countdown(self) -> str:
        """ "Tomorrow", "In 12 days"; empty if it is over, or will not take place on a day that is known."""
        planned = self.timed and self.status in {EventStatus.DRAFT, EventStatus.PUBLISHED}
        return rules.countdown(self.starts_at, self.ends_at, self.zone, now()) if planned else ""

    @property
    def languages(self) -> list[str]:
        """Languages that its texts may be in: the interface's and its working languages."""
        return list(dict.fromkeys([*languages.INTERFACE, *self.working_languages]))

    def when(self, language: str | None = None) -> str:
        return rules.when(self.starts_at, self.ends_at, self.zone, self.precision, language)


class FormerSlug(Base):
    """A former slug of an event; it redirects forever."""

    __tablename__ = "former_slug"

    slug: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)


class Theme(Base, OfEvent):
    """A theme of an event, in order."""

    __tablename__ = "theme"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)


class EventHost(Base, OfEvent):
    """An organization that hosts, co-hosts or supports."""

    __tablename__ = "event_host"
    __table_args__ = (UniqueConstraint("event_id", "organization_id", name="uq_event_host_event_organization"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    role: Mapped[HostRole] = mapped_column(default=HostRole.HOST)
    position: Mapped[int] = mapped_column(default=0)
    organization: Mapped[Organization] = relationship()


class TeamMember(Base):
    """A user's role at one event."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("event_id", "user_id", name="uq_team_member_event_user"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role]
    user: Mapped[User] = relationship()


class TeamInvitation(Base):
    """Somebody without an account who is asked to join a team, by a link that was e-mailed to them.

    The row holds only the digest of the link's secret. There is one for an address at an event: to invite it again, or
    to send the e-mail again, replaces the link. After its end it is kept for some time, so that the link can say why it
    does not work.
    """

    __tablename__ = "team_invitation"
    __table_args__ = (UniqueConstraint("event_id", "email_key", name="uq_team_invitation_event_address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    email: Mapped[str]
    # As `core.addresses.mailbox_key`.
    email_key: Mapped[str]
    role: Mapped[Role]
    language: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    # Who asked last. The invitation is only as good as what they may do at the event when it is accepted.
    inviter_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    event: Mapped[Event] = relationship()
    inviter: Mapped[User | None] = relationship()

    @property
    def topic(self) -> str:
        """The topic of its e-mails. It is not that of the event: their links are not for the team."""
        return f"team-invitation:{self.id}"
