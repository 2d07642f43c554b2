"""E-mail address, language and time zone of a registration move to a contact, which several persons may share.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ACTIVE = ("pending", "confirmed", "waitlisted")
_IS_ACTIVE = sa.text("status IN ('pending', 'confirmed', 'waitlisted')")
BATCH = 1000

contact = sa.table(
    "contact",
    *map(sa.column, ("id", "event_id", "email", "email_key", "phone", "language", "zone")),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
registration = sa.table(
    "registration",
    *map(
        sa.column,
        (
            "id",
            "event_id",
            "status",
            "contact_id",
            "name_key",
            "same_name",
            "email",
            "email_key",
            "language",
            "zone",
            "family_name",
            "given_name",
        ),
    ),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    with _rebuilding():
        _upgrade()


def downgrade() -> None:
    with _rebuilding():
        _downgrade()


def _upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_contact_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint("event_id", "email_key", name="uq_contact_email"),
    )
    op.add_column("registration", sa.Column("contact_id", sa.Integer(), nullable=True))
    op.add_column("registration", sa.Column("name_key", sa.String(), nullable=False, server_default=""))
    op.add_column("registration", sa.Column("same_name", sa.Integer(), nullable=False, server_default="0"))
    _move_addresses()
    op.drop_index("uq_registration_active_email", "registration")
    with op.batch_alter_table("registration") as table:
        table.alter_column("contact_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("name_key", existing_type=sa.String(), server_default=None)
        table.alter_column("same_name", existing_type=sa.Integer(), server_default=None)
        table.create_foreign_key("fk_registration_contact_id", "contact", ["contact_id"], ["id"])
        for name in ("email", "email_key", "language", "zone"):
            table.drop_column(name)
    op.create_index("ix_registration_contact_id", "registration", ["contact_id"])
    names = ["contact_id", "name_key", "same_name"]
    _create_unique("uq_registration_active_person", "registration", names, where=_IS_ACTIVE)


def _downgrade() -> None:
    for name in ("email", "email_key", "language", "zone"):
        op.add_column("registration", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in ("email", "email_key", "language", "zone"):
        value = sa.select(sa.func.coalesce(contact.c[name], "")).where(contact.c.id == registration.c.contact_id).scalar_subquery()
        op.execute(registration.update().values({name: value}))
    _tell_apart()
    op.drop_index("uq_registration_active_person", "registration")
    op.drop_index("ix_registration_contact_id", "registration")
    with op.batch_alter_table("registration") as table:
        for name in ("email", "email_key", "language", "zone"):
            table.alter_column(name, existing_type=sa.String(), server_default=None)
        table.drop_constraint("fk_registration_contact_id", type_="foreignkey")
        for name in ("contact_id", "name_key", "same_name"):
            table.drop_column(name)
    _create_unique("uq_registration_active_email", "registration", ["event_id", "email_key"], where=_IS_ACTIVE)
    op.drop_table("contact")


def _create_unique(name: str, table: str, columns: list[str], *, where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


@contextmanager
def _rebuilding() -> Iterator[None]:
    """Let SQLite copy tables to change them, without deleting what refers to the old ones.

    Everything inside is one transaction, so that a migration that was interrupted can be started again.
    """
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


def _move_addresses() -> None:
    """Create one contact per event and mailbox, as its newest active registration has it."""
    connection = op.get_bind()
    columns = registration.c
    query = sa.select(*(columns[name] for name in ("event_id", "email", "email_key", "language", "zone", "created_at")))
    contacts: dict[tuple[int, str], dict[str, Any]] = {}
    for row in connection.execute(query.order_by(columns.status.in_(ACTIVE), columns.created_at, columns.id)):
        contacts[row.event_id, row.email_key] = row._asdict() | {"phone": ""}
    rows = list(contacts.values())
    for first in range(0, len(rows), BATCH):
        connection.execute(contact.insert(), rows[first : first + BATCH])
    same = sa.and_(contact.c.event_id == columns.event_id, contact.c.email_key == columns.email_key)
    connection.execute(registration.update().values(contact_id=sa.select(contact.c.id).where(same).scalar_subquery()))
    # Contacts that a downgrade had given a key of their own.
    connection.execute(contact.update().where(contact.c.email == "").values(email_key=None))
    found = connection.execute(sa.select(columns.id, columns.family_name, columns.given_name)).all()
    keys = [{"number": row.id, "key": _name_key(row.family_name, row.given_name)} for row in found]
    change = registration.update().where(columns.id == sa.bindparam("number")).values(name_key=sa.bindparam("key"))
    for first in range(0, len(keys), BATCH):
        connection.execute(change, keys[first : first + BATCH])


def _tell_apart() -> None:
    """Before, a mailbox had one active registration: others get a key that no address can have."""
    connection = op.get_bind()
    columns = registration.c
    query = sa.select(columns.id, columns.event_id, columns.email_key).where(columns.status.in_(ACTIVE))
    taken = set()
    for row in connection.execute(query.order_by(columns.id)).all():
        if (row.event_id, row.email_key) in taken or not row.email_key:
            key = f"{row.email_key} {row.id}"
            connection.execute(registration.update().where(columns.id == row.id).values(email_key=key))
        taken.add((row.event_id, row.email_key))


def _name_key(family: str, given: str) -> str:
    """How two spellings of a name were compared when this was written (`registration/rules.py`)."""
    words = f"{family} {given}".split()
    return " ".join(sorted(_fold(word) or word.casefold() for word in words))


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word).casefold().replace("ß", "ss")
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    composed = unicodedata.normalize("NFKC", bare)
    return "".join(c for c in composed if unicodedata.category(c)[0] in "LNM")
