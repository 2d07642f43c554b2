"""Numbers that somebody stated, beside those that we count."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.attendance.rules import Rounding
from eventapp.core.db import Base
from eventapp.core.words import Words
from eventapp.events.models import OfEvent


class DeclaredCount(Base, OfEvent):
    """A total as a source gives it, without the rows behind it. Never mixed with counted numbers."""

    __tablename__ = "declared_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    rounding: Mapped[Rounding] = mapped_column(default=Rounding.EXACTLY)
    people: Mapped[int | None]
    foreign_cities: Mapped[int | None]
    foreign_countries: Mapped[int | None]
    domestic_cities: Mapped[int | None]
    organizations: Mapped[int | None]
    of_what: Mapped[Words] = mapped_column(default=Words)
    source: Mapped[str]
    as_of: Mapped[date | None]
