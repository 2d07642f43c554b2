"""Announcements, reminders, settings and texts of an event's e-mails, and their senders.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

EMAIL = ("sender_name", "reply_to", "unsubscribe_url", "batch", "domain")
INDEXES = {"ix_email_batch": ["batch", "status"], "ix_email_domain": ["domain", "due_at"], "ix_email_to": ["to"]}
TABLES = (
    "announcement_recipient",
    "announcement",
    "opt_out",
    "coming_answer",
    "sent_reminder",
    "email_text",
    "email_settings",
    "undeliverable_address",
)


def upgrade() -> None:
    op.drop_index("ix_email_due", "email")
    for name in EMAIL:
        op.add_column("email", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("email", sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_email_due", "email", ["status", "bulk", "due_at"])
    for name, columns in INDEXES.items():
        op.create_index(name, "email", columns)
    op.create_table(
        "undeliverable_address",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_undeliverable_address"),
    )
    op.create_table(
        "email_settings",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sender_name", sa.JSON(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=False),
        sa.Column("dkim_selector", sa.String(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("week", "day", "hour", "thanks", "asks_again")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_email_settings_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name="pk_email_settings"),
    )
    # Nobody expects reminders of an event whose team has not heard of them yet.
    op.execute(
        "INSERT INTO email_settings (event_id, sender_name, reply_to, dkim_selector, week, day, hour, thanks, asks_again)"
        " SELECT id, '{}', '', '', false, false, false, false, false FROM event"
    )
    op.create_table(
        "email_text",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_email_text_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "kind", "language", name="pk_email_text"),
    )
    op.create_table(
        "sent_reminder",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_sent_reminder_registration_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registration_id", "kind", "about", name="pk_sent_reminder"),
    )
    op.create_table(
        "coming_answer",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("coming", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_coming_answer_registration_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registration_id", "about", name="pk_coming_answer"),
    )
    op.create_table(
        "opt_out",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_opt_out_contact_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_opt_out"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unaddressed", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_announcement_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name="fk_announcement_author_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
    )
    op.create_index("ix_announcement_event_id", "announcement", ["event_id"])
    op.create_index("ix_announcement_status", "announcement", ["status", "send_at"])
    op.create_table(
        "announcement_recipient",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("registrations", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name="fk_announcement_recipient_announcement_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_announcement_recipient_contact_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("announcement_id", "contact_id", name="pk_announcement_recipient"),
    )
    op.create_index("ix_announcement_recipient_outcome", "announcement_recipient", ["announcement_id", "outcome", "contact_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for name in INDEXES:
        op.drop_index(name, "email")
    op.drop_index("ix_email_due", "email")
    # What was stopped must not be sent by a version that does not know the state.
    op.execute("UPDATE email SET status = 'failed', last_error = 'stopped' WHERE status = 'stopped'")
    for name in (*EMAIL, "bulk"):
        op.drop_column("email", name)
    op.create_index("ix_email_due", "email", ["status", "due_at"])
