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
    "mail": "email",
    "mail_calendar": "email_calendar",
    "calendar_look": "scan_cursor",
    "site": "venue",
}
# Of a table by its new name: column before, column after.
COLUMNS = [
    ("attendance_option", "taken", "seats_taken"),
    ("email_calendar", "mail_id", "email_id"),
    ("scan_cursor", "says", "event_revision"),
    ("scan_cursor", "desk", "team_revision"),
    ("room", "site_id", "venue_id"),
]
# Table, index before, index after, columns.
INDEXES = [
    ("reported_count", "ix_declared_count_event_id", "ix_reported_count_event_id", ["event_id"]),
    ("room", "ix_room_site_id", "ix_room_venue_id", ["venue_id"]),
    ("email", "ix_mail_due", "ix_email_due", ["status", "due_at"]),
    ("email", "ix_mail_topic", "ix_email_topic", ["topic", "id"]),
]
# Of a table by its new name. SQLite can't rename a constraint, and nothing asks for the names of these.
CONSTRAINTS = [
    ("reported_count", "pk_declared_count", "pk_reported_count"),
    ("reported_count", "fk_declared_count_event_id", "fk_reported_count_event_id"),
    ("email", "pk_mail", "pk_email"),
    ("email_calendar", "pk_mail_calendar", "pk_email_calendar"),
    ("email_calendar", "fk_mail_calendar_mail_id", "fk_email_calendar_email_id"),
    ("scan_cursor", "pk_calendar_look", "pk_scan_cursor"),
    ("venue", "pk_site", "pk_venue"),
    ("venue", "fk_site_event_id", "fk_venue_event_id"),
    ("room", "fk_room_site_id", "fk_room_venue_id"),
    ("scan_cursor", "fk_calendar_look_event_id", "fk_scan_cursor_event_id"),
]


def _rename_constraint(table: str, before: str, after: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'ALTER TABLE "{table}" RENAME CONSTRAINT "{before}" TO "{after}"')


def upgrade() -> None:
    for before, after in TABLES.items():
        op.rename_table(before, after)
    for table, before, after in COLUMNS:
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{before}" TO "{after}"')
    for table, before, after in CONSTRAINTS:
        _rename_constraint(table, before, after)
    for table, before, after, columns in INDEXES:
        op.drop_index(before, table_name=table)
        op.create_index(after, table, columns)


def downgrade() -> None:
    for table, _before, after, _columns in INDEXES:
        op.drop_index(after, table_name=table)
    for table, before, after in CONSTRAINTS:
        _rename_constraint(table, after, before)
    for table, before, after in COLUMNS:
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{after}" TO "{before}"')
    old = {after: before for _table, before, after in COLUMNS}
    for table, before, _after, columns in INDEXES:
        op.create_index(before, table, [old.get(column, column) for column in columns])
    for before, after in TABLES.items():
        op.rename_table(after, before)
