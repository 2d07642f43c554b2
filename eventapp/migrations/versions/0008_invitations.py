"""Letters carry invitations: what each calendar was told, who is to be written to, and the zone of those registered.

Also the sessions in which somebody speaks, in their agenda.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _told(owner: str, table: str) -> None:
    name = table.removesuffix("_invitation")
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(owner, sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            [owner], ["registration.id" if name == "registration" else "speaker_link.id"], name=f"fk_{table}_{owner}",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint(owner, "code", name=f"uq_{table}_{owner.removesuffix('_id')}_code"),
        sa.UniqueConstraint("uid", name=f"uq_{table}_uid"),
    )


def _due(owner: str, table: str, of: str) -> None:
    op.create_table(
        table,
        sa.Column(owner, sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint([owner], [f"{of}.id"], name=f"fk_{table}_{owner}", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(owner, name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_due_at", table, ["due_at"])


def upgrade() -> None:
    op.add_column("registration", sa.Column("zone", sa.String(), nullable=False, server_default=""))
    _told("registration_id", "registration_invitation")
    _told("link_id", "speaker_invitation")
    _due("registration_id", "registration_news", "registration")
    _due("link_id", "speaker_news", "speaker_link")
    op.create_table(
        "calendar_look",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("says", sa.Integer(), nullable=False),
        sa.Column("desk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_calendar_look_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name="pk_calendar_look"),
    )
    # -1: who is registered today was told by other letters; what holds now is what they know.
    op.execute("INSERT INTO calendar_look (event_id, says, desk) SELECT id, -1, -1 FROM event")
    op.create_table(
        "own_part",
        sa.Column("agenda_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name="fk_own_part_agenda_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["link_id"], ["speaker_link.id"], name="fk_own_part_link_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agenda_id", "link_id", name="pk_own_part"),
    )
    op.create_index("ix_own_part_link_id", "own_part", ["link_id"])
    op.create_table(
        "mail_calendar",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_mail_calendar_mail_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mail_id", "position", name="pk_mail_calendar"),
    )
    op.execute(
        "INSERT INTO mail_calendar (mail_id, position, name, method, content) "
        "SELECT id, 0, calendar_name, 'PUBLISH', calendar FROM mail WHERE calendar IS NOT NULL"
    )
    # Not in a batch: that makes the table anew on SQLite, and with the old one the files would go (ON DELETE CASCADE).
    op.drop_column("mail", "calendar")
    op.drop_column("mail", "calendar_name")


def downgrade() -> None:
    op.add_column("mail", sa.Column("calendar", sa.LargeBinary(), nullable=True))
    op.add_column("mail", sa.Column("calendar_name", sa.String(), nullable=False, server_default="event.ics"))
    op.execute(
        "UPDATE mail SET calendar = (SELECT content FROM mail_calendar WHERE mail_id = mail.id AND position = 0), "
        "calendar_name = COALESCE((SELECT name FROM mail_calendar WHERE mail_id = mail.id AND position = 0), 'event.ics')"
    )
    for table in ("own_part", "mail_calendar", "calendar_look", "speaker_news", "registration_news", "speaker_invitation",
                  "registration_invitation"):
        op.drop_table(table)
    op.drop_column("registration", "zone")
