"""The parts of a programme that have their own feed: current and former tracks, rooms and speakers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from eventapp.core.localized import LocalizedText, fold
from eventapp.entries.names import name_by_code, name_of, names_of
from eventapp.entries.queries import is_in
from eventapp.feeds.queries import document
from eventapp.feeds.state import State
from eventapp.programme.published import Document


class PartKind(StrEnum):
    """What a calendar can be limited to."""

    TRACKS = "tracks"
    ROOMS = "rooms"
    SPEAKERS = "speakers"


# Finds a part: its name, empty if it is no longer shown, and its path in `PublishedSession.paths`; None if it was never
# public.
SliceFinder = Callable[[State], tuple[LocalizedText, str] | None]


@dataclass(frozen=True)
class FeedSlice:
    """A part of a programme with a feed: its path without the extension, its name, and the codes of its sessions.

    `key` is its path in `PublishedSession.paths`.
    """

    path: str
    name: LocalizedText
    codes: frozenset[str]
    key: str


def of_track(slug: str) -> SliceFinder:
    """Find the sessions of a current or former track."""

    def part(state: State) -> tuple[LocalizedText, str] | None:
        shown = document(state)
        name = next((one.name for one in (*shown.tracks, *shown.former_tracks) if one.slug == slug), None)
        return None if name is None else (name, f"{PartKind.TRACKS}/{slug}")

    return part


def of_room(slug: str) -> SliceFinder:
    """Find the sessions in a current or former room."""

    def part(state: State) -> tuple[LocalizedText, str] | None:
        shown = document(state)
        name = next((one.name for one in (*shown.rooms, *shown.former_rooms) if one.slug == slug), None)
        return None if name is None else (name, f"{PartKind.ROOMS}/{slug}")

    return part


def of_speaker(code: str) -> SliceFinder:
    """Find the sessions of a person who is or was announced. Former speakers are not named."""

    def part(state: State) -> tuple[LocalizedText, str] | None:
        row = name_by_code(state.id or 0, code)
        path = f"{PartKind.SPEAKERS}/{row.id}" if row else ""
        sessions = [one for one in document(state).sessions if is_in(one, path)] if row else []
        if not sessions:
            return None
        return name_of(row) if any(path in one.paths for one in sessions) else LocalizedText(), path

    return part


def of_programme(event: int, shown: Document) -> list[tuple[PartKind, list[FeedSlice]]]:
    """What a calendar can be limited to, by kind, without empty kinds.

    Only current parts: the feed of a removed one still works, but is not offered.
    """
    found: dict[str, set[str]] = defaultdict(set)
    live: set[str] = set()
    for session in shown.sessions:
        for key in session.paths:
            found[key].add(session.code)
        if not (session.removed or session.cancelled):
            live |= session.paths

    people = names_of(event, (session for session in shown.sessions if not (session.removed or session.cancelled)))
    speakers = [(str(number), row.code, name_of(row)) for number, row in people.items()]
    # (last part of the key, last part of the path, name) of everything in the programme.
    named: dict[PartKind, list[tuple[str, str, LocalizedText]]] = {
        PartKind.TRACKS: [(one.slug, one.slug, one.name) for one in shown.tracks],
        PartKind.ROOMS: [(one.slug, one.slug, one.name) for one in shown.rooms],
        PartKind.SPEAKERS: sorted(speakers, key=lambda one: fold(one[2].resolve("en").text)),
    }
    every = [
        (
            kind,
            [
                FeedSlice(f"{kind}/{path}", name, frozenset(found[key]), key)
                for number, path, name in rows
                if (key := f"{kind}/{number}") in live
            ],
        )
        for kind, rows in named.items()
    ]
    return [(kind, rows) for kind, rows in every if rows]
