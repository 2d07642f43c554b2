"""Database timeouts: no thread may hang forever on a server that is slow, locked or frozen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from select import POLLIN, poll
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event, make_url
from sqlalchemy.exc import DisconnectionError

# Seconds. The first three are enforced by PostgreSQL (its settings of the same names, in milliseconds there).
STATEMENT = 10
LOCK = 8
IDLE_IN_TRANSACTION = 120
CONNECT = 5
# For a free connection of this process. A thread may use two: its session, and a quick read in between.
POOL = 5
CONNECTIONS = 30
# For any answer, if the server can't enforce its own timeouts: it is frozen, or its machine is down.
ANSWER = 12.0
# The same for the check whether a cached page is fresh: without an answer the cached page is served.
QUICK_ANSWER = 3.0

_answer: ContextVar[float | None] = ContextVar("answer", default=ANSWER)


@contextmanager
def answer_within(seconds: float | None) -> Iterator[None]:
    """Wait at most this long for each answer of PostgreSQL; None waits forever."""
    token = _answer.set(seconds)
    try:
        yield
    finally:
        _answer.reset(token)


def engine_options(url: str) -> dict[str, Any]:
    """Arguments for create_engine: pool and deadlines of the database at `url`."""
    options: dict[str, Any] = {"pool_timeout": POOL, "max_overflow": CONNECTIONS - 5}
    if make_url(url).get_backend_name() == "postgresql":
        settings = {
            "statement_timeout": STATEMENT,
            "lock_timeout": LOCK,
            "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
        }
        options["connect_args"] = {
            "connect_timeout": CONNECT,
            "options": " ".join(f"-c {name}={seconds * 1000}" for name, seconds in settings.items()),
        }
    return options


def _is_lost(connection: Any) -> bool:
    """Whether an idle connection can't be used any more: nobody was asked, so what there is to read is its end."""
    if connection.closed:
        return True
    there_is = poll()
    there_is.register(connection.fileno(), POLLIN)
    return bool(there_is.poll(0))


def watch(engine: Engine) -> None:
    """Make every connection to PostgreSQL fail if no answer comes in time; it can't be used after that.

    What a lost connection has done is undone: to roll it back is no second failure, which would take the place of the
    answer that explains the first. And nobody gets it again.
    """
    driver: Any = engine.dialect.loaded_dbapi

    def wait(connection: Any, generator: Any, **given: Any) -> Any:
        seconds = _answer.get()
        given.setdefault("timeout", seconds)
        began = monotonic()
        try:
            return driver.Connection.wait(connection, generator, **given)
        except driver.OperationalError:
            if seconds is not None and monotonic() - began >= seconds:
                # The answer may still come, and must not be taken for the answer to another query.
                connection.pgconn.finish()
            raise

    def rollback(connection: Any) -> None:
        try:
            driver.Connection.rollback(connection)
        except driver.Error:  # for one that was idle for too long, it is not an OperationalError
            if not connection.closed:
                raise

    kind: Any = type("Connection", (driver.Connection,), {"wait": wait, "rollback": rollback})

    @event.listens_for(engine, "checkout")
    def use(connection: Any, record: Any, proxy: Any) -> None:
        if record.info.get("used") and _is_lost(connection):
            raise DisconnectionError  # then the pool makes another one
        record.info["used"] = True

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> Any:
        return kind.connect(*arguments, **named)
