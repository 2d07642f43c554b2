"""What a search finds registered people by.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAMES = ("family_name", "given_name", "organization_name")
registration = sa.table("registration", *map(sa.column, ("id", *NAMES, "searchable")))


def upgrade() -> None:
    op.add_column("registration", sa.Column("searchable", sa.String(), nullable=False, server_default=""))
    rows = op.get_bind().execute(sa.select(registration.c.id, *(registration.c[name] for name in NAMES))).all()
    statement = registration.update().where(registration.c.id == sa.bindparam("number"))
    for first in range(0, len(rows), 1000):
        values = [{"number": number, "found": _searchable(*names)} for number, *names in rows[first : first + 1000]]
        op.get_bind().execute(statement.values(searchable=sa.bindparam("found")), values)
    # The default stays: SQLite would make the table anew to take it away, and delete what points to it.


def downgrade() -> None:
    op.drop_column("registration", "searchable")


def _searchable(family: str, given: str, organization: str) -> str:
    """As it was written when this was (`registration/rules.py`)."""
    first, second = _fold(family), _fold(given)
    parts = [first + second, second + first] if first and second else [first + second]
    return " ".join([*parts, _fold(organization)]).strip()


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("ß", "ss")
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return "".join(c for c in unicodedata.normalize("NFKC", bare) if unicodedata.category(c)[0] in "LNM")
