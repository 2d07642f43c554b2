"""What a frozen statement keeps: all numbers, the names of cities and organizations behind them, the summary in both
languages, and what was counted how. Nothing about people: no names, and no number of people for a single city or
organization, which may stand for one person.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from eventapp.attendance.models import FrozenStatement
from eventapp.attendance.rules import CountStatement
from eventapp.core.db import db
from eventapp.events.models import Event


def content(said: CountStatement) -> dict[str, Any]:
    """A statement as it is stored: plain JSON that needs no other row to be shown."""
    counts = said.counts
    return {
        "summary": {language: said.text(language) for language in ("en", "ja")},
        "rounding": said.rounding.value,
        "modes": [mode.value for mode in said.modes],
        "host_counted": said.host_counted,
        "home": counts.home,
        "people": counts.people,
        "generated": counts.generated,
        "by_mode": {mode.value: number for mode, number in counts.by_mode.items()},
        "by_status": {status.value: number for status, number in counts.by_status.items()},
        "by_country": [{"code": row.code, "people": row.people} for row in counts.countries if row.people],
        "delegations": {mode.value: number for mode, number in counts.unnamed.items()},
        "foreign_countries": list(counts.city_countries if counts.foreign_cities else counts.foreign_countries),
        "foreign_cities": [{"names": dict(one.names), "country": one.country} for one in counts.foreign_cities],
        "domestic_cities": [{"names": dict(one.names), "country": one.country} for one in counts.domestic_cities],
        "unplaced": [{"names": dict(one.names)} for one in counts.unplaced],
        "organizations": [
            {"names": dict(one.names), "kind": one.kind.value, "country": one.country, "unsorted": one.unsorted}
            for one in counts.organizations
        ],
    }


def of_event(event: Event) -> list[FrozenStatement]:
    """The frozen statements of an event, the newest first. One statement."""
    query = select(FrozenStatement).where(FrozenStatement.event_id == event.id)
    return list(db.session.scalars(query.order_by(FrozenStatement.as_of.desc(), FrozenStatement.id.desc())))


def by_number(event: Event, number: int) -> FrozenStatement | None:
    """A frozen statement of an event."""
    query = select(FrozenStatement).where(FrozenStatement.event_id == event.id, FrozenStatement.id == number)
    return db.session.scalar(query)
