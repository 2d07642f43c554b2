"""The order in which the threads and processes of a server write to SQLite.

SQLite has one write lock and does not queue those who wait for it: each tries again after a pause that grows to a tenth
of a second, so in a rush some wait for seconds while others come and go. Here the threads of one process wait in line,
and the first of them waits for its turn among the processes: for a lock on a file, which the kernel gives to those who
wait as soon as it is free. After some turns in a row, the process rests for a moment, so that the others get theirs. A
program that writes without this lock is waited for, too: SQLite is asked once in a millisecond. So it is also written
where the file can't be opened; it only takes longer.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, event

log = logging.getLogger("eventapp.write_queue")

# Seconds between two attempts to get SQLite's lock, and the pause after so many turns in a row.
POLL = 0.001
REST = 0.002
TURNS = 8
_HOLDS = "holds the write queue"
_TURN = "has the turn among the processes"


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


class ProcessTurns:
    """A lock on a file that one process holds at a time; the kernel releases it if the process dies.

    A file that root makes belongs to whom the file `beside` it belongs to, which is what SQLite does with its own: a
    command of the administrator must not keep the server out.
    """

    def __init__(self, path: str, *, beside: str = "") -> None:
        self._path = path
        self._beside = beside
        self._process = 0
        self._descriptor = -1

    def enter(self, timeout: float) -> bool:
        """Wait for it; False if it was not free in time (in seconds), or if there is no such file. Only one thread at a
        time may ask.
        """
        if self._process != os.getpid():  # a file that was opened before a fork is locked for all that have it
            self._process = os.getpid()
            self._descriptor = self._opened()
            self._asked: SimpleQueue[Future[None]] | None = None
        if self._descriptor < 0:
            return False
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            coming = self._waited_for()
            try:
                coming.result(timeout)
            except TimeoutError:
                coming.add_done_callback(lambda _done: self.leave())
                return False
        return True

    def _waited_for(self) -> Future[None]:
        """Ask for it in a thread, because the call can't be given up: a process that ends does not wait for it."""
        if self._asked is None:
            self._asked = SimpleQueue()
            Thread(target=_wait, args=(self._descriptor, self._asked), name="turn", daemon=True).start()
        coming: Future[None] = Future()
        self._asked.put(coming)
        return coming

    def _opened(self) -> int:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if self._beside and os.geteuid() == 0:
                owner = Path(self._beside).stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
        except OSError as error:
            log.warning("processes that write don't wait in line: %s can't be used (%s)", self._path, error.strerror)
            return -1
        return descriptor

    def leave(self) -> None:
        """Hand it over."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)


def _wait(descriptor: int, asked: SimpleQueue[Future[None]]) -> None:
    """Lock a file for each caller, one after the other: one that gives up unlocks it before the next one gets it."""
    while True:
        coming = asked.get()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            coming.set_exception(error)
        else:
            coming.set_result(None)


class QueuedWriters:
    """The write queue of an engine. A connection leaves it when it goes back to the pool, after its commit."""

    def __init__(self, engine: Engine, *, timeout: float) -> None:
        self._queue = WriteQueue()
        self._processes = ProcessTurns(f"{engine.url.database}-turns", beside=engine.url.database or "")
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
            if self._processes.enter(max(deadline - monotonic(), 0)):
                connection.info[_TURN] = True
        driver: Any = connection.connection.driver_connection  # by SQLAlchemy, a pragma takes ten times as long
        driver.execute("PRAGMA busy_timeout=0")
        try:
            while not _has_begun(connection, driver, last=monotonic() > deadline):
                sleep(POLL)
        finally:
            driver.execute(f"PRAGMA busy_timeout={int(self._timeout * 1000)}")

    def _leave(self, connection: Any, record: Any, error: BaseException | None = None) -> None:
        if record.info.pop(_TURN, False):
            self._processes.leave()
        if record.info.pop(_HOLDS, False):
            self._queue.leave()


def _has_begun(connection: Connection, driver: Any, *, last: bool) -> bool:
    """Begin a write transaction; False if somebody else writes. The last attempt raises OperationalError."""
    try:
        if last:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            driver.execute("BEGIN IMMEDIATE")  # by SQLAlchemy, a failure takes ten times as long
        return True
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # so that the error is one of SQLAlchemy's
            return True
        return False
