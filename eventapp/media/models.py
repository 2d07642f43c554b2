"""Pictures."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.events.models import OfEvent


class Photo(Base, OfEvent):
    """A picture of an event with its caption. `path` is below static/; an illustration is marked as one."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    path: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    caption: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    alt: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    credit: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    illustration: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
