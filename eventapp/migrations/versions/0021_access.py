"""Registration options that need a code, or an e-mail address of certain domains.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

option = sa.table("attendance_option", sa.column("access"))


def upgrade() -> None:
    op.add_column("attendance_option", sa.Column("access_code", sa.String(), nullable=False, server_default=""))
    op.add_column("attendance_option", sa.Column("domains", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    # Nobody gets in who would not have: the team decides.
    op.execute(option.update().where(option.c.access.in_(["code", "domain"])).values(access="approval"))
    op.drop_column("attendance_option", "domains")
    op.drop_column("attendance_option", "access_code")
