"""Rows of an event, its venues and its sessions, from which calendar entries are built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import bindparam, select

from eventapp.core.db import db
from eventapp.entries.names import names_of
from eventapp.entries.rows import EventRow, Programme, SessionRow, VenueRow
from eventapp.events.models import Event, Venue
from eventapp.programme.published import PublishedSession

EVENT_COLUMNS = [getattr(Event, name) for name in EventRow.__slots__]
_event = select(*EVENT_COLUMNS).where(Event.id == bindparam("event"))
_SITE_COLUMNS = [Venue.name, Venue.address, Venue.latitude, Venue.longitude, Venue.access]
_venues = select(*_SITE_COLUMNS).where(Venue.event_id == bindparam("event")).order_by(Venue.position, Venue.id)


def venues_of(event: int) -> list[VenueRow]:
    """The venues of an event, by its id, in order. One statement."""
    return [VenueRow.of(row) for row in db.session.execute(_venues, {"event": event})]


def programme_of(event: int, sessions: Iterable[PublishedSession], path: str = "") -> Programme:
    """An event, by its id, with these sessions as in the feed at `path`. Three statements."""
    sessions = list(sessions)
    head = db.session.execute(_event, {"event": event}).one()
    venues = venues_of(event)
    names = names_of(event, sessions)
    return Programme(EventRow(*head), venues, [within(SessionRow.of(one, names), one, path) for one in sessions])


def within(row: SessionRow, session: PublishedSession, path: str) -> SessionRow:
    """The row of a session as in the feed at `path`."""
    return replace(row, sequence=row.sequence + session.rise_in(path), left=has_left(session, path)) if path else row


def is_in(session: PublishedSession, path: str) -> bool:
    """Whether a session is or was in the feed at a path; the event's own feed has no path and contains all."""
    return not path or path in session.turns or path in session.paths


def has_left(session: PublishedSession, path: str) -> bool:
    """Whether a session was in the feed at a path and is there no more."""
    return path in session.turns and path not in session.paths
