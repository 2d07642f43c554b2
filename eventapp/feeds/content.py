"""The feeds of an event and its parts as bytes: what is served, and what the desk looks through before it is."""

from __future__ import annotations

from collections.abc import Iterable

from eventapp.core.localized import LocalizedText
from eventapp.entries import build as entries
from eventapp.entries.rows import Programme
from eventapp.feeds import withdrawn
from eventapp.feeds.answer import Wish
from eventapp.feeds.deadlines import Deadline, deadline_entry
from eventapp.feeds.state import State
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import NO_IMAGE


def feed(
    programme: Programme,
    wish: Wish,
    *,
    part: LocalizedText | None = None,
    deadlines: Iterable[Deadline] = (),
    image: tuple[str, str] = NO_IMAGE,
) -> bytes:
    """A calendar of an event.

    `part` names the track, room or speaker that the programme is narrowed to; empty where it is not to be named.
    """
    with wish.voice.speaking() as voice:
        head = entries.programme_head(programme, voice=voice, links=wish.links, source=wish.address, part=part)
        rows = entries.programme_entries(
            programme, voice=voice, links=wish.links, span=bool(wish.span), hours=part is None, image=image
        )
        rows += [deadline_entry(one, programme.event, voice=voice, links=wish.links) for one in deadlines]
        return ics.feed(head, rows, utc=wish.utc, alarm=wish.alarm)


def session_file(programme: Programme, wish: Wish) -> bytes:
    """The first session of a programme, as a file to download."""
    with wish.voice.speaking() as voice:
        entry = entries.session_entry(
            programme.sessions[0], programme.event, voice=voice, links=wish.links, parent=False
        )
        return ics.single(entry, utc=wish.utc, alarm=wish.alarm)


def withdrawn_feed(state: State, wish: Wish, *, path: str = "") -> bytes:
    """A calendar of an event that is not public any more."""
    with wish.voice.speaking() as voice:
        rows, zone = withdrawn.entries(state, voice, span=bool(wish.span), path=path, deadlines=wish.deadlines)
        return ics.feed(withdrawn.head(voice, source=wish.address, zone=zone), rows, utc=wish.utc)
