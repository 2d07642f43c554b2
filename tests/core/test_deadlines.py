"""No request waits forever for the database."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from eventapp.core import deadlines
from eventapp.core.db import db
from eventapp.core.deadlines import answer_within
from eventapp.core.outages import cause_of
from eventapp.core.revisions import known

# SQLite has no server that could be slow.
on_postgresql = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@on_postgresql
@pytest.mark.parametrize(
    ("name", "value"),
    [("statement_timeout", "10s"), ("lock_timeout", "8s"), ("idle_in_transaction_session_timeout", "2min")],
)
def test_the_server_gets_our_timeouts(app, name, value):
    assert db.session.scalar(text(f"SHOW {name}")) == value


@on_postgresql
def test_a_statement_that_waits_for_a_lock_ends_with_a_name(app):
    with db.engine.connect() as one, db.engine.connect() as other:
        one.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
        other.execute(text("SET LOCAL lock_timeout = 50"))
        with pytest.raises(OperationalError) as raised:
            other.execute(text("SELECT count(*) FROM event"))
    assert cause_of(raised.value) == "LockNotAvailable 55P03"


@on_postgresql
def test_a_statement_that_takes_too_long_ends_with_a_name(app):
    db.session.execute(text("SET LOCAL statement_timeout = 50"))
    with pytest.raises(OperationalError) as raised:
        db.session.scalar(text("SELECT pg_sleep(20)"))
    assert cause_of(raised.value) == "QueryCanceled 57014"


@on_postgresql
def test_an_answer_that_does_not_come_is_given_up_and_the_connection_with_it(app):
    """A frozen server does not enforce its own timeouts."""
    with answer_within(0.3), db.engine.connect() as connection:
        before = connection.scalar(text("SELECT pg_backend_pid()"))
        with pytest.raises(OperationalError) as raised:
            connection.execute(text("SELECT pg_sleep(20)"))
    assert cause_of(raised.value) == "no answer from the database"
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != before


@on_postgresql
def test_the_freshness_check_reports_that_the_database_does_not_answer(app, make, monkeypatch):
    monkeypatch.setattr(deadlines, "QUICK_ANSWER", 0.3)
    make.event("forum")
    _, is_fresh = known("events")
    assert is_fresh() is True
    with db.engine.connect() as connection:
        connection.execute(text("LOCK TABLE revision IN ACCESS EXCLUSIVE MODE"))
        assert is_fresh() is None
    assert is_fresh() is True


def test_who_needs_a_connection_gets_one_or_hears_so_in_time(app):
    assert db.engine.pool.timeout() == deadlines.POOL
    held = [db.engine.connect() for _ in range(deadlines.CONNECTIONS)]
    db.engine.pool._timeout = 0.05
    try:
        with pytest.raises(Exception, match="QueuePool") as raised:
            db.engine.connect()
    finally:
        db.engine.pool._timeout = deadlines.POOL
        for connection in held:
            connection.close()
    assert cause_of(raised.value) == "no free connection in time"


def test_threads_do_not_share_how_long_they_wait():
    told = []
    with answer_within(1):
        thread = threading.Thread(target=lambda: told.append(deadlines._answer.get()))
        thread.start()
        thread.join()
    assert told == [deadlines.ANSWER]
