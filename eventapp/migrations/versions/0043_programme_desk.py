"""The programme desk: an event's spoken language, sessions on a day without an hour, muted issues, known columns.

Revision ID: 0043
Revises: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("spoken", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("session", sa.Column("timed", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "muted_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_muted_issue_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_muted_issue"),
        sa.UniqueConstraint("event_id", "key", name="uq_muted_issue_event_key"),
    )
    op.create_table(
        "known_columns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_known_columns_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_known_columns"),
        sa.UniqueConstraint("event_id", "head", name="uq_known_columns_event_head"),
    )


def downgrade() -> None:
    op.drop_table("known_columns")
    op.drop_table("muted_issue")
    op.drop_column("session", "timed")
    op.drop_column("event", "spoken")
