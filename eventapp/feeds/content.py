"""Writes the feeds of an event and its parts, both for subscribers and for the desk's check."""

from __future__ import annotations

from collections.abc import Iterable

from eventapp.core.localized import LocalizedText
from eventapp.entries import build as entries
from eventapp.entries.rows import Programme
from eventapp.feeds import unpublished
from eventapp.feeds.answer import FeedOptions
from eventapp.feeds.deadlines import Deadline, deadline_entry
from eventapp.feeds.state import State
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import NO_IMAGE


def feed(
    programme: Programme,
    options: FeedOptions,
    *,
    part: LocalizedText | None = None,
    deadlines: Iterable[Deadline] = (),
    image: tuple[str, str] = NO_IMAGE,
) -> bytes:
    """A calendar of an event.

    `part` names the track, room or speaker that the programme is limited to; empty if the name must not be shown.
    """
    with options.locale.active() as locale:
        head = entries.programme_head(programme, locale=locale, links=options.links, source=options.address, part=part)
        rows = entries.programme_entries(
            programme, locale=locale, links=options.links, span=bool(options.span), hours=part is None, image=image
        )
        rows += [deadline_entry(one, programme.event, locale=locale, links=options.links) for one in deadlines]
        return ics.feed(head, rows, utc=options.utc, alarm=options.alarm)


def session_file(programme: Programme, options: FeedOptions) -> bytes:
    """The first session of a programme, as a file to download."""
    with options.locale.active() as locale:
        entry = entries.session_entry(
            programme.sessions[0], programme.event, locale=locale, links=options.links, parent=False
        )
        return ics.single(entry, utc=options.utc, alarm=options.alarm)


def unpublished_feed(state: State, options: FeedOptions, *, path: str = "") -> bytes:
    """A calendar of an event that is no longer public."""
    with options.locale.active() as locale:
        rows, zone = unpublished.entries(state, locale, span=bool(options.span), path=path, deadlines=options.deadlines)
        return ics.feed(unpublished.head(locale, source=options.address, zone=zone), rows, utc=options.utc)
