"""Those who write to SQLite get their turn in the order in which they came, and none waits for ever."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from time import monotonic, sleep

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from eventapp.core import write_queue
from eventapp.core.write_queue import ProcessTurns, QueuedWriters, WriteQueue
from tests.support.served import ROOT


def test_it_is_handed_over_in_the_order_of_asking():
    queue, order = WriteQueue(), []

    def wait(number: int) -> None:
        assert queue.enter(5)
        order.append(number)
        queue.leave()

    assert queue.enter(5)
    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(queue._waiting) <= number:
            sleep(0.001)
    queue.leave()
    for thread in threads:
        thread.join()
    assert order == list(range(6))
    assert queue.enter(0), "and it is free afterwards"


def test_who_has_waited_too_long_leaves_the_line():
    queue = WriteQueue()
    assert queue.enter(1)
    assert not queue.enter(0.01)
    queue.leave()
    assert queue.enter(0)


def test_a_turn_among_processes_is_waited_for_and_a_process_that_gives_up_does_not_keep_it(tmp_path):
    one, other, third = (ProcessTurns(str(tmp_path / "turns")) for _ in range(3))
    assert one.enter(1)
    assert not other.enter(0.01)
    waiting = threading.Thread(target=lambda: order.append(third.enter(5)))
    order: list[bool] = []
    waiting.start()
    one.leave()
    waiting.join()
    assert order == [True], "though another one stands before it that has given up"
    third.leave()
    assert one.enter(5)


def test_a_process_of_its_own_has_its_own_turn_after_a_fork(tmp_path):
    turns = ProcessTurns(str(tmp_path / "turns"))
    assert turns.enter(1)
    child = os.fork()
    if child == 0:
        os._exit(turns.enter(0.01))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "it is not the turn of the child"


def test_a_process_that_has_given_up_ends_though_the_turn_is_never_free(tmp_path):
    turns = ProcessTurns(str(tmp_path / "turns"))
    assert turns.enter(1)
    asks = f"from eventapp.core.write_queue import ProcessTurns; ProcessTurns({str(tmp_path / 'turns')!r}).enter(0.01)"
    subprocess.run([sys.executable, "-c", asks], cwd=ROOT, timeout=20, check=True)


@pytest.fixture
def engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}", connect_args={"isolation_level": None})
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("CREATE TABLE a (n INTEGER)")
    yield engine
    engine.dispose()


def test_another_process_that_holds_the_lock_is_waited_for_and_not_for_ever(engine, tmp_path):
    writers = QueuedWriters(engine, timeout=0.3)
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        with pytest.raises(OperationalError, match="locked"), engine.connect() as connection:
            writers.begin(connection)
        assert 0.3 <= monotonic() - began < 3
        threading.Timer(0.05, lambda: other.execute("COMMIT")).start()
        with engine.connect() as connection:
            writers.begin(connection)
            connection.execute(text("INSERT INTO a VALUES (1)"))
            connection.exec_driver_sql("COMMIT")
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 300
    assert writers._queue.enter(0), "both have left the line"


def test_a_connection_that_breaks_does_not_block_the_line(engine):
    writers = QueuedWriters(engine, timeout=1)
    with engine.connect() as connection:
        writers.begin(connection)
        connection.invalidate()
    assert writers._queue.enter(0)


def test_a_process_rests_after_some_turns_in_a_row(engine, monkeypatch):
    writers, rests = QueuedWriters(engine, timeout=5), []
    monkeypatch.setattr(write_queue, "sleep", rests.append)
    writers._queue.in_a_row = write_queue.TURNS
    with engine.connect() as connection:
        writers.begin(connection)
        connection.exec_driver_sql("COMMIT")
    assert rests == [write_queue.REST]


def test_without_a_file_to_lock_it_is_written_in_any_case(engine, tmp_path, caplog):
    (tmp_path / "a.db-turns").mkdir()  # like a file of somebody else, it can't be opened for writing
    writers = QueuedWriters(engine, timeout=1)
    for number in range(2):
        with engine.connect() as connection:
            writers.begin(connection)
            connection.execute(text("INSERT INTO a VALUES (1)"))
            connection.exec_driver_sql("COMMIT")
            assert connection.scalar(text("SELECT count(*) FROM a")) == number + 1
    assert [one.levelname for one in caplog.records] == ["WARNING"], "that is said once"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files to others")
def test_a_file_that_root_makes_belongs_to_whom_the_database_belongs(tmp_path):
    database = tmp_path / "a.db"
    database.touch()
    os.chown(database, 65534, 65534)
    turns = ProcessTurns(str(tmp_path / "a.db-turns"), beside=str(database))
    assert turns.enter(1)
    made = (tmp_path / "a.db-turns").stat()
    assert (made.st_uid, made.st_gid) == (65534, 65534)
