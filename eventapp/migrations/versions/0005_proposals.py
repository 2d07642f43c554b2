"""The call for speakers: calls, proposals, reviews, and speakers' links.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _kind(length: int = 32) -> sa.String:
    return sa.String(length=length)


def upgrade() -> None:
    op.create_table(
        "call_for_speakers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("opens_at", MOMENT, nullable=True),
        sa.Column("closes_at", MOMENT, nullable=True),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("lengths", sa.JSON(), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_call_for_speakers_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_call_for_speakers"),
        sa.UniqueConstraint("event_id", name="uq_call_for_speakers_event"),
    )
    op.create_table(
        "speaker_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("answer", _kind(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_speaker_link_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_speaker_link_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_speaker_link"),
        sa.UniqueConstraint("event_id", "person_id", name="uq_speaker_link_event_person"),
        sa.UniqueConstraint("token", name="uq_speaker_link_token"),
    )
    op.create_index("ix_speaker_link_person_id", "speaker_link", ["person_id"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("status", _kind(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("abstract", sa.String(), nullable=False),
        sa.Column("written_in", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("spoken", sa.JSON(), nullable=False),
        sa.Column("mode", _kind(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("organization_name", sa.String(), nullable=False),
        sa.Column("country_code", sa.String(), nullable=True),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_proposal_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_proposal_session_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["link_id"], ["speaker_link.id"], name="fk_proposal_link_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.UniqueConstraint("event_id", "code", name="uq_proposal_event_code"),
        sa.UniqueConstraint("token", name="uq_proposal_token"),
        sa.UniqueConstraint("once", name="uq_proposal_once"),
    )
    op.create_index("ix_proposal_list", "proposal", ["event_id", "status", "created_at"])
    op.create_index("ix_proposal_session_id", "proposal", ["session_id"])
    op.create_index("ix_proposal_link_id", "proposal", ["link_id"])
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("vote", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("vote BETWEEN -1 AND 1", name="ck_review_vote_in_range"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_review_proposal_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_review_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("proposal_id", "user_id", name="uq_review_proposal_user"),
    )
    op.create_index("ix_review_user_id", "review", ["user_id"])


def downgrade() -> None:
    for table in ("review", "proposal", "speaker_link", "call_for_speakers"):
        op.drop_table(table)
