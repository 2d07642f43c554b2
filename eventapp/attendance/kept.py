"""Groups of people that were counted before, as long as nothing has changed: the wall screen asks every five seconds,
and each table of a page counts the same people again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from eventapp.core import revisions
from eventapp.events.models import Event

# Entries that are kept, rows of all of them, and of one: some 20 MB at most.
ENTRIES, ROWS, LARGEST = 24, 60_000, 20_000


class _Kept:
    """The entries of this process; the one that was used longest ago is forgotten first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, tuple[Any, ...]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, build: Callable[[], list[Any]]) -> list[Any]:
        """The rows of a key, or those that `build` finds."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
                return list(found)
        rows = build()
        if len(rows) <= LARGEST:
            with self._lock:
                self._entries[key] = tuple(rows)
                while len(self._entries) > ENTRIES or sum(map(len, self._entries.values())) > ROWS:
                    self._entries.popitem(last=False)
        return rows

    def has(self, key: Hashable) -> bool:
        """Whether the rows of a key are known."""
        return key in self._entries

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()


_kept = _Kept()
rows, has, clear = _kept.get, _kept.has, _kept.clear


def version(event: Event) -> Hashable:
    """What the registrations and check-ins of an event are now. One statement."""
    return (event.uid, *revisions.versions([f"event:{event.id}:people", f"event:{event.id}:check-ins"]))


def version_of_people(event: Event) -> Hashable:
    """What the registrations of an event are now, without check-ins. One statement."""
    return (event.uid, *revisions.versions([f"event:{event.id}:people"]))
