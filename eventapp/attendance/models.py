"""Reported figures, which are kept apart from counted ones, and frozen copies of statements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.attendance.bases import Basis
from eventapp.attendance.summary import Figures, Rounding
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.events.models import OfEvent


class ReportedCount(Base, OfEvent):
    """A total from a source, without the rows behind it. Never mixed with counted numbers."""

    __tablename__ = "reported_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    rounding: Mapped[Rounding] = mapped_column(default=Rounding.EXACTLY)
    people: Mapped[int | None]
    foreign_cities: Mapped[int | None]
    foreign_countries: Mapped[int | None]
    domestic_cities: Mapped[int | None]
    organizations: Mapped[int | None]
    of_what: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    source: Mapped[str]
    as_of: Mapped[date | None]

    def figures(self, home: str) -> Figures:
        """The numbers for the attendance summary, rounded as in the source; `home` is the event's country."""
        return Figures(
            people=self.people,
            rounding=self.rounding,
            home=home,
            foreign_cities=self.foreign_cities,
            foreign_countries=self.foreign_countries,
            domestic_cities=self.domestic_cities,
            organizations=self.organizations,
        )


class FrozenStatement(Base, OfEvent):
    """A copy of a statement as it was at a time: all its numbers, and the names of cities and organizations behind
    them, but nothing about people (frozen.content). Nothing that is changed or erased later changes it.
    """

    __tablename__ = "frozen_statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    basis: Mapped[Basis]
    as_of: Mapped[datetime] = mapped_column(default=now)
    content: Mapped[dict[str, Any]]
