"""The order in which the threads of a process write to SQLite.

SQLite has one write lock and does not queue those who wait for it: each tries again after a pause that grows to a tenth
of a second, so in a rush some wait for seconds while others come and go. Here the threads of one process wait in line,
and only the first of them asks SQLite, once in a millisecond. After some turns in a row, the process rests for longer
than that, so that the others get a turn, too.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

# Seconds between two attempts to get SQLite's lock, and the pause after so many turns in a row.
POLL = 0.001
REST = 0.002
TURNS = 8
_HOLDS = "holds the write queue"


class WriteQueue:
    """A lock that is handed over in the order of asking."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held = False
        self._waiting: deque[Lock] = deque()
        self.in_a_row = 1  # how often it was handed over without a pause

    def enter(self, timeout: float) -> bool:
        """Wait for one's turn; False if it has not come in time (in seconds)."""
        with self._lock:
            if not self._held:
                self._held = True
                return True
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # it came at the last moment

    def leave(self) -> None:
        """Hand it over to the next."""
        with self._lock:
            if self._waiting:
                self.in_a_row += 1
                self._waiting.popleft().release()
            else:
                self.in_a_row = 1
                self._held = False


class QueuedWriters:
    """The write queue of an engine. A connection leaves it when it goes back to the pool, after its commit."""

    def __init__(self, engine: Engine, *, timeout: float) -> None:
        self._queue = WriteQueue()
        self._timeout = timeout
        event.listen(engine, "checkin", self._leave)
        event.listen(engine, "invalidate", self._leave)

    def begin(self, connection: Connection) -> None:
        """Begin a write transaction when it is the connection's turn. Raises OperationalError after the timeout."""
        deadline = monotonic() + self._timeout
        if not connection.info.get(_HOLDS) and self._queue.enter(self._timeout):
            connection.info[_HOLDS] = True
            if self._queue.in_a_row % TURNS == 0:
                sleep(REST)
        driver: Any = connection.connection.driver_connection  # by SQLAlchemy, a pragma takes ten times as long
        driver.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    return
                except OperationalError as error:
                    if "locked" not in str(error.orig) or monotonic() > deadline:
                        raise
                    sleep(POLL)
        finally:
            driver.execute(f"PRAGMA busy_timeout={int(self._timeout * 1000)}")

    def _leave(self, connection: Any, record: Any, error: BaseException | None = None) -> None:
        if record.info.pop(_HOLDS, False):
            self._queue.leave()
