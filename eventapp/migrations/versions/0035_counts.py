"""Frozen statements of attendance, and names that look like one city and are two.

Revision ID: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_frozen_statement_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_frozen_statement"),
    )
    op.create_index("ix_frozen_statement_event_id", "frozen_statement", ["event_id"])
    op.create_table(
        "distinct_cities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country_code", sa.String(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_distinct_cities"),
        sa.UniqueConstraint("country_code", "first", "second", name="uq_distinct_cities_pair"),
    )


def downgrade() -> None:
    op.drop_table("distinct_cities")
    op.drop_table("frozen_statement")
