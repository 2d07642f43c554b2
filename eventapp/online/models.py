"""Attendance reports that were uploaded, and what they say of whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.online.shapes import Service
from eventapp.people.rules import BulkState
from eventapp.programme.models import Session
from eventapp.registration.models import Registration


class AttendanceReport(Base):
    """A report of a meeting service.

    `table` are its rows as JSON, until it is applied or a day has passed. `columns` has, for each table in it, what its
    columns contain (shapes.ReportColumn). `zone`, `day_order` (times.DayOrder; "": not known) and `day` (ISO) say how
    its times are read. `decisions` has, by the key of a person, a registration, 0 for “not identified”, and -1 for “not
    counted”. `stated` are the totals that it states itself, as [name, number]. `state` is None until it is applied.
    """

    __tablename__ = "attendance_report"
    __table_args__ = (Index("ix_attendance_report_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    name: Mapped[str]
    service: Mapped[Service]
    language: Mapped[str]
    table: Mapped[bytes] = mapped_column(LargeBinary)
    columns: Mapped[list[Any]] = mapped_column(default=list)
    zone: Mapped[str]
    day_order: Mapped[str] = mapped_column(default="")
    day: Mapped[str]
    decisions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    stated: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[BulkState | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    session: Mapped[Session | None] = relationship()


class ReportedStay(Base):
    """A row of a report that counts: somebody was there from `starts` until `ends`, or for `seconds` without times.

    `registration` is who it was; without one they are “reported, not identified”, under the `name` in the report. An
    address is never kept. `person` tells people apart, and `digest` makes a row of two reports one.
    """

    __tablename__ = "reported_stay"
    __table_args__ = (
        UniqueConstraint("event_id", "digest", name="uq_reported_stay_event_digest"),
        Index("ix_reported_stay_registration_id", "registration_id"),
        Index("ix_reported_stay_session_id", "session_id"),
        Index("ix_reported_stay_report_id", "report_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_report.id", ondelete="SET NULL"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    person: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    digest: Mapped[str]
    starts: Mapped[datetime | None]
    ends: Mapped[datetime | None]
    seconds: Mapped[int] = mapped_column(default=0)
    registration: Mapped[Registration | None] = relationship()


class ReportShape(Base):
    """What the columns of a table with this header row contain, as the team has chosen it for an event; and the zone
    and the order of dates of such reports.
    """

    __tablename__ = "report_shape"
    __table_args__ = (UniqueConstraint("event_id", "shape", name="uq_report_shape_event_shape"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    shape: Mapped[str]
    columns: Mapped[list[str]] = mapped_column(default=list)
    zone: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
