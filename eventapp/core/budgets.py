"""Rate limits that are counted in the database, so that they hold across all processes and machines.

For actions that bother other people or use something up, for example e-mails to one address. What only costs us time is
counted per process (core/limits.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Integer, bindparam, case, delete
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.clock import now
from eventapp.core.db import Base, Moment, db, transaction
from eventapp.core.statements import QuickWrite

HOUR = timedelta(hours=1)


class Budget(Base):
    """How much of a budget has been used since it `started`. The key is a keyed digest: it reveals no address or
    person.
    """

    __tablename__ = "budget"

    key: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int]
    started: Mapped[datetime] = mapped_column(index=True)


def take(purpose: str, whom: str, *, limit: int, units: int = 1) -> bool:
    """Use one or several of the `limit` units per hour for a purpose, for example e-mails to an address; False if too
    few are left.

    This is a single statement, so two processes never take the same unit. It is part of the caller's transaction: a
    refused or failed operation has used nothing. Call it last, because other writers to the same row wait until the
    transaction ends.
    """
    moment = now()
    row = _take.row(whom=digest(purpose, whom), moment=moment, hour_ago=moment - HOUR, units=units)
    return row is not None and row[0] <= limit


@QuickWrite
def _take(insert: Callable[[Any], Any]) -> Any:
    moment = bindparam("moment", None, type_=Moment())
    over = Budget.started <= bindparam("hour_ago", None, type_=Moment())
    units = bindparam("units", 1, type_=Integer())
    new = insert(Budget).values(key=bindparam("whom", ""), used=units, started=moment)
    used, started = case((over, units), else_=Budget.used + units), case((over, moment), else_=Budget.started)
    return new.on_conflict_do_update(index_elements=["key"], set_={"used": used, "started": started}).returning(
        Budget.used
    )


def digest(purpose: str, whom: str) -> str:
    """A key for a counter that does not reveal whom it is about."""
    return hashlib.blake2b(f"{purpose} {whom}".encode(), key=_secret(), digest_size=16).hexdigest()


def _secret() -> bytes:
    return hashlib.blake2b(str(current_app.config["SECRET_KEY"]).encode()).digest()


def forget() -> int:
    """Delete rows older than an hour and return their number."""
    with transaction():
        result = db.session.execute(delete(Budget).where(Budget.started <= now() - HOUR))
    return result.rowcount  # type: ignore[attr-defined,no-any-return]
