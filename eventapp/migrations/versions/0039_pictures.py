"""Pictures that are uploaded: what each is for, its files, its focal point; and the look of an event without one.

Revision ID: 0039
Revises: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

OWNERS = {"organization_id": "organization", "person_id": "person", "venue_id": "venue"}

ONLY_ONE = (
    ("cover", ["event_id"], "use = 'cover'"),
    ("emblem", ["event_id", "organization_id"], "organization_id IS NOT NULL"),
    ("speaker", ["event_id", "person_id"], "person_id IS NOT NULL"),
    ("plan", ["venue_id"], "venue_id IS NOT NULL"),
)


def upgrade() -> None:
    op.add_column("event", sa.Column("colour", sa.String(length=32), nullable=True))
    op.add_column("event", sa.Column("motif", sa.String(length=32), nullable=True))
    with op.batch_alter_table("photo") as photo:
        photo.add_column(sa.Column("use", sa.String(length=32), server_default="gallery", nullable=False))
        for name, table in OWNERS.items():
            photo.add_column(sa.Column(name, sa.Integer(), nullable=True))
            photo.create_foreign_key(f"fk_photo_{name}_{table}", table, [name], ["id"], ondelete="CASCADE")
        photo.add_column(sa.Column("digest", sa.String(), server_default="", nullable=False))
        photo.add_column(sa.Column("widths", sa.JSON(), server_default="[]", nullable=False))
        photo.add_column(sa.Column("modern", sa.String(), server_default="avif", nullable=False))
        photo.add_column(sa.Column("focal_x", sa.Integer(), server_default="50", nullable=False))
        photo.add_column(sa.Column("focal_y", sa.Integer(), server_default="50", nullable=False))
        photo.add_column(sa.Column("shown", sa.Boolean(), server_default=sa.true(), nullable=False))
        photo.create_check_constraint(
            "focal_point", "focal_x BETWEEN 0 AND 100 AND focal_y BETWEEN 0 AND 100"
        )
    op.create_index("ix_photo_digest", "photo", ["digest"])
    for what, columns, of in ONLY_ONE:
        op.create_index(
            f"uq_photo_{what}", "photo", columns, unique=True, sqlite_where=sa.text(of), postgresql_where=sa.text(of)
        )


def downgrade() -> None:
    for what, _columns, _of in ONLY_ONE:
        op.drop_index(f"uq_photo_{what}", "photo")
    op.drop_index("ix_photo_digest", "photo")
    op.execute("DELETE FROM photo WHERE path = '' OR use != 'gallery'")
    with op.batch_alter_table("photo") as photo:
        photo.drop_constraint("focal_point", type_="check")
        for name in ("shown", "focal_y", "focal_x", "modern", "widths", "digest"):
            photo.drop_column(name)
        for name, table in OWNERS.items():
            photo.drop_constraint(f"fk_photo_{name}_{table}", type_="foreignkey")
            photo.drop_column(name)
        photo.drop_column("use")
    op.drop_column("event", "motif")
    op.drop_column("event", "colour")
