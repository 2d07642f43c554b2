"""Check-in at several doors and sessions, with devices of their own.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


# Forms of one kanji in names: the text that a search looks in has the usual one.
USUAL = {
    ord(pair[0]): pair[1]
    for pair in "髙高 﨑崎 𠮷吉 濵浜 濱浜 邊辺 邉辺 齋斎 齊斎 斉斎 德徳 廣広 澤沢 櫻桜 國国 嶋島 嶌島".split()
}
registration = sa.table("registration", sa.column("id", sa.Integer), sa.column("searchable", sa.String))


def _use_usual_forms() -> None:
    change = sa.update(registration).where(registration.c.id == sa.bindparam("number"))
    for number, text in op.get_bind().execute(sa.select(registration.c.id, registration.c.searchable)).all():
        usual = text.translate(USUAL)
        if usual != text:
            op.get_bind().execute(change.values(searchable=usual), {"number": number})


def upgrade() -> None:
    _use_usual_forms()
    with op.batch_alter_table("check_in_point") as table:
        table.add_column(sa.Column("kind", sa.String(length=32), server_default="door", nullable=False))
        table.add_column(sa.Column("area", sa.String(), server_default="", nullable=False))
        table.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("options", sa.JSON(), server_default="[]", nullable=False))
        table.add_column(sa.Column("days", sa.JSON(), server_default="[]", nullable=False))
        table.add_column(sa.Column("seat_holders", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("position", sa.Integer(), server_default="0", nullable=False))
        table.create_foreign_key("fk_check_in_point_session_id", "session", ["session_id"], ["id"], ondelete="SET NULL")
        table.create_index("ix_check_in_point_session_id", ["session_id"])
    op.create_table(
        "door_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("walk_ins", sa.Boolean(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_door_link_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["point_id"], ["check_in_point.id"], name="fk_door_link_point_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_door_link_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_door_link"),
        sa.UniqueConstraint("digest", name="uq_door_link_digest"),
    )
    for column in ("event_id", "point_id", "user_id"):
        op.create_index(f"ix_door_link_{column}", "door_link", [column])
    op.create_table(
        "check_in_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("walk_ins", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("list_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_check_in_device_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["point_id"], ["check_in_point.id"], name="fk_check_in_device_point_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["door_link.id"], name="fk_check_in_device_link_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_check_in_device_user_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_check_in_device"),
        sa.UniqueConstraint("digest", name="uq_check_in_device_digest"),
    )
    for column in ("event_id", "point_id", "link_id", "user_id"):
        op.create_index(f"ix_check_in_device_{column}", "check_in_device", [column])
    with op.batch_alter_table("check_in") as table:
        table.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("at_device", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("offline", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("device_result", sa.String(length=32), nullable=True))
        table.create_foreign_key("fk_check_in_device_id", "check_in_device", ["device_id"], ["id"], ondelete="SET NULL")
        table.create_index("ix_check_in_device_id", ["device_id"])


def downgrade() -> None:
    with op.batch_alter_table("check_in") as table:
        table.drop_index("ix_check_in_device_id")
        table.drop_constraint("fk_check_in_device_id", type_="foreignkey")
        for column in ("device_result", "offline", "sequence", "at_device", "device_id"):
            table.drop_column(column)
    for name in ("check_in_device", "door_link"):
        op.drop_table(name)
    with op.batch_alter_table("check_in_point") as table:
        table.drop_index("ix_check_in_point_session_id")
        table.drop_constraint("fk_check_in_point_session_id", type_="foreignkey")
        for column in ("position", "closed", "seat_holders", "days", "options", "session_id", "area", "kind"):
            table.drop_column(column)
