"""Until how many hours before the start free seats go to the waiting list.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attendance_option", sa.Column("promote_hours", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("attendance_option", "promote_hours")
