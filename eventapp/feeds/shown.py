"""A calendar as one app shows it: what it hides and cuts off, and how it names the calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eventapp.feeds.apps import App, Cancelled, Limits, Naming
from eventapp.feeds.preview import CalendarSeen, EntrySeen


@dataclass(frozen=True)
class AppView:
    """`entries` as shown, `removed` how many are hidden, `cut` how many have a title, location or text cut off.

    `name` is the calendar's initial name, empty if the user types it or it is unknown.
    """

    entries: tuple[EntrySeen, ...]
    removed: int
    cut: int
    name: str


def shown(app: App, seen: CalendarSeen, address: str) -> AppView:
    """What an app shows of a calendar. Where the app's behaviour is unknown, the content is unchanged."""
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
