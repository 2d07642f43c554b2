"""What a migration has to do to rows that are there already."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from eventapp.core.db import Base, db


@pytest.fixture
def at(app: Flask) -> Any:
    """A database as it was at a version; afterwards all tables as they are now."""
    db.session.remove()
    Base.metadata.drop_all(db.engine)

    def go(version: str) -> None:
        upgrade(directory=app.config["MIGRATIONS"], revision=version)

    yield go
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    Base.metadata.drop_all(db.engine)
    Base.metadata.create_all(db.engine)


EVENT = """INSERT INTO event (id, slug, uid, sequence, kind, title, subtitle, purpose, description, starts_at, ends_at,
    zone, precision, date_note, format, country_code, place, working_languages, interpretation, contact_email, join_url,
    sources, counts_public, status, status_note, visibility, generated, created_at, updated_at)
    VALUES (:id, :slug, :slug, 0, 'forum', '{}', '{}', '{}', '{}', '2031-03-18 01:00:00', '2031-03-18 09:00:00',
    'Asia/Tokyo', 'day', '{}', 'in_person', 'JP', '{}', '[]', '{}', '', '', '[]', false, :status, '{}', :visibility,
    false, '2030-01-01 00:00:00', '2030-01-01 00:00:00')"""
OPTION = """INSERT INTO attendance_option (id, event_id, key, mode, title, note, taken, waiting_list, access, closes_at,
    position) VALUES (:id, 1, :key, 'in_person', '{}', '{}', 1, true, 'anyone', :closes, 0)"""
REGISTRATION = """INSERT INTO registration (id, event_id, option_id, status, token, uid, sequence, family_name,
    given_name, email, email_key, organization_name, language, answers, generated, created_at, updated_at)
    VALUES (1, 1, 1, 'confirmed', 't', 'u', 0, 'A', 'B', 'a@example.org', 'a@example.org', '', 'en', '{}', false,
    '2030-01-01 00:00:00', '2030-01-01 00:00:00')"""


def test_options_get_uids_and_public_events_are_known_as_announced(at: Any) -> None:
    at("0006")
    with db.engine.begin() as connection:
        for number, (status, visibility) in enumerate(
            [("published", "public"), ("draft", "public"), ("published", "private"), ("cancelled", "unlisted")], 1
        ):
            values = {"id": number, "slug": f"e{number}", "status": status, "visibility": visibility}
            connection.execute(text(EVENT), values)
        connection.execute(text(OPTION), {"id": 1, "key": "hall", "closes": "2031-03-01 08:00:00"})
        connection.execute(text(OPTION), {"id": 2, "key": "other", "closes": None})
        connection.execute(text(REGISTRATION))
    at("0007")
    with db.engine.connect() as connection:
        options = connection.execute(
            text("SELECT uid, told_closing, closing_sequence, closing_changed_at FROM attendance_option ORDER BY id")
        ).all()
        assert len({uuid.UUID(row.uid) for row in options}) == 2
        assert [row.told_closing is None for row in options] == [False, True]
        assert all(row.closing_changed_at is not None for row in options)
        assert connection.execute(text("SELECT count(*) FROM registration")).scalar() == 1
        announced = connection.execute(text("SELECT announced_at IS NOT NULL FROM event ORDER BY id")).scalars()
        assert [bool(value) for value in announced] == [True, False, False, True]
