"""Pending notifications: added by operations, taken by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    String,
    and_,
    case,
    delete,
    func,
    literal,
    select,
    true,
    tuple_,
    update,
)

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.parts import in_parts
from eventapp.core.statements import QuickWrite, built_once
from eventapp.mail.models import PendingNotification
from eventapp.mail.queries import in_families

# Changes within this time of the first one are combined in one e-mail.
DEBOUNCE_WINDOW = timedelta(minutes=10)
# How long to wait before trying a notification again that could not be written.
POSTPONED = timedelta(minutes=10)
# The last part of the kind of a notification about changes in general, such as "registration.changes".
CHANGES = "changes"


def recipient_key(kind: str, number: int) -> str:
    """The key of a recipient, such as "registration:12"."""
    return f"{kind}:{number}"


def enqueue(recipient: str, kind: str, *, topic: str, slot: str = "", data: Mapping[str, Any] | None = None) -> None:
    """Have the worker write to a recipient as soon as this transaction has committed."""
    _one.row(**_row(recipient, kind, topic, slot, clock.now(), data))


def enqueue_changes(recipients: Iterable[str], kind: str, *, topic: str, at_once: bool = False) -> None:
    """Have the worker compare these recipients' facts with what was last sent, after the debounce window or at once.

    A recipient who already has a pending notification keeps it, and it becomes due no later than before.
    """
    due_at = _due(at_once)
    ordered = sorted(set(recipients), key=lambda one: (len(one), one))  # as in _lock
    _upsert([_row(one, f"{kind}.{CHANGES}", topic, "", due_at, None) for one in ordered])


def enqueue_changes_of(numbers: Select[int], recipient: str, kind: str, *, topic: str, at_once: bool = False) -> int:
    """As `enqueue_changes`, for the recipients of one type whose numbers a query selects. One statement, however many
    they are. Returns how many.
    """
    found = numbers.subquery()
    row = _row("", f"{kind}.{CHANGES}", topic, "", _due(at_once), None)
    key = literal(f"{recipient}:") + found.c[0].cast(String)
    columns: Any = PendingNotification.__table__.c
    others = [literal(value, columns[name].type).label(name) for name, value in row.items() if name != "recipient"]
    # Without a WHERE, SQLite reads ON CONFLICT as the condition of a join.
    selected = select(key.label("recipient"), *others).where(true()).order_by(found.c[0])
    statement = _replacing(_inserting().from_select(["recipient", *(one.name for one in others)], selected))
    done = db.session.execute(statement.execution_options(preserve_rowcount=True))
    return cast(CursorResult[Any], done).rowcount


def _due(at_once: bool) -> datetime:
    return clock.now() if at_once else clock.now() + DEBOUNCE_WINDOW


def _row(
    recipient: str, kind: str, topic: str, slot: str, due_at: datetime, data: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "recipient": recipient,
        "kind": kind,
        "topic": topic,
        "slot": slot,
        "due_at": due_at,
        "created_at": clock.now(),
        "version": 1,
        "data": dict(data or {}),
    }


def _upsert(rows: list[dict[str, Any]]) -> None:
    if rows:
        # The rows are parameters: a statement with VALUES for each is compiled anew, and can't be of any length.
        db.session.execute(_upserted(), rows)


def _upsert_statement(insert: Callable[[Any], Any]) -> Any:
    return _replacing(insert(PendingNotification.__table__))


def _replacing(statement: Any) -> Any:
    table, new = PendingNotification, statement.excluded
    # An e-mail about one action, such as a cancellation, includes all other changes as well.
    only_changes = new.kind.like(f"%.{CHANGES}")
    replaced = {
        "kind": case((only_changes, table.kind), else_=new.kind),
        "data": case((only_changes, table.data), else_=new.data),
        "due_at": case((table.due_at <= new.due_at, table.due_at), else_=new.due_at),
        "version": table.version + 1,
    }
    return statement.on_conflict_do_update(index_elements=["recipient", "slot"], set_=replaced)


_upserted = built_once(_upsert_statement)
_inserting = built_once(lambda insert: insert(PendingNotification.__table__))
_one = QuickWrite(
    _upsert_statement, columns=("recipient", "slot", "kind", "topic", "due_at", "created_at", "version", "data")
)


def due(*, limit: int) -> list[int]:
    """Ids of the due notifications, the longest waiting first."""
    table = PendingNotification
    query = select(table.id).where(table.due_at <= clock.now()).order_by(table.due_at, table.id).limit(limit)
    return list(db.session.scalars(query))


def take(row: PendingNotification) -> bool:
    """Remove a notification that was read before. False if it has since been replaced or taken by another worker."""
    same = and_(PendingNotification.id == row.id, PendingNotification.version == row.version)
    removed = delete(PendingNotification).where(same).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(removed)).rowcount == 1


def by_ids(numbers: Iterable[int]) -> list[PendingNotification]:
    """Pending notifications by their ids, reread, in the order of the ids."""
    query = select(PendingNotification).where(PendingNotification.id.in_(sorted(numbers)))
    reread = query.order_by(PendingNotification.id).execution_options(populate_existing=True)
    return list(db.session.scalars(reread))


def take_all(rows: Iterable[PendingNotification]) -> bool:
    """Remove several notifications that were read before. False if one has since been replaced or taken by another
    worker; then the caller must roll back.
    """
    table = PendingNotification
    versions = {row.id: row.version for row in rows}
    same = tuple_(table.id, table.version).in_(list(versions.items()))
    _lock(same)
    removed = delete(table).where(same).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(removed)).rowcount == len(versions)


def postpone(number: int) -> None:
    """Try a notification again later."""
    later = update(PendingNotification).where(PendingNotification.id == number)
    db.session.execute(later.values(due_at=clock.now() + POSTPONED).execution_options(synchronize_session=False))


def forget(recipients: Iterable[str], *conditions: ColumnElement[bool]) -> None:
    """Remove the pending notifications of these recipients, of which the conditions hold."""
    for part in in_parts(sorted(set(recipients))):
        removed = delete(PendingNotification).where(*conditions, PendingNotification.recipient.in_(part))
        db.session.execute(removed.execution_options(synchronize_session=False))


def forget_changes(topic: str, recipients: Iterable[str]) -> None:
    """Remove the pending notifications of these recipients that are only about changes."""
    forget(recipients, _changes_of(topic))


def of_topic(topic: str, *, families: Iterable[str], limit: int = 100, offset: int = 0) -> list[PendingNotification]:
    """Pending notifications of a topic and these families of kinds, the next one first."""
    table = PendingNotification
    query = select(table).where(table.topic == topic, in_families(table.kind, families))
    return list(db.session.scalars(query.order_by(table.due_at, table.id).limit(limit).offset(offset)))


def one_of_topic(topic: str, number: int, *, families: Iterable[str]) -> PendingNotification | None:
    """One pending notification, if it belongs to the topic and the families."""
    table = PendingNotification
    query = select(table).where(table.id == number, table.topic == topic, in_families(table.kind, families))
    return db.session.scalar(query)


def count(topic: str, *, families: Iterable[str]) -> int:
    """The number of pending notifications of a topic and these families."""
    table = PendingNotification
    query = select(func.count()).where(table.topic == topic, in_families(table.kind, families))
    return db.session.scalar(query) or 0


def waiting(topic: str) -> dict[str, tuple[int, datetime]]:
    """The number of recipients of each type in a debounce window, and when the first window of these ends."""
    rows = db.session.execute(
        select(PendingNotification.kind, func.count(), func.min(PendingNotification.due_at))
        .where(_changes_of(topic))
        .group_by(PendingNotification.kind)
    )
    return {kind.partition(".")[0]: (number, first) for kind, number, first in rows}


def waiting_recipients(topic: str, *, lock: bool = False) -> dict[str, int]:
    """The recipients in a debounce window, with the versions of their notifications.

    `lock` their notifications: until this transaction ends, the worker does not send them, and no operation replaces
    them.
    """
    table = PendingNotification
    if lock:
        _lock(_changes_of(topic))
    rows = db.session.execute(select(table.recipient, table.version).where(_changes_of(topic)))
    return {recipient: version for recipient, version in rows}


def _lock(condition: ColumnElement[bool]) -> None:
    """Lock notifications in the order in which every transaction takes them: by what they are about, and then by the
    numbers of their recipients. Two that took each other's would end with a deadlock on PostgreSQL.
    """
    table = PendingNotification
    order = table.kind, func.length(table.recipient), table.recipient
    db.session.execute(select(table.id).where(condition).order_by(*order).with_for_update())


def send_now(topic: str) -> None:
    """End the debounce window of a topic."""
    _lock(_changes_of(topic))
    change = update(PendingNotification).where(_changes_of(topic)).values(due_at=clock.now())
    db.session.execute(change.execution_options(synchronize_session=False))


def _changes_of(topic: str) -> ColumnElement[bool]:
    return and_(PendingNotification.topic == topic, PendingNotification.kind.like(f"%.{CHANGES}"))


def data_of(recipient: str, *, slot: str = "") -> dict[str, Any]:
    """The data of a recipient's pending notification; empty if there is none."""
    table = PendingNotification
    query = select(table.data).where(table.recipient == recipient, table.slot == slot)
    return db.session.scalar(query) or {}
