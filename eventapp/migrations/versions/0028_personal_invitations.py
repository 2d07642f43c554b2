"""Personal invitations with answers.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("organization_name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=True),
        sa.Column("although_full", sa.Boolean(), nullable=False),
        sa.Column("although_closed", sa.Boolean(), nullable=False),
        sa.Column("without_approval", sa.Boolean(), nullable=False),
        sa.Column("in_place_of_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_invitation_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["option_id"], ["attendance_option.id"], name="fk_invitation_option_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["in_place_of_id"], ["invitation.id"], name="fk_invitation_in_place_of_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_invitation_registration_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("event_id", "email_key", "name_key", name="uq_invitation_event_person"),
        sa.UniqueConstraint("token", name="uq_invitation_token"),
    )
    op.create_index("ix_invitation_event_status", "invitation", ["event_id", "status"])
    op.create_index("ix_invitation_option_id", "invitation", ["option_id"])
    op.create_index("ix_invitation_in_place_of_id", "invitation", ["in_place_of_id"])
    op.create_index("ix_invitation_registration_id", "invitation", ["registration_id"])


def downgrade() -> None:
    op.drop_table("invitation")
