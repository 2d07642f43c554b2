"""Registration options, questions, registrations, and seats in sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
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
    Access,
    AnswerChoice,
    Availability,
    CheckAnswers,
    QuestionKind,
    RegistrationStatus,
)

_ACTIVE = text("status IN ('pending', 'confirmed', 'waitlisted')")


class AttendanceOption(Base, Closes, OfEvent):
    """A registration option with its seats. `seats_taken` counts those held; `seats.take` keeps it within the
    capacity.
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
    waiting_list: Mapped[bool] = mapped_column(default=True)
    # Up to so many hours before the start, free seats go to the waiting list.
    promote_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    access: Mapped[Access] = mapped_column(default=Access.ANYONE)
    access_code: Mapped[str] = mapped_column(default="", server_default="")  # for Access.CODE
    domains: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # for Access.DOMAIN, as mailbox keys
    opens_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    event: Mapped[Event] = relationship()

    def scopes(self) -> Iterable[str]:
        parts = ("people", "seats", "deadlines")
        return [*(f"event:{self.event_id}:{part}" for part in parts), "events"]

    @property
    def seats_left(self) -> int | None:
        """Seats left; None if there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.seats_taken, 0)

    @property
    def seats_shown(self) -> rules.SeatsLeft | None:
        """What public pages say about the seats left; None if there is no limit."""
        return None if self.capacity is None else rules.seats_shown(self.capacity - self.seats_taken)

    @property
    def promotes(self) -> bool:
        """Whether a free seat now goes to the first on the waiting list.

        That the form is closed does not matter: most cancellations come after that.
        """
        event = self.event
        off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        return event.public and not off and now() < self.promotes_until

    @property
    def promotes_until(self) -> datetime:
        """Until when a free seat goes to the waiting list without a question. Nobody is told in the night before that
        they are expected in the morning.
        """
        return self.event.starts_at - timedelta(hours=self.promote_hours)

    @property
    def availability(self) -> Availability:
        """What the option offers to a newcomer."""
        return rules.availability(
            now=now(),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            capacity=self.capacity,
            seats_taken=self.seats_taken,
            waiting_list=self.waiting_list,
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


class Question(Base, OfEvent):
    """A question of the registration form.

    `mode` restricts it to people with that attendance mode; `if_question` and `if_answer` to those who have given this
    answer (the key of a choice, `yes` or `no`) to an earlier question. Answers are stored under the key, which never
    changes: a question with another meaning is another row.
    """

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("event_id", "key", name="uq_question_event_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str]
    kind: Mapped[QuestionKind] = mapped_column(default=QuestionKind.TEXT)
    label: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    hint: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    # For choice questions, as rules.AnswerChoice.to_json writes them; retired ones too.
    choices: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    minimum: Mapped[float | None]  # of a number
    maximum: Mapped[float | None]
    languages: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # to choose from
    megabytes: Mapped[int] = mapped_column(default=5, server_default="5")  # of a file, at most
    file_kinds: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # empty: all that are known
    mode: Mapped[Mode | None]
    if_question: Mapped[str] = mapped_column(default="", server_default="")
    if_answer: Mapped[str] = mapped_column(default="", server_default="")
    required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    # Since when it is no longer asked; the row is kept, so that its answers can be read.
    removed_at: Mapped[datetime | None]

    def asked_of(self, option: AttendanceOption | None) -> bool:
        """Whether the question applies to a person with this option."""
        return self.mode is None or option is None or self.mode is option.mode

    @property
    def all_choices(self) -> list[AnswerChoice]:
        """Its choices in order, with those that are no longer offered."""
        return [AnswerChoice.from_json(one) for one in self.choices or []]

    @property
    def offered(self) -> list[AnswerChoice]:
        """The choices that the form offers to everybody."""
        return self.offered_to(None)

    def offered_to(self, answer: object) -> list[AnswerChoice]:
        """The choices that the form offers to somebody who has given this answer: a retired one can be kept."""
        held = answer if isinstance(answer, list) else [answer]
        return [one for one in self.all_choices if not one.retired or one.key in held]

    @property
    def keys(self) -> list[str]:
        """The keys of its choices, with those that are no longer offered."""
        return [one.key for one in self.all_choices]


class FormSettings(Base, OfEvent):
    """How an event's registration form asks. Without a row: as the defaults say."""

    __tablename__ = "form_settings"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    asks_reading: Mapped[bool] = mapped_column(default=False)
    check_answers: Mapped[CheckAnswers] = mapped_column(default=CheckAnswers.LONG)


class PrivacyNotice(Base, OfEvent):
    """A version of an event's privacy notice. The newest is the one to agree to; an empty one ends that."""

    __tablename__ = "privacy_notice"
    __table_args__ = (UniqueConstraint("event_id", "version", name="uq_privacy_notice_event_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    version: Mapped[int]
    text: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    created_at: Mapped[datetime] = mapped_column(default=now)


class AnswerFile(Base):
    """A file as the answer to a question.

    Until somebody registers with it, only the form that has sent it knows its key.
    """

    __tablename__ = "answer_file"
    __table_args__ = (Index("ix_answer_file_event", "event_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    question: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def size_shown(self) -> str:
        """Its size for people: "1,234 kB"."""
        return f"{(self.size + 1023) // 1024:,} kB"


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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    option_id: Mapped[int] = mapped_column(ForeignKey("attendance_option.id", ondelete="RESTRICT"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    status: Mapped[RegistrationStatus]
    token: Mapped[str] = mapped_column(unique=True, default=tokens.token)
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
    generated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    event: Mapped[Event] = relationship()
    option: Mapped[AttendanceOption] = relationship()
    contact: Mapped[Contact] = relationship(lazy="joined", innerjoin=True)
    organization: Mapped[Organization | None] = relationship()

    def scopes(self) -> Iterable[str]:
        return [f"event:{self.event_id}:people"]

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
