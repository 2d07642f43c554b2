"""Tables and columns by the names of docs/glossary.md.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = {
    "declared_count": "reported_count",
}
# Of a table by its new name: column before, column after.
COLUMNS = [
    ("attendance_option", "taken", "seats_taken"),
]
# Table, index before, index after, columns.
INDEXES = [
    ("reported_count", "ix_declared_count_event_id", "ix_reported_count_event_id", ["event_id"]),
]


def _rename_primary_key(table: str, before: str, after: str) -> None:
    """SQLite has no name for it that could be changed, nor one that anything asks for."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'ALTER TABLE "{table}" RENAME CONSTRAINT "pk_{before}" TO "pk_{after}"')


def upgrade() -> None:
    for before, after in TABLES.items():
        op.rename_table(before, after)
        _rename_primary_key(after, before, after)
    for table, before, after in COLUMNS:
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{before}" TO "{after}"')
    for table, before, after, columns in INDEXES:
        op.drop_index(before, table_name=table)
        op.create_index(after, table, columns)


def downgrade() -> None:
    for table, before, after, columns in INDEXES:
        op.drop_index(after, table_name=table)
        op.create_index(before, table, columns)
    for table, before, after in COLUMNS:
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{after}" TO "{before}"')
    for before, after in TABLES.items():
        op.rename_table(after, before)
        _rename_primary_key(before, after, before)
