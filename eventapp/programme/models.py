"""Tracks, rooms, sessions, participations and releases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    UniqueConstraint,
    and_,
    func,
    select,
)
from sqlalchemy.orm import Mapped, aliased, foreign, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Scoped
from eventapp.directory.models import HeldPosition, Organization, Person, Profile, ShownPerson
from eventapp.directory.rules import NameOrder
from eventapp.events.models import Event, OfEvent, Venue
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus, rank


class AtDesk(Scoped):
    """Mixin of rows that the team edits: a change invalidates pages of the desk but no public page.

    A changed participation updates its session, so participations need no scope of their own.
    """

    event_id: Mapped[int]

    def scopes(self) -> Iterable[str]:
        return [f"event:{self.event_id}:desk"]


class Track(Base, AtDesk):
    """A thematic track of sessions, with a colour of the design system (1–6)."""

    __tablename__ = "track"
    __table_args__ = (UniqueConstraint("event_id", "slug", name="uq_track_event_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    slug: Mapped[str]
    name: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    colour: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)


class Room(Base, AtDesk):
    """A room at a venue, or an online room."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("event_id", "slug", name="uq_room_event_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    slug: Mapped[str]
    name: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id", ondelete="SET NULL"), index=True)
    online: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    venue: Mapped[Venue | None] = relationship()


session_room = Table(
    "session_room",
    Base.metadata,
    Column("session_id", ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("room_id", ForeignKey("room.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Session(Base, AtDesk):
    """A session as the team edits it; without a start it is not scheduled yet.

    The public sees the latest release (see `published.py`), so a change here invalidates no cached public page.
    """

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("event_id", "code", name="uq_session_event_code"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_times"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("uq_session_event_guid", "event_id", "guid", unique=True),
        Index("ix_session_programme", "event_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(default=tokens.code)
    uid: Mapped[str] = mapped_column(unique=True, default=tokens.uid)
    # The identifier in another system from which it was imported, so that importing a file twice adds nothing.
    guid: Mapped[str | None]
    # Rises with every change, to detect concurrent edits.
    revision: Mapped[int] = mapped_column(default=1)
    kind: Mapped[SessionKind] = mapped_column(default=SessionKind.LECTURE)
    status: Mapped[SessionStatus] = mapped_column(default=SessionStatus.DRAFT)
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    subtitle: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    abstract: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    # False: only the day is known. The times are then the beginning and the end of that day at the event.
    timed: Mapped[bool] = mapped_column(default=True, server_default="1")
    track_id: Mapped[int | None] = mapped_column(ForeignKey("track.id", ondelete="SET NULL"), index=True)
    spoken: Mapped[list[str]] = mapped_column(default=list)
    interpreted: Mapped[list[str]] = mapped_column(default=list)
    capacity: Mapped[int | None]
    # Planned length in minutes; the slot may have another length, or not exist yet.
    minutes: Mapped[int | None]
    do_not_record: Mapped[bool] = mapped_column(default=False)
    # Public: {"title": …, "url": …}.
    links: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    # Only for attendees; never on a public page.
    join_url: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    # The name of the team member who saved it last, to tell others in case of an edit conflict.
    saved_by: Mapped[str] = mapped_column(default="")
    event: Mapped[Event] = relationship()
    track: Mapped[Track | None] = relationship()
    rooms: Mapped[list[Room]] = relationship(
        secondary=session_room, order_by=(Room.position, Room.id), passive_deletes=True
    )
    participations: Mapped[list[Participation]] = relationship(
        order_by="Participation.position, Participation.id", cascade="all, delete-orphan", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": revision}

    @property
    def by_role(self) -> list[Participation]:
        """Its participations by the weight of their roles, as pages show them."""
        return sorted(self.participations, key=lambda part: rank(part.role))


class Participation(Base):
    """A person's part in a session."""

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("session_id", "person_id", "role", name="uq_participation_session_person_role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[ParticipationRole] = mapped_column(default=ParticipationRole.SPEAKER)
    mode: Mapped[Mode] = mapped_column(default=Mode.IN_PERSON)
    position: Mapped[int] = mapped_column(default=0)
    # An unconfirmed participation is not released: nobody is announced before they have confirmed.
    confirmed: Mapped[bool] = mapped_column(default=True)
    person: Mapped[Person] = relationship()
    # The event's own profile of the person, if there is one.
    at_event: Mapped[EventPerson | None] = relationship(
        primaryjoin=lambda: and_(
            foreign(Participation.person_id) == EventPerson.person_id,
            EventPerson.differs,
            EventPerson.event_id
            == select(Session.event_id).where(Session.id == Participation.session_id).scalar_subquery(),
        ),
        viewonly=True,
        uselist=False,
    )

    @property
    def shown(self) -> ShownPerson:
        """The person as the event shows them."""
        return self.at_event.profile(self.person) if self.at_event is not None else self.person


class EventPerson(Base, OfEvent):
    """A person known to an event's team, and the event's own profile of them if it `differs` from the shared one.

    Without `differs` the columns here are empty and the shared profile is shown.
    """

    __tablename__ = "event_person"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    differs: Mapped[bool] = mapped_column(default=False)
    family: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    given: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    reading: Mapped[str] = mapped_column(default="")
    honorific: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    order: Mapped[NameOrder] = mapped_column(default=NameOrder.GIVEN_FIRST)
    biography: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    links: Mapped[str] = mapped_column(default="")
    position: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"), index=True)
    held_from: Mapped[date | None]
    held_until: Mapped[date | None]
    organization: Mapped[Organization | None] = relationship()

    def profile(self, person: Person) -> Profile:
        """What the event shows of the person."""
        held = HeldPosition(self.position, self.organization, self.held_from, self.held_until)
        return Profile(
            person.id,
            person.code,
            person.guid,
            self.family,
            self.given,
            self.reading,
            self.honorific,
            self.order,
            self.biography,
            self.links,
            (held,) if self.position else (),
        )


class Release(Base, OfEvent):
    """A published version of the programme. `content` is a document of `published.py` and never changes."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("event_id", "number", name="uq_release_event_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    note: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    # The differences from the previous release: see `changes.py`.
    changes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    # {"code", "person"} for each person who joined or left a session that was already there, including cases that
    # `changes` omits, such as a person who left a cancelled session.
    turned: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    # Megabytes at a large event, so it is loaded only when needed.
    content: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    user: Mapped[User | None] = relationship()


def is_latest(release: type[Release]) -> ColumnElement[bool]:
    """The condition that a release (the class, or an alias of it) is the latest of its event."""
    every = aliased(Release)
    return release.number == select(func.max(every.number)).where(every.event_id == release.event_id).scalar_subquery()


class OnProgramme(Base):
    """A person who takes part in the latest release of an event; used to find a speaker's sessions at other events."""

    __tablename__ = "on_programme"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class MutedIssue(Base, AtDesk):
    """An issue of the programme, or a group of them, that the team has decided to accept; see `conflicts.py`.

    `sentence` is what it said then, for the list of muted ones when it no longer exists.
    """

    __tablename__ = "muted_issue"
    __table_args__ = (UniqueConstraint("event_id", "key", name="uq_muted_issue_event_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str]
    sentence: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    # The name of the team member.
    by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
