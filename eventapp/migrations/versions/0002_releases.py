"""Releases of the programme, and what a session and a person are called elsewhere.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Old rows need a value at once; new ones get theirs from the models.
COLUMNS: dict[str, list[sa.Column[Any]]] = {
    "event": [sa.Column("day_starts", sa.Integer(), nullable=False, server_default="0")],
    "participation": [sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.true())],
    "person": [sa.Column("guid", sa.String(), nullable=True)],
    "session": [
        sa.Column("guid", sa.String(), nullable=True),
        sa.Column("subtitle", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("do_not_record", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("links", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("join_url", sa.String(), nullable=False, server_default=""),
    ],
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("uq_person_guid", "person", ["guid"], unique=True)
    op.create_index("uq_session_event_guid", "session", ["event_id", "guid"], unique=True)
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_release_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_release_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
        sa.UniqueConstraint("event_id", "number", name="uq_release_event_number"),
    )
    op.create_index("ix_release_user_id", "release", ["user_id"])
    op.create_table(
        "on_programme",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_on_programme_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_on_programme_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "person_id", name="pk_on_programme"),
    )
    op.create_index("ix_on_programme_person_id", "on_programme", ["person_id"])
    _release_what_is_public()
    op.drop_column("session", "sequence")


def _rows(table: str, *columns: str, **typed: Any) -> list[Any]:
    named = [sa.column(name) for name in columns] + [sa.column(name, kind) for name, kind in typed.items()]
    return list(op.get_bind().execute(sa.select(*named).select_from(sa.table(table))))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps no zone


def _release_what_is_public() -> None:
    """The first release of every event that had public sessions: what everybody sees must not go away."""
    words, moment = sa.JSON(), sa.DateTime(timezone=True)
    sites = {
        row.id: {"slug": row.slug, "name": row.name, "address": row.address, "latitude": row.latitude,
                 "longitude": row.longitude}
        for row in _rows("site", "id", "slug", "latitude", "longitude", name=words, address=words)
    }
    rooms = {
        row.id: {"id": row.id, "slug": row.slug, "name": row.name, "online": bool(row.online),
                 "capacity": row.capacity, "site": sites.get(row.site_id)}
        for row in sorted(
            _rows("room", "id", "slug", "online", "capacity", "site_id", "position", name=words),
            key=lambda row: (row.position, row.id),
        )
    }
    tracks = sorted(_rows("track", "id", "event_id", "slug", "colour", "position", name=words),
                    key=lambda row: (row.position, row.id))
    slugs = {row.id: row.slug for row in tracks}
    used: dict[int, set[int]] = {}
    for row in _rows("session_room", "session_id", "room_id"):
        used.setdefault(row.session_id, set()).add(row.room_id)
    parts: dict[int, list[Any]] = {}
    for row in sorted(_rows("participation", "id", "session_id", "person_id", "role", "mode", "position"),
                      key=lambda row: (row.position, row.id)):
        parts.setdefault(row.session_id, []).append([row.person_id, row.role, row.mode])
    by_event: dict[int, list[Any]] = {}
    for row in _rows("session", "id", "event_id", "code", "uid", "sequence", "kind", "status", "capacity", "track_id",
                     title=words, abstract=words, spoken=words, interpreted=words, starts_at=moment, ends_at=moment,
                     updated_at=moment):
        if row.status != "draft" and row.starts_at is not None:
            by_event.setdefault(row.event_id, []).append(row)
    release = sa.table("release", *(sa.column(name) for name in ("event_id", "number")), sa.column("at", moment),
                       *(sa.column(name, words) for name in ("note", "changes", "content")))
    on_programme = sa.table("on_programme", sa.column("event_id"), sa.column("person_id"))
    for event_id, sessions in by_event.items():
        content = [
            {
                "id": row.id, "code": row.code, "uid": row.uid, "guid": row.uid, "sequence": row.sequence,
                "kind": row.kind, "status": row.status, "title": row.title, "subtitle": {}, "abstract": row.abstract,
                "starts_at": _utc(row.starts_at).isoformat(), "ends_at": _utc(row.ends_at).isoformat(),
                "spoken": row.spoken, "interpreted": row.interpreted, "capacity": row.capacity,
                "do_not_record": False, "links": [], "updated_at": _utc(row.updated_at).isoformat(), "gone": False,
                "track": slugs.get(row.track_id),
                "rooms": [room["slug"] for number, room in rooms.items() if number in used.get(row.id, ())],
                "parts": parts.get(row.id, []),
            }
            for row in sorted(sessions, key=lambda row: (_utc(row.starts_at), _utc(row.ends_at), row.id))
        ]
        shown = {number for row in sessions for number in used.get(row.id, ())}
        op.get_bind().execute(
            release.insert().values(
                event_id=event_id, number=1, at=datetime.now(UTC), note={}, changes=[],
                content={
                    "format": 1,
                    "rooms": [room for number, room in rooms.items() if number in shown],
                    "tracks": [{"slug": row.slug, "name": row.name, "colour": row.colour}
                               for row in tracks if row.event_id == event_id],
                    "sessions": content,
                },
            )
        )
        people = {part[0] for row in sessions if row.status == "published" for part in parts.get(row.id, [])}
        for person in sorted(people):
            op.get_bind().execute(on_programme.insert().values(event_id=event_id, person_id=person))


def downgrade() -> None:
    op.add_column("session", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.drop_table("on_programme")
    op.drop_table("release")
    op.drop_index("uq_session_event_guid", "session")
    op.drop_index("uq_person_guid", "person")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
