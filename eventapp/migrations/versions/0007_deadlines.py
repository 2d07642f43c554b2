"""Deadlines as entries of calendars, and what an event that is taken back was last known as.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CLOSING = ("attendance_option", "call_for_speakers")
AUDIENCE = ("announced_at", "withdrawn_at", "unlisted_at", "told_starts_at", "told_ends_at")


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    # Never by making a table anew: SQLite would take the registrations of its rows along.
    for table in CLOSING:
        op.add_column(table, sa.Column("uid", sa.String(), nullable=False, server_default=""))
        op.add_column(table, sa.Column("told_closing", moment(), nullable=True))
        op.add_column(table, sa.Column("closing_sequence", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(
            table, sa.Column("closing_changed_at", moment(), nullable=False, server_default="1970-01-01 00:00:00")
        )
        _fill(table)
        op.create_index(f"ix_{table}_uid", table, ["uid"], unique=True)
    op.create_table(
        "removed_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("in_person", "online", "video_message", name="mode", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("told_closing", moment(), nullable=False),
        sa.Column("closing_sequence", sa.Integer(), nullable=False),
        sa.Column("removed_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_removed_option_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_removed_option"),
        sa.UniqueConstraint("uid", name="uq_removed_option_uid"),
    )
    op.create_index("ix_removed_option_event_id", "removed_option", ["event_id"])
    for name in AUDIENCE:
        op.add_column("event", sa.Column(name, moment(), nullable=True))
    op.add_column("event", sa.Column("told_sequence", sa.Integer(), nullable=True))
    event = _table("event", "status", "visibility", created_at=moment(), announced_at=moment())
    op.execute(
        event.update()
        .where(event.c.status != "draft", event.c.visibility != "private")
        .values(announced_at=event.c.created_at)
    )


def _table(name: str, *columns: str, **typed: Any) -> Any:
    return sa.table(name, *map(sa.column, columns), *(sa.column(column, kind) for column, kind in typed.items()))


def _fill(name: str) -> None:
    table = _table(name, "id", "uid", closes_at=moment(), told_closing=moment(), closing_changed_at=moment())
    connection = op.get_bind()
    now = datetime.now(UTC)
    for row in connection.execute(sa.select(table.c.id)).all():
        connection.execute(
            table.update()
            .where(table.c.id == row.id)
            .values(uid=str(uuid.uuid4()), told_closing=table.c.closes_at, closing_changed_at=now)
        )


def downgrade() -> None:
    for name in ("told_sequence", *reversed(AUDIENCE)):
        op.drop_column("event", name)
    op.drop_table("removed_option")
    for table in reversed(CLOSING):
        op.drop_index(f"ix_{table}_uid", table)
        for name in ("closing_changed_at", "closing_sequence", "told_closing", "uid"):
            op.drop_column(table, name)
