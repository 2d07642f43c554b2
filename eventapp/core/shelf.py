"""Finished answers in the memory of this process, one version of each, within a budget of bytes."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sized
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar


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


P = ParamSpec("P")
R = TypeVar("R")


def _letters(value: object) -> int:
    return len(value) if isinstance(value, Sized) else 0


class Memo(Generic[P, R]):
    """A function that remembers its results within a budget of bytes; least recently asked goes first.

    A count of results is no bound where a stranger chooses how long they are. `weigh` gives the bytes of the arguments
    (in one tuple) and the result; by default their lengths, of those that have one.
    """

    # What an entry costs besides: its key, its place in the order, the objects around the texts.
    OVERHEAD = 400

    def __init__(
        self, function: Callable[P, R], *, budget: int, weigh: Callable[[tuple[Any, ...], R], int] | None = None
    ) -> None:
        self._function = function
        self._budget = budget
        self._weigh = weigh or (lambda asked, result: sum(map(_letters, asked)) + _letters(result))
        self._kept: OrderedDict[Any, tuple[R, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0
        self.misses = 0  # how often the function itself was asked
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (args, tuple(kwargs.items())) if kwargs else args
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known[0]
        made = self._function(*args, **kwargs)
        self.misses += 1
        weight = self.OVERHEAD + self._weigh(args, made)
        if weight <= self._budget:
            with self._lock:
                if key not in self._kept:
                    self._kept[key] = made, weight
                    self.size += weight
                while self.size > self._budget:
                    _key, (_made, gone) = self._kept.popitem(last=False)
                    self.size -= gone
        return made

    def cache_clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self.size = 0


def remembering(
    *, budget: int, weigh: Callable[[tuple[Any, ...], Any], int] | None = None
) -> Callable[[Callable[P, R]], Memo[P, R]]:
    """Decorator: a function whose results are remembered within a budget of bytes (see Memo)."""
    return lambda function: Memo(function, budget=budget, weigh=weigh)
