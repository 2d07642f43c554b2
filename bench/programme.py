"""`python -m bench.programme`: public pages and the release of a programme of 1000 sessions, without caches.

Everything runs in this process, so its CPU time is the cost of a page; wall-clock time includes other processes.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench import data
from eventapp import create_app
from eventapp.config import Settings
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import queries as events
from eventapp.programme import operations, queries, releases
from eventapp.serve import migrate

PATHS = (
    "/events/summit/programme",
    "/events/summit/programme?view=list",
    "/events/summit/programme?view=print",
    "/events/summit/programme?q=Session+77",
    "/events/summit/programme?zone=America/New_York",
    "/events/summit/speakers",
    "/events/summit",
    "/events/summit/calendar.ics",
    "/events/summit/changes",
)


def timed(do: Callable[[], Any], *, times: int = 7) -> str:
    """Median, lowest and highest of some runs, in milliseconds: CPU time, then wall-clock time."""
    cpu, wall = [], []
    for _ in range(times):
        begin, begin_cpu = perf_counter(), process_time()
        do()
        cpu.append((process_time() - begin_cpu) * 1000)
        wall.append((perf_counter() - begin) * 1000)
    said = (
        f"{name} {median(taken):6.1f} ms ({min(taken):.1f}–{max(taken):.1f})"
        for name, taken in (("CPU", cpu), ("wall", wall))
    )
    return "  ".join(said)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="eventapp-bench-") as folder:
        app = create_app(Settings.from_environment({"EVENTAPP_INSTANCE": folder}))
        migrate(app)
        with app.app_context():
            data.fill("summit", sessions=1000, registrations=100)
        gc.collect()
        gc.freeze()  # as the server does at start-up
        client = app.test_client()

        def fresh(path: str) -> None:
            for name in ("pages", "cache_middleware", "feeds"):
                app.extensions[name].clear()
            response = client.get(path)
            assert response.status_code == 200, path

        for path in PATHS:
            fresh(path)
            print(f"{path:48} {timed(lambda path=path: fresh(path))}")
        with app.app_context():
            event = events.by_slug("summit")
            assert event is not None

            def read() -> None:
                queries.content.cache_clear()
                queries.document(event)

            print(f"{'reading a release for the first time':48} {timed(read)}")
            print(f"{'what the next release would change':48} {timed(lambda: releases.pending(event))}")

            def release() -> None:
                with transaction():
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

            print(f"{'a release':48} {timed(release)}")


if __name__ == "__main__":
    main()
