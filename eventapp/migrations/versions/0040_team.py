"""Invitations to a team; the language, the time zone and the last visit of a user; one spelling of their address.

Revision ID: 0040
Revises: 0039
"""

from __future__ import annotations

import idna
import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

USER = sa.table("user_account", *map(sa.column, ("id", "email", "language", "seen_at")))
SESSION = sa.table("login_session", *map(sa.column, ("user_id", "seen_at")))


def upgrade() -> None:
    op.add_column("user_account", sa.Column("zone", sa.String(), server_default="", nullable=False))
    op.add_column("user_account", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody has chosen the language that is stored; the desk follows the browser.
    op.execute(USER.update().values(language=""))
    last = sa.select(sa.func.max(SESSION.c.seen_at)).where(SESSION.c.user_id == USER.c.id).scalar_subquery()
    op.execute(USER.update().values(seen_at=last))
    _spell_addresses()
    op.create_table(
        "team_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "programme",
                "registration",
                "check-in",
                "viewer",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("inviter_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_team_invitation_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["user_account.id"], name="fk_team_invitation_inviter_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_team_invitation"),
        sa.UniqueConstraint("event_id", "email_key", name="uq_team_invitation_event_address"),
        sa.UniqueConstraint("digest", name="uq_team_invitation_digest"),
    )
    op.create_index("ix_team_invitation_inviter_id", "team_invitation", ["inviter_id"])
    op.create_index("ix_team_invitation_expires_at", "team_invitation", ["expires_at"])


def _spell_addresses() -> None:
    """Put the domain of each address into ASCII, unless that makes it another user's."""
    connection = op.get_bind()
    known = {email: number for email, number in connection.execute(sa.select(USER.c.email, USER.c.id))}
    for email, number in list(known.items()):
        local, at, domain = email.rpartition("@")
        try:
            spelled = f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
        except idna.IDNAError:
            continue
        if spelled not in known:
            op.execute(USER.update().where(USER.c.id == number).values(email=spelled))


def downgrade() -> None:
    op.drop_table("team_invitation")
    op.execute(USER.update().values(language="en"))
    op.drop_column("user_account", "seen_at")
    op.drop_column("user_account", "zone")
