"""Shared seats, offered seats, lotteries, parties, and e-mail addresses to confirm.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BEFORE = sa.text("status IN ('pending', 'confirmed', 'waitlisted')")
AFTER = sa.text("status IN ('confirmed', 'offered', 'pending', 'unconfirmed', 'unconfirmed_waiting', 'waitlisted')")
PERSON = ["contact_id", "name_key", "same_name"]

option = sa.table(
    "attendance_option", *map(sa.column, ("id", "pool_id", "capacity", "seats_taken", "promotion", "access"))
)
pool = sa.table("seat_pool", *map(sa.column, ("id", "capacity", "seats_taken")))
registration = sa.table("registration", *map(sa.column, ("option_id", "status", "waiting_since")))


def upgrade() -> None:
    op.create_table(
        "registration_settings",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("address_check", sa.String(length=32), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_registration_settings_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name="pk_registration_settings"),
    )
    op.create_table(
        "seat_pool",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats_taken >= 0", name="ck_seat_pool_taken_not_negative"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_seat_pool_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_seat_pool"),
    )
    op.create_index("ix_seat_pool_event_id", "seat_pool", ["event_id"])
    # In SQLite's words, too: alembic can't add a column that refers to another table there.
    op.execute(
        "ALTER TABLE attendance_option ADD COLUMN pool_id INTEGER "
        "CONSTRAINT fk_attendance_option_pool_id REFERENCES seat_pool (id)"
    )
    op.create_index("ix_attendance_option_pool_id", "attendance_option", ["pool_id"])
    for column in (
        sa.Column("promotion", sa.String(length=32), nullable=False, server_default="at_once"),
        sa.Column("offer_hours", sa.Integer(), nullable=False, server_default="24"),
        sa.Column("smaller_may_pass", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("drawn_at", sa.DateTime(timezone=True)),
        sa.Column("draw_seed", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("attendance_option", column)
    op.add_column("registration", sa.Column("held_until", sa.DateTime(timezone=True)))
    op.add_column("registration", sa.Column("party", sa.String()))
    op.create_index("ix_registration_held_until", "registration", ["held_until"])
    _replace_index(AFTER)


def downgrade() -> None:
    with _rebuilding():
        _end_what_is_new()
        _replace_index(BEFORE)
        op.drop_index("ix_registration_held_until", "registration")
        op.drop_index("ix_attendance_option_pool_id", "attendance_option")
        with op.batch_alter_table("registration") as table:
            table.drop_column("held_until")
            table.drop_column("party")
        with op.batch_alter_table("attendance_option") as table:
            if op.get_bind().dialect.name == "postgresql":  # SQLite drops it with the column
                table.drop_constraint("fk_attendance_option_pool_id", type_="foreignkey")
            for name in ("pool_id", "promotion", "offer_hours", "smaller_may_pass", "drawn_at", "draw_seed"):
                table.drop_column(name)
        op.drop_table("seat_pool")
        op.drop_table("registration_settings")


def _replace_index(where: sa.TextClause) -> None:
    name = "uq_registration_active_person"
    op.drop_index(name, "registration")
    op.create_index(name, "registration", PERSON, unique=True, sqlite_where=where, postgresql_where=where)


def _end_what_is_new() -> None:
    """The older version knows neither these states nor pools: nobody loses a confirmed seat, and none is sold twice."""
    unconfirmed = sa.select(sa.func.count()).where(
        registration.c.option_id == option.c.id, registration.c.status == "unconfirmed"
    )
    op.execute(option.update().values(seats_taken=option.c.seats_taken - unconfirmed.scalar_subquery()))
    for new, old in (("unconfirmed", "cancelled"), ("expired", "cancelled"), ("offered", "pending")):
        op.execute(registration.update().where(registration.c.status == new).values(status=old))
    waits = registration.c.status == "unconfirmed_waiting"
    op.execute(registration.update().where(waits).values(status="cancelled", waiting_since=None))
    op.execute(option.update().where(option.c.access == "lottery").values(access="approval"))
    # The first option gets the seats that are left.
    connection = op.get_bind()
    for number, capacity in connection.execute(sa.select(pool.c.id, pool.c.capacity)).all():
        query = sa.select(option.c.id, option.c.seats_taken).where(option.c.pool_id == number).order_by(option.c.id)
        sharing = connection.execute(query).all()
        left = capacity - sum(taken for _id, taken in sharing)
        for position, (key, taken) in enumerate(sharing):
            own = taken + (left if position == 0 else 0)
            op.execute(option.update().where(option.c.id == key).values(capacity=own))


@contextmanager
def _rebuilding() -> Iterator[None]:
    """Let SQLite copy tables to change them, without deleting what refers to the old ones."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        yield
        return
    _switch_foreign_keys(on=False)
    yield
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError(f"row {broken[1]} of {broken[0]} refers to a missing row of {broken[2]}")
    _switch_foreign_keys(on=True)


def _switch_foreign_keys(*, on: bool) -> None:
    """Switch them outside a transaction, where alone it has an effect."""
    with op.get_context().autocommit_block():
        driver: Any = op.get_bind().connection.driver_connection
        driver.commit()  # also on such a connection, the app begins transactions itself (`core/db.py`)
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
        if driver.execute("PRAGMA foreign_keys").fetchone() != (int(on),):
            raise RuntimeError("SQLite did not switch its foreign keys")
