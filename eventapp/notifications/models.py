"""What calendars were told by mail, and how far the news of an event was looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.notifications.snapshots import Facts, State


class Told:
    """Mixin of a table of calendar entries that were sent to people; `code` is a session's, or empty for the event.

    `sequence` is the last SEQUENCE that was sent (RFC 5546 §2.1.4), or -1 where the facts are known without a letter.
    """

    code: Mapped[str] = mapped_column(default="")
    uid: Mapped[str] = mapped_column(unique=True, default=tokens.uid)
    sequence: Mapped[int] = mapped_column(default=-1)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mark: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def said(self) -> Facts:
        """What was told last."""
        return Facts.from_json(self.facts)

    @property
    def known(self) -> Facts | None:
        """The same where the person has not given it up: with what they come back to they begin anew."""
        return None if self.said.state is State.GIVEN_UP else self.said

    def record(self, facts: Facts) -> None:
        """Keep what is told now."""
        self.facts, self.mark, self.sent_at = facts.to_json(), facts.mark, now()


class Due:
    """Mixin of a table of those who will be written to: what is new is compared only then, so a burst is one letter."""

    due_at: Mapped[datetime] = mapped_column(index=True)


class Look(Base):
    """Up to which revisions of its scopes an event was looked through for news (`core/revisions.py`).

    -1: it stood already when letters began to carry invitations; what holds is taken for told.
    """

    __tablename__ = "calendar_look"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    says: Mapped[int]
    desk: Mapped[int]
