"""In-memory caches of this process, each with a budget of bytes: for responses and for function results."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, Generic, ParamSpec, TypeVar

# Seconds in which a page that was fresh may be shown while its next version is being built.
RECENT = 10.0


@dataclass
class CachedResponse:
    """The body of a response; its gzipped form and its digest are computed when first needed."""

    version: str
    body: bytes
    content_type: str = ""
    until: float = inf  # a POSIX timestamp
    last_fresh: float = 0.0  # on the monotonic clock

    @cached_property
    def gzipped(self) -> bytes:
        """The body gzipped, without a timestamp, so that equal bodies give equal bytes."""
        return gzip.compress(self.body, 6, mtime=0)

    @cached_property
    def digest(self) -> str:
        """A digest of the body, for the ETag."""
        return hashlib.sha256(self.body).hexdigest()[:24]


def _weight(name: str, cached: CachedResponse) -> int:
    """Bytes of a response, plain and gzipped, and of its key, which may contain a query of any length."""
    return 2 * len(cached.body) + len(name)


class ResponseCache:
    """Holds one version of each response; the least recently used one is evicted first."""

    def __init__(self, budget: int = 32 * 1024 * 1024) -> None:
        self._budget = budget
        self._entries: OrderedDict[str, CachedResponse] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self._building: set[str] = set()

    def get(self, name: str, version: str, *, at: float = 0.0) -> CachedResponse | None:
        """The response if it is cached in this version and still valid at this time, otherwise None."""
        with self._lock:
            cached = self._entries.get(name)
            if cached is None or cached.version != version or at >= cached.until:
                return None
            self._entries.move_to_end(name)
            cached.last_fresh = monotonic()
            return cached

    @contextmanager
    def building(self, name: str) -> Iterator[CachedResponse | None]:
        """Build a response. Yields the last one if another thread is building it already, so that only one does; but
        nothing if the last one has not been fresh for a while.
        """
        with self._lock:
            first = name not in self._building
            self._building.add(name)
            last = None if first else self._entries.get(name)
        if last is not None and monotonic() - last.last_fresh > RECENT:
            last = None
        try:
            yield last
        finally:
            if first:
                with self._lock:
                    self._building.discard(name)

    def put(
        self, name: str, version: str, body: bytes, content_type: str = "", *, until: float = inf
    ) -> CachedResponse:
        """Store a response and return it; one larger than the whole budget is returned without being stored."""
        cached = CachedResponse(version, body, content_type, until, monotonic())
        with self._lock:
            self._drop(name)
            if _weight(name, cached) <= self._budget:
                self._entries[name] = cached
                self._size += _weight(name, cached)
            while self._size > self._budget:
                self._drop(next(iter(self._entries)))
        return cached

    def clear(self) -> None:
        """Empty the cache."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def _drop(self, name: str) -> None:
        old = self._entries.pop(name, None)
        if old is not None:
            self._size -= _weight(name, old)


P = ParamSpec("P")
R = TypeVar("R")


def _length(value: object) -> int:
    return len(value) if isinstance(value, Sized) else 0


class Memo(Generic[P, R]):
    """A function with a cache of its results within a budget of bytes; the least recently used one is evicted first.

    The budget is in bytes because clients can influence how large a result is. `weigh` returns the bytes of the
    arguments (in one tuple) and the result; by default, the sum of the lengths of those that have one.
    """

    # Bytes of an entry besides its texts: key, links of the ordered dictionary, object headers.
    OVERHEAD = 400

    def __init__(
        self, function: Callable[P, R], *, budget: int, weigh: Callable[[tuple[Any, ...], R], int] | None = None
    ) -> None:
        self._function = function
        self._budget = budget
        self._weigh = weigh or (lambda asked, result: sum(map(_length, asked)) + _length(result))
        self._entries: OrderedDict[Any, tuple[R, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0
        self.misses = 0  # how often the function has been called
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (args, tuple(kwargs.items())) if kwargs else args
        with self._lock:
            known = self._entries.get(key)
            if known is not None:
                self._entries.move_to_end(key)
                return known[0]
        made = self._function(*args, **kwargs)
        self.misses += 1
        weight = self.OVERHEAD + self._weigh(args, made)
        if weight <= self._budget:
            with self._lock:
                if key not in self._entries:
                    self._entries[key] = made, weight
                    self.size += weight
                while self.size > self._budget:
                    _key, (_made, removed) = self._entries.popitem(last=False)
                    self.size -= removed
        return made

    def cache_clear(self) -> None:
        """Empty the cache."""
        with self._lock:
            self._entries.clear()
            self.size = 0


def memoized(
    *, budget: int, weigh: Callable[[tuple[Any, ...], Any], int] | None = None
) -> Callable[[Callable[P, R]], Memo[P, R]]:
    """Decorator: cache the results of a function within a budget of bytes (see Memo)."""
    return lambda function: Memo(function, budget=budget, weigh=weigh)
