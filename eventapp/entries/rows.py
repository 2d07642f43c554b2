"""The facts of events and sessions that calendar entries show, as plain rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import NameOrder
from eventapp.events.rules import EventFormat, EventKind, EventStatus, Precision
from eventapp.programme.published import PublishedSession
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A venue: name, address, (latitude, longitude) in degrees if known, and how to get there."""

    name: LocalizedText
    address: LocalizedText
    geo: tuple[float, float] | None
    access: LocalizedText = field(default_factory=LocalizedText)

    @classmethod
    def of(cls, venue: Any) -> VenueRow:
        """From a Venue, or a row with its columns."""
        known = venue.latitude is not None and venue.longitude is not None
        geo = (venue.latitude, venue.longitude) if known else None
        return cls(venue.name, venue.address, geo, LocalizedText(getattr(venue, "access", {})))


@dataclass(frozen=True, slots=True)
class EventRow:
    """The columns of an event that calendars show. The joining link is not among them."""

    id: int
    slug: str
    uid: str
    sequence: int
    kind: EventKind
    title: LocalizedText
    subtitle: LocalizedText
    purpose: LocalizedText
    description: LocalizedText
    starts_at: datetime
    ends_at: datetime
    zone: str
    precision: Precision
    date_note: LocalizedText
    format: EventFormat
    venue_name: LocalizedText
    status: EventStatus
    status_note: LocalizedText
    updated_at: datetime

    @classmethod
    def of(cls, event: Any) -> EventRow:
        """From an Event, or a row with its columns."""
        return cls(*(getattr(event, name) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room with its venue."""

    name: LocalizedText
    online: bool
    venue: VenueRow | None


@dataclass(frozen=True, slots=True)
class PartRow:
    """A person and their role in a session."""

    family: LocalizedText
    given: LocalizedText
    order: NameOrder
    role: ParticipationRole
    code: str


@dataclass(slots=True)
class SessionRow:
    """A scheduled session that the public may see."""

    id: int
    code: str
    uid: str
    sequence: int
    kind: SessionKind
    status: SessionStatus
    title: LocalizedText
    abstract: LocalizedText
    starts_at: datetime
    ends_at: datetime
    spoken: tuple[str, ...]
    interpreted: tuple[str, ...]
    updated_at: datetime
    track: LocalizedText
    colour: int | None
    rooms: list[RoomRow] = field(default_factory=list)
    people: list[PartRow] = field(default_factory=list)
    undated: bool = False
    left: bool = False
    timed: bool = True

    @classmethod
    def of(cls, session: PublishedSession, names: Mapping[int, Any]) -> SessionRow:
        """From a published session and rows of people by id."""
        return cls(
            id=session.id,
            code=session.code,
            uid=session.uid,
            sequence=session.sequence,
            kind=session.kind,
            status=session.status,
            title=session.title,
            abstract=session.abstract,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            spoken=session.spoken,
            interpreted=session.interpreted,
            updated_at=session.updated_at,
            undated=session.undated,
            timed=session.timed,
            track=session.track.name if session.track else LocalizedText(),
            colour=session.track.colour if session.track else None,
            rooms=[RoomRow(r.name, r.online, VenueRow.of(r.venue) if r.venue else None) for r in session.rooms],
            people=[
                PartRow(row.family, row.given, row.order, part.role, row.code)
                for part in session.participations
                if (row := names.get(part.person_id)) is not None
            ],
        )

    @property
    def cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED


@dataclass(frozen=True)
class Programme:
    """An event with its venues and its public sessions by time."""

    event: EventRow
    venues: list[VenueRow]
    sessions: list[SessionRow]


@dataclass(frozen=True, slots=True)
class FormerEventRow:
    """An event as last published, before it was unpublished `at` a moment."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    precision: Precision
    at: datetime
