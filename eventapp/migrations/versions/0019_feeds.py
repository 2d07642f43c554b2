"""What feeds remember of an event gets a table of its own, and deadlines the names of docs/glossary.md.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Column of the event before, column of the memory now.
COLUMNS = {
    "announced_at": "announced_at",
    "withdrawn_at": "unpublished_at",
    "unlisted_at": "unlisted_at",
    "undated_at": "undated_at",
    "told_starts_at": "published_starts_at",
    "told_ends_at": "published_ends_at",
    "told_zone": "published_zone",
    "told_precision": "published_precision",
    "told_sequence": "published_sequence",
    "told_deadlines": "published_deadlines",
}
CLOSING = ("attendance_option", "call_for_speakers", "removed_option")


def _columns() -> list[sa.Column[Any]]:
    """Those of the memory; the names of the event's own are looked up."""
    moments = (
        "announced_at",
        "unpublished_at",
        "unlisted_at",
        "undated_at",
        "published_starts_at",
        "published_ends_at",
    )
    precision = sa.Enum("day", "month", "year", name="precision", native_enum=False, length=32)
    return [
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in moments),
        sa.Column("published_zone", sa.String(), nullable=True),
        sa.Column("published_precision", precision, nullable=True),
        sa.Column("published_sequence", sa.Integer(), nullable=True),
        sa.Column("published_deadlines", sa.JSON(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "feed_memory",
        sa.Column("event_id", sa.Integer(), nullable=False),
        *_columns(),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_feed_memory_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name="pk_feed_memory"),
    )
    before, after = ", ".join(COLUMNS), ", ".join(COLUMNS.values())
    op.execute(
        f"INSERT INTO feed_memory (event_id, {after}) SELECT id, {before} FROM event "  # noqa: S608
        "WHERE announced_at IS NOT NULL OR unlisted_at IS NOT NULL"
    )
    # Not in a batch: that makes the table anew on SQLite, and with the old one its registrations would go.
    for name in COLUMNS:
        op.drop_column("event", name)
    for table in CLOSING:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN told_closing TO last_closing")
    # Rows of options were kept only if calendars had them.
    op.add_column("removed_option", sa.Column("was_public", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.execute(
        "DELETE FROM removed_option WHERE NOT was_public AND NOT EXISTS "
        "(SELECT 1 FROM feed_memory WHERE feed_memory.event_id = removed_option.event_id)"
    )
    op.drop_column("removed_option", "was_public")
    for table in CLOSING:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN last_closing TO told_closing")
    types = {column.name: column for column in _columns()}
    for old, new in COLUMNS.items():
        default = "[]" if new == "published_deadlines" else None
        made = types[new]
        op.add_column("event", sa.Column(old, made.type, nullable=made.nullable, server_default=default))
    values = ", ".join(
        f"{old} = (SELECT {new} FROM feed_memory WHERE feed_memory.event_id = event.id)" for old, new in COLUMNS.items()
    )
    op.execute(f"UPDATE event SET {values} WHERE id IN (SELECT event_id FROM feed_memory)")  # noqa: S608
    op.drop_table("feed_memory")
