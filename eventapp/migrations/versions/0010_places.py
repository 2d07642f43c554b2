"""Where sessions are that calendars were told of: by what their sites are called, and where the event is without a room.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NO_DATE = {"postponed", "cancelled"}


def upgrade() -> None:
    # What holds is taken for told: else all who have a place in such a session would be written to without any news.
    event = sa.table("event", sa.column("id"), sa.column("place", sa.JSON()), sa.column("format"))
    for name, owner, column in (
        ("registration_invitation", "registration", "registration_id"),
        ("speaker_invitation", "speaker_link", "link_id"),
    ):
        told = sa.table(name, *map(sa.column, ("id", "code", "mark", column)), sa.column("facts", sa.JSON()))
        owners = sa.table(owner, sa.column("id"), sa.column("event_id"))
        rows = op.get_bind().execute(
            sa.select(told.c.id, told.c.facts, told.c.mark, event.c.place, event.c.format)
            .join(owners, owners.c.id == told.c[column])
            .join(event, event.c.id == owners.c.event_id)
            .where(told.c.code != "")
        )
        for number, facts, mark, place, event_format in rows.all():
            values = _facts(facts, place if event_format != "online" else {})
            if values != facts:
                mark = mark if values["state"] in NO_DATE else _mark(values)
                op.execute(told.update().where(told.c.id == number).values(facts=values, mark=mark))


def downgrade() -> None:
    """Nothing to take back: the older version tells such sessions once more."""


def _facts(facts: dict[str, Any], place: Mapping[str, str]) -> dict[str, Any]:
    rooms = facts["place"].split("/")[: len(facts["rooms"])]
    venue = facts["venue"] if rooms or not place else [dict(place)]
    key = "/".join(filter(None, [*rooms, "/".join(_fold(_english(name)) for name in venue)]))
    return {**facts, "place": key, "venue": venue}


def _english(name: Mapping[str, str]) -> str:
    return next((name[tag] for tag in ("en", "ja") if tag in name), next(iter(name.values()), ""))


def _fold(text: str) -> str:
    """As names were compared when this was written (`core/words.py`)."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("ß", "ss")
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return "".join(c for c in unicodedata.normalize("NFKC", bare) if unicodedata.category(c)[0] in "LNM")


def _mark(facts: dict[str, Any]) -> str:
    text = json.dumps({**facts, "rooms": [], "venue": []}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
