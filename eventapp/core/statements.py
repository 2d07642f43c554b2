"""Statements that are built once: building one takes longer than running it, and so does the session around it.

A `QuickRead`, a `QuickSelect` or a `QuickWrite` runs directly on the driver: about 15 µs where a session takes 150.
They are for the few statements that every page or every registration runs; all others go through the session.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Connection, Dialect, Engine, Insert, Select, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from eventapp.core import deadlines
from eventapp.core.db import db, start_writing
from eventapp.core.parts import in_parts

S = TypeVar("S")


Row = tuple[Any, ...]


class _Prepared(NamedTuple):
    """A statement for one engine: the `order` of its positional parameters, and converters to and from the driver's
    values.
    """

    sql: str
    order: list[str] | None
    fixed: dict[str, Any]
    writers: dict[str, Callable[[Any], Any] | None]
    readers: list[Callable[[Any], Any] | None]

    def bound(self, values: dict[str, Any]) -> Any:
        """The parameters as the driver takes them."""
        sent = {name: write(value) if (write := self.writers[name]) else value for name, value in values.items()}
        parameters = {**self.fixed, **sent}
        return parameters if self.order is None else [parameters[key] for key in self.order]

    def read(self, raw: Row) -> Row:
        """The driver's row as Python values."""
        return tuple(read(value) if read else value for read, value in zip(self.readers, raw, strict=True))


def _prepared(
    statement: Any, returned: Iterable[ColumnElement[Any]], dialect: Dialect, columns: tuple[str, ...] = ()
) -> _Prepared:
    """Compile a statement that returns these columns; `columns` as in QuickWrite."""
    compiled = statement.compile(
        dialect=dialect, column_keys=list(columns) or None, compile_kwargs={"render_postcompile": True}
    )
    kinds = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
    writers = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
    return _Prepared(
        str(compiled),
        compiled.positiontup,
        {name: value.value if isinstance(value, enum.Enum) else value for name, value in compiled.params.items()},
        writers,
        [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned],
    )


class QuickRead:
    """A prebuilt SELECT of one row on a connection of its own: it sees what is committed, not what this request has
    changed.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        """`statement` names its parameters by bindparam(name, default)."""
        self._statement = statement
        self._ready: dict[str, _Prepared] = {}

    def _prepared(self, dialect: Dialect) -> _Prepared:
        if dialect.name not in self._ready:
            self._ready[dialect.name] = _prepared(self._statement, self._statement.selected_columns, dialect)
        return self._ready[dialect.name]

    def bound(self, dialect: Dialect, values: dict[str, Any]) -> tuple[str, Any]:
        """The statement and its parameters as the driver takes them."""
        ready = self._prepared(dialect)
        return ready.sql, ready.bound(values)

    def _fetch(self, engine: Engine, sql: str, parameters: Any) -> Row | None:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(sql, parameters)
            found: Row | None = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        return found

    def raw(self, **values: Any) -> Row | None:
        """The row as the driver returns it, for comparison with another one; or None."""
        return self._fetch(db.engine, *self.bound(db.engine.dialect, values))

    def read(self, raw: Row) -> Row:
        """The driver's row as Python values."""
        return self._prepared(db.engine.dialect).read(raw)

    def row(self, **values: Any) -> Row | None:
        """The row as Python values, or None."""
        raw = self.raw(**values)
        return None if raw is None else self.read(raw)

    def freshness_check(self, seen: Row | None, **values: Any) -> Callable[[], bool | None]:
        """Return a function that tells whether the driver's row still equals `seen`; it needs no app context.

        It returns None if the database does not answer.
        """
        engine = db.engine
        sql, parameters = self.bound(engine.dialect, values)
        failures = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)

        def is_fresh() -> bool | None:
            try:
                with deadlines.answer_within(deadlines.QUICK_ANSWER):
                    return self._fetch(engine, sql, parameters) == seen
            except failures:
                return None

        return is_fresh


class QuickList:
    """A prebuilt SELECT of the rows that belong to any of several values, by a QuickReads or a QuickRun.

    A statement is built for 1, 2, 4 … values; the last one fills up what is left.
    """

    MOST = 256

    def __init__(self, kind: TypeEngine[Any], build: Callable[[list[BindParameter[Any]]], Any]) -> None:
        """`build` gets the values, which are of this kind, as parameters for an IN."""
        self._kind = kind
        self._build = build
        self._ready: dict[tuple[str, int], _Prepared] = {}

    def fetch(self, dialect: Dialect, cursor: Any, values: Iterable[Any]) -> list[Row]:
        """The rows of all values, each value once."""
        wanted, found = list(dict.fromkeys(values)), []
        for part in in_parts(wanted, self.MOST):
            size = 1 << (len(part) - 1).bit_length()
            filled = [*part, *(part[-1],) * (size - len(part))]
            ready = self._ready.get((dialect.name, size)) or self._prepare(dialect, size)
            cursor.execute(ready.sql, ready.bound({f"value_{at}": value for at, value in enumerate(filled)}))
            found += [ready.read(row) for row in cursor.fetchall()]
        return found

    def _prepare(self, dialect: Dialect, size: int) -> _Prepared:
        statement = self._build([bindparam(f"value_{at}", None, type_=self._kind) for at in range(size)])
        ready = self._ready[dialect.name, size] = _prepared(statement, statement.selected_columns, dialect)
        return ready


class QuickReads:
    """Runs many QuickReads on one connection of their own: to get it takes longer than such a statement."""

    def __init__(self) -> None:
        self._engine = db.engine
        self._connection = self._engine.raw_connection()
        self._cursor = self._connection.cursor()

    def row(self, statement: QuickRead, **values: Any) -> Row | None:
        """Run a statement, and return its row as Python values; None if there is none."""
        sql, parameters = statement.bound(self._engine.dialect, values)
        self._cursor.execute(sql, parameters)
        found = self._cursor.fetchone()
        return None if found is None else statement.read(found)

    def rows(self, statement: QuickList, values: Iterable[Any]) -> list[Row]:
        """Run a statement, and return all its rows."""
        return statement.fetch(self._engine.dialect, self._cursor, values)

    def __enter__(self) -> QuickReads:
        return self

    def __exit__(self, *raised: object) -> None:
        self._cursor.close()
        self._connection.close()


class _InSession:
    """A prebuilt statement on the connection of the session. The objects of the session don't notice what it does."""

    def __init__(self, build: Callable[[Callable[[Any], Any]], Any], *, columns: tuple[str, ...] = ()) -> None:
        """`build` gets an `insert` that supports ON CONFLICT, which SQLAlchemy has in a separate construct for each
        engine. `columns` are those that an INSERT fills in, if `build` does not name them.
        """
        self._build = build
        self._columns = columns
        self._ready: dict[str, _Prepared] = {}

    def row(self, **values: Any) -> Row | None:
        """Run it, and return the row that it finds or returns; None if there is none.

        Raises sqlalchemy.exc.DBAPIError.
        """
        session = db.session()
        if session.new or session.dirty or session.deleted:
            session.flush()
        self._begin(session)
        connection = session.connection()
        ready = self.prepared(connection.dialect)
        found = _execute(connection, ready.sql, ready.bound(values))
        return None if found is None else ready.read(found)

    def prepared(self, dialect: Dialect) -> _Prepared:
        """The statement for an engine."""
        return self._ready.get(dialect.name) or self._prepare(dialect)

    def _begin(self, session: Session) -> None:
        """Called before each run."""

    def _prepare(self, dialect: Dialect) -> _Prepared:
        statement = self._build(postgresql.insert if dialect.name == "postgresql" else sqlite.insert)
        returned = list(getattr(statement, "_all_selected_columns", ()))
        if isinstance(statement, Insert) and not returned:
            statement = statement.inline()  # otherwise PostgreSQL returns the primary key
        ready = self._ready[dialect.name] = _prepared(statement, returned, dialect, self._columns)
        return ready


class QuickSelect(_InSession):
    """A prebuilt SELECT of one row that sees what this transaction has written."""


class QuickWrite(_InSession):
    """A prebuilt INSERT, UPDATE or DELETE of one row, as a part of this transaction."""

    def _begin(self, session: Session) -> None:
        start_writing(session)


class QuickRun:
    """Runs many prebuilt statements on one cursor of the session's connection, in a transaction that writes already
    (core.db.start_writing). Close it before the transaction ends.

    To ask the session for its connection anew takes longer than such a statement.
    """

    def __init__(self) -> None:
        session = db.session()
        session.flush()  # what the objects of the session say is written first
        self._connection = session.connection()
        driver: Any = self._connection.connection
        self._cursor = driver.cursor()

    def row(self, statement: _InSession, **values: Any) -> Row | None:
        """Run a statement, and return its row; None if there is none. Raises sqlalchemy.exc.DBAPIError."""
        ready = statement.prepared(self._connection.dialect)
        with self._our_errors(ready.sql):
            self._cursor.execute(ready.sql, ready.bound(values))
            found: Row | None = self._cursor.fetchone() if self._cursor.description else None
        return None if found is None else ready.read(found)

    def rows(self, statement: QuickList, values: Iterable[Any]) -> list[Row]:
        """Run a statement, and return all its rows. Raises sqlalchemy.exc.DBAPIError."""
        with self._our_errors():
            return statement.fetch(self._connection.dialect, self._cursor, values)

    def many(self, statement: QuickWrite, rows: list[dict[str, Any]]) -> list[Row] | None:
        """Run a statement for each row, and return what it returns; None if it returns nothing, as on SQLite, which
        can't for several rows. Raises sqlalchemy.exc.DBAPIError.
        """
        ready = statement.prepared(self._connection.dialect)
        bound = [ready.bound(row) for row in rows]
        with self._our_errors(ready.sql):
            if not ready.readers:
                self._cursor.executemany(ready.sql, bound)
                return None
            self._cursor.executemany(ready.sql, bound, returning=True)
            found: list[Row] = self._cursor.fetchall()
            while self._cursor.nextset():
                found += self._cursor.fetchall()
        return [ready.read(row) for row in found]

    @contextmanager
    def _our_errors(self, sql: str = "") -> Iterator[None]:
        try:
            yield
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise _as_ours(sql, error, self._connection) from error

    def close(self) -> None:
        """Give the cursor back."""
        self._cursor.close()

    def __enter__(self) -> QuickRun:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def _as_ours(sql: str, error: Any, connection: Connection) -> DBAPIError:
    kind = connection.dialect.loaded_dbapi.Error
    made = DBAPIError.instance(sql, None, error, kind, hide_parameters=True, dialect=connection.dialect)
    assert isinstance(made, DBAPIError)
    return made


def _execute(connection: Connection, sql: str, parameters: Any) -> Row | None:
    """Run a statement that returns at most one row on the driver's cursor."""
    driver: Any = connection.connection
    cursor = driver.cursor()
    try:
        cursor.execute(sql, parameters)
        found: Row | None = cursor.fetchone() if cursor.description else None
        if found is not None and cursor.fetchone() is not None:
            raise RuntimeError("a quick statement returns one row")
        return found
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_ours(sql, error, connection) from error
    finally:
        cursor.close()


def built_once(build: Callable[[Callable[[Any], Any]], S]) -> Callable[[], S]:
    """A statement that is built once per engine: building one takes longer than running it.

    `build` gets an `insert` that supports ON CONFLICT, which SQLAlchemy has in a separate construct for each engine.
    """
    ready: dict[str, S] = {}

    def statement() -> S:
        name = db.engine.dialect.name
        if name not in ready:
            ready[name] = build(postgresql.insert if name == "postgresql" else sqlite.insert)
        return ready[name]

    return statement
