"""Finished answers in the memory of this process, one version of each, within a budget of bytes."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock


@dataclass
class Kept:
    """An answer as bytes; packed, and named by its content, once somebody wants it so."""

    version: str
    body: bytes
    content_type: str = ""

    @cached_property
    def packed(self) -> bytes:
        """The bytes packed; the same every time, for no time of packing is written."""
        return gzip.compress(self.body, 6, mtime=0)

    @cached_property
    def digest(self) -> str:
        """A name of the content: equal for equal bytes."""
        return hashlib.sha256(self.body).hexdigest()[:24]


def _weight(name: str, kept: Kept) -> int:
    """Bytes of an answer, packed at most the same again, and of its name, in which a stranger's query may stand."""
    return 2 * len(kept.body) + len(name)


class Shelf:
    """Least recently asked goes first. A new version of an answer takes the place of the old one."""

    def __init__(self, budget: int = 32 * 1024 * 1024) -> None:
        self._budget = budget
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, name: str, version: str) -> Kept | None:
        """The answer, if it is here in this version."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept.version != version:
                return None
            self._kept.move_to_end(name)
            return kept

    def put(self, name: str, version: str, body: bytes, content_type: str = "") -> Kept:
        """Keep an answer; one larger than the whole budget is handed back unkept."""
        kept = Kept(version, body, content_type)
        with self._lock:
            self._drop(name)
            if _weight(name, kept) <= self._budget:
                self._kept[name] = kept
                self._size += _weight(name, kept)
            while self._size > self._budget:
                self._drop(next(iter(self._kept)))
        return kept

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _drop(self, name: str) -> None:
        old = self._kept.pop(name, None)
        if old is not None:
            self._size -= _weight(name, old)
