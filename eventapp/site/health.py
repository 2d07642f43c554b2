"""Health checks for monitoring: whether this process can serve, and what else is wrong."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from eventapp import jobs
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.deadlines import QUICK_ANSWER, answer_within
from eventapp.core.outages import cause_of
from eventapp.core.running import extension, settings
from eventapp.mail import queries as mail

# Free bytes below which a disk counts as nearly full: SQLite's log alone may take some 10 MB between two checkpoints.
LEAST_FREE = 200 * 1024 * 1024
# An unsent e-mail older than this is late. Many servers accept a first e-mail only after a quarter of an hour.
LATE = timedelta(minutes=30)


class NotReady(Exception):
    """This process can't serve requests; the text says why, for the person on call."""


def report(*, newest: str) -> dict[str, Any]:
    """The state of each part: "ok", or what is wrong with it. Raises NotReady if nothing can be served; the tables must
    be of the `newest` version.
    """
    with answer_within(QUICK_ANSWER):
        _check_database(newest)
        parts: dict[str, Any] = {"database": _writable(), "disk": _disk(), "redis": _redis(), "worker": _worker()}
        return parts | _mail()


def _check_database(newest: str) -> None:
    try:
        version = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except Exception as error:
        raise NotReady(cause_of(error) or "has no tables") from error
    if version != newest:
        raise NotReady(f"is at {version}, wants {newest}")


def _writable() -> str:
    url = db.engine.url
    if url.get_backend_name() == "postgresql":
        return "read-only" if db.session.scalar(text("SHOW transaction_read_only")) == "on" else "ok"
    file = Path(url.database or "")
    return "ok" if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) else "read-only"


def _disk() -> str:
    folders = {settings().instance}
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        folders.add(Path(db.engine.url.database).parent)
    free = min(shutil.disk_usage(folder).free for folder in folders)
    return "ok" if free >= LEAST_FREE else f"nearly full, {free // 1024**2} MB free"


def _redis() -> str:
    if not settings().redis_url:
        return "not used"
    return "ok" if extension("limits").answers() else "does not answer"


def _worker() -> str:
    last = jobs.last_heartbeat()
    if last is None:
        return "never ran"
    silent = clock.now() - last
    return "ok" if silent <= jobs.DEAD_AFTER else f"silent for {silent.total_seconds():.0f} s"


def _mail() -> dict[str, Any]:
    waiting, oldest = mail.waiting()
    given_up = mail.given_up()
    age = clock.now() - oldest if oldest else timedelta(0)
    if not settings().mail_url:
        state = "no server is set up"
    else:
        state = "late" if age > LATE else "given up" if given_up else "ok"
    seconds = round(age.total_seconds())
    return {"mail": state, "mail_waiting": waiting, "mail_oldest_seconds": seconds, "mail_given_up": given_up}


def degraded(parts: dict[str, Any]) -> bool:
    """Whether somebody should look into a problem although pages are served."""
    fine = {"ok", "not used", "no server is set up"}
    return not fine.issuperset(value for value in parts.values() if isinstance(value, str))
