"""Agendas of visitors.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agenda"),
        sa.UniqueConstraint("token", name="uq_agenda_token"),
    )
    op.create_table(
        "star",
        sa.Column("agenda_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("toggles", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name="fk_star_agenda_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_star_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agenda_id", "event_id", "code", name="pk_star"),
    )
    op.create_index("ix_star_event_id", "star", ["event_id"])
    op.create_table(
        "own_registration",
        sa.Column("agenda_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name="fk_own_registration_agenda_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_own_registration_registration_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agenda_id", "registration_id", name="pk_own_registration"),
    )
    op.create_index("ix_own_registration_registration_id", "own_registration", ["registration_id"])


def downgrade() -> None:
    op.drop_table("own_registration")
    op.drop_table("star")
    op.drop_table("agenda")
