"""Remembers what feeds published of an event that is unpublished, unlisted, or loses its date.

Subscribed calendars that still have its entries must cancel them, and nobody else may learn of the event. The
operations that change an event's visibility (`lifecycle`) call this module around the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events import rules
from eventapp.events.models import Event
from eventapp.events.rules import Precision
from eventapp.feeds import deadlines
from eventapp.feeds.models import FeedMemory


@dataclass(frozen=True)
class PublicState:
    """Who can see an event, and when it takes place."""

    public: bool = False
    listed: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str | None = None
    precision: Precision | None = None

    @classmethod
    def of(cls, event: Event) -> PublicState:
        return cls(
            public=event.public,
            listed=rules.listed(event.status, event.visibility) and event.timed,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            zone=event.zone,
            precision=event.precision,
        )


def was_public(event: Event) -> bool:
    """Whether people outside the team could ever see the event. One statement."""
    memory = db.session.get(FeedMemory, event.id)
    return event.public or (memory is not None and memory.announced_at is not None)


@contextmanager
def remembering(event: Event) -> Iterator[None]:
    """Wrap a change of the event that may change its visibility or its date."""
    before = PublicState.of(event)
    yield
    update(event, before)


def update(event: Event, before: PublicState) -> None:
    """Record what subscribed calendars must be told, after the event has changed and its SEQUENCE has risen."""
    now = PublicState.of(event)
    if not (before.public or now.public or before.listed):
        return
    memory = db.session.get(FeedMemory, event.id)
    if memory is None:
        memory = FeedMemory(event_id=event.id)
        db.session.add(memory)
    _note_times(memory, before, now)
    left_public, left_list = before.public and not now.public, before.listed and not now.listed
    if left_public or left_list:
        memory.published_starts_at, memory.published_ends_at = before.starts_at, before.ends_at
        memory.published_zone, memory.published_precision = before.zone, before.precision
        memory.published_sequence = event.sequence
    db.session.flush()
    if left_public:
        memory.published_deadlines = deadlines.as_published(event.id, memory)
        db.session.flush()


def _note_times(memory: FeedMemory, before: PublicState, now: PublicState) -> None:
    moment, unpublished_at = clock.now(), memory.unpublished_at
    if now.public:
        memory.announced_at = memory.announced_at or moment
        memory.unpublished_at = None
    elif before.public:
        memory.unpublished_at = moment
    if now.public and now.precision is Precision.DAY:
        memory.undated_at = None
    elif now.public and (before.precision if before.public else memory.published_precision) is Precision.DAY:
        memory.undated_at = moment if before.public else unpublished_at
    if now.listed:
        memory.unlisted_at = None
    elif before.listed:
        memory.unlisted_at = moment
