"""Places in single sessions, and who saved a session last.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_signup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_session_signup_registration_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_session_signup_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_signup"),
        sa.UniqueConstraint("registration_id", "session_id", name="uq_session_signup_registration_session"),
    )
    op.create_index("ix_session_signup_session", "session_signup", ["session_id"])
    op.add_column("session", sa.Column("saved_by", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("session", "saved_by")
    op.drop_table("session_signup")
