"""Doors, the devices at them, and the log of who came in and went out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.accounts.models import User
from eventapp.check_in.presence import LogEntry
from eventapp.check_in.rules import Admission, CheckInKind, PointKind, ScanResult
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Scoped
from eventapp.programme.models import Session
from eventapp.registration.models import Registration


class CheckInPoint(Base):
    """A point of an event at which people are checked in: a door, a session, the online room.

    `area` is what it is an entrance of: all doors have the same one (""), each session its own. `options`, `days` (ISO
    dates) and `seat_holders` are as in rules.Admission. A point that is `closed` takes no new devices; its log stays.
    """

    __tablename__ = "check_in_point"
    __table_args__ = (UniqueConstraint("event_id", "key", name="uq_check_in_point_event_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str]
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    kind: Mapped[PointKind] = mapped_column(default=PointKind.DOOR, server_default=PointKind.DOOR.value)
    area: Mapped[str] = mapped_column(default="", server_default="")
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    options: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    days: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    seat_holders: Mapped[bool] = mapped_column(default=False, server_default="0")
    closed: Mapped[bool] = mapped_column(default=False, server_default="0")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    session: Mapped[Session | None] = relationship()

    @property
    def admission(self) -> Admission:
        """Whom it is for."""
        days = frozenset(date.fromisoformat(day) for day in self.days)
        return Admission(self.kind, frozenset(self.options), days, self.seat_holders)


class DoorLink(Base):
    """A link that makes the device that opens it a check-in device, without a login. Only the digest of its secret is
    stored.
    """

    __tablename__ = "door_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("check_in_point.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(unique=True)
    walk_ins: Mapped[bool] = mapped_column(default=False)  # whether its devices may register people
    uses_left: Mapped[int]
    own: Mapped[bool] = mapped_column(default=False)  # a member made it for one device of theirs
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    point: Mapped[CheckInPoint] = relationship()


class CheckInDevice(Base):
    """A phone, tablet or computer at a door. It shows its key with each request; only the digest is stored.

    `list_at`: the age of the list of people that it holds. `waiting`: the scans that it has not sent yet, as it said
    when it was last seen.
    """

    __tablename__ = "check_in_device"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("check_in_point.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("door_link.id", ondelete="SET NULL"), index=True)
    label: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(unique=True)
    walk_ins: Mapped[bool] = mapped_column(default=False)
    # The team member who opened the link, if they were logged in when they made it for themselves.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    last_seen: Mapped[datetime] = mapped_column(default=now)
    list_at: Mapped[datetime | None]
    waiting: Mapped[int] = mapped_column(default=0)
    signed_out_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    point: Mapped[CheckInPoint] = relationship()
    user: Mapped[User | None] = relationship()


def _some(column: str, condition: str) -> Index:
    """An index of the few lines of the log that have this column; each index of all lines costs each scan a page."""
    where = text(condition)
    return Index(f"ix_check_in_{column}", column, sqlite_where=where, postgresql_where=where)


class CheckIn(Base, Scoped):
    """A line of the log, which is never changed: what was asked at a door, and what it answered.

    `nonce` is made by the device or page that asks, so that a question that arrives twice is one line.
    `registration` is None if the ticket leads to nobody. `accepted` and `undoes` are as in presence.LogEntry;
    `forced`: somebody has overruled the result, for a `reason`. `at` is the time by the server's clock, `at_device`
    what the device's clock showed; `offline`: the device has decided without the server, and `device_result` is what
    it answered.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("nonce", name="uq_check_in_nonce"),
        Index("ix_check_in_list", "event_id", "id"),
        Index("ix_check_in_registration", "registration_id", "point_id"),
        Index("ix_check_in_point_id", "point_id"),
        _some("user_id", "user_id IS NOT NULL"),
        Index("ix_check_in_device_id", "device_id"),
        _some("undoes", "undoes <> ''"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    nonce: Mapped[str]
    point_id: Mapped[int] = mapped_column(ForeignKey("check_in_point.id", ondelete="CASCADE"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("check_in_device.id", ondelete="SET NULL"))
    kind: Mapped[CheckInKind]
    result: Mapped[ScanResult]
    accepted: Mapped[bool]
    forced: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    undoes: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    at_device: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    offline: Mapped[bool] = mapped_column(default=False, server_default="0")
    device_result: Mapped[ScanResult | None]
    received_at: Mapped[datetime] = mapped_column(default=now)
    registration: Mapped[Registration | None] = relationship()
    user: Mapped[User | None] = relationship()
    device: Mapped[CheckInDevice | None] = relationship()
    point: Mapped[CheckInPoint] = relationship()

    def scopes(self) -> Iterable[str]:
        return [f"event:{self.event_id}:check-ins"]


class Presence(Base):
    """Where somebody is as seen from a door: the fold of the log (presence.fold), stored with each line of it."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_registration_id", "registration_id"),)

    point_id: Mapped[int] = mapped_column(ForeignKey("check_in_point.id", ondelete="CASCADE"), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    inside: Mapped[bool]
    first_in: Mapped[datetime | None]
    last_at: Mapped[datetime]


def entry(line: CheckIn, area: str) -> LogEntry:
    """A line as the rules read it; only of a line that leads to a registration."""
    return LogEntry(
        nonce=line.nonce,
        point=line.point_id,
        person=line.registration_id or 0,
        kind=line.kind,
        at=line.at,
        accepted=line.accepted,
        undoes=line.undoes,
        area=area,
        sequence=line.sequence,
    )
