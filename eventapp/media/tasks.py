"""Scheduled: forget files that no picture uses any more."""

from __future__ import annotations

from datetime import timedelta

from eventapp.core import clock
from eventapp.media import queries, storage

# A file is stored before its row; and a page that somebody has open may still ask for it.
UNUSED_AFTER = timedelta(days=1)
# A card (see cards.py) is made again when somebody asks for it.
CARD_AFTER = timedelta(days=14)


def forget_unused() -> int:
    """Delete the files of pictures that were removed, and old cards; returns how many."""
    present, done = clock.now(), 0
    used: set[str] | None = None
    for file in storage.store().files():
        age = present - file.written_at
        if file.name.startswith("cards/"):
            unused = age > CARD_AFTER
        elif age > UNUSED_AFTER:
            used = queries.used_digests() if used is None else used
            unused = file.name.partition("-")[0] not in used
        else:
            continue
        if unused:
            storage.store().delete(file.name)
            done += 1
    return done
