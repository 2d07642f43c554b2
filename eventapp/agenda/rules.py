"""Limits and overlaps of agendas. Plain values only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

# More than anybody can attend; it keeps a bot from filling the table through one agenda.
MOST_STARS = 500
# Agendas and stars that may come from one connection in an hour: all visitors in a large hall may share one.
ROWS_AN_HOUR = 20_000

_STAR = re.compile(r"([\w-]{1,80})/([\w-]{1,40})")


def overlaps(spans: Sequence[tuple[datetime, datetime]]) -> list[list[int]]:
    """For each time span, the indexes of the others that overlap it. Adjacent spans do not overlap."""
    return [
        [m for m, (start, end) in enumerate(spans) if m != n and start < mine_end and end > mine_start]
        for n, (mine_start, mine_end) in enumerate(spans)
    ]


def star_of(text: str) -> tuple[str, str] | None:
    """The event's slug and the session's code in a device's star "slug/CODE"; None for anything else."""
    matched = _STAR.fullmatch(text)
    return (matched[1], matched[2]) if matched else None


def turns(turned: Iterable[Mapping[str, Any]], person: int) -> dict[str, int]:
    """How often each session, by its code, has gained or lost a person after it was first released.

    `turned` are the rows of all releases (`Release.turned`). The number never falls, and it rises whenever the session
    enters or leaves the person's calendar, as required for SEQUENCE (RFC 5546 §2.1.4).
    """
    return Counter(row["code"] for row in turned if row["person"] == person)
