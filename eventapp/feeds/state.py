"""The current version of a calendar: one statement, before anything else is read or written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from eventapp.core import clock
from eventapp.core.revisions import Revision
from eventapp.core.statements import QuickRead
from eventapp.directory.models import SCOPE as DIRECTORY
from eventapp.events import rules
from eventapp.events.models import Event, FormerSlug
from eventapp.events.rules import EventStatus, Precision, Visibility
from eventapp.feeds.models import FeedMemory
from eventapp.programme.models import Release, is_latest

MEMORY = FeedMemory, FeedMemory.event_id == Event.id
Statement = Select[*tuple[Any, ...]]
LISTED = [status for status in EventStatus if rules.listed(status, Visibility.PUBLIC)]


@dataclass(frozen=True)
class State:
    """The current version of a feed, and since when. Equal `version`: equal content.

    `id` and the current `slug` are the event's, or None and "" for the feed of all events. `unpublished`: since when
    the event has not been public, for as long as calendars show it as cancelled. `undated`: since when the date of a
    public event has not been known. `until`: when the content will change without an edit (seconds since 1970).
    `is_fresh` tells whether the version is still current, even outside an app context.
    """

    id: int | None
    slug: str
    public: bool
    version: tuple[object, ...]
    modified: datetime | None
    is_fresh: Callable[[], bool | None] = field(compare=False)
    until: float = field(default=float("inf"), compare=False)
    content: tuple[int, str, datetime] | None = field(default=None, compare=False)
    keeps_removed: bool = field(default=True, compare=False)
    unpublished: datetime | None = field(default=None, compare=False)
    undated: datetime | None = field(default=None, compare=False)


def _at(scope: ColumnElement[Any]) -> tuple[type[Revision], ColumnElement[bool]]:
    revision = aliased(Revision)
    return revision, revision.scope == scope


class _Question:
    """Two queries: the state of an event by its slug, and a cheap check by its id whether it has changed.

    The columns of the check come first in the state query, so no change can slip in between. Revisions rise with
    everything that is shown. The UID and the times detect a restored database, in which a number may occur a second
    time with other content; status and visibility decide who may see the event.
    """

    def __init__(self, *scopes: str) -> None:
        of_event = literal("event:", String) + cast(Event.id, String)
        revisions = [_at(of_event), _at(literal(DIRECTORY)), *(_at(of_event + scope) for scope in scopes)]
        mark: list[Any] = [Event.uid, Event.status, Event.visibility]
        mark += [column for revision, _on in revisions for column in (revision.number, revision.at)]
        self.width = len(mark)
        self._mark = QuickRead(_joined(select(*mark), revisions).where(Event.id == bindparam("event", 0)))
        former = select(FormerSlug.event_id).where(FormerSlug.slug == bindparam("slug", "")).scalar_subquery()
        release = aliased(Release)
        self._state = QuickRead(
            _joined(
                select(
                    *mark,
                    Event.id,
                    Event.slug,
                    Event.updated_at,
                    Event.ends_at,
                    Event.precision,
                    FeedMemory.unpublished_at,
                    FeedMemory.undated_at,
                    FeedMemory.published_ends_at,
                    FeedMemory.published_precision,
                    release.id,
                    release.at,
                ),
                revisions,
            )
            .outerjoin(*MEMORY)
            .outerjoin(release, (release.event_id == Event.id) & shown(release))
            .where(or_(Event.slug == bindparam("slug", ""), Event.id == former))
            .order_by(Event.slug != bindparam("slug", ""))
            .limit(1)
        )

    def ask(self, slug: str) -> tuple[tuple[Any, ...], tuple[Any, ...], Callable[[], bool | None]] | None:
        """(mark, remaining columns, freshness check of the mark), or None if there is no such event."""
        raw = self._state.raw(slug=slug)
        if raw is None:
            return None
        row = self._state.read(raw)
        number = row[self.width]
        return row[: self.width], row[self.width :], self._mark.freshness_check(tuple(raw[: self.width]), event=number)


def _joined(statement: Statement, revisions: list[tuple[type[Revision], ColumnElement[bool]]]) -> Statement:
    statement = statement.select_from(Event)
    for revision, on in revisions:
        statement = statement.outerjoin(revision, on)
    return statement


def shown(release: type[Release]) -> ColumnElement[bool]:
    """The release that calendars have or last had: none from after the event was unpublished or lost its date."""
    every = aliased(Release)
    until = func.coalesce(FeedMemory.undated_at, FeedMemory.unpublished_at)
    last = (
        select(func.max(every.number))
        .where(every.event_id == Event.id, every.at <= until)
        .correlate(Event, FeedMemory)
        .scalar_subquery()
    )
    return (until.is_(None) & is_latest(release)) | (release.number == last)


_plain, _with_deadlines = _Question(), _Question(":deadlines")


def state(slug: str, *, deadlines: bool = False) -> State | None:
    """The state of an event's calendars by its current or a former slug; None if there is no such event."""
    found = (_with_deadlines if deadlines else _plain).ask(slug)
    if found is None:
        return None
    mark, rest, is_fresh = found
    uid, status, visibility, *revisions = mark
    (
        number,
        present,
        updated,
        ends,
        precision,
        unpublished_at,
        undated_at,
        published_ends,
        published_precision,
        release,
        released_at,
    ) = rest
    now = clock.now()
    is_public = rules.public(status, visibility)
    dated = (precision if is_public else published_precision) is Precision.DAY or undated_at is not None
    content = (release, uid, released_at) if release and dated else None
    if not is_public:
        removed = rules.is_remembered(unpublished_at, published_ends, now)
        return State(
            number,
            present,
            False,
            (uid, "unpublished", unpublished_at),
            unpublished_at,
            is_fresh,
            until=(published_ends + rules.KEEP_REMOVED).timestamp() if removed else 0.0,
            content=content,
            unpublished=unpublished_at if removed else None,
        )
    modified = max(filter(None, (updated, *revisions[1::2])))
    last_day = ends + rules.KEEP_REMOVED
    keeps_removed = now < last_day
    return State(
        number,
        present,
        True,
        (uid, *(n or 0 for n in revisions[0::2]), modified, keeps_removed),
        modified,
        is_fresh,
        until=last_day.timestamp() if keeps_removed else float("inf"),
        content=content,
        keeps_removed=keeps_removed,
        undated=undated_at,
    )


_still_listed_as_cancelled = (
    FeedMemory.unlisted_at.is_not(None),
    FeedMemory.published_ends_at > bindparam("since", None, FeedMemory.published_ends_at.type),
)
_listed_state = QuickRead(
    select(
        func.count(),
        func.max(Event.uid),
        # A subquery, not a join: removed events are shown as cancelled, and change, even if no event is listed at all.
        select(Revision.number).where(Revision.scope == "events").scalar_subquery(),
        select(Revision.at).where(Revision.scope == "events").scalar_subquery(),
        select(func.count()).select_from(FeedMemory).where(*_still_listed_as_cancelled).scalar_subquery(),
        select(func.min(FeedMemory.published_ends_at)).where(*_still_listed_as_cancelled).scalar_subquery(),
    )
    .select_from(Event)
    .where(Event.status.in_(LISTED), Event.visibility == Visibility.PUBLIC)
)


def listed_state() -> State:
    """The state of the calendar of all events."""
    since = clock.now() - rules.KEEP_REMOVED
    raw = _listed_state.raw(since=since) or ()
    count, uid, says, modified, removed, first_end = _listed_state.read(raw)
    until = (first_end + rules.KEEP_REMOVED).timestamp() if first_end else float("inf")
    version = (count, uid, says or 0, modified, removed)
    return State(None, "", True, version, modified, _listed_state.freshness_check(raw, since=since), until=until)
