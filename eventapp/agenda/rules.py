"""What an agenda tells of itself. Plain values only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

# More than anybody can go to; it keeps a robot from filling the table through one address.
MOST_STARS = 500

_STAR = re.compile(r"([\w-]{1,80})/([\w-]{1,40})")


def overlaps(spans: Sequence[tuple[datetime, datetime]]) -> list[list[int]]:
    """For each span of time the numbers of the others that share a moment with it. Touching is no overlap."""
    return [
        [m for m, (start, end) in enumerate(spans) if m != n and start < mine_end and end > mine_start]
        for n, (mine_start, mine_end) in enumerate(spans)
    ]


def star_of(text: str) -> tuple[str, str] | None:
    """The event's slug and the session's code of "slug/CODE", as a device keeps it; None for anything else."""
    matched = _STAR.fullmatch(text)
    return (matched[1], matched[2]) if matched else None


def turns(turned: Iterable[Mapping[str, Any]], person: int) -> dict[str, int]:
    """How often each session, by its code, has won or lost a person, after it was first released.

    `turned` are those of all releases (`Release.turned`). The number never falls, and it rises whenever the session
    comes into the person's calendar or goes out of it, as SEQUENCE must (RFC 5546 §2.1.4).
    """
    return Counter(row["code"] for row in turned if row["person"] == person)
