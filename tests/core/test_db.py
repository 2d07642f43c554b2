"""Transactions end in one place, and two people never get the last seat."""

from __future__ import annotations

import contextvars
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, inspect, select, text
from werkzeug.test import Client

from eventapp.core.db import Base, attempt, db, transaction
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.registration import operations
from eventapp.registration.models import AttendanceOption, Registration
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("transactions, locks and errors of the database")


@pytest.mark.slow
def test_eight_writers_never_oversell_and_never_fail(app, make):
    """480 people request 200 seats at once: 200 get one, 280 are refused, and nobody sees an error."""
    event = make.event()
    option = make.option(event, capacity=200, waiting_list=False)
    event_id, option_id = event.id, option.id

    def one(number: int) -> str:
        with app.app_context():
            try:
                with transaction():
                    answers = operations.RegistrationInput(email=f"p{number}@example.org", family_name="P")
                    operations.register(
                        db.session.get(Event, event_id), answers, option=db.session.get(AttendanceOption, option_id)
                    )
                return "seat"
            except Refused:
                return "no"
            except Exception as error:
                return repr(error)

    with ThreadPoolExecutor(8) as pool:
        results = Counter(pool.map(lambda n: contextvars.Context().run(one, n), range(480)))
    assert results == {"seat": 200, "no": 280}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 200
    assert db.session.scalar(select(AttendanceOption.seats_taken)) == 200


def test_a_transaction_that_fails_leaves_nothing(make):
    with pytest.raises(RuntimeError), transaction():
        db.session.execute(text("INSERT INTO revision (scope, number, at) VALUES ('x', 1, '2031-01-01 00:00:00')"))
        raise RuntimeError
    assert db.session.scalar(text("SELECT count(*) FROM revision WHERE scope = 'x'")) == 0


def test_sqlite_runs_with_wal_and_foreign_keys(app):
    if db.engine.dialect.name != "sqlite":
        assert db.session.scalar(text("SHOW server_version_num")) >= "140000"
        return
    assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
    assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
    assert db.session.scalar(text("PRAGMA busy_timeout")) == 20000


def test_a_time_without_a_zone_is_refused_by_the_column(make):
    with pytest.raises(Exception, match="has no time zone"):
        make.event(starts_at=datetime(2031, 1, 1, 9, 0), ends_at=datetime(2031, 1, 1, 10, 0))


def test_times_come_back_aware_and_in_utc(make):
    event = make.event()
    db.session.expire_all()
    assert event.starts_at == datetime(2031, 3, 18, 1, 0, tzinfo=UTC)
    assert event.starts_at.utcoffset().total_seconds() == 0


def test_every_constraint_has_a_name(app):
    """Without a name, the violated constraint could not be identified after a failed flush."""
    inspector = inspect(db.engine)
    for table in Base.metadata.tables:
        for constraint in inspector.get_unique_constraints(table) + inspector.get_check_constraints(table):
            assert constraint["name"], table


def test_reading_after_a_post_in_the_same_thread_takes_no_write_lock(app):
    thread = contextvars.Context()
    thread.run(Client(app).post, "/login")

    def read() -> int | None:
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(Event))

    with transaction():
        db.session.execute(text("SELECT 1"))  # the lock is taken with the first statement
        assert thread.run(read) == 0


def test_a_refused_post_stores_nothing(client, make):
    event = make.event("forum")
    make.option(event)
    response = client.fill("/events/forum/register", {"email": "no address", "family_name": "P"})
    assert response.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0


def test_what_was_to_be_written_before_an_attempt_that_fails_is_written(app, make):
    event = make.event("forum")
    with transaction():
        event.slug = "renamed"

        def fail() -> bool:
            db.session.flush()
            return False

        assert not attempt(fail)
    assert fresh(event).slug == "renamed"


def test_a_get_changes_nothing(client, make):
    event = make.event("forum")
    make.option(event)
    before = db.session.execute(text("SELECT scope, number FROM revision ORDER BY scope")).all()
    client.get("/events/forum/register")
    client.get("/events/forum")
    assert db.session.execute(text("SELECT scope, number FROM revision ORDER BY scope")).all() == before
