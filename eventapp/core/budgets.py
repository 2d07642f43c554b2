"""How often something may be done to somebody, counted in the database: for all processes and machines at once.

For what annoys others or uses things up, such as letters to one address. What only costs us time is counted by each
process for itself (core/limits.py).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import case, delete
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.clock import now
from eventapp.core.db import Base, db, insert, transaction

HOUR = timedelta(hours=1)


class Budget(Base):
    """What was used of a budget since it `started`. The key is a keyed digest: it names no address and no person."""

    __tablename__ = "budget"

    key: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int]
    started: Mapped[datetime] = mapped_column(index=True)


def take(purpose: str, whom: str, *, limit: int) -> bool:
    """Use one of `limit` in an hour for a purpose, such as letters to an address; False where all are used.

    One statement, so two processes never use the same one; it is part of the caller's transaction, so what is refused
    or fails has used nothing. Call it last: whoever else writes to the same one waits for the end of the transaction.
    """
    key = digest(purpose, whom)
    moment = now()
    over = Budget.started <= moment - HOUR
    statement = insert(db.session(), Budget).values(key=key, used=1, started=moment)
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "used": case((over, 1), else_=Budget.used + 1),
            "started": case((over, moment), else_=Budget.started),
        },
    ).returning(Budget.used)
    used: int = db.session.execute(statement).scalar_one()
    return used <= limit


def digest(purpose: str, whom: str) -> str:
    """A key for something counted, from which nobody can tell whom it is about."""
    return hashlib.blake2b(f"{purpose} {whom}".encode(), key=_secret(), digest_size=16).hexdigest()


def _secret() -> bytes:
    return hashlib.blake2b(str(current_app.config["SECRET_KEY"]).encode()).digest()


def forget() -> int:
    """Delete what is older than an hour; the number of budgets that are left unused by it."""
    with transaction():
        result = db.session.execute(delete(Budget).where(Budget.started <= now() - HOUR))
    return result.rowcount  # type: ignore[attr-defined,no-any-return]
