"""Calls, proposals, reviews, and the private links of speakers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Person, ShownPerson
from eventapp.directory.rules import NameOrder, full_name
from eventapp.events.models import Closes, Event, OfEvent
from eventapp.events.rules import EventStatus
from eventapp.programme.models import EventPerson, Session
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import rules
from eventapp.proposals.rules import Answer, CallState, ProposalStatus


class Call(Base, Closes, OfEvent):
    """The call for speakers of an event. Public pages show while it is open."""

    __tablename__ = "call_for_speakers"
    __table_args__ = (UniqueConstraint("event_id", name="uq_call_for_speakers_event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    opens_at: Mapped[datetime | None]
    text: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    kinds: Mapped[list[str]] = mapped_column(default=list)
    # In minutes; empty: the form does not ask for a length.
    lengths: Mapped[list[int]] = mapped_column(JSON, default=list)
    modes: Mapped[list[str]] = mapped_column(default=list)
    event: Mapped[Event] = relationship()

    def scopes(self) -> Iterable[str]:
        return [*super().scopes(), f"event:{self.event_id}:deadlines"]

    @property
    def state(self) -> CallState:
        """Whether proposals are accepted now."""
        return rules.call_state(
            now=now(),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            event_ends=self.event.ends_at,
            running=self.event.status is EventStatus.PUBLISHED,
        )


class SpeakerLink(Base):
    """The private link by which a speaker answers for their part at one event. The e-mail address is never public."""

    __tablename__ = "speaker_link"
    __table_args__ = (UniqueConstraint("event_id", "person_id", name="uq_speaker_link_event_person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    email: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    # The zone that e-mails show in addition to the venue's; empty: only the venue's.
    zone: Mapped[str] = mapped_column(default="")
    answer: Mapped[Answer] = mapped_column(default=Answer.PENDING)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
    # The event's own profile of the person, if there is one.
    at_event: Mapped[EventPerson | None] = relationship(
        primaryjoin=lambda: and_(
            foreign(SpeakerLink.person_id) == EventPerson.person_id,
            foreign(SpeakerLink.event_id) == EventPerson.event_id,
            EventPerson.differs,
        ),
        viewonly=True,
        uselist=False,
    )

    def is_elsewhere(self, email: str) -> bool:
        """Whether the speaker is written to at another address than this one."""
        return self.email.casefold() != email.strip().casefold()

    @property
    def shown(self) -> ShownPerson:
        """The person as the event shows them."""
        return self.at_event.profile(self.person) if self.at_event is not None else self.person


class Proposal(Base):
    """A proposed session. Nothing of it is public; an accepted one becomes a draft session."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("event_id", "code", name="uq_proposal_event_code"),
        Index("ix_proposal_list", "event_id", "status", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(default=tokens.code)
    token: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    # Created with the empty form, so that submitting it twice creates only one proposal.
    once: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    status: Mapped[ProposalStatus] = mapped_column(default=ProposalStatus.SUBMITTED)
    title: Mapped[str]
    abstract: Mapped[str]
    # The language of title and abstract; `language` is that of e-mails to the proposer.
    written_in: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    kind: Mapped[SessionKind]
    minutes: Mapped[int | None]
    spoken: Mapped[list[str]] = mapped_column(default=list)
    mode: Mapped[Mode] = mapped_column(default=Mode.IN_PERSON)
    notes: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str]
    given_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    organization_name: Mapped[str] = mapped_column(default="")
    country_code: Mapped[str | None]
    consented_at: Mapped[datetime]
    consent: Mapped[str]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("speaker_link.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    event: Mapped[Event] = relationship()
    session: Mapped[Session | None] = relationship()
    link: Mapped[SpeakerLink | None] = relationship()

    @property
    def name(self) -> str:
        """The full name, in the order of its script."""
        tag = rules.name_language(self.family_name + self.given_name, self.written_in)
        family, given = LocalizedText({tag: self.family_name}), LocalizedText({tag: self.given_name})
        return full_name(family, given, NameOrder.GIVEN_FIRST, tag).text

    @property
    def speaking(self) -> SpeakerLink | None:
        """The speaker link that the proposer is e-mailed, unless the team gave it to another address."""
        link = self.link
        return link if link is not None and not link.is_elsewhere(self.email) else None

    @property
    def titled(self) -> LocalizedText:
        """The title as LocalizedText."""
        return LocalizedText({self.written_in: self.title})

    @property
    def described(self) -> LocalizedText:
        """The abstract as LocalizedText."""
        return LocalizedText({self.written_in: self.abstract})


class Review(Base):
    """A team member's opinion of a proposal: for (1), undecided (0), against (−1), or only a note."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("proposal_id", "user_id", name="uq_review_proposal_user"),
        CheckConstraint("vote BETWEEN -1 AND 1", name="vote_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    vote: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    user: Mapped[User] = relationship()
