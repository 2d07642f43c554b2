"""Indexes of the log of check-ins that leave out the lines that have nothing in their column.

Revision ID: 0037
Revises: 0036
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SOME = {"user_id": "user_id IS NOT NULL", "undoes": "undoes <> ''"}


def upgrade() -> None:
    for column, condition in SOME.items():
        where = sa.text(condition)
        op.drop_index(f"ix_check_in_{column}", "check_in")
        op.create_index(
            f"ix_check_in_{column}", "check_in", [column], sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    for column in SOME:
        op.drop_index(f"ix_check_in_{column}", "check_in")
        op.create_index(f"ix_check_in_{column}", "check_in", [column])
