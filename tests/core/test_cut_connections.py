"""A connection to PostgreSQL that its server ends: the request says so, and nobody gets that connection again."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from eventapp.core.db import db
from eventapp.registration.models import Registration

pytestmark = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@contextmanager
def cut_before(answer: int) -> Iterator[list[int]]:
    """The server ends the connection of a client that waits for that many answers; yields how many have been waited for."""
    waited = [0]
    others = create_engine(db.engine.url, poolclass=NullPool)

    def prepare(connection: Any, record: Any, proxy: Any) -> None:
        wait, backend = type(connection).wait, connection.info.backend_pid

        def cutting(generator: Any, **given: Any) -> Any:
            waited[0] += 1
            if waited[0] == answer:
                with others.begin() as one:
                    one.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": backend})
            return wait(connection, generator, **given)

        connection.wait = cutting

    event.listen(db.engine, "checkout", prepare)
    try:
        yield waited
    finally:
        event.remove(db.engine, "checkout", prepare)
        db.session.remove()
        db.engine.dispose()


def test_a_form_is_answered_at_whatever_answer_the_connection_is_cut(app, client, make, caplog):
    make.option(make.event("forum"))
    client.get("/events/forum/register")
    statuses: list[int] = []
    done = False
    while not done:
        number = len(statuses) + 1
        db.session.remove()
        caplog.clear()
        values = {"email": f"guest{number}@example.org", "family_name": "Guest", "option": "in_person"}
        with caplog.at_level(logging.INFO), cut_before(number) as waited:
            statuses.append(client.post("/events/forum/register", data=values).status_code)
            done = waited[0] < number
            if not done:
                assert client.get(f"/events?q={number}").status_code == 200, "the next one gets another connection"
        assert "Exception during reset" not in caplog.text
    assert set(statuses) == {303, 503}
    assert statuses.count(503) > 5, "so many answers does a registration wait for"
    # Where the connection is cut before the answer to a commit, nobody knows what the server has done.
    assert statuses.count(303) <= db.session.query(Registration).count() <= statuses.count(303) + 1


def test_who_comes_after_a_restart_of_the_database_does_not_notice(client, make):
    make.event("forum")
    client.get("/events?q=before")
    db.session.remove()
    with create_engine(db.engine.url, poolclass=NullPool).begin() as one:
        mine = "pid <> pg_backend_pid() AND datname = current_database()"
        assert one.scalar(text(f"SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity WHERE {mine}"))
    assert client.get("/events?q=after").status_code == 200


def test_to_roll_back_what_was_idle_for_too_long_is_no_failure(app, caplog):
    db.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
    pid = db.session.scalar(text("SELECT pg_backend_pid()"))
    there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    others = create_engine(db.engine.url, poolclass=NullPool)
    with others.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
        while one.scalar(there, {"pid": pid}):
            time.sleep(0.01)
    db.session.rollback()
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != pid
    assert "Exception during reset" not in caplog.text
