"""A calendar as one app shows it: what it leaves out, cuts off and calls it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eventapp.feeds.apps import App, Cancelled, Limits, Naming
from eventapp.feeds.preview import CalendarSeen, EntrySeen


@dataclass(frozen=True)
class AppView:
    """`entries` as they are shown, `removed` how many are not, `cut` how many lose the end of a title, place or text.

    `name` is what the calendar is called at first, empty where the reader types it or nobody knows.
    """

    entries: tuple[EntrySeen, ...]
    removed: int
    cut: int
    name: str


def shown(app: App, seen: CalendarSeen, address: str) -> AppView:
    """What an app shows of what it reads. What is not known of it is shown as it is written."""
    vanish = app.cancelled is Cancelled.REMOVED
    there = [entry for entry in seen.entries if not (vanish and entry.cancelled)]
    rows = [_cut(entry, app.limits) for entry in there]
    cut = sum(before != after for before, after in zip(there, rows, strict=True))
    if app.cancelled is Cancelled.PREFIXED:
        rows = [replace(row, title=f"CANCELLED {row.title}") if row.cancelled else row for row in rows]
    return AppView(
        entries=tuple(rows),
        removed=len(seen.entries) - len(there),
        cut=cut,
        name=_name(app, seen, address),
    )


def _cut(entry: EntrySeen, limits: Limits) -> EntrySeen:
    return replace(
        entry,
        title=entry.title[: limits.title],
        place=entry.place[: limits.place],
        text=entry.text[: limits.text],
    )


def _name(app: App, seen: CalendarSeen, address: str) -> str:
    if app.naming is Naming.ADDRESS:
        return address.partition("?")[0].rpartition("/")[2].removesuffix(".ics")
    return seen.name if app.naming in {Naming.FEED, Naming.OFFERED} else ""
