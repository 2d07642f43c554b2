"""Cache tags: a number per scope, incremented by every transaction that changes a row of the scope.

A model names its scopes in `scopes()`, for instance `event:7` (the event's own texts) or `event:7:people` (its
registrations). The increment is part of the same transaction as the change, so no page can be newer or older than its
number. It is the last thing the transaction does: many writers share these rows, and one that locked them early would
make others wait, or deadlock with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from eventapp.core.clock import now
from eventapp.core.db import Base, db
from eventapp.core.statements import QuickRead, QuickWrite, built_once


class Revision(Base):
    """How often the rows of a scope have changed."""

    __tablename__ = "revision"

    scope: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=1)
    # When it was last incremented: the Last-Modified of cached responses, which must also change on a removal.
    at: Mapped[datetime]


class Scoped:
    """Mixin of models whose changes invalidate cached pages."""

    def scopes(self) -> Iterable[str]:
        raise NotImplementedError


def raise_scopes(session: Session, scopes: Iterable[str]) -> None:
    """Increment the number of each scope, creating missing ones."""
    names = sorted(set(scopes))  # always in the same order, and once each, so that two writers can't deadlock
    if not names:
        return
    moment = now()
    if len(names) <= FEW:
        for name in names:
            _rise_one.row(scope=name, number=1, at=moment)
        return
    # The rows are parameters: a statement with VALUES for each of them would be compiled anew at every commit.
    session.execute(_rise(), [{"scope": name, "number": 1, "at": moment} for name in names])


def _risen(insert: Callable[[Any], Any]) -> Any:
    statement = insert(Revision.__table__)
    rise = {"number": Revision.number + 1, "at": statement.excluded.at}
    return statement.on_conflict_do_update(index_elements=["scope"], set_=rise)


_rise = built_once(_risen)
_rise_one = QuickWrite(_risen, columns=("scope", "number", "at"))
# Up to this number, a statement for each is faster than one for all.
FEW = 3


# The time detects a restored database, in which a number may occur a second time.
_present = QuickRead(select(Revision.number, Revision.at).where(Revision.scope == bindparam("scope", "")))


def number(scope: str) -> int:
    """The current number of a scope; 0 if it was never incremented."""
    row = _present.row(scope=scope)
    return row[0] if row else 0


def known(scope: str) -> tuple[str, Callable[[], bool | None]]:
    """The current version of a scope as text, and a function that tells whether it is still current."""
    seen = _present.raw(scope=scope)
    return str(seen), _present.freshness_check(seen, scope=scope)


def versions(scopes: Iterable[str]) -> list[tuple[str, int, datetime]]:
    """(scope, number, time of last increment) of the scopes that have a number, ordered by name. One statement."""
    query = select(Revision.scope, Revision.number, Revision.at).where(Revision.scope.in_(sorted(set(scopes))))
    return [(scope, number, at) for scope, number, at in db.session.execute(query.order_by(Revision.scope))]


_CHANGED = "changed scopes"


def changed(scope: str) -> None:
    """Increment the number of a scope when this transaction commits, for a change that bypasses the unit of work."""
    db.session().info.setdefault(_CHANGED, set()).add(scope)


@event.listens_for(Session, "after_flush")
def _note_what_changed(session: Session, context: object) -> None:
    scopes: set[str] = session.info.setdefault(_CHANGED, set())
    for thing in [*session.new, *session.deleted, *(t for t in session.dirty if session.is_modified(t))]:
        if isinstance(thing, Scoped):
            scopes.update(thing.scopes())


@event.listens_for(Session, "before_commit")
def _raise_what_changed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    raise_scopes(session, session.info.pop(_CHANGED, set()))


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_CHANGED, None)
