"""Database failures: a 503 with a way to retry, typed input is kept, the log names the cause and no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from eventapp.core.db import db
from eventapp.core.logs import JsonFormatter
from eventapp.core.outages import cause_of
from eventapp.registration.models import Registration

pytestmark = pytest.mark.both_engines("each driver reports an outage in its own way")

TYPED = {"email": "ada@example.org", "family_name": "Lovelace", "given_name": "Ada", "organization": "<b>A & Co"}


@contextmanager
def each_connection(statement: str) -> Iterator[None]:
    """Every connection from the pool begins with this statement."""

    def prepare(connection, record, proxy):
        connection.execute(statement)
        if db.engine.dialect.name == "postgresql":
            connection.commit()

    event.listen(db.engine, "checkout", prepare)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", prepare)
        db.session.remove()
        db.engine.dispose()


def read_only():
    """Nothing can be written; the engine itself refuses."""
    sqlite = db.engine.dialect.name == "sqlite"
    return each_connection("PRAGMA query_only = ON" if sqlite else "SET default_transaction_read_only = on")


def registrations() -> int:
    return db.session.scalar(select(func.count()).select_from(Registration))


def lines(caplog, message: str) -> list[dict]:
    told = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    return [line for line in told if line["message"] == message]


def test_a_form_is_answered_with_503_and_the_log_names_the_cause(client, make, caplog):
    make.option(make.event("forum"))
    with read_only(), caplog.at_level(logging.INFO):
        response = client.fill("/events/forum/register", TYPED)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "no-store" in response.headers["Cache-Control"]
    assert registrations() == 0
    (told,) = lines(caplog, "database unavailable")
    assert told["cause"] in {"SQLITE_READONLY", "ReadOnlySqlTransaction 25006"}
    assert told["route"] == "/events/<slug>/register"


def test_what_was_typed_is_sent_again_with_one_button(client, make):
    make.option(make.event("forum"))
    with read_only():
        client.fill("/events/forum/register", TYPED)
    hidden = {node.get("name"): node.get("value") for node in client.page.all("input")}
    assert TYPED.items() <= hidden.items()
    form = client.page.forms()[0]
    values = {node.get("name"): node.get("value") for node in form.iter("input")}
    assert client.post("/events/forum/register", data=values).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Registration)).one().family_name == "Lovelace"


def test_a_password_does_not_come_back(client):
    with read_only():
        response = client.fill("/login", {"email": "ada@example.org", "password": "a long secret"})
    assert b"a long secret" not in response.data


def test_a_form_that_did_not_come_from_our_page_gets_no_button(client, make):
    """Otherwise another site could make a browser show its values with our token."""
    event_ = make.event("forum")
    one, other = make.session(event_, "One"), make.session(event_, "Other")
    agenda = client.fill("/agenda", {"star": [f"forum/{one.code}"]}).location
    star = f"forum/{other.code}"
    with read_only():  # only stars are set without a token
        response = client.post(f"{agenda}/stars", data={"star": star}, headers={"Accept": "text/html"})
    assert response.status_code == 503
    assert star not in response.get_data(as_text=True)


def test_a_page_that_reads_says_so_too_and_offers_nothing_to_send(client, make, database_away):
    response = client.get("/events?q=anything")
    assert response.status_code == 503
    assert not [form for form in client.page.forms() if form.get("method") == "post"]


def test_json_clients_are_refused_in_json(client, database_away):
    response = client.get("/events/forum/counts.json")
    assert response.status_code == 503
    assert response.get_json()["error"] == 503


def test_an_error_at_commit_is_answered_as_any_other(app, client, make, caplog):
    """One log line per request, with the status that the visitor got and without the secret in the URL."""
    event_ = make.event("forum")
    token = make.registration(event_, make.option(event_), "ada@example.org").token
    broken = DBAPIError.instance("COMMIT", None, _server_error(), db.engine.dialect.loaded_dbapi.Error)

    def fail(session):
        raise broken

    session = db.session.session_factory
    with caplog.at_level(logging.INFO):
        event.listen(session, "before_commit", fail)
        try:
            response = client.fill(f"/registrations/{token}/change", {"family_name": "Byron"})
        finally:
            event.remove(session, "before_commit", fail)
    assert response.status_code == 503
    assert 'value="Byron"' in response.get_data(as_text=True)
    assert [line["status"] for line in lines(caplog, "request")] == [200, 503]
    assert token not in caplog.text
    assert token not in json.dumps([record.__dict__ for record in caplog.records], default=str)
    db.session.rollback()
    assert db.session.scalars(select(Registration)).one().family_name == "Guest"
    assert "Saved" not in client.get(f"/registrations/{token}").get_data(as_text=True)


def _server_error() -> Exception:
    """A real error of this engine's driver."""
    with read_only(), db.engine.connect() as connection:
        try:
            connection.execute(text("DELETE FROM event"))
        except DBAPIError as error:
            return error.orig
    raise AssertionError("it was written")


@pytest.fixture
def database_away(app):
    """The database server does not answer."""
    kept = dict(db.engines)
    address = "sqlite:////nowhere/at/all.sqlite3"
    if db.engine.dialect.name == "postgresql":
        address = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    engines = db._app_engines[app]
    engines[None] = create_engine(address, poolclass=NullPool)
    yield
    engines[None] = kept[None]


def test_each_cause_has_its_name(tmp_path):
    full = create_engine(f"sqlite:///{tmp_path / 'full'}")
    with full.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
        connection.exec_driver_sql("PRAGMA max_page_count = 2")
        assert cause_of(_error(connection, "INSERT INTO t VALUES (zeroblob(100000))")) == "SQLITE_FULL"
        assert cause_of(_error(connection, "SELECT * FROM missing")) is None
    locked = create_engine(f"sqlite:///{tmp_path / 'locked'}", connect_args={"timeout": 0})
    with locked.connect() as one, locked.connect() as other:
        one.exec_driver_sql("BEGIN IMMEDIATE")
        assert cause_of(_error(other, "BEGIN IMMEDIATE")) == "SQLITE_BUSY"
    (tmp_path / "text").write_text("this is no database, and long enough to be looked at as one" * 20)
    no_database = create_engine(f"sqlite:///{tmp_path / 'text'}")
    with no_database.connect() as connection:
        assert cause_of(_error(connection, "SELECT * FROM t")) == "SQLITE_NOTADB"
    busy = create_engine(
        f"sqlite:///{tmp_path / 'busy'}", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0
    )
    with busy.connect(), pytest.raises(Exception, match="QueuePool") as raised:
        busy.connect()
    assert cause_of(raised.value) == "no free connection in time"
    for engine in (full, locked, no_database, busy):
        engine.dispose()


def _error(connection, statement: str) -> DBAPIError:
    with pytest.raises(DBAPIError) as raised:
        connection.exec_driver_sql(statement)
    return raised.value


def test_a_mistake_of_ours_is_no_outage():
    assert cause_of(ZeroDivisionError()) is None
