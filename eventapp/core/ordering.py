"""Rows that people put in order: each has an `id` and a `position`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from eventapp.core.db import db

# A mapped class; type checkers see its columns as descriptors, which no protocol describes.
R = TypeVar("R", bound=Any)


def moved(rows: Sequence[R], row: R, position: int) -> list[R]:
    """The rows with one of them at a place counted from 0; past the end is the last."""
    others = [one for one in rows if one.id != row.id]
    others.insert(min(max(position, 0), len(others)), row)
    return others


def number(rows: Sequence[R]) -> None:
    """Store this order."""
    for place, row in enumerate(rows):
        row.position = place
    db.session.flush()
