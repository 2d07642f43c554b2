"""Tickets: keys of events, the revision of each registration's ticket, and the log of check-ins.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("ticket_revision", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "ticket_key",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_ticket_key_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "number", name="pk_ticket_key"),
    )
    op.create_table(
        "check_in_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_check_in_point_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_check_in_point"),
        sa.UniqueConstraint("event_id", "key", name="uq_check_in_point_event_key"),
    )
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("undoes", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_check_in_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["point_id"], ["check_in_point.id"], name="fk_check_in_point_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_check_in_registration_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_check_in_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
        sa.UniqueConstraint("nonce", name="uq_check_in_nonce"),
    )
    op.create_index("ix_check_in_list", "check_in", ["event_id", "id"])
    op.create_index("ix_check_in_registration", "check_in", ["registration_id", "point_id"])
    op.create_index("ix_check_in_point_id", "check_in", ["point_id"])
    op.create_index("ix_check_in_user_id", "check_in", ["user_id"])
    op.create_index("ix_check_in_undoes", "check_in", ["undoes"])
    op.create_table(
        "presence",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("first_in", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["check_in_point.id"], name="fk_presence_point_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_presence_registration_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("point_id", "registration_id", name="pk_presence"),
    )
    op.create_index("ix_presence_registration_id", "presence", ["registration_id"])


def downgrade() -> None:
    for table in ("presence", "check_in", "check_in_point", "ticket_key"):
        op.drop_table(table)
    op.drop_column("registration", "ticket_revision")
