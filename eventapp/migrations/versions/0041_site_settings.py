"""The settings of the site, which an administrator changes on a page.

Revision ID: 0041
Revises: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

JSON = ("name", "imprint", "privacy", "accessibility", "links", "languages")
TEXT = ("contact_email", "zone", "country_code", "logo_digest")


def upgrade() -> None:
    op.create_table(
        "site_settings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("colour", sa.String(length=32), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in JSON),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXT),
        sa.Column("logo_width", sa.Integer(), nullable=False),
        sa.Column("logo_height", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )


def downgrade() -> None:
    op.drop_table("site_settings")
