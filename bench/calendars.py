"""`python -m bench.calendars SESSIONS`: CPU time of a feed in this process, with and without caches.

CPU time is unaffected by other processes on the machine, unlike wall-clock time. A 304 is measured in wall-clock time,
because there the response time matters.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench import data
from eventapp import create_app
from eventapp.agenda import queries as agendas
from eventapp.config import Settings
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import queries as events
from eventapp.feeds import check
from eventapp.feeds import state as states
from eventapp.ical import vcalendar as ics
from eventapp.programme import operations, queries, releases
from eventapp.registration import queries as registration
from eventapp.serve import migrate

FEED, AGENDA = "/events/summit/calendar.ics", f"/agenda/{data.AGENDA}.ics"
Row = tuple[str, list[float], str]


def measure(sessions: int, *, times: int) -> list[Row]:
    """(name, milliseconds of each run, note) for a feed with this many sessions."""
    with tempfile.TemporaryDirectory(prefix="eventapp-bench-") as folder:
        app = create_app(Settings.from_environment({"EVENTAPP_INSTANCE": folder}))
        app.config["BUILDING_SECONDS"] = 3600  # one visitor builds more pages here than a site allows
        migrate(app)
        with app.app_context():
            data.fill("summit", sessions=sessions, registrations=100)
            closing()
        gc.collect()
        gc.freeze()  # as the server does at start-up
        rows = _rows(app, times=times)
        with app.app_context():
            db.engine.dispose()
    return rows


def closing() -> None:
    """Give the one option a closing time, so that a feed with deadlines has one."""
    with transaction():
        event = events.by_slug("summit")
        assert event is not None
        for option in registration.options(event):
            option.closes_at = event.starts_at - timedelta(days=7)


def _rows(app: Any, *, times: int) -> list[Row]:
    client = app.test_client()

    def get(path: str, expect: int = 200, **headers: str) -> Any:
        response = client.get(path, headers=headers)
        assert response.status_code == expect, (path, response.status_code)
        return response

    def forget(*, entries: bool, programme: bool) -> None:
        for name in ("cache_middleware", "feeds"):
            app.extensions[name].clear()
        if entries:
            ics.vevent.cache_clear()
        if programme:
            queries.content.cache_clear()

    def run(
        do: Callable[[], Any], before: Callable[[], Any] = lambda: None, clock: Any = process_time, runs: int = times
    ) -> list[float]:
        taken = []
        for _ in range(runs):
            before()
            begin = clock()
            do()
            taken.append((clock() - begin) * 1000)
        return taken

    def edit() -> None:
        with app.app_context(), transaction():
            event = events.by_slug("summit")
            assert event is not None
            row = queries.sessions(event)[0]
            operations.save_session(
                event,
                row,
                title=LocalizedText(en=f"{row.title}!"),
                kind=row.kind,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            releases.release(event, despite_errors=True)

    with app.app_context():
        stars = len(agendas.starred(found)) if (found := agendas.by_token(data.AGENDA)) else 0
    size = len(get(FEED).data)
    gzipped = len(get(FEED, **{"Accept-Encoding": "gzip"}).data)
    etag, date = get(FEED).headers["ETag"], get(FEED).headers["Last-Modified"]
    cold = run(lambda: get(FEED), lambda: forget(entries=True, programme=True))
    warm = run(lambda: get(FEED), lambda: forget(entries=True, programme=False))
    deadlines = run(lambda: get(f"{FEED}?deadlines=1"), lambda: forget(entries=True, programme=False))
    agenda = run(lambda: get(AGENDA), lambda: forget(entries=True, programme=False))
    agenda_etag = get(AGENDA).headers["ETag"]
    get(FEED)
    quick = run(lambda: get(FEED, 304, **{"If-None-Match": etag}), clock=perf_counter)
    flask = run(
        lambda: get(FEED, 304, **{"If-None-Match": etag}), app.extensions["cache_middleware"].clear, perf_counter
    )
    dated = run(lambda: get(FEED, 304, **{"If-Modified-Since": date}), clock=perf_counter)
    own = run(lambda: get(AGENDA, 304, **{"If-None-Match": agenda_etag}), clock=perf_counter)
    get(FEED)
    before = ics.vevent.misses
    edited = run(lambda: get(FEED), edit)
    anew = (ics.vevent.misses - before) / times
    looked, again, number = _desk(app, run)
    return [
        ("feed, nothing kept: CPU", cold, f"{size:,} bytes, {gzipped:,} bytes gzipped"),
        ("feed, release read before: CPU", warm, ""),
        ("the same with deadlines: CPU", deadlines, ""),
        ("after one session was edited and released: CPU", edited, f"{anew:g} VEVENT written anew"),
        ("agenda with stars, nothing kept: CPU", agenda, f"{stars} stars"),
        ("304 of the feed, before Flask is asked", quick, ""),
        ("304 of the feed, through Flask, by ETag", flask, ""),
        ("304 of the feed, through Flask, by date", dated, ""),
        ("304 of the agenda", own, ""),
        ("the desk looks through all calendars, release read before: CPU", looked, f"{number} calendars"),
        ("the same where nothing has changed since: CPU", again, ""),
    ]


def _desk(app: Any, run: Callable[..., list[float]]) -> tuple[list[float], list[float], int]:
    """Durations of the desk's first check and of repeated checks, and the number of calendars checked."""

    def look() -> int:
        with app.test_request_context():
            event, state = events.by_slug("summit"), states.state("summit")
            assert event is not None and state is not None
            return check.check(check.source(event, state, check.Which.PUBLIC), ["en", "ja"]).calendars

    # The first check takes as long as many feeds, so a few runs suffice.
    first = run(look, lambda: (app.extensions["feeds"].clear(), ics.vevent.cache_clear()), runs=3)
    return first, run(look), look()


def table(rows: list[Row]) -> list[str]:
    """The rows in Markdown: median, lowest and highest."""
    return [
        "| what | ms | |",
        "|---|---:|---|",
        *(f"| {what} | {median(ms):.2f} ({min(ms):.2f}–{max(ms):.2f}) | {note} |" for what, ms, note in rows),
    ]


def main() -> None:
    times = 2 if "--smoke" in sys.argv else 15
    for size in [int(word) for word in sys.argv[1:] if word.isdecimal()] or [60, 1000]:
        print("\n".join([f"## A feed of {size} sessions", "", *table(measure(size, times=times)), ""]))


if __name__ == "__main__":
    main()
