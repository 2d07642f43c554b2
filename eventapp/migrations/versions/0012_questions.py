"""Questions that are no longer asked stay; a yes or no that had to be yes is one that must be ticked.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

question = sa.table("question", *map(sa.column, ("id", "kind", "required", "removed_at")))


def upgrade() -> None:
    op.add_column("question", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    # Until now "required" took no No for an answer.
    must = question.update().where(question.c.kind == "yes_no", question.c.required.is_(sa.true()))
    op.execute(must.values(kind="consent"))


def downgrade() -> None:
    op.execute(question.delete().where(question.c.removed_at.is_not(None)))
    op.execute(question.update().where(question.c.kind == "consent").values(kind="yes_no", required=sa.true()))
    op.drop_column("question", "removed_at")
