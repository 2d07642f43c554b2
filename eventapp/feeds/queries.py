"""What a calendar needs to know: the event's row, its venues, the released programme and the names in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.entries.queries import EVENT_COLUMNS, has_left, is_in, programme_of
from eventapp.entries.rows import EventRow, GoneRow, Programme
from eventapp.events import rules
from eventapp.events.models import Event
from eventapp.events.rules import Precision, Visibility
from eventapp.feeds.state import LISTED, State, shown
from eventapp.programme import queries as programme_queries
from eventapp.programme.models import Release
from eventapp.programme.published import Document

KEEP_GONE = rules.KEEP_GONE


_listed = (
    select(*EVENT_COLUMNS)
    .where(Event.status.in_(LISTED), Event.visibility == Visibility.PUBLIC, Event.precision == Precision.DAY)
    .order_by(Event.starts_at, Event.id)
)


def listed() -> list[EventRow]:
    """All listed events whose day is known, by time."""
    return [EventRow(*row) for row in db.session.execute(_listed)]


_GONE_COLUMNS: list[Any] = [
    Event.uid,
    func.coalesce(Event.told_sequence, 0),
    Event.told_starts_at,
    Event.told_ends_at,
    Event.told_zone,
    Event.told_precision,
]
_unlisted: Select[*tuple[Any, ...]] = (
    select(*_GONE_COLUMNS, Event.unlisted_at)
    .where(Event.unlisted_at.is_not(None), Event.told_ends_at > bindparam("since"))
    .order_by(Event.told_starts_at, Event.id)
)


def unlisted() -> list[GoneRow]:
    """Events that were taken out of the list, as long as its calendar says so."""
    return [GoneRow(*row) for row in db.session.execute(_unlisted, {"since": clock.now() - KEEP_GONE})]


def gone_row(state: State) -> GoneRow:
    """What calendars know of a withdrawn event (`state.withdrawn`)."""
    assert state.withdrawn is not None
    columns: list[Any] = [*_GONE_COLUMNS, Event.withdrawn_at]
    row = db.session.execute(select(*columns).where(Event.id == state.id)).one()
    return replace(GoneRow(*row), at=state.withdrawn)


def told_deadlines(event_id: int) -> list[dict[str, Any]]:
    """The deadlines of a withdrawn event as they were told last (see `Event.told_deadlines`)."""
    return list(db.session.scalars(select(Event.told_deadlines).where(Event.id == event_id)).one())


_withdrawn: Select[*tuple[Any, ...]] = (
    select(Event.id, Release.id, Release.at, *_GONE_COLUMNS, Event.withdrawn_at)
    .join(Release, (Release.event_id == Event.id) & shown(Release))
    .where(Event.id.in_(bindparam("events", expanding=True)), Event.withdrawn_at.is_not(None))
    .where(Event.told_ends_at > bindparam("since"))
    .where((Event.told_precision == Precision.DAY) | Event.undated_at.is_not(None))
)


_undated: Select[*tuple[Any, ...]] = (
    select(Event.id, Event.undated_at, Event.uid, Release.id, Release.at)
    .join(Release, (Release.event_id == Event.id) & shown(Release))
    .where(Event.id.in_(bindparam("events", expanding=True)), Event.undated_at.is_not(None))
)


def undated(events: Iterable[int]) -> dict[int, Document]:
    """By number, those of the public events whose day is not known any more, with the programme they had last.

    One statement where there are events, however many, and one more for a release new to the process.
    """
    wanted = sorted(set(events))
    rows = db.session.execute(_undated, {"events": wanted}) if wanted else ()
    return {
        number: programme_queries.content(release, uid, at).undated(since) for number, since, uid, release, at in rows
    }


def withdrawn(events: Iterable[int]) -> list[tuple[int, GoneRow, Document]]:
    """Those of the events, by number, that were withdrawn, with the programme that the public saw last.

    As long as calendars say so. One statement, however many events, and one more for a release new to the process.
    """
    known = {"events": sorted(set(events)), "since": clock.now() - KEEP_GONE}
    return [
        (number, row := GoneRow(*columns), programme_queries.content(release, row.uid, at))
        for number, release, at, *columns in db.session.execute(_withdrawn, known)
    ]


def document(state: State) -> Document:
    """The released programme; empty before the first release, and of an event whose days never were known."""
    shown = programme_queries.content(*state.content) if state.content else Document()
    return shown.undated(state.undated) if state.undated else shown


def programme(state: State, path: str = "") -> Programme:
    """An event with its released programme: three statements, and a fourth where the release is new to the process.

    `path` narrows it to a part. A session that is gone, or has left the part, is an entry that says so, until a month
    after the event.
    """
    sessions = [one for one in document(state).sessions if state.keeps_gone or not (one.gone or has_left(one, path))]
    return programme_of(state.id or 0, [one for one in sessions if is_in(one, path)], path)


def has_session(state: State, code: str) -> bool:
    """Whether the public sees such a session, or saw it once."""
    return code in document(state).by_code


def one_session(state: State, code: str) -> Programme:
    """An event with one session of it. Raises KeyError where `has_session` says no."""
    return programme_of(state.id or 0, [document(state).by_code[code]])
