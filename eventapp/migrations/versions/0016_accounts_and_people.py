"""Where users are logged in; whom an event knows and how it shows them; names to search in.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


person = sa.table(
    "person", *(sa.column(name, sa.JSON()) for name in ("family", "given")), sa.column("id"), sa.column("reading"),
    sa.column("sought"),
)


def upgrade() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_login_session_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("digest", name="uq_login_session_digest"),
    )
    op.create_index("ix_login_session_user_id", "login_session", ["user_id"])
    op.create_index("ix_login_session_seen_at", "login_session", ["seen_at"])
    op.create_table(
        "password_reset_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_password_reset_request"),
    )
    op.create_table(
        "event_person",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("family", sa.JSON(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("reading", sa.String(), nullable=False),
        sa.Column("honorific", sa.JSON(), nullable=False),
        sa.Column(
            "order",
            sa.Enum("family_first", "given_first", name="nameorder", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("biography", sa.JSON(), nullable=False),
        sa.Column("position", sa.JSON(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("held_from", sa.Date(), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_person_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_event_person_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_event_person_organization_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("event_id", "person_id", name="pk_event_person"),
    )
    op.create_index("ix_event_person_person_id", "event_person", ["person_id"])
    op.create_index("ix_event_person_organization_id", "event_person", ["organization_id"])
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("sought", sa.String(), nullable=False, server_default=""))
    for row in op.get_bind().execute(sa.select(person)).all():
        op.execute(person.update().where(person.c.id == row.id).values(sought=_sought(row)))
    with op.batch_alter_table("person") as table:
        table.alter_column("sought", server_default=None)


def _sought(row: Any) -> str:
    """The spellings of a name, a line each, as a search took them when this was written (`directory/rules.py`)."""
    found = []
    for tag in {**row.family, **row.given}:
        last, first = row.family.get(tag, ""), row.given.get(tag, "")
        found += [_fold(f"{last} {first}"), _fold(f"{first} {last}")]
    return "\n".join(dict.fromkeys(filter(None, [*found, _fold(row.reading)])))


def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).casefold().replace("ß", "ss")
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    composed = unicodedata.normalize("NFKC", bare)
    return "".join(c for c in composed if unicodedata.category(c)[0] in "LNM")


def downgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.drop_column("sought")
    op.drop_index("ix_event_person_organization_id", "event_person")
    op.drop_index("ix_event_person_person_id", "event_person")
    op.drop_table("event_person")
    op.drop_table("password_reset_request")
    op.drop_index("ix_login_session_seen_at", "login_session")
    op.drop_index("ix_login_session_user_id", "login_session")
    op.drop_table("login_session")
