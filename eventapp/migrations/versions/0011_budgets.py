"""Budgets of what strangers can cause; one mailbox has one key, however its address is written.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import idna
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

HOLDS_THE_KEY = ("pending", "confirmed", "waitlisted")


def upgrade() -> None:
    op.create_table(
        "budget",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_budget"),
    )
    op.create_index("ix_budget_started", "budget", ["started"])
    registration = sa.table("registration", *map(sa.column, ("id", "event_id", "status", "email", "email_key")))
    rows = op.get_bind().execute(sa.select(registration).order_by(registration.c.id)).all()
    taken = {(row.event_id, row.email_key) for row in rows if row.status in HOLDS_THE_KEY}
    for row in rows:
        key = _key(row.email)
        if key == row.email_key:
            continue
        if row.status in HOLDS_THE_KEY:
            # Two registrations of one mailbox that were let in under two spellings both stay.
            if (row.event_id, key) in taken:
                continue
            taken.add((row.event_id, key))
        op.execute(registration.update().where(registration.c.id == row.id).values(email_key=key))


def downgrade() -> None:
    op.drop_index("ix_budget_started", "budget")
    op.drop_table("budget")


def _key(address: str) -> str:
    """As a mailbox was told from another one when this was written (`core/addresses.py`)."""
    wide = "".join(unicodedata.normalize("NFKC", c) if 0xFF00 < ord(c) < 0xFFF0 else c for c in address.strip())
    local, at, domain = wide.replace("。", ".").rpartition("@")
    with suppress(idna.IDNAError):
        domain = idna.encode(domain.rstrip("."), uts46=True).decode("ascii") if not domain.isascii() else domain
    return f"{local.casefold()}{at}{domain.casefold().rstrip('.')}"
