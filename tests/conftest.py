"""Fixtures: the app on SQLite (and PostgreSQL where SQL differs), a Visitor that checks every page, builders, and a
counter of queries.
"""

from __future__ import annotations

import gc
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache, Undefined
from jinja2.utils import missing
from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event

from eventapp import create_app
from eventapp.config import Settings
from eventapp.core.addresses import in_ascii
from eventapp.core.db import Base, db
from eventapp.core.statements import QuickRead
from eventapp.ical import vcalendar as ics
from eventapp.mail.models import Email
from tests.support import ical_lint as lint
from tests.support import slow
from tests.support.databases import postgresql
from tests.support.ical_lint import Profile
from tests.support.make import Make
from tests.support.order import ByFile, by_length
from tests.support.quiet import OnlyOutcomes
from tests.support.visitor import Visitor, share_shapes

ENGINES = ("sqlite", "postgresql")

# What is imported and collected stays until the end: to look through it for garbage takes a twentieth of the run.
gc.disable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--measure", action="store_true", help="write tests/support/slow.txt anew")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--measure"):
        config.pluginmanager.register(slow.Measured())
    if "PYTEST_XDIST_WORKER" in os.environ and not (config.option.durations or config.option.verbose > 0):
        config.pluginmanager.register(OnlyOutcomes())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow.mark(items)
    items.sort(key=by_length(items))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    gc.enable()


class NoSuchAttribute(Undefined):
    """Fails a test whose template asks an object for an attribute that it does not have; a page would show nothing."""

    def _fail(self) -> None:
        if self._undefined_obj is not missing and not isinstance(self._undefined_obj, dict):
            self._fail_with_undefined_error()

    def __bool__(self) -> bool:
        self._fail()
        return False

    def __str__(self) -> str:
        self._fail()
        return ""

    def __iter__(self) -> Iterator[Any]:
        self._fail()
        return iter(())

    def __eq__(self, other: object) -> bool:
        self._fail()
        return type(self) is type(other)

    __hash__ = Undefined.__hash__


@pytest.fixture(scope="session")
def folder_of_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, which its workers share: what one of them has worked out, the others need not."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def valid_shapes(request: pytest.FixtureRequest, folder_of_run: Path) -> Path:
    """A folder of all runs with the same parsers; of this run alone if pytest keeps no cache."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    return cache.mkdir("-".join(["shapes", version("html5lib"), version("lxml")])) if cache else folder_of_run


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory, folder_of_run: Path, valid_shapes: Path) -> Iterator[dict[str, Any]]:
    """One app per engine for the whole run, created on first use."""
    share_shapes(valid_shapes)
    compiled = FileSystemBytecodeCache(str(folder_of_run))
    made: dict[str, Any] = {}
    servers: list[Any] = []

    def app_on(engine: str) -> Flask:
        if engine not in made:
            folder: Path = tmp_path_factory.mktemp(engine)
            environ = {
                "EVENTAPP_INSTANCE": str(folder),
                "EVENTAPP_SECRET_KEY": "a key that only the tests know",
                "EVENTAPP_BASE_URL": "http://localhost",
                "EVENTAPP_TRUSTED_PROXIES": "1",
            }
            if engine == "postgresql":
                server = postgresql()
                servers.append(server)
                environ["EVENTAPP_DATABASE_URL"] = server.__enter__()
            app = create_app(Settings.from_environment(environ))
            app.testing = True
            # Hashing a password is slow on purpose; not in the tests.
            app.extensions["security"].pwd_context.update(argon2__time_cost=1, argon2__memory_cost=32)
            app.extensions["security"].hashing_context.update(sha256_crypt__default_rounds=1000)
            app.test_client_class = Visitor
            app.jinja_env.undefined = NoSuchAttribute
            app.jinja_env.bytecode_cache = compiled
            with app.app_context():
                if engine == "sqlite":  # what a test writes need not survive a power cut
                    sqlalchemy_event.listen(db.engine, "connect", _hasty)
                else:
                    sqlalchemy_event.listen(db.engine, "before_cursor_execute", _locks_one_table)
                Base.metadata.drop_all(db.engine)
                Base.metadata.create_all(db.engine)
                if engine == "postgresql":
                    with db.engine.begin() as connection:
                        connection.exec_driver_sql(_EMPTIED.format(" ".join(_deletes())))
            made[engine] = app
        result: Flask = made[engine]
        return result

    yield {"on": app_on}
    for app in made.values():
        with app.app_context():
            db.session.remove()
            if db.engine.dialect.name == "sqlite":
                _emptying(db.engine).close()
            db.engine.dispose()
    for server in servers:
        server.__exit__(None, None, None)


def _locks_one_table(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    """Fails a statement that locks rows of a join: what is joined to a row that was waited for is out of date."""
    assert " JOIN " not in statement or not re.search(r"\bFOR ((NO KEY )?UPDATE|(KEY )?SHARE)\b", statement), statement


def _hasty(connection: Any, record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on SQLite and, if it is marked with `both_engines`, on PostgreSQL too."""
    if "app" not in metafunc.fixturenames:
        return
    given = [mark for mark in metafunc.definition.iter_markers("parametrize") if "app" in str(mark.args[0]).split(",")]
    if given:
        return
    mark = metafunc.definition.get_closest_marker("both_engines")
    if mark is None:
        metafunc.parametrize("app", ["sqlite"], indirect=True)
        return
    (reason,) = mark.args
    assert reason, "say what differs between the engines"
    metafunc.parametrize("app", ENGINES, indirect=True)


@pytest.fixture
def app(request: pytest.FixtureRequest, apps: dict[str, Any]) -> Iterator[Flask]:
    """The app on an empty database, inside an app context."""
    app: Flask = apps["on"](request.param)
    app.extensions["pages"].clear()
    app.extensions["cache_middleware"].clear()
    app.extensions["kept forms"].clear()
    app.extensions["limits"].storage.reset()
    app.extensions["building"].storage.reset()
    ics.vevent.cache_clear()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.rollback()
            _empty()


# PostgreSQL plans what a function does once for each connection; to plan a query about each table takes three times as
# long as to run all these.
_EMPTIED = "CREATE OR REPLACE FUNCTION emptied() RETURNS void LANGUAGE plpgsql AS 'BEGIN {} END'"


def _empty() -> None:
    """Delete the rows that the test has written."""
    if db.engine.dialect.name == "sqlite":  # to find the tables that have any is faster than to empty them all
        connection = _emptying(db.engine)
        names = connection.execute(_tables_with_rows()).fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for (name,) in names:
            connection.execute(f'DELETE FROM "{name}"')
        connection.execute("COMMIT")
        return
    pooled = db.engine.raw_connection()
    try:
        pooled.cursor().execute("SELECT emptied()")
        pooled.commit()
    finally:
        pooled.close()


@cache
def _emptying(engine: Engine) -> sqlite3.Connection:
    """A connection that checks no foreign key. For the app's own, to switch that off and on again would be to prepare
    all its statements anew.
    """
    connection = sqlite3.connect(str(engine.url.database), isolation_level=None, timeout=20)
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def _deletes() -> list[str]:
    """A statement for each table, before those of the tables that it refers to."""
    return [f'DELETE FROM "{table.name}";' for table in reversed(Base.metadata.sorted_tables)]


@cache
def _tables_with_rows() -> str:
    """A query for the names of tables that are not empty."""
    tables = Base.metadata.tables
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A visitor without a login."""
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


@pytest.fixture
def make(app: Flask) -> Make:
    """Builders, which commit what they create."""
    return Make()


@pytest.fixture
def organizer(app: Flask, make: Make) -> Visitor:
    """A logged-in organizer who may do everything at events created with `make.event`."""
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    visitor.sign_in(make.owner())
    return visitor


def lint_email(email: Email) -> None:
    """The checks for every e-mail and every calendar attached to it."""
    assert "\n\n\n" not in email.text, "one empty line between what it says is enough"
    for file in email.calendars:
        lint.quiet(file.content, Profile.INVITATION, attendee=in_ascii(email.to))


@pytest.fixture(scope="session", autouse=True)
def _emails_are_linted() -> Iterator[None]:
    """Applies to all tests: an e-mail with a broken calendar does not get into the outbox."""

    def look(mapper: Any, connection: Any, email: Email) -> None:
        lint_email(email)

    sqlalchemy_event.listen(Email, "before_insert", look)
    yield
    sqlalchemy_event.remove(Email, "before_insert", look)


@dataclass
class Counted:
    """SQL statements in the order of execution."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def queries(app: Flask) -> Any:
    """`with queries() as counted:` counts the statements executed inside."""

    @contextmanager
    def count() -> Iterator[Counted]:
        counted = Counted()

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA", "ROLLBACK")):
                counted.statements.append(statement)

        quick = QuickRead._fetch

        def counted_fetch(read: QuickRead, *rest: Any) -> Any:
            counted.statements.append("quick")
            return quick(read, *rest)

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        QuickRead._fetch = counted_fetch  # type: ignore[method-assign]
        try:
            yield counted
        finally:
            QuickRead._fetch = quick  # type: ignore[method-assign]
            sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)

    return count
