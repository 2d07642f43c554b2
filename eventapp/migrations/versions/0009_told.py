"""How an event that is taken back, or whose day is not known any more, was told: hours, zone, deadlines.

And who came into a session with a release, or left it.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CLOSING = ("attendance_option", "call_for_speakers")


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    # Never by making a table anew: SQLite would take the registrations of its rows along.
    op.add_column("event", sa.Column("undated_at", moment(), nullable=True))
    op.add_column("event", sa.Column("told_zone", sa.String(), nullable=True))
    precision = sa.Enum("day", "month", "year", name="precision", native_enum=False, length=32)
    op.add_column("event", sa.Column("told_precision", precision, nullable=True))
    op.add_column("event", sa.Column("told_deadlines", sa.JSON(), nullable=False, server_default="[]"))
    # What the team has changed since the withdrawal is not known any more: from here on it stays.
    op.execute("UPDATE event SET told_zone = zone, told_precision = precision WHERE told_ends_at IS NOT NULL")
    # One whose day is not known never was in the calendar of all events.
    op.execute("UPDATE event SET unlisted_at = NULL WHERE precision <> 'day'")
    _fill_deadlines()
    op.add_column("release", sa.Column("turned", sa.JSON(), nullable=False, server_default="[]"))
    _fill_turned()


def _fill_turned() -> None:
    release = sa.table(
        "release", *map(sa.column, ("id", "event_id", "number")), sa.column("content", sa.JSON()),
        sa.column("turned", sa.JSON()),
    )
    known: dict[str, set[int]] = {}
    present = None
    numbers = sa.select(release.c.id).order_by(release.c.event_id, release.c.number)
    for number in op.get_bind().execute(numbers).scalars().all():  # one by one: each is megabytes at a summit
        query = sa.select(release.c.event_id, release.c.content).where(release.c.id == number)
        event, content = op.get_bind().execute(query).one()
        if event != present:
            known, present = {}, event
        people = {row["code"]: {part[0] for part in row["parts"]} for row in content["sessions"]}
        turned = [
            {"code": code, "person": person}
            for code, now in people.items()
            if code in known
            for person in sorted(now ^ known[code])
        ]
        known = people
        if turned:
            op.execute(release.update().where(release.c.id == number).values(turned=turned))


def _fill_deadlines() -> None:
    names = ("uid", "closing_sequence")
    event = sa.table("event", sa.column("id"), sa.column("told_deadlines", sa.JSON()), sa.column("withdrawn_at", moment()))
    told: dict[int, list[dict[str, object]]] = {}
    for name, changed in [*((table, "closing_changed_at") for table in CLOSING), ("removed_option", "removed_at")]:
        table = sa.table(
            name, sa.column("event_id"), *map(sa.column, names), sa.column("told_closing", moment()),
            sa.column(changed, moment()),
        )
        rows = op.get_bind().execute(
            sa.select(event.c.id, table.c.uid, table.c.closing_sequence, table.c.told_closing)
            .join(event, event.c.id == table.c.event_id)
            .where(table.c.told_closing.is_not(None), table.c[changed] <= event.c.withdrawn_at)
        )
        for number, uid, sequence, at in rows:
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
            entry = {"uid": uid, "sequence": sequence, "at": at.isoformat()}
            told.setdefault(number, []).append(entry)
    for number, entries in told.items():
        entries.sort(key=lambda entry: (str(entry["at"]), str(entry["uid"])))  # as calendars have them
        op.execute(event.update().where(event.c.id == number).values(told_deadlines=entries))


def downgrade() -> None:
    op.drop_column("release", "turned")
    for name in ("told_deadlines", "told_precision", "told_zone", "undated_at"):
        op.drop_column("event", name)
