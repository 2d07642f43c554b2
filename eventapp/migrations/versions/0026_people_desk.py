"""The people desk: history, tags, notes, saved views, bulk actions, exports, and how a registration came about.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _references(table: str, column: str, to: str, *, otherwise: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=otherwise)


def upgrade() -> None:
    op.add_column("registration", sa.Column("source", sa.String(length=32), nullable=False, server_default="form"))
    op.create_table(
        "registration_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        _references("registration_change", "registration_id", "registration"),
        sa.PrimaryKeyConstraint("id", name="pk_registration_change"),
    )
    op.create_index("ix_registration_change_registration_id", "registration_change", ["registration_id"])
    op.create_table(
        "people_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        _references("people_tag", "event_id", "event"),
        sa.PrimaryKeyConstraint("id", name="pk_people_tag"),
        sa.UniqueConstraint("event_id", "name_key", name="uq_people_tag_event_name"),
    )
    op.create_table(
        "registration_tag",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        _references("registration_tag", "registration_id", "registration"),
        _references("registration_tag", "tag_id", "people_tag"),
        sa.PrimaryKeyConstraint("registration_id", "tag_id", name="pk_registration_tag"),
    )
    op.create_index("ix_registration_tag_tag_id", "registration_tag", ["tag_id"])
    op.create_table(
        "registration_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("follow_up", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        _references("registration_note", "registration_id", "registration"),
        _references("registration_note", "author_id", "user_account", otherwise="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_registration_note"),
    )
    op.create_index("ix_registration_note_registration_id", "registration_note", ["registration_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _references("saved_view", "event_id", "event"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("event_id", "name", name="uq_saved_view_event_name"),
    )
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        _references("bulk_action", "event_id", "event"),
        _references("bulk_action", "user_id", "user_account", otherwise="SET NULL"),
        _references("bulk_action", "undoes_id", "bulk_action", otherwise="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_action"),
    )
    op.create_index("ix_bulk_action_event_id", "bulk_action", ["event_id"])
    op.create_index("ix_bulk_action_state", "bulk_action", ["state"])
    op.create_table(
        "bulk_result",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        _references("bulk_result", "action_id", "bulk_action"),
        _references("bulk_result", "registration_id", "registration"),
        sa.PrimaryKeyConstraint("action_id", "registration_id", name="pk_bulk_result"),
    )
    op.create_index("ix_bulk_result_registration_id", "bulk_result", ["registration_id"])
    op.create_table(
        "people_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        _references("people_export", "event_id", "event"),
        _references("people_export", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_people_export"),
        sa.UniqueConstraint("key", name="uq_people_export_key"),
    )
    op.create_index("ix_people_export_event_id", "people_export", ["event_id"])
    op.create_table(
        "people_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("table", sa.LargeBinary(), nullable=False),
        sa.Column("heading", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _references("people_import", "event_id", "event"),
        _references("people_import", "user_id", "user_account", otherwise="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_people_import"),
        sa.UniqueConstraint("key", name="uq_people_import_key"),
    )
    op.create_index("ix_people_import_event_id", "people_import", ["event_id"])
    op.create_index("ix_people_import_state", "people_import", ["state"])
    op.create_table(
        "imported_person",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        _references("imported_person", "import_id", "people_import"),
        _references("imported_person", "registration_id", "registration"),
        sa.PrimaryKeyConstraint("import_id", "line", name="pk_imported_person"),
    )
    op.create_index("ix_imported_person_registration_id", "imported_person", ["registration_id"])


def downgrade() -> None:
    for table in (
        "imported_person",
        "people_import",
        "people_export",
        "bulk_result",
        "bulk_action",
        "saved_view",
        "registration_note",
        "registration_tag",
        "people_tag",
        "registration_change",
    ):
        op.drop_table(table)
    op.drop_column("registration", "source")
