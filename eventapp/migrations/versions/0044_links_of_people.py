"""Links of people: web pages about them, in the directory and as one event shows them.

Revision ID: 0044
Revises: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("links", sa.String(), server_default="", nullable=False))
    op.add_column("event_person", sa.Column("links", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("event_person", "links")
    op.drop_column("person", "links")
