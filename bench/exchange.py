"""`python -m bench.exchange`: how long a large programme takes to be read, compared, imported and exported."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from eventapp import create_app, lifecycle
from eventapp.config import Settings
from eventapp.core import languages
from eventapp.core.db import Base, db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.exchange import export, operations
from eventapp.exchange.incoming import Options
from tests.support import imports
from tests.support.make import Make
from tests.support.schedules import fair

TIMES = 5
START = datetime(2031, 3, 18, 0, 0, tzinfo=UTC)


def main() -> None:
    data = fair(1500, words=600)
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        environ = {"EVENTAPP_INSTANCE": folder, "EVENTAPP_SECRET_KEY": "only for this measurement"}
        if url := os.environ.get("BENCH_DATABASE_URL"):  # its tables are recreated
            environ["EVENTAPP_DATABASE_URL"] = url
        app = create_app(Settings.from_environment(environ))
        with app.app_context(), languages.force_locale("en"):
            for _ in range(TIMES):
                measure(data, taken)
            db.engine.dispose()
    print(f"1500 sessions, {len(data) / 1e6:.1f} MB, {TIMES} runs, seconds: median (least–most)")
    for name, seconds in taken.items():
        print(f"{name}: {median(seconds):.2f} ({min(seconds):.2f}–{max(seconds):.2f})")


def measure(data: bytes, taken: dict[str, list[float]]) -> None:
    """One run on an empty database; adds its times."""
    db.session.remove()
    Base.metadata.drop_all(db.engine)
    Base.metadata.create_all(db.engine)
    owner = Make().user("organizer@example.org")
    with transaction():
        event = lifecycle.create_event(
            owner=owner,
            slug="fair",
            title=LocalizedText(en="Fair"),
            starts_at=START,
            ends_at=START + timedelta(days=1),
            zone="Asia/Tokyo",
            country_code="JP",
            working_languages=["en"],
        )

    def timed(name: str, began: float) -> None:
        taken.setdefault(name, []).append(perf_counter() - began)

    for name in ("import", "import again, no change"):
        began = perf_counter()
        with transaction():
            report = imports.plan(event, data, Options())
            timed(f"{name}: dry run", began)
            if report.changes_something:
                operations.apply(event, report)
        timed(f"{name}: all", began)
    for format in export.TYPES:
        began = perf_counter()
        export.written(event, format, language="en")
        timed(f"export {format}", began)


if __name__ == "__main__":
    main()
