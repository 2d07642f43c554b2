"""Registrations of one person are merged, or known to be of two.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dismissed_duplicate",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["registration.id"], name="fk_dismissed_duplicate_first_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_id"], ["registration.id"], name="fk_dismissed_duplicate_second_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_dismissed_duplicate_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("first_id", "second_id", name="pk_dismissed_duplicate"),
    )
    op.create_index("ix_dismissed_duplicate_second_id", "dismissed_duplicate", ["second_id"])
    op.create_index("ix_dismissed_duplicate_event_id", "dismissed_duplicate", ["event_id"])
    op.create_table(
        "merged_registration",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_merged_registration_registration_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["into_id"], ["registration.id"], name="fk_merged_registration_into_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registration_id", name="pk_merged_registration"),
    )
    op.create_index("ix_merged_registration_into_id", "merged_registration", ["into_id"])


def downgrade() -> None:
    op.drop_table("merged_registration")
    op.drop_table("dismissed_duplicate")
