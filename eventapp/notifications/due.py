"""Who is to be written to, and when. The rows tell; a sweep compares only when their time has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from eventapp.core import clock
from eventapp.core.db import db, insert, transaction
from eventapp.notifications.models import Due
from eventapp.notifications.snapshots import BURST

# Rows of one statement: both engines take fewer parameters than a summit has guests.
_AT_ONCE = 1000


def expect(key: InstrumentedAttribute[int], owners: Iterable[int], *, at_once: bool = False) -> None:
    """Let these be looked at when a burst of changes is over, ten minutes from now, or at once.

    `key` is the primary key of a table of `Due`. Who is expected already stays so, and no later.
    """
    table: Any = key.class_
    moment = clock.now() if at_once else clock.now() + BURST
    rows = [{key.key: owner, "due_at": moment} for owner in sorted(set(owners))]
    for first in range(0, len(rows), _AT_ONCE):
        statement = insert(db.session(), table).values(rows[first : first + _AT_ONCE])
        new = statement.excluded.due_at
        sooner = case((table.due_at <= new, table.due_at), else_=new)
        db.session.execute(statement.on_conflict_do_update(index_elements=[key.key], set_={"due_at": sooner}))


def tell(key: InstrumentedAttribute[int], write: Callable[[int], bool], *, limit: int) -> int:
    """Write to those whose time has come, the longest waiting first, each in a transaction of their own.

    `write` is given the owner and says whether there was anything to write. Returns the number of letters.
    """
    table: Any = key.class_
    query = select(key).where(table.due_at <= clock.now()).order_by(table.due_at, key).limit(limit)
    written = 0
    for owner in db.session.scalars(query).all():
        with transaction():
            written += write(owner)
    return written


def at_once(key: InstrumentedAttribute[int], owners: Select[int]) -> None:
    """Let those of the `owners` who are expected wait no longer."""
    table: Any = key.class_
    change = update(table).where(key.in_(owners)).values(due_at=clock.now())
    db.session.execute(change.execution_options(synchronize_session=False))


def forget(key: InstrumentedAttribute[int], owner: int) -> None:
    """Expect somebody no longer."""
    db.session.execute(delete(key.class_).where(key.in_([owner])))


def take(row: type[Due], owner: int) -> bool:
    """Take somebody off the table, within this transaction. False where another process has, or it is not time yet.

    Whoever calls it has locked the owner first, as everybody who changes the owner does: in one order nobody waits
    for somebody who waits for them.
    """
    due = db.session.get(row, owner, with_for_update=True, populate_existing=True)
    if due is None or due.due_at > clock.now():
        return False
    db.session.delete(due)
    db.session.flush()
    return True


def waiting(key: InstrumentedAttribute[int], *conditions: Any, join: Any) -> tuple[int, datetime | None]:
    """How many are expected to be written to, and when the first of them; `join` leads to what `conditions` name."""
    table: Any = key.class_
    number, first = db.session.execute(
        select(func.count(), func.min(table.due_at)).select_from(table).join(*join).where(*conditions)
    ).one()
    return number, first
