"""All calendars of an event, written as they are served and looked through: the public ones, or the next version's.

A large summit has hundreds of calendars with thousands of entries, so what was found is kept for as long as nothing
changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from flask import current_app

from eventapp.core import clock, languages
from eventapp.core.caching import ResponseCache
from eventapp.core.revisions import versions
from eventapp.entries.queries import is_in, programme_of, within
from eventapp.entries.rows import Programme
from eventapp.events.models import Event
from eventapp.events.rules import Precision
from eventapp.feeds import content as feeds
from eventapp.feeds import deadlines, parts, queries
from eventapp.feeds.answer import FeedOptions
from eventapp.feeds.deadlines import Deadline
from eventapp.feeds.lint import Profile, findings
from eventapp.feeds.parts import FeedSlice
from eventapp.feeds.queries import KEEP_REMOVED
from eventapp.feeds.state import State
from eventapp.ical.vcalendar import NO_IMAGE
from eventapp.media import queries as media
from eventapp.programme import releases
from eventapp.programme.published import Document

# The reminder that the calendars with one are written with; which number it is changes nothing that could go wrong.
ALARM = 15


class Which(StrEnum):
    """The calendars as they are served now, or as they would be once event and programme are published."""

    PUBLIC = "public"
    NEXT = "next"


@dataclass(frozen=True)
class Source:
    """What the calendars of an event are written from. `unpublished` where they only say that it is off.

    `version` is another one whenever anything may come out differently.
    """

    slug: str
    which: Which
    document: Document
    programme: Programme
    deadlines: Sequence[Deadline]
    image: tuple[str, str]
    version: str
    unpublished: State | None = None
    keeps_gone: bool = True

    def write(self, options: FeedOptions, part: FeedSlice | None = None) -> bytes:
        """One calendar, as its address gives it."""
        if self.unpublished is not None:
            return feeds.unpublished_feed(self.unpublished, options)
        shown = self.programme
        key, of = part.key if part else "", self.document.by_code
        rows = [within(row, of[row.code], key) for row in shown.sessions if is_in(of[row.code], key)]
        rows = [row for row in rows if self.keeps_gone or not row.left]
        return feeds.feed(
            Programme(shown.event, shown.venues, rows),
            options,
            part=part.name if part else None,
            deadlines=self.deadlines if options.deadlines else (),
            image=self.image if options.span else NO_IMAGE,
        )

    def titles(self) -> dict[str, tuple[str, str]]:
        """(code, title) of the sessions by UID."""
        tag = languages.interface()
        return {row.uid: (row.code, row.title.resolve(tag).text) for row in self.programme.sessions}


def source(event: Event, state: State, which: Which) -> Source:
    """What is written of an event, in a number of statements that does not depend on how much there is."""
    scopes = [f"event:{event.id}{of}" for of in ("", ":desk", ":deadlines")] + ["directory"]
    closings = deadlines.of_event(event.id)
    keeps_gone = clock.now() < event.ends_at + KEEP_REMOVED
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
        programme=programme_of(event.id, [one for one in document.sessions if keeps_gone or not one.gone]),
        deadlines=[one for one in closings if keeps_gone or not one.gone],
        image=media.poster_address(event.id),
        version=f"{event.uid} {state.version} {state.unpublished} {keeps_gone} {versions(scopes)}",
        unpublished=state if which is Which.PUBLIC and not state.public else None,
        keeps_gone=keeps_gone,
    )


def feed_wish(
    slug: str, language: str, *, utc: bool = False, alarm: int | None = None, deadlines: bool = False, span: bool = True
) -> FeedOptions:
    """What the address of the event's feed asks for."""
    return FeedOptions(f"/events/{slug}/calendar.ics", language, utc, alarm, deadlines=deadlines, span=span, usual=True)


def calendars(source: Source, tags: Sequence[str]) -> Iterator[tuple[FeedOptions, bytes, Profile]]:
    """Every calendar that somebody can have of the event: the feed in each of the languages; in the first of them also
    its other ways, its parts and the single sessions, for their entries are the feed's.
    """
    wishes = [feed_wish(source.slug, tag) for tag in tags]
    wishes.append(feed_wish(source.slug, tags[0], utc=True))
    wishes.append(feed_wish(source.slug, tags[0], alarm=ALARM, deadlines=True, span=False))
    for options in wishes:
        yield options, source.write(options), Profile.FEED
    if source.unpublished is not None:
        return
    for _kind, rows in parts.of_programme(source.programme.event.id, source.document):
        for part in rows:
            path = f"/events/{source.slug}/{part.path}.ics"
            options = FeedOptions(path, tags[0], utc=False, span=False, usual=False)
            yield options, source.write(options, part), Profile.FEED
    shown = source.programme
    for row in shown.sessions:
        options = FeedOptions(f"/events/{source.slug}/sessions/{row.code}.ics", tags[0], utc=False)
        yield options, feeds.session_file(Programme(shown.event, shown.venues, [row]), options), Profile.SINGLE


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: the addresses of the calendars that have it, and the sessions (code, title)."""

    rule: str
    sentence: str
    addresses: list[str] = field(default_factory=list)
    sessions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def calendars(self) -> int:
        """In how many calendars."""
        return len(self.addresses)

    @property
    def address(self) -> str:
        """Where first."""
        return self.addresses[0]


@dataclass(frozen=True)
class Checked:
    """What came out: how many calendars were looked through, and what is wrong with them."""

    calendars: int
    faults: list[Fault]


def check(source: Source, tags: Sequence[str]) -> Checked:
    """Look through all calendars, or say again what was found where nothing has changed since."""
    cache: ResponseCache = current_app.extensions["feeds"]
    # The sentences are in the reader's language.
    name = f"check {source.which} {source.slug} {languages.interface()} {' '.join(tags)}"
    kept = cache.get(name, source.version)
    if kept is None:
        found = _check(source, tags)
        kept = cache.put(name, source.version, json.dumps(asdict(found)).encode())
    said = json.loads(kept.body)
    return Checked(said["calendars"], [Fault(**fault) for fault in said["faults"]])


def _check(source: Source, tags: Sequence[str]) -> Checked:
    titles = source.titles()
    number = 0
    found: dict[tuple[str, str], Fault] = {}
    for options, data, profile in calendars(source, tags):
        number += 1
        for one in findings(data, profile=profile):
            fault = found.setdefault((one.rule, one.sentence), Fault(one.rule, one.sentence))
            if options.address not in fault.addresses[-1:]:  # one calendar after the other
                fault.addresses.append(options.address)
            session = titles.get(one.uid)
            if session and session not in fault.sessions:
                fault.sessions.append(session)
    return Checked(number, list(found.values()))
