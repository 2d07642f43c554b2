"""Lists in parts: a statement takes only so many parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

# For a statement with one parameter a value; PostgreSQL takes 65,535 parameters, SQLite 32,766.
MOST_AT_ONCE = 1_000


def in_parts(values: Sequence[T], size: int = MOST_AT_ONCE) -> Iterator[Sequence[T]]:
    """The values in order, in parts of at most `size`; no part if there is no value."""
    for first in range(0, len(values), size):
        yield values[first : first + size]
