"""A database at any version of its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

from eventapp.core.db import db

# The name of the copy without tables; those of versions come after it in order.
BLANK = ""


@pytest.fixture(scope="session")
def copies() -> Iterator[dict[str, sqlite3.Connection]]:
    """SQLite databases without rows, by version: going through all versions for each test takes long."""
    kept = {BLANK: sqlite3.connect(":memory:")}
    yield kept
    for copy in kept.values():
        copy.close()


@pytest.fixture(scope="session")
def versions() -> dict[str, ScriptDirectory]:
    """The migrations by folder, read once."""
    return {}


@pytest.fixture
def at(
    app: Flask,
    copies: dict[str, sqlite3.Connection],
    versions: dict[str, ScriptDirectory],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """A database at a version; afterwards all tables are those of the newest version again."""
    folder = app.config["MIGRATIONS"]
    read = ScriptDirectory.from_config

    def read_once(config: Any) -> ScriptDirectory:
        if folder not in versions:
            versions[folder] = read(config)
        return versions[folder]

    monkeypatch.setattr(ScriptDirectory, "from_config", read_once)
    db.session.remove()
    on_sqlite = db.engine.dialect.name == "sqlite"
    gone_to: list[str] = []

    def go(version: str) -> None:
        if on_sqlite and not gone_to:
            nearest = max(known for known in copies if known <= version)
            _copy(copies[nearest])
            if nearest != version:
                upgrade(directory=folder, revision=version)
                copies[version] = _copied()
        else:
            upgrade(directory=folder, revision=version)
        gone_to.append(version)

    with _put_aside() if on_sqlite else _schema_put_aside():
        yield go


@contextmanager
def _put_aside() -> Iterator[None]:
    newest = _copied()
    try:
        yield
    finally:
        db.session.remove()
        _copy(newest)
        newest.close()


@contextmanager
def _schema_put_aside() -> Iterator[None]:
    """An empty schema in place of the one with the tables."""
    _run("ALTER SCHEMA public RENAME TO newest", "CREATE SCHEMA public")
    try:
        yield
    finally:
        db.session.remove()
        _run("DROP SCHEMA public CASCADE", "ALTER SCHEMA newest RENAME TO public")


def _run(*statements: str) -> None:
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _copied() -> sqlite3.Connection:
    """A copy of the app's SQLite database in memory."""
    copy = sqlite3.connect(":memory:")
    connection: Any = db.engine.raw_connection()
    connection.driver_connection.backup(copy)
    connection.close()
    return copy


def _copy(source: sqlite3.Connection) -> None:
    """Replace all that is in the app's SQLite database."""
    connection: Any = db.engine.raw_connection()
    source.backup(connection.driver_connection)
    connection.close()
