"""Changing the time zone or date of an event, and what moves with it: sessions, opening and closing times.

Seats, registrations and e-mails are unaffected. So is the published programme, until its next version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventapp.check_in import points
from eventapp.core.clock import Shift, local_day
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import shifted_window
from eventapp.lifecycle import change_event
from eventapp.programme import operations as programme
from eventapp.programme.models import Session
from eventapp.programme.operations import Shifted
from eventapp.proposals import operations as proposals
from eventapp.proposals import queries as proposals_queries
from eventapp.registration import queries as registration
from eventapp.registration import setup


@dataclass(frozen=True)
class DateChange:
    """The effect of an edit on an event's clock and date.

    `shift` leads from the current clock and date to the new ones; `sessions` and `windows` (opening and closing times)
    are how many would move by its days.
    """

    shift: Shift
    sessions: int
    windows: int

    @property
    def asks(self) -> bool:
        """Whether the date changes and something could move with it."""
        return bool(self.shift.days and (self.sessions or self.windows))


@dataclass(frozen=True)
class Followed:
    """What has moved: sessions, and the number of opening and closing times."""

    sessions: Shifted = field(default_factory=Shifted)
    windows: int = 0


def change(event: Event, *, zone: str, starts_at: datetime, keep_clock: bool, now: datetime) -> DateChange:
    """The effect of a new zone and start. `keep_clock` keeps times on the clock; otherwise moments are kept."""
    before = event.zone if keep_clock else zone
    days = (local_day(starts_at, zone) - local_day(event.starts_at, before)).days
    scheduled = select(func.count()).where(Session.event_id == event.id, Session.starts_at.is_not(None))
    call = proposals_queries.call_of(event)
    windows = [(option.opens_at, option.closes_at) for option in registration.options(event)]
    windows += [(call.opens_at, call.closes_at)] if call else []
    by_days = Shift(zone, zone, days)
    later = [shifted_window(*one, shift=by_days, now=now) for one in windows]
    moving = sum(
        old != new for before, after in zip(windows, later, strict=True) for old, new in zip(before, after, strict=True)
    )
    return DateChange(Shift(before, zone, days), db.session.scalar(scheduled) or 0, moving)


def edit_event(
    event: Event,
    changed: DateChange,
    *,
    move_sessions: bool,
    move_windows: bool,
    themes: Iterable[LocalizedText],
    by: str = "",
    **values: Any,
) -> Followed:
    """Change an event, then move the rest to its new clock and, if requested, to its new date. Doors that are open on
    some of its days follow in any case.

    Raises Refused as `events.edit` does.
    """
    days = event.days
    change_event(event, **values)
    points.follow(event, days)
    events.set_themes(event, themes)

    def shift(along: bool) -> Shift:
        return changed.shift if along else Shift(changed.shift.zone, changed.shift.to)

    sessions = programme.shift_sessions(event, shift(move_sessions), by=by)
    windows = shift(move_windows)
    moved = setup.shift_options(event, windows) + proposals.shift_call(event, windows) if windows else 0
    return Followed(sessions, moved)
