"""A survey and the certificate in the thank-you e-mail.

Revision ID: 0034
Revises: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("email_settings", sa.Column("survey_url", sa.String(), server_default="", nullable=False))
    op.add_column(
        "email_settings", sa.Column("certificate_link", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    with op.batch_alter_table("email_settings") as table:
        table.drop_column("certificate_link")
        table.drop_column("survey_url")
