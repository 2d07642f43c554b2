"""The version of the database: which migration its tables are at, and a sentence if this code can't use them."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from eventapp.core.db import db, newest_version


def recorded() -> str | None:
    """The migration that the tables are at; None if none is recorded. Raises DBAPIError if there is no answer."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if version is None else str(version)


def is_newer(version: str | None, migrations: Path) -> bool:
    """Whether a newer program has brought the tables to a version that this one does not know."""
    known = {script.revision for script in ScriptDirectory(str(migrations)).walk_revisions()}
    return version is not None and version not in known


def newer(version: str | None, migrations: Path) -> str:
    """What to say then."""
    return (
        f"the database is at version {version}, and this program knows only {newest_version(migrations)}: "
        "install the newer program again, or restore the backup from before the upgrade."
    )


def unfit(migrations: Path) -> str | None:
    """Why commands can't use these tables, as a sentence; None if they can."""
    version, newest = recorded(), newest_version(migrations)
    if version == newest:
        return None
    if is_newer(version, migrations):
        return newer(version, migrations)
    if version is None:
        with db.engine.connect() as connection:
            if inspect(connection).has_table("user_account"):  # made without migrations
                return None
        return "the database has no tables yet: start `eventapp` once, or run `flask --app wsgi db upgrade`."
    return (
        f"the database is at version {version}, and this program needs {newest}: "
        "restart `eventapp`, or run `flask --app wsgi db upgrade`."
    )
