"""Waiting lists of sessions, the history of seats in them, and what attendees can undo or have to confirm.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_waitlist_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_session_waitlist_entry_registration_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_session_waitlist_entry_session_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_session_waitlist_entry"),
        sa.UniqueConstraint("registration_id", "session_id", name="uq_session_waitlist_entry_registration_session"),
    )
    op.create_index("ix_session_waitlist_entry_session", "session_waitlist_entry", ["session_id", "id"])
    op.create_table(
        "session_seat_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_session_seat_change_registration_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_session_seat_change_session_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_session_seat_change"),
    )
    op.create_index("ix_session_seat_change_registration_id", "session_seat_change", ["registration_id"])
    op.create_index("ix_session_seat_change_session_id", "session_seat_change", ["session_id"])
    op.create_table(
        "undoable_step",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_undoable_step_registration_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["option_id"], ["attendance_option.id"], name="fk_undoable_step_option_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registration_id", name="pk_undoable_step"),
    )
    op.create_table(
        "address_change",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("key_digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_address_change_registration_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registration_id", name="pk_address_change"),
        sa.UniqueConstraint("key_digest", name="uq_address_change_key_digest"),
    )
    # A seat in a session no longer comes back with a registration that was cancelled and is restored.
    op.execute(
        "DELETE FROM session_signup WHERE registration_id IN"
        " (SELECT id FROM registration WHERE status NOT IN ('pending', 'confirmed'))"
    )
    # Every one of these has a history from now on; so that it begins with how the seat was taken:
    op.execute(
        "INSERT INTO session_seat_change (registration_id, session_id, action, at)"
        " SELECT registration_id, session_id, 'signed_up', created_at FROM session_signup"
    )


def downgrade() -> None:
    for table in ("address_change", "undoable_step", "session_seat_change", "session_waitlist_entry"):
        op.drop_table(table)
