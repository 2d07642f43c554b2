"""Agendas and the sessions starred in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.proposals.models import SpeakerLink


class Agenda(Base):
    """A list of starred sessions. Anyone with the token has access to it; nothing else is known of its owner."""

    __tablename__ = "agenda"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Star(Base):
    """A session in an agenda, by its code: a star outlives the row of a deleted session.

    The row of a removed star is kept, because a calendar has to show that the session was removed. `toggles` counts how
    often it was set or removed: it never falls, as required for SEQUENCE (RFC 5546 §2.1.4).
    """

    __tablename__ = "star"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, index=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[bool] = mapped_column(default=True)
    toggles: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=now)


class OwnRegistration(Base):
    """A registration that its owner has added to an agenda."""

    __tablename__ = "own_registration"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), primary_key=True)
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(default=now)


class OwnPart(Base):
    """Records that the agenda's owner speaks at an event and wants their sessions in the agenda."""

    __tablename__ = "own_part"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), primary_key=True)
    link_id: Mapped[int] = mapped_column(
        ForeignKey("speaker_link.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(default=now)
    link: Mapped[SpeakerLink] = relationship()
