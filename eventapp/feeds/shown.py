"""A calendar as one program shows it: what it leaves out, cuts off and calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from eventapp.feeds.apps import Cancelled, Limits, Naming, Program
from eventapp.feeds.preview import CalendarSeen, EntrySeen, ZonesFrom


@dataclass(frozen=True)
class Shown:
    """`entries` as they are shown, `gone` how many are not, `cut` how many lose the end of a title, place or text.

    `name` is what the calendar is called at first, empty where the reader types it or nobody knows.
    """

    entries: tuple[EntrySeen, ...]
    gone: int
    cut: int
    name: str


def shown(program: Program, seen: CalendarSeen, address: str) -> Shown:
    """What a program shows of what it reads. What is not known of it is shown as it is written."""
    vanish = program.cancelled.value is Cancelled.GONE
    there = [entry for entry in seen.entries if not (vanish and entry.cancelled)]
    limits = program.limits.value or Limits()
    rows = [_cut(entry, limits) for entry in there]
    cut = sum(before != after for before, after in zip(there, rows, strict=True))
    if program.cancelled.value is Cancelled.PREFIXED:
        rows = [replace(row, title=f"CANCELLED {row.title}") if row.cancelled else row for row in rows]
    return Shown(
        entries=tuple(rows),
        gone=len(seen.entries) - len(there),
        cut=cut,
        name=_name(program, seen, address),
    )


def _cut(entry: EntrySeen, limits: Limits) -> EntrySeen:
    return replace(
        entry,
        title=entry.title[: limits.title],
        place=entry.place[: limits.place],
        text=entry.text[: limits.text],
    )


def _name(program: Program, seen: CalendarSeen, address: str) -> str:
    if program.naming.value is Naming.ADDRESS:
        return address.partition("?")[0].rpartition("/")[2].removesuffix(".ics")
    return seen.name if program.naming.value in {Naming.FEED, Naming.OFFERED} else ""


def wrong_times(seen: CalendarSeen, meant: Mapping[str, tuple[datetime, datetime]]) -> int:
    """How many entries are at another moment than was meant, by UID. One that can't be read is not among `seen`."""
    read = {entry.uid: (entry.starts, entry.ends) for entry in seen.entries if not entry.all_day}
    return sum(read.get(uid) != moments for uid, moments in meant.items())


def wrong_in(program: Program, wrong: Mapping[ZonesFrom, int]) -> int:
    """How many of its times are wrong; where nobody knows how a program finds a zone, the worse of both ways."""
    ways: Iterable[ZonesFrom] = [program.zones.value] if program.zones.value else list(ZonesFrom)
    return max(wrong[way] for way in ways)
