"""Whether a private link was only ever e-mailed: who has it can then read the mailbox.

Of what came in by the form before, that is known only where the address was confirmed.

Revision ID: 0046
Revises: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("only_emailed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("""
        UPDATE registration SET only_emailed = true
        WHERE source IN ('team', 'import', 'door')
           OR status IN ('unconfirmed', 'unconfirmed_waiting')
           OR id IN (
               SELECT registration_id FROM registration_change
               WHERE field = 'status' AND CAST(before AS TEXT) IN ('"unconfirmed"', '"unconfirmed_waiting"')
           )
    """)


def downgrade() -> None:
    op.drop_column("registration", "only_emailed")
