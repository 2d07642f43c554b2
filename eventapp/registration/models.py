"""Registration options, questions, registrations, and seats in sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Scoped
from eventapp.directory.models import Organization
from eventapp.directory.rules import OrganizationKind, typed_name
from eventapp.events.models import Closes, Event, OfEvent
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration import rules
from eventapp.registration.rules import (
    ACTIVE,
    Access,
    AddressCheck,
    Availability,
    Promotion,
    RegistrationSource,
    RegistrationStatus,
)

_ACTIVE = text(f"status IN ({', '.join(sorted(repr(status.value) for status in ACTIVE))})")


class RegistrationSettings(Base, OfEvent):
    """How registration for an event works. An event without a row has the defaults."""

    __tablename__ = "registration_settings"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    address_check: Mapped[AddressCheck] = mapped_column(default=AddressCheck.AUTO)
    # Minutes for which a seat is held for somebody who has not confirmed the e-mail address yet.
    hold_minutes: Mapped[int] = mapped_column(default=rules.HOLD_MINUTES)

    @classmethod
    def usual(cls) -> RegistrationSettings:
        """The defaults, in no session."""
        return cls(address_check=AddressCheck.AUTO, hold_minutes=rules.HOLD_MINUTES)


class SeatPool(Base, OfEvent):
    """Seats that several options of an event share, and one waiting list for all of them."""

    __tablename__ = "seat_pool"
    __table_args__ = (CheckConstraint("seats_taken >= 0", name="taken_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    capacity: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)


class AttendanceOption(Base, Closes, OfEvent):
    """A registration option with its seats. `seats_taken` counts those held; `seats.take` keeps it within the
    capacity. An option with a pool has no capacity of its own.
    """

    __tablename__ = "attendance_option"
    __table_args__ = (
        UniqueConstraint("event_id", "key", name="uq_attendance_option_event_key"),
        CheckConstraint("seats_taken >= 0", name="taken_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str]
    mode: Mapped[Mode] = mapped_column(default=Mode.IN_PERSON)
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    note: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    capacity: Mapped[int | None]
    seats_taken: Mapped[int] = mapped_column(default=0)
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("seat_pool.id"), index=True)
    waiting_list: Mapped[bool] = mapped_column(default=True)
    promotion: Mapped[Promotion] = mapped_column(default=Promotion.AT_ONCE, server_default="at_once")
    # Hours to accept an offered seat.
    offer_hours: Mapped[int] = mapped_column(default=rules.OFFER_HOURS, server_default=str(rules.OFFER_HOURS))
    # Whether a smaller party gets the free seats if the first one in line needs more.
    smaller_may_pass: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # For Access.LOTTERY: when the seats were drawn, and the seed of the draw.
    drawn_at: Mapped[datetime | None]
    draw_seed: Mapped[str] = mapped_column(default="", server_default="")
    # Up to so many hours before the start, free seats go to the waiting list.
    promote_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    access: Mapped[Access] = mapped_column(default=Access.ANYONE)
    access_code: Mapped[str] = mapped_column(default="", server_default="")  # for Access.CODE
    domains: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # for Access.DOMAIN, as mailbox keys
    opens_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    event: Mapped[Event] = relationship()
    pool: Mapped[SeatPool | None] = relationship(lazy="joined")
    settings: Mapped[RegistrationSettings | None] = relationship(
        primaryjoin="foreign(AttendanceOption.event_id) == RegistrationSettings.event_id", viewonly=True
    )

    def scopes(self) -> Iterable[str]:
        parts = ("people", "seats", "deadlines")
        return [*(f"event:{self.event_id}:{part}" for part in parts), "events"]

    def name(self, language: str) -> str:
        """Its title in a language; one without a title is called like its mode."""
        return self.title.resolve(language).text or self.mode.label

    @property
    def limit(self) -> int | None:
        """The number of seats, its own or shared; None if there is no limit."""
        return self.pool.capacity if self.pool is not None else self.capacity

    @property
    def seats_left(self) -> int | None:
        """Seats left; None if there is no limit."""
        if self.pool is not None:
            return max(self.pool.capacity - self.pool.seats_taken, 0)
        return None if self.capacity is None else max(self.capacity - self.seats_taken, 0)

    @property
    def seats_shown(self) -> rules.SeatsLeft | None:
        """What public pages say about the seats left; None if there is no limit."""
        left = self.seats_left
        return None if left is None else rules.seats_shown(left)

    @property
    def draws(self) -> bool:
        """Whether the seats will be drawn, so that nobody gets one before."""
        return self.access is Access.LOTTERY and self.drawn_at is None

    @property
    def closed(self) -> bool:
        """Whether nobody can register any more."""
        return self.availability is Availability.CLOSED

    @property
    def promotes(self) -> bool:
        """Whether a free seat now goes to the waiting list.

        That the form is closed does not matter: most cancellations come after that.
        """
        return self.gives_seats and not self.draws

    @property
    def gives_seats(self) -> bool:
        """Whether the event is one for which people on a waiting list or in a draw get seats now."""
        event = self.event
        off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        return event.public and not off and now() < event.starts_at

    @property
    def promotes_until(self) -> datetime:
        """Until when a free seat may go to the waiting list without a question; from then on it is offered. Nobody is
        told in the night before that they are expected in the morning.
        """
        return self.event.starts_at - timedelta(hours=self.promote_hours)

    @property
    def offers(self) -> bool:
        """Whether the first on the waiting list is asked before they get a free seat."""
        return self.promotion is Promotion.OFFER or now() >= self.promotes_until

    @property
    def offered_until(self) -> datetime:
        """Until when a seat that is offered now can be accepted."""
        event = self.event
        return rules.offered_until(now(), self.offer_hours, starts_at=event.starts_at, zone=event.zone)

    @property
    def held_until(self) -> datetime:
        """Until when the e-mail address of somebody who registers now can be confirmed."""
        settings = self.settings or RegistrationSettings.usual()
        return now() + timedelta(minutes=settings.hold_minutes)

    @property
    def availability(self) -> Availability:
        """What the option offers to a newcomer."""
        return rules.availability(
            now=now(),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            seats_left=self.seats_left,
            waiting_list=self.waiting_list,
            draws=self.draws,
            event_ends=self.event.ends_at,
        )


class RemovedOption(Base):
    """A deleted option that had a closing time: calendars that show the deadline must cancel it.

    `was_public`: whether the event was public when the option was deleted.
    """

    __tablename__ = "removed_option"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[Mode]
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    last_closing: Mapped[datetime]
    closing_sequence: Mapped[int]
    removed_at: Mapped[datetime] = mapped_column(default=now)
    was_public: Mapped[bool] = mapped_column(default=True)


class Contact(Base):
    """Where to write about registrations for an event, in which language and time zone.

    Several persons may share a contact. One without an e-mail address is not written to.
    """

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("event_id", "email_key", name="uq_contact_email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(default="")
    email_key: Mapped[str | None]  # None without an address, so that each such contact is its own
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    # The zone that e-mails show in addition to the venue's; empty: the zone of the person's country, if it has only
    # one.
    zone: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Registration(Base, Scoped):
    """One person's registration for one event.

    `name_key` (rules.name_key) and `same_name` tell the active persons of a contact apart: `same_name` is 0, unless the
    contact has several people of one name.
    """

    __tablename__ = "registration"
    __table_args__ = (
        Index(
            "uq_registration_active_person",
            "contact_id",
            "name_key",
            "same_name",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_registration_list", "event_id", "status", "created_at"),
        Index("ix_registration_waiting", "option_id", "status", "waiting_since"),
        Index("ix_registration_held_until", "held_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    option_id: Mapped[int] = mapped_column(ForeignKey("attendance_option.id", ondelete="RESTRICT"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    status: Mapped[RegistrationStatus]
    token: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    # Whether the private link was only given to the reader of the mailbox, or to the team. Otherwise it was shown to
    # the person who typed the address.
    only_emailed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Rises when tickets that were issued before must no longer admit anybody.
    ticket_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    uid: Mapped[str] = mapped_column(unique=True, default=tokens.uid)
    sequence: Mapped[int] = mapped_column(default=0)
    family_name: Mapped[str]
    given_name: Mapped[str] = mapped_column(default="")
    reading: Mapped[str] = mapped_column(default="", server_default="")  # how the name is read: kana, or romanized
    name_key: Mapped[str]
    same_name: Mapped[int] = mapped_column(default=0)
    organization_name: Mapped[str] = mapped_column(default="")
    organization_kind: Mapped[OrganizationKind | None]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"), index=True)
    country_code: Mapped[str | None]
    # The text that a search looks in (rules.searchable): the engines fold accents and scripts differently.
    searchable: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The version of the privacy notice that the person has agreed to.
    privacy_version: Mapped[int | None]
    privacy_agreed_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    # For the states in rules.HELD: when they end by themselves.
    held_until: Mapped[datetime | None]
    # People who registered together and want seats together have the same key here. It is forgotten when one of them
    # chooses another option.
    party: Mapped[str | None]
    source: Mapped[RegistrationSource] = mapped_column(default=RegistrationSource.FORM, server_default="form")
    generated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    event: Mapped[Event] = relationship()
    option: Mapped[AttendanceOption] = relationship()
    contact: Mapped[Contact] = relationship(lazy="joined", innerjoin=True)
    organization: Mapped[Organization | None] = relationship()

    def scopes(self) -> Iterable[str]:
        return [f"event:{self.event_id}:people"]

    def replace_link(self) -> None:
        """Make the private link and the ticket invalid that were issued before: somebody else may have them.

        The new link is only e-mailed.
        """
        self.token, self.only_emailed = tokens.token(), True
        self.ticket_revision += 1

    @property
    def email(self) -> str:
        """The e-mail address of the contact; empty if nobody is written to."""
        return self.contact.email

    @property
    def language(self) -> str:
        """The language in which the contact is written to."""
        return self.contact.language

    @property
    def zone(self) -> str:
        """The time zone of the contact, if one was chosen."""
        return self.contact.zone

    @property
    def name(self) -> str:
        """The full name as typed, in the order of its script."""
        return typed_name(self.family_name, self.given_name)

    @property
    def display_name(self) -> str:
        """What the team calls it: the name, or the organization of which nobody is named."""
        return self.name or self.organization_name or str(self.id)


class ModeChange(Base):
    """A move of a registration from one option to another, and its time."""

    __tablename__ = "mode_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    from_option_id: Mapped[int] = mapped_column(ForeignKey("attendance_option.id", ondelete="CASCADE"))
    to_option_id: Mapped[int] = mapped_column(ForeignKey("attendance_option.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=now)


class SessionSignup(Base):
    """A seat in one session. It counts as long as the registration is confirmed."""

    __tablename__ = "session_signup"
    __table_args__ = (
        UniqueConstraint("registration_id", "session_id", name="uq_session_signup_registration_session"),
        Index("ix_session_signup_session", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=now)
