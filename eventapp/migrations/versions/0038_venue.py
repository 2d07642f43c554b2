"""One source of where an event is: its venues. What the event itself said becomes a venue, or is shown to the team.

Revision ID: 0038
Revises: 0037
"""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

EVENT = sa.table(
    "event",
    sa.column("id"),
    sa.column("format"),
    sa.column("place", sa.JSON()),
    sa.column("former_place", sa.JSON()),
)
VENUE = sa.table(
    "venue",
    *map(sa.column, ("id", "event_id", "slug", "position")),
    *(sa.column(name, sa.JSON()) for name in ("name", "address", "access", "travel_minutes")),
)
SENT = sa.table(
    "sent_invitation",
    *map(sa.column, ("id", "registration_id", "speaker_link_id", "code", "fingerprint")),
    sa.column("last_sent", sa.JSON()),
)
ONLINE = {"online", "オンライン"}
UNDATED = {"postponed", "cancelled"}


def upgrade() -> None:
    op.add_column("event", sa.Column("former_place", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("venue", sa.Column("access", sa.JSON(), server_default="{}", nullable=False))
    connection = op.get_bind()
    first: dict[int, dict[str, str]] = {}
    for row in connection.execute(sa.select(VENUE).order_by(VENUE.c.position, VENUE.c.id)):
        first.setdefault(row.event_id, row.name)
    for event, event_format, place in connection.execute(sa.select(EVENT.c.id, EVENT.c.format, EVENT.c.place)).all():
        if not place or (event_format == "online" and _fold(_english(place)) in ONLINE):
            continue
        if event not in first:
            texts = {"name": place, "address": {}, "access": {}, "travel_minutes": {}}
            op.execute(VENUE.insert().values(event_id=event, slug=secrets.token_hex(4), position=0, **texts))
        elif _fold(_english(place)) != _fold(_english(first[event])):
            op.execute(EVENT.update().where(EVENT.c.id == event).values(former_place=place))
            if event_format != "online":
                _take_for_sent(event, place, first[event])
    op.drop_column("event", "place")


def _take_for_sent(event: int, place: Mapping[str, str], name: Mapping[str, str]) -> None:
    """Sessions without a room are where the event is. What is called differently now is no news: nobody has moved."""
    for owner, column in (("registration", SENT.c.registration_id), ("speaker_link", SENT.c.speaker_link_id)):
        owners = sa.table(owner, sa.column("id"), sa.column("event_id"))
        query = (
            sa.select(SENT.c.id, SENT.c.last_sent)
            .join(owners, owners.c.id == column)
            .where(owners.c.event_id == event, SENT.c.code != "")
        )
        for number, values in op.get_bind().execute(query).all():
            if values.get("rooms") or values.get("venue") != [dict(place)]:
                continue
            changed = {**values, "venue": [dict(name)], "place": _fold(_english(name))}
            mark = {} if values["state"] in UNDATED else {"fingerprint": _mark(changed)}
            op.execute(SENT.update().where(SENT.c.id == number).values(last_sent=changed, **mark))


def downgrade() -> None:
    op.add_column("event", sa.Column("place", sa.JSON(), server_default="{}", nullable=False))
    first: dict[int, dict[str, str]] = {}
    for row in op.get_bind().execute(sa.select(VENUE).order_by(VENUE.c.position, VENUE.c.id)):
        first.setdefault(row.event_id, row.name)
    for event, former in op.get_bind().execute(sa.select(EVENT.c.id, EVENT.c.former_place)).all():
        if place := former or first.get(event):
            op.execute(EVENT.update().where(EVENT.c.id == event).values(place=place))
    op.drop_column("venue", "access")
    op.drop_column("event", "former_place")


def _english(name: Mapping[str, str]) -> str:
    return next((name[tag] for tag in ("en", "ja") if tag in name), next(iter(name.values()), ""))


def _fold(text: str) -> str:
    """As names were compared when this was written (`core/localized.py`)."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("ß", "ss")
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return "".join(c for c in unicodedata.normalize("NFKC", bare) if unicodedata.category(c)[0] in "LNM")


def _mark(values: dict[str, Any]) -> str:
    text = json.dumps({**values, "rooms": [], "venue": []}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
