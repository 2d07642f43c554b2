"""The data of a calendar: the event's row, its venues, the published programme and its names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.entries.queries import EVENT_COLUMNS, has_left, is_in, programme_of
from eventapp.entries.rows import EventRow, FormerEventRow, Programme
from eventapp.events import rules
from eventapp.events.models import Event
from eventapp.events.rules import Precision, Visibility
from eventapp.feeds.models import FeedMemory
from eventapp.feeds.state import LISTED, MEMORY, State, shown
from eventapp.programme import queries as programme_queries
from eventapp.programme.models import Release
from eventapp.programme.published import Document

KEEP_REMOVED = rules.KEEP_REMOVED


_listed = (
    select(*EVENT_COLUMNS)
    .where(Event.status.in_(LISTED), Event.visibility == Visibility.PUBLIC, Event.precision == Precision.DAY)
    .order_by(Event.starts_at, Event.id)
)


def listed() -> list[EventRow]:
    """All listed events with a known date, by time."""
    return [EventRow(*row) for row in db.session.execute(_listed)]


_FORMER_COLUMNS: list[Any] = [
    Event.uid,
    func.coalesce(FeedMemory.published_sequence, 0),
    FeedMemory.published_starts_at,
    FeedMemory.published_ends_at,
    FeedMemory.published_zone,
    FeedMemory.published_precision,
]
_unlisted: Select[*tuple[Any, ...]] = (
    select(*_FORMER_COLUMNS, FeedMemory.unlisted_at)
    .join(*MEMORY)
    .where(FeedMemory.unlisted_at.is_not(None), FeedMemory.published_ends_at > bindparam("since"))
    .order_by(FeedMemory.published_starts_at, Event.id)
)


def unlisted() -> list[FormerEventRow]:
    """Events that left the calendar of all events, for as long as it shows them as cancelled."""
    return [FormerEventRow(*row) for row in db.session.execute(_unlisted, {"since": clock.now() - KEEP_REMOVED})]


def former_row(state: State) -> FormerEventRow:
    """The last published facts of an unpublished event (`state.unpublished`)."""
    assert state.unpublished is not None
    columns: list[Any] = [*_FORMER_COLUMNS, FeedMemory.unpublished_at]
    row = db.session.execute(select(*columns).join(*MEMORY).where(Event.id == state.id)).one()
    return replace(FormerEventRow(*row), at=state.unpublished)


def published_deadlines(event_id: int) -> list[dict[str, Any]]:
    """The deadlines of an unpublished event as last published (see `FeedMemory.published_deadlines`)."""
    return list(db.session.scalars(select(FeedMemory.published_deadlines).where(FeedMemory.event_id == event_id)).one())


_unpublished: Select[*tuple[Any, ...]] = (
    select(Event.id, Release.id, Release.at, *_FORMER_COLUMNS, FeedMemory.unpublished_at)
    .join(*MEMORY)
    .join(Release, (Release.event_id == Event.id) & shown(Release))
    .where(Event.id.in_(bindparam("events", expanding=True)), FeedMemory.unpublished_at.is_not(None))
    .where(FeedMemory.published_ends_at > bindparam("since"))
    .where((FeedMemory.published_precision == Precision.DAY) | FeedMemory.undated_at.is_not(None))
)


_undated: Select[*tuple[Any, ...]] = (
    select(Event.id, FeedMemory.undated_at, Event.uid, Release.id, Release.at)
    .join(*MEMORY)
    .join(Release, (Release.event_id == Event.id) & shown(Release))
    .where(Event.id.in_(bindparam("events", expanding=True)), FeedMemory.undated_at.is_not(None))
)


def undated(events: Iterable[int]) -> dict[int, Document]:
    """By id, the public events whose date is no longer known, with their last programme.

    One statement for any number of events, and one more for each release new to the process.
    """
    wanted = sorted(set(events))
    rows = db.session.execute(_undated, {"events": wanted}) if wanted else ()
    return {
        number: programme_queries.content(release, uid, at).undated(since) for number, since, uid, release, at in rows
    }


def unpublished(events: Iterable[int]) -> list[tuple[int, FormerEventRow, Document]]:
    """The events, by id, that were unpublished, with the programme last published.

    Only while calendars show them as cancelled. One statement for any number of events, and one more for each release
    new to the process.
    """
    known = {"events": sorted(set(events)), "since": clock.now() - KEEP_REMOVED}
    return [
        (number, row := FormerEventRow(*columns), programme_queries.content(release, row.uid, at))
        for number, release, at, *columns in db.session.execute(_unpublished, known)
    ]


def document(state: State) -> Document:
    """The published programme; empty before the first release, and for an event that never had a known date."""
    shown = programme_queries.content(*state.content) if state.content else Document()
    return shown.undated(state.undated) if state.undated else shown


def programme(state: State, path: str = "") -> Programme:
    """An event with its published programme: three statements, and a fourth if the release is new to the process.

    `path` limits it to a part. A session that was removed, or has left the part, is a cancelled entry until a month
    after the event.
    """
    sessions = [
        one for one in document(state).sessions if state.keeps_removed or not (one.removed or has_left(one, path))
    ]
    return programme_of(state.id or 0, [one for one in sessions if is_in(one, path)], path)


def has_session(state: State, code: str) -> bool:
    """Whether a session is or was public."""
    return code in document(state).by_code


def one_session(state: State, code: str) -> Programme:
    """An event with one of its sessions. Raises KeyError if `has_session` is false for it."""
    return programme_of(state.id or 0, [document(state).by_code[code]])
