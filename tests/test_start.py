"""What keeps `eventapp` and its commands from starting is told in one sentence that says what to do."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from eventapp.core import versions
from eventapp.core.db import db
from tests.support.databases import postgresql
from tests.support.forked import Forked
from tests.support.served import ROOT, Served


def told(instance: Path, **environ: str) -> str:
    """What a start says that fails."""
    server = Served(instance, EVENTAPP_WORKERS="1", **environ)
    try:
        assert server.process.wait(timeout=30) == 1
    finally:
        server.process.kill()
    lines = server.log.read_text(encoding="utf-8").splitlines()
    sentences = [line for line in lines if "RuntimeWarning" not in line]  # of the fork that this server is
    assert len(sentences) == 1, lines
    assert sentences[0].startswith("eventapp: ")
    return sentences[0]


@pytest.mark.slow
def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "eventapp.sqlite3").write_text("no database " * 100)
    assert "file is not a database" in told(tmp_path)


@pytest.mark.slow
def test_a_database_of_a_newer_program_is_told_and_left_alone(tmp_path):
    with closing(sqlite3.connect(tmp_path / "eventapp.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    assert "at version 9999" in told(tmp_path)


@pytest.mark.slow
def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "start.lock").mkdir()
    assert f"{tmp_path}/start.lock" in told(tmp_path)


@pytest.mark.slow
def test_an_address_of_another_machine_is_refused_by_the_name_of_its_setting(tmp_path):
    for host in ("192.0.2.7", "no.such.host.invalid"):
        assert "EVENTAPP_HOST must be an address of this machine" in told(tmp_path, EVENTAPP_HOST=host)


@pytest.mark.slow
def test_a_postgresql_database_in_another_encoding_or_without_rights_is_told(tmp_path):
    with postgresql() as url:
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in (
                "CREATE DATABASE plain ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'",
                "CREATE DATABASE empty",
                "CREATE ROLE guest LOGIN PASSWORD 'guest'",
            ):
                connection.execute(text(statement))
        whole = make_url(url)
        plain = whole.set(database="plain").render_as_string(hide_password=False)
        assert "createdb --encoding=UTF8" in told(tmp_path, EVENTAPP_DATABASE_URL=plain)
        guest = whole.set(username="guest", password="guest", database="empty").render_as_string(hide_password=False)
        assert "permission denied for schema public" in told(tmp_path, EVENTAPP_DATABASE_URL=guest)
        wrong = whole.update_query_dict({"no_such_option": "1"}).render_as_string(hide_password=False)
        assert "no_such_option" in told(tmp_path, EVENTAPP_DATABASE_URL=wrong)


def upgraded_twice_at_once(instance: Path, **environ: str) -> list[str]:
    """What those of two upgrades said that failed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EVENTAPP_")}
    clean |= {"EVENTAPP_INSTANCE": str(instance), **environ}
    command = ("flask", ["--app", "wsgi", "db", "upgrade"])
    logs = [instance / f"upgrade-{number}.log" for number in range(2)]
    runs = [Forked(*command, env=clean, cwd=ROOT, log=log) for log in logs]
    return [log.read_text(encoding="utf-8") for run, log in zip(runs, logs, strict=True) if run.wait(timeout=60)]


@pytest.mark.slow
def test_of_two_upgrades_at_once_one_waits_for_the_other(tmp_path):
    assert upgraded_twice_at_once(tmp_path) == []
    with postgresql() as url:
        assert upgraded_twice_at_once(tmp_path, EVENTAPP_DATABASE_URL=url) == []


@pytest.fixture
def empty(app):
    """The app on a database without tables."""
    with db.engine.connect() as connection:
        names = db.inspect(connection).get_table_names()
    assert "user_account" in names
    db.metadata.drop_all(db.engine)
    yield app
    db.metadata.create_all(db.engine)


def test_a_command_on_an_empty_database_says_so_and_which_one_it_is(empty):
    for command in (["users", "create", "desk@example.org"], ["worker", "--once"], ["counts", "forum"], ["demo"]):
        result = empty.test_cli_runner().invoke(args=command)
        assert result.exit_code == 1
        assert result.output.startswith("Error: The database has no tables yet: start `eventapp` once")
        assert str(db.engine.url.database) in result.output
        assert "desk@example.org" not in result.output


def test_a_command_on_an_older_or_newer_database_changes_nothing(app, monkeypatch):
    for version, sentence in (("0001", "restart `eventapp`"), ("9999", "install the newer program")):
        monkeypatch.setattr(versions, "recorded", lambda value=version: value)
        result = app.test_cli_runner().invoke(args=["users", "create", "desk@example.org"])
        assert result.exit_code == 1
        assert sentence in result.output


def test_an_account_needs_an_email_address(app):
    result = app.test_cli_runner().invoke(args=["users", "create", "desk"])
    assert (result.exit_code, result.output) == (1, "Error: This is not an e-mail address.\n")
