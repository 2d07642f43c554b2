"""Pictures."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
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


class HostLogo(Base):
    """The logo of an event's host in its e-mails: a small PNG without transparency.

    `alt` is what it says to those who don't see it; empty: the host's name. Only e-mails show it, no public page.
    """

    __tablename__ = "host_logo"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
