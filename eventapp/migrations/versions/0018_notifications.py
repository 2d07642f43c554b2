"""Notifications: one table of what is pending, and one of what each attendee or speaker was last sent.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _table(name: str, *columns: str) -> sa.TableClause:
    """Of the columns that are read and written here those with a type of their own."""
    types: dict[str, sa.types.TypeEngine[object]] = {"facts": sa.JSON(), "last_sent": sa.JSON(), "data": sa.JSON()}
    times = {"sent_at", "due_at", "created_at"}
    return sa.table(name, *(sa.column(c, types.get(c, moment() if c in times else None)) for c in columns))


SENT = ("code", "uid", "sequence", "last_sent", "fingerprint", "sent_at")
TOLD = ("code", "uid", "sequence", "facts", "mark", "sent_at")
# Table before, its owner before, the owner's column now.
INVITATIONS = [
    ("registration_invitation", "registration_id", "registration_id", "registration"),
    ("speaker_invitation", "link_id", "speaker_link_id", "speaker_link"),
]
# Table before, its owner, table of the owner, recipient and kind now.
NEWS = [
    ("registration_news", "registration_id", "registration", "registration"),
    ("speaker_news", "link_id", "speaker_link", "speaker"),
]
KINDS = {"registration": "registration.changes", "speaker": "proposals.changes"}


def _renamed(facts: dict[str, object], before: str, after: str) -> dict[str, object]:
    return {**facts, "state": after} if facts.get("state") == before else facts


def upgrade() -> None:
    op.create_table(
        "sent_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("speaker_link_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("last_sent", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("sent_at", moment(), nullable=False),
        sa.CheckConstraint(
            "(registration_id IS NULL) <> (speaker_link_id IS NULL)", name=op.f("ck_sent_invitation_one_recipient")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_sent_invitation_registration_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_link_id"], ["speaker_link.id"], name="fk_sent_invitation_speaker_link_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sent_invitation"),
        sa.UniqueConstraint("uid", name="uq_sent_invitation_uid"),
        sa.UniqueConstraint("registration_id", "code", name="uq_sent_invitation_registration_code"),
        sa.UniqueConstraint("speaker_link_id", "code", name="uq_sent_invitation_speaker_link_code"),
    )
    op.create_table(
        "pending_notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("due_at", moment(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pending_notification"),
        sa.UniqueConstraint("recipient", "slot", name="uq_pending_notification_recipient_slot"),
    )
    op.create_index("ix_pending_notification_due_at", "pending_notification", ["due_at"])
    op.create_index("ix_pending_notification_topic", "pending_notification", ["topic"])
    connection = op.get_bind()
    for old, owner, column, _of in INVITATIONS:
        before, after = _table(old, "id", owner, *TOLD), _table("sent_invitation", column, *SENT)
        for row in connection.execute(sa.select(before).order_by(before.c.id)).all():
            values = dict(zip(SENT, (getattr(row, name) for name in TOLD), strict=True))
            values["last_sent"] = _renamed(values["last_sent"], "given_up", "released")
            connection.execute(after.insert().values({column: getattr(row, owner), **values}))
        op.drop_table(old)
    pending = _table(
        "pending_notification", "recipient", "slot", "kind", "topic", "due_at", "created_at", "version", "data"
    )
    for old, owner, of, recipient in NEWS:
        before, owners = _table(old, owner, "due_at"), _table(of, "id", "event_id")
        rows = sa.select(before.c[owner], before.c.due_at, owners.c.event_id).join(owners, owners.c.id == before.c[owner])
        for number, due_at, event in connection.execute(rows).all():
            connection.execute(
                pending.insert().values(
                    recipient=f"{recipient}:{number}",
                    slot="",
                    kind=KINDS[recipient],
                    topic=f"event:{event}",
                    due_at=due_at,
                    created_at=due_at,
                    version=1,
                    data={},
                )
            )
        op.drop_table(old)


def downgrade() -> None:
    connection = op.get_bind()
    for old, owner, column, of in INVITATIONS:
        op.create_table(
            old,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column(owner, sa.Integer(), nullable=False),
            sa.Column("code", sa.String(), nullable=False),
            sa.Column("uid", sa.String(), nullable=False),
            sa.Column("sequence", sa.Integer(), nullable=False),
            sa.Column("facts", sa.JSON(), nullable=False),
            sa.Column("mark", sa.String(), nullable=False),
            sa.Column("sent_at", moment(), nullable=False),
            sa.ForeignKeyConstraint([owner], [f"{of}.id"], name=f"fk_{old}_{owner}", ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id", name=f"pk_{old}"),
            sa.UniqueConstraint(owner, "code", name=f"uq_{old}_{owner.removesuffix('_id')}_code"),
            sa.UniqueConstraint("uid", name=f"uq_{old}_uid"),
        )
        after, before = _table(old, owner, *TOLD), _table("sent_invitation", "id", column, *SENT)
        query = sa.select(before).where(before.c[column].is_not(None)).order_by(before.c.id)
        for row in connection.execute(query).all():
            values = dict(zip(TOLD, (getattr(row, name) for name in SENT), strict=True))
            values["facts"] = _renamed(values["facts"], "released", "given_up")
            connection.execute(after.insert().values({owner: getattr(row, column), **values}))
    for old, owner, of, recipient in NEWS:
        op.create_table(
            old,
            sa.Column(owner, sa.Integer(), nullable=False),
            sa.Column("due_at", moment(), nullable=False),
            sa.ForeignKeyConstraint([owner], [f"{of}.id"], name=f"fk_{old}_{owner}", ondelete="CASCADE"),
            sa.PrimaryKeyConstraint(owner, name=f"pk_{old}"),
        )
        op.create_index(f"ix_{old}_due_at", old, ["due_at"])
        pending, owners = _table("pending_notification", "recipient", "slot", "due_at"), _table(of, "id")
        known = set(connection.execute(sa.select(owners.c.id)).scalars())
        rows = connection.execute(
            sa.select(pending.c.recipient, pending.c.due_at).where(
                pending.c.recipient.like(f"{recipient}:%"), pending.c.slot == ""
            )
        ).all()
        for key, due_at in rows:
            number = int(key.partition(":")[2])
            if number in known:
                connection.execute(_table(old, owner, "due_at").insert().values({owner: number, "due_at": due_at}))
    op.drop_table("pending_notification")
    op.drop_table("sent_invitation")
