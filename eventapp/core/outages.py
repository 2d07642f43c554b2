"""What we depend on and that does not work now: which errors of the database mean that, and what to call them."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, TimeoutError

# SQLite's result codes (https://sqlite.org/rescode.html) by the beginning of their names.
_SQLITE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_PROTOCOL",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_NOMEM",
)
# Classes and codes of SQLSTATE (PostgreSQL, appendix A): connection, transaction rollback, insufficient resources,
# operator intervention (also a statement timeout), system error; lock not available; read-only; server in recovery.
_POSTGRESQL = ("08", "40", "53", "57", "58", "55P03", "25006", "25P03", "25P04")


class Unavailable(Exception):
    """Something outside of this process does not answer. A page answers with 503."""


def cause_of(error: BaseException) -> str | None:
    """A name for what is wrong with the database, without values or addresses; None if the error is a bug of ours."""
    if isinstance(error, TimeoutError):
        return "no free connection in time"
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        name = getattr(origin, "sqlite_errorname", "")
        return name if name.startswith(_SQLITE) else None
    if not any(kind.__module__.startswith("psycopg") for kind in type(origin).mro()):
        return None
    state = getattr(origin, "sqlstate", None)
    if state is None:  # without a code, the server did not answer at all
        lost = any(kind.__name__ in {"OperationalError", "InterfaceError"} for kind in type(origin).mro())
        return "no answer from the database" if lost else None
    return f"{type(origin).__name__} {state}" if str(state).startswith(_POSTGRESQL) else None
