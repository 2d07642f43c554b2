"""The database: base class, column types, safe SQLite settings, and where a transaction ends."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from alembic.script import ScriptDirectory
from flask import Flask, Response, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, Enum, MetaData, Select, String, event
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    ORMExecuteState,
    Session,
    SessionTransaction,
    make_transient_to_detached,
    selectinload,
)
from sqlalchemy.types import TypeDecorator

from eventapp.core import actors, deadlines
from eventapp.core.localized import LocalizedText
from eventapp.core.write_queue import QueuedWriters

_Row = TypeVar("_Row")

# Every constraint has a name, so that an operation can tell which one a flush has violated.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class LocalizedTextType(TypeDecorator[LocalizedText]):
    """A JSON column of LocalizedText; never NULL."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, str] | None, dialect: Dialect) -> Any:
        return dict(LocalizedText(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> LocalizedText:
        return LocalizedText(value)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. A naive one raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of all models: `Mapped[...]` columns only."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: Moment,
        LocalizedText: LocalizedTextType,
        list[str]: JSON,
        list[int]: JSON,
        list[Any]: JSON,
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
        list[dict[str, str]]: JSON,
        str: String,
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }


db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": True})
migrate = Migrate()

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class OnlyReads(RuntimeError):
    """A read-only unit of work tried to write."""


class Unit(enum.Enum):
    """What the current unit of work may do to the database."""

    READS = "reads"  # a GET: a write raises
    MAY_WRITE = "may write"  # an unsafe request: reads until its first write
    WRITES = "writes"  # after that first write, holding SQLite's write lock until the transaction ends
    ALWAYS_WRITES = "always writes"  # `transaction()`: each transaction begins with the lock
    ALWAYS_DURABLE = "always writes, and what it commits survives a power cut"


# Seconds to wait for SQLite's write lock.
BUSY = 20
_writers: WeakKeyDictionary[Engine, QueuedWriters] = WeakKeyDictionary()
_DURABLE = "survives a power cut"
_unit: ContextVar[Unit] = ContextVar("unit", default=Unit.MAY_WRITE)


def prepare_sqlite(engine: Engine) -> None:
    """Set WAL, foreign keys and a busy timeout on every connection, and BEGIN as the unit of work requires."""
    writers = _writers[engine] = QueuedWriters(engine, timeout=BUSY)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves
        cursor = connection.cursor()
        # SQLite does not queue those who wait for the write lock: on a busy machine one in eight waits for many
        # seconds. The timeout comes first, because switching to WAL needs the lock as well.
        for pragma in (f"busy_timeout={BUSY * 1000}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        # SQLite's own knows the letters of ASCII only.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "checkin")
    def usual(connection: Any, record: Any) -> None:
        if connection is not None and record.info.pop(_DURABLE, False):
            connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        unit = _unit.get()
        if unit is Unit.ALWAYS_DURABLE:
            _make_durable(connection)
        if unit in {Unit.WRITES, Unit.ALWAYS_WRITES, Unit.ALWAYS_DURABLE}:
            writers.begin(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _make_durable(connection: Any) -> None:
    """Until it goes back to the pool, a commit of this connection waits for the disk. Not within a transaction."""
    connection.connection.driver_connection.execute("PRAGMA synchronous=FULL")
    connection.info[_DURABLE] = True


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def start_writing(session: Session, *, durable: bool = False) -> None:
    """Take SQLite's write lock if the current transaction does not hold it yet.

    With `durable`, what this transaction commits survives a power cut: by default SQLite may lose the last moments,
    which for a queue at a door, that has been told "sent", are people. PostgreSQL keeps all in any case.

    A transaction that starts by reading and then writes fails with "database is locked" if another writer was faster,
    whatever the timeout. One that locks at its beginning blocks everybody while it parses, hashes and looks things up.
    So an unsafe request reads until its first write and ends its read transaction there: what it read before may have
    changed since, exactly as under PostgreSQL's READ COMMITTED. On both engines, read what must not change under a row
    lock (`with_for_update`, which counts as a write here) or write it with one atomic statement.
    """
    unit = _unit.get()
    if unit is Unit.READS:
        raise OnlyReads("a request that only reads must not write")
    if unit is not Unit.MAY_WRITE:
        return
    if session.in_nested_transaction():
        raise RuntimeError("a savepoint must not be the first thing that a unit of work writes")
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
        if durable:
            _make_durable(connection)
        _writers[connection.engine].begin(connection)
    _unit.set(Unit.WRITES)


@event.listens_for(Session, "before_flush")
def _lock_for_flush(session: Session, context: object, instances: object) -> None:
    if session.new or session.dirty or session.deleted:
        start_writing(session)


@event.listens_for(Session, "do_orm_execute")
def _lock_for_statement(state: ORMExecuteState) -> None:
    locks_rows = getattr(state.statement, "_for_update_arg", None) is not None
    if locks_rows or state.is_insert or state.is_update or state.is_delete:
        start_writing(state.session)


@event.listens_for(Session, "after_transaction_end")
def _end_writing(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None and _unit.get() is Unit.WRITES:
        _unit.set(Unit.MAY_WRITE)


@contextmanager
def transaction(*, durable: bool = False) -> Iterator[None]:
    """A unit of work outside a request: commits at the end, rolls back if anything is raised. `durable` as in
    start_writing.
    """
    if db.session().in_transaction():
        db.session.rollback()  # an earlier read must not turn into a write: see start_writing
    token = _unit.set(Unit.ALWAYS_DURABLE if durable else Unit.ALWAYS_WRITES)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _unit.reset(token)


def locked(query: Select[_Row], *related: InstrumentedAttribute[Any]) -> Select[_Row]:
    """The query, so that its rows are locked for this transaction and read anew, and after them what they are `related`
    to: every relationship that would be joined.

    A join reads too early. A row that PostgreSQL has waited for is the new one, but what was joined to it is as it was
    before; and if the two don't belong together any more, it leaves the row out.
    """
    query = query.options(*map(selectinload, related)).with_for_update(key_share=True)
    return query.execution_options(populate_existing=True)


def start_now() -> None:
    """Begin the transaction at once, with SQLite's lock if it writes, and not with its first statement."""
    db.session.connection()


@contextmanager
def savepoint() -> Iterator[None]:
    """A failure inside is rolled back on its own, and the rest of the transaction continues."""
    start_writing(db.session())
    with db.session.begin_nested():
        yield


def attempt(change: Callable[[], bool]) -> bool:
    """Run quick statements; if they return False, for nothing was changed, nothing stays locked either.

    A row that PostgreSQL has waited for stays locked even if it is not changed after all, and who then locks several
    rows in their order may be waiting for somebody who waits for that one. SQLite has one lock for everything.
    """
    if db.engine.dialect.name == "sqlite":
        return change()
    start_writing(db.session())
    db.session.flush()  # or what is not yet written would be undone too
    connection = db.session.connection()
    connection.exec_driver_sql("SAVEPOINT attempt")
    done = change()
    connection.exec_driver_sql(f"{'RELEASE' if done else 'ROLLBACK TO'} SAVEPOINT attempt")
    return done


def writing() -> bool:
    """Whether the current transaction has written, so that others may be waiting for its end."""
    return _unit.get() is Unit.WRITES


def finish_writing() -> None:
    """Commit what this request has done, before a response is built that takes time."""
    if writing():
        db.session.commit()


def undo() -> None:
    """Discard uncommitted changes, flushed or not; does nothing if there are none."""
    if writing() or db.session.new or db.session.dirty or db.session.deleted:
        db.session.rollback()


def only_read() -> None:
    """From here on the request is read-only: a write raises OnlyReads."""
    undo()
    _unit.set(Unit.READS)


@contextmanager
def reading() -> Iterator[None]:
    """A read-only part of a request that may write, holding no lock: for slow work or look-ups.

    It begins and ends without a transaction. Earlier uncommitted writes are lost.
    """
    db.session.rollback()
    token = _unit.set(Unit.READS)
    try:
        yield
    finally:
        db.session.rollback()
        _unit.reset(token)


def _begin_request() -> None:
    _unit.set(Unit.READS if request.method in SAFE_METHODS else Unit.MAY_WRITE)
    actors.act_as(actors.VISITOR)
    if request.method not in SAFE_METHODS:
        # Read the whole body before the first query: it arrives as slowly as its sender likes.
        if not request.form and not request.files:
            request.get_data()


def _after_request(error: BaseException | None) -> None:
    # The thread then serves other requests, some of which Flask does not see (core/cache_middleware.py): these only
    # read.
    _unit.set(Unit.MAY_WRITE)
    actors.act_as(actors.SYSTEM)


def _end_request(response: Response) -> Response:
    if request.method not in SAFE_METHODS and response.status_code < 400:
        db.session.commit()
    else:
        db.session.rollback()
    return response


def newest_version(migrations: Path) -> str:
    """The migration that this code's database must be at."""
    head = ScriptDirectory(str(migrations)).get_current_head()
    return head or ""


def init_app(app: Flask) -> None:
    """Connect the app. Must be registered before all others, so that the transaction ends after everything else."""
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", deadlines.engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    migrate.init_app(app, db, directory=app.config["MIGRATIONS"], compare_type=True, render_as_batch=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        else:
            deadlines.watch(db.engine)
    app.before_request(_begin_request)
    app.after_request(_end_request)
    app.teardown_request(_after_request)


def stored(row: Base) -> None:
    """Make an object known to the session whose row was inserted by a statement, without reading it again."""
    make_transient_to_detached(row)
    db.session.add(row)
