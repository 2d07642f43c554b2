"""Personal links to join online, and attendance reports.

Revision ID: 0036
Revises: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Off for the events that exist: what they have sent must not change by itself.
    op.add_column("event", sa.Column("personal_join_links", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("event", sa.Column("join_minutes", sa.Integer(), server_default="60", nullable=False))
    op.add_column("event", sa.Column("join_for_all", sa.Boolean(), server_default="0", nullable=False))
    _make_reports()
    _make_stays()
    op.create_table(
        "report_shape",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_report_shape_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_report_shape"),
        sa.UniqueConstraint("event_id", "shape", name="uq_report_shape_event_shape"),
    )


def _make_reports() -> None:
    op.create_table(
        "attendance_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("table", sa.LargeBinary(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("day_order", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("stated", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_attendance_report_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_attendance_report_session_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_attendance_report_user_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attendance_report"),
        sa.UniqueConstraint("key", name="uq_attendance_report_key"),
    )
    for column in ("event_id", "session_id", "user_id", "state"):
        op.create_index(f"ix_attendance_report_{column}", "attendance_report", [column])


def _make_stays() -> None:
    op.create_table(
        "reported_stay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_reported_stay_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["attendance_report.id"], name="fk_reported_stay_report_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_reported_stay_session_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_reported_stay_registration_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reported_stay"),
        sa.UniqueConstraint("event_id", "digest", name="uq_reported_stay_event_digest"),
    )
    for column in ("report_id", "session_id", "registration_id"):
        op.create_index(f"ix_reported_stay_{column}", "reported_stay", [column])


def downgrade() -> None:
    for name in ("report_shape", "reported_stay", "attendance_report"):
        op.drop_table(name)
    for column in ("join_for_all", "join_minutes", "personal_join_links"):
        op.drop_column("event", column)
