"""Alembic's entry point: our metadata, on the app's engine."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from eventapp.core.db import Base, LocalizedTextType, Moment, db
from eventapp.core.deadlines import answer_within


def render(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """Write our column types as the plain types they are: a migration must not change when our code does."""
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, LocalizedTextType):
        return "sa.JSON()"
    return False


# The key of an advisory lock on PostgreSQL, besides the one that a start of the site holds.
UPGRADING = 20271124


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Let nobody else migrate this database meanwhile: who comes second waits, and then finds nothing to do."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({UPGRADING})")  # until the connection is closed
        connection.commit()
        yield
        return
    with Path(f"{db.engine.url.database}-upgrade").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=False,
        render_item=render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    context.configure(
        url=current_app.config["SQLALCHEMY_DATABASE_URI"], target_metadata=Base.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    # No time limit: changing a large table takes long.
    with answer_within(None), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("SET lock_timeout = 0")
            connection.commit()
        with alone(connection):
            run(connection)
        connection.invalidate()
