"""/readyz is accurate, and does not take the website down because of an e-mail."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text, update

from eventapp import jobs
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.mail import operations as mail
from eventapp.mail.models import Email, EmailStatus
from tests.core.test_limits import limiter
from tests.core.test_outages import read_only

pytestmark = pytest.mark.both_engines("a read-only database is another thing on each engine")


@pytest.fixture
def ready(app, client, monkeypatch):
    """The response of /readyz for a migrated database with a mail server and a live worker."""
    settings = dataclasses.replace(app.config["SETTINGS"], mail_url="smtp://mail.example.org")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    with transaction():
        db.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        db.session.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": app.config["DATABASE_VERSION"]})
    jobs.run_once([jobs.HEARTBEAT])

    def ask() -> tuple[int, dict]:
        response = client.get("/readyz")
        return response.status_code, response.get_json()

    yield ask
    with transaction():
        db.session.execute(text("DROP TABLE alembic_version"))


def write(**values) -> None:
    with transaction():
        mail.enqueue(to="ada@example.org", subject="x", text="x", kind="test", **values)


def test_all_is_well(ready):
    assert ready() == (
        200,
        {
            "status": "ok",
            "database": "ok",
            "disk": "ok",
            "redis": "not used",
            "worker": "ok",
            "mail": "ok",
            "mail_waiting": 0,
            "mail_oldest_seconds": 0,
            "mail_given_up": 0,
        },
    )


def test_a_database_without_our_tables_or_of_another_version_takes_no_visitors(client, ready):
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    status, told = ready()
    assert (status, told["status"]) == (503, "not ready")
    assert told["database"].startswith("is at older, wants ")


def test_without_any_table_there_is_nothing_to_serve(client):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["status"] == "not ready"


def test_a_waiting_email_is_late_by_when_it_was_written_and_takes_nothing_down(ready):
    write()
    with transaction():  # it was tried, and is not due
        db.session.execute(update(Email).values(attempts=3, due_at=clock.now() + timedelta(days=1)))
    with time_machine.travel(clock.now() + timedelta(minutes=40), tick=False):
        jobs.run_once([jobs.HEARTBEAT])
        status, told = ready()
    assert (status, told["status"], told["mail"], told["mail_waiting"]) == (200, "degraded", "late", 1)
    assert 2300 < told["mail_oldest_seconds"] <= 2400


def test_emails_that_were_given_up_are_counted_without_wrong_addresses(ready):
    for attempts in (1, 90, 90):
        write()
        with transaction():
            fresh = update(Email).where(Email.status == EmailStatus.QUEUED)
            db.session.execute(fresh.values(status=EmailStatus.FAILED, attempts=attempts))
    status, told = ready()
    assert (status, told["status"], told["mail"], told["mail_given_up"]) == (
        200,
        "degraded",
        "given up",
        2,
    )


def test_a_worker_that_is_silent_is_named(ready):
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        status, told = ready()
    assert (status, told["status"]) == (200, "degraded")
    assert told["worker"].startswith("silent for 12")


def test_a_worker_that_never_ran_is_named(ready):
    with transaction():
        db.session.execute(text("DELETE FROM worker_heartbeat"))
    assert ready()[1]["worker"] == "never ran"


def test_a_database_that_takes_no_writing_still_serves(app, ready, monkeypatch):
    if db.engine.dialect.name == "postgresql":
        with read_only():
            status, told = ready()
    else:
        monkeypatch.setattr("eventapp.site.health.os.access", lambda path, mode: False)
        status, told = ready()
    assert (status, told["status"], told["database"]) == (200, "degraded", "read-only")


def test_a_disk_that_is_nearly_full_is_named(ready, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=12 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    status, told = ready()
    assert (status, told["status"], told["disk"]) == (200, "degraded", "nearly full, 12 MB free")


def test_a_redis_that_is_away_is_named(app, ready, monkeypatch):
    settings = dataclasses.replace(app.config["SETTINGS"], redis_url="redis://127.0.0.1:1/0")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    monkeypatch.setitem(app.extensions, "limits", limiter(1))
    status, told = ready()
    assert (status, told["status"], told["redis"]) == (200, "degraded", "does not answer")
