"""Personal links to join online, and attendance reports.

Revision ID: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Off for the events that exist: what they have sent must not change by itself.
    op.add_column("event", sa.Column("personal_join_links", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("event", sa.Column("join_minutes", sa.Integer(), server_default="60", nullable=False))
    op.add_column("event", sa.Column("join_for_all", sa.Boolean(), server_default="0", nullable=False))


def downgrade() -> None:
    for column in ("join_for_all", "join_minutes", "personal_join_links"):
        op.drop_column("event", column)
