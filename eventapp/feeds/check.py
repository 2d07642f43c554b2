"""Checks all calendars of an event by writing them as they are served and reading them back.

It checks either the public calendars or those of the next version. A large event has hundreds of calendars with
thousands of entries, so the result is cached until something changes.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from eventapp.core import clock
from eventapp.core.revisions import versions
from eventapp.entries.queries import is_in, programme_of, within
from eventapp.entries.rows import Programme
from eventapp.events.models import Event
from eventapp.events.rules import Precision
from eventapp.feeds import content as feeds
from eventapp.feeds import deadlines, parts, preview, queries
from eventapp.feeds.answer import FeedOptions, cache
from eventapp.feeds.deadlines import Deadline
from eventapp.feeds.parts import FeedSlice
from eventapp.feeds.queries import KEEP_REMOVED
from eventapp.feeds.state import State
from eventapp.ical.vcalendar import NO_IMAGE
from eventapp.media import queries as media
from eventapp.programme import releases
from eventapp.programme.published import Document

# The reminder used in the calendars with one; its value makes no difference to the check.
ALARM = 15
# This many errors of one kind are enough to find a bug.
_LOGGED = 20

log = logging.getLogger(__name__)


class Which(StrEnum):
    """The calendars as they are served now, or as they would be once event and programme are published."""

    PUBLIC = "public"
    NEXT = "next"


@dataclass(frozen=True)
class Source:
    """What the calendars of an event are written from. `unpublished` if they only show cancelled entries.

    `version` changes whenever the output may change.
    """

    slug: str
    which: Which
    document: Document
    programme: Programme
    deadlines: Sequence[Deadline]
    image: tuple[str, str]
    version: str
    unpublished: State | None = None
    keeps_removed: bool = True

    def write(self, options: FeedOptions, part: FeedSlice | None = None) -> bytes:
        """One calendar, as its feed URL returns it."""
        if self.unpublished is not None:
            return feeds.unpublished_feed(self.unpublished, options)
        shown = self.programme
        key, of = part.key if part else "", self.document.by_code
        rows = [within(row, of[row.code], key) for row in shown.sessions if is_in(of[row.code], key)]
        rows = [row for row in rows if self.keeps_removed or not row.left]
        return feeds.feed(
            Programme(shown.event, shown.venues, rows),
            options,
            part=part.name if part else None,
            deadlines=self.deadlines if options.deadlines else (),
            image=self.image if options.span else NO_IMAGE,
        )

    def intended(self) -> dict[str, tuple[datetime, datetime]]:
        """The times of the sessions by UID, as in the programme rather than the calendar."""
        rows = self.programme.sessions if self.unpublished is None else self.document.sessions
        return {row.uid: (row.starts_at, row.ends_at) for row in rows}


def source(event: Event, state: State, which: Which) -> Source:
    """Read the source of an event's calendars, with a constant number of statements."""
    scopes = [f"event:{event.id}{of}" for of in ("", ":desk", ":deadlines")] + ["directory"]
    closings = deadlines.of_event(event.id)
    keeps_removed = clock.now() < event.ends_at + KEEP_REMOVED
    if which is Which.PUBLIC or state.undated:
        document = queries.document(state)
    elif event.precision is Precision.DAY:
        document = releases.pending(event).document
    else:
        document = Document()
    return Source(
        slug=event.slug,
        which=which,
        document=document,
        programme=programme_of(event.id, [one for one in document.sessions if keeps_removed or not one.removed]),
        deadlines=[one for one in closings if keeps_removed or not one.removed],
        image=media.poster_address(event.id),
        version=f"{event.uid} {state.version} {state.unpublished} {keeps_removed} {versions(scopes)}",
        unpublished=state if which is Which.PUBLIC and not state.public else None,
        keeps_removed=keeps_removed,
    )


def feed_options(
    slug: str, language: str, *, utc: bool = False, alarm: int | None = None, deadlines: bool = False, span: bool = True
) -> FeedOptions:
    """The options of the event's own feed."""
    return FeedOptions(f"/events/{slug}/calendar.ics", language, utc, alarm, deadlines=deadlines, span=span, usual=True)


def calendars(source: Source, tags: Sequence[str]) -> Iterator[tuple[FeedOptions, bytes]]:
    """All calendars of the event: the feed in each of the languages; and, in the first language only, the feed with
    other options, its parts and the single sessions, as their entries are those of the feed.
    """
    wishes = [feed_options(source.slug, tag) for tag in tags]
    wishes.append(feed_options(source.slug, tags[0], utc=True))
    wishes.append(feed_options(source.slug, tags[0], alarm=ALARM, deadlines=True, span=False))
    for options in wishes:
        yield options, source.write(options)
    if source.unpublished is not None:
        return
    for _kind, rows in parts.of_programme(source.programme.event.id, source.document):
        for part in rows:
            path = f"/events/{source.slug}/{part.path}.ics"
            options = FeedOptions(path, tags[0], utc=False, span=False, usual=False)
            yield options, source.write(options, part)
    shown = source.programme
    for row in shown.sessions:
        options = FeedOptions(f"/events/{source.slug}/sessions/{row.code}.ics", tags[0], utc=False)
        yield options, feeds.session_file(Programme(shown.event, shown.venues, [row]), options)


@dataclass(frozen=True)
class Checked:
    """The result: how many calendars were read back, and the log number of a technical problem."""

    calendars: int
    reference: str = ""


def check(source: Source, tags: Sequence[str]) -> Checked:
    """Write all calendars and read them back, or return the cached result if nothing has changed.

    An organizer can't fix a calendar that is unreadable, so the details go to the log.
    """
    name = f"check {source.which} {source.slug} {' '.join(tags)}"
    cached = cache().get(name, source.version)
    if cached is None:
        found = _check(source, tags)
        cached = cache().put(name, source.version, json.dumps(asdict(found)).encode())
    return Checked(**json.loads(cached.body))


def _check(source: Source, tags: Sequence[str]) -> Checked:
    number, faults = 0, []
    intended = source.intended()
    for options, data in calendars(source, tags):
        number += 1
        try:
            faults += [f"{options.address}: {fault}" for fault in preview.misread(preview.read(data), intended)]
        except preview.Unreadable as error:
            faults.append(f"{options.address}: {error}")
    if not faults:
        return Checked(number)
    reference = secrets.token_hex(4)
    log.error("calendars of %s cannot be read (%s): %s", source.slug, reference, "; ".join(faults[:_LOGGED]))
    return Checked(number, reference)
