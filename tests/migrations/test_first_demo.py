"""The demo as loaded by the first release, migrated to the newest version: nothing is lost."""

from __future__ import annotations

import gzip
import json
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Date, DateTime, MetaData, text

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.registration.models import Registration

pytestmark = pytest.mark.slow

DUMP = Path(__file__).parent / "first_demo.sql.gz"
PAGES = ("", "/programme", "/speakers", "/calendar.ics", "/schedule.json", "/counts.json")


def _values(row: dict[str, Any], columns: Any) -> dict[str, Any]:
    """A row of the dump, which is from SQLite, with values of the columns' types."""
    found = {}
    for name, value in row.items():
        kind = columns[name].type
        if value is not None and isinstance(kind, JSON):
            value = json.loads(value)
        elif value is not None and isinstance(kind, Boolean):
            value = bool(value)
        elif value is not None and isinstance(kind, DateTime) and isinstance(value, str):
            value = datetime.fromisoformat(value).replace(tzinfo=UTC if kind.timezone else None)
        elif value is not None and isinstance(kind, Date):
            value = date.fromisoformat(value)
        found[name] = value
    return found


@pytest.fixture
def first_demo(at: Any) -> None:
    at("0001")
    dump = sqlite3.connect(":memory:")
    dump.row_factory = sqlite3.Row
    dump.executescript(gzip.decompress(DUMP.read_bytes()).decode())
    tables = MetaData()
    tables.reflect(db.engine)
    with db.engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = [dict(row) for row in dump.execute(f'SELECT * FROM "{table.name}"')]
            if rows:
                connection.execute(table.insert(), [_values(row, table.c) for row in rows])
    dump.close()
    at("head")


def test_the_demo_of_the_first_release_has_all_its_pages_and_feeds(first_demo: None, client: Any) -> None:
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM registration")).scalar() == 321
        assert connection.execute(text("SELECT count(*) FROM reported_count")).scalar() == 5
        assert connection.execute(text("SELECT sum(seats_taken) FROM attendance_option")).scalar() == 312
    assert db.session.query(Registration.uid).distinct().count() == 321
    events = {event.slug: event.uid for event in db.session.query(Event)}
    db.session.rollback()
    assert len(events) == 8
    for slug, uid in events.items():
        for page in PAGES:
            answer = client.get(f"/events/{slug}{page}")
            assert answer.status_code in {200, 404}, (slug, page)
            if page == "/calendar.ics":
                assert answer.status_code == 200
                assert f"UID:{uid}" in answer.get_data(as_text=True)
