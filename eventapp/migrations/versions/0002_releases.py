"""Releases of the programme, and what a session and a person are called elsewhere.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Old rows need a value at once; new ones get theirs from the models.
COLUMNS: dict[str, list[sa.Column[Any]]] = {
    "event": [sa.Column("day_starts", sa.Integer(), nullable=False, server_default="0")],
    "participation": [sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.true())],
    "person": [sa.Column("guid", sa.String(), nullable=True)],
    "session": [
        sa.Column("guid", sa.String(), nullable=True),
        sa.Column("subtitle", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("do_not_record", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("links", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("join_url", sa.String(), nullable=False, server_default=""),
    ],
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("uq_person_guid", "person", ["guid"], unique=True)
    op.create_index("uq_session_event_guid", "session", ["event_id", "guid"], unique=True)
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_release_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_release_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
        sa.UniqueConstraint("event_id", "number", name="uq_release_event_number"),
    )
    op.create_index("ix_release_user_id", "release", ["user_id"])
    op.create_table(
        "on_programme",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_on_programme_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_on_programme_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "person_id", name="pk_on_programme"),
    )
    op.create_index("ix_on_programme_person_id", "on_programme", ["person_id"])


def downgrade() -> None:
    op.drop_table("on_programme")
    op.drop_table("release")
    op.drop_index("uq_session_event_guid", "session")
    op.drop_index("uq_person_guid", "person")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
