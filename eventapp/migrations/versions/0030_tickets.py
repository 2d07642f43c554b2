"""Tickets: a key for each event, and the revision of each registration's ticket.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("ticket_revision", sa.Integer(), server_default="0", nullable=False))
    key = op.create_table(
        "ticket_key",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_ticket_key_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "number", name="pk_ticket_key"),
    )
    connection, now = op.get_bind(), datetime.now(UTC)
    events = connection.execute(sa.text("SELECT id FROM event")).scalars().all()
    rows = [{"event_id": one, "number": 0, "seed": secrets.token_bytes(32), "created_at": now} for one in events]
    if rows:
        connection.execute(key.insert(), rows)


def downgrade() -> None:
    op.drop_table("ticket_key")
    op.drop_column("registration", "ticket_revision")
