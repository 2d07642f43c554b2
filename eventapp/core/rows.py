"""Rows that somebody else may have deleted since this request has read them."""

from __future__ import annotations

import sqlite3

from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from eventapp.core.db import Base, db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import WasDeleted


def reread(row: Base, *names: str) -> None:
    """Lock a row for this transaction and read it anew, or only the attributes with these names. Raises WasDeleted if
    it is gone.
    """
    try:
        db.session.refresh(row, names or None, with_for_update=True)
    except InvalidRequestError as error:
        if not inspect(row).persistent:
            raise
        raise WasDeleted(_("This was deleted in the meantime.")) from error


def is_deleted(row: Base) -> bool:
    """Whether a row that was read in a transaction that has ended is no longer there."""
    try:
        db.session.refresh(row)
    except InvalidRequestError:
        return True
    return False


def refers_to_nothing(error: IntegrityError) -> bool:
    """Whether a change refers to a row that is no longer there, or deletes one that something refers to by now."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
    return getattr(cause, "sqlstate", None) == "23503"  # PostgreSQL: foreign_key_violation


def is_there_already(error: IntegrityError) -> bool:
    """Whether a change would make a second row of what there is only one of: somebody else was faster, or the same
    button was pressed twice.
    """
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode in {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
    return getattr(cause, "sqlstate", None) == "23505"  # PostgreSQL: unique_violation


def delete_row(row: Base) -> None:
    """Delete a row. Raises WasDeleted if somebody else was faster.

    Without reading it again, the second of two deletions would only be a warning in the log, and a row with a revision
    that was changed meanwhile an error.
    """
    mapper = inspect(type(row))
    columns = [*mapper.primary_key, *([mapper.version_id_col] if mapper.version_id_col is not None else [])]
    names = {mapper.get_property_by_column(column).key for column in columns}
    # What expired with the last commit can't be read once the row is gone, for example whose pages have changed.
    reread(row, *sorted(names | (inspect(row).expired_attributes & set(mapper.column_attrs.keys()))))
    # What is deleted with it may have changed, too.
    db.session.expire(row, [one.key for one in mapper.relationships if one.cascade.delete])
    db.session.delete(row)
    db.session.flush()
