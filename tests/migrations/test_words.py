"""The renaming of tables and columns, and the new tables of notifications and feeds, with their content; up and
down.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask_migrate import downgrade
from sqlalchemy import text

from eventapp.core.db import db
from eventapp.feeds.models import FeedMemory
from eventapp.mail.models import PendingNotification
from eventapp.notifications.models import SentInvitation
from eventapp.notifications.snapshots import ParticipationState
from tests.migrations.test_rows import EVENT, read_json

pytestmark = [pytest.mark.slow, pytest.mark.both_engines("columns are renamed and moved")]

FACTS = {
    "starts": "2031-03-18T01:00:00+00:00",
    "ends": "2031-03-18T02:00:00+00:00",
    "zone": "Asia/Tokyo",
    "precision": "day",
    "state": "given_up",
    "place": "",
    "rooms": [],
    "venue": [],
    "link": "",
}
BEFORE = [
    """UPDATE event SET announced_at = '2030-01-02 00:00:00', withdrawn_at = '2030-03-01 00:00:00',
        unlisted_at = '2030-03-01 00:00:00', told_starts_at = starts_at, told_ends_at = ends_at,
        told_zone = 'Asia/Tokyo', told_precision = 'day', told_sequence = 4,
        told_deadlines = '[{"uid": "removed", "sequence": 1, "at": "2031-03-02T08:00:00+00:00"}]' WHERE id = 1""",
    """INSERT INTO attendance_option (id, event_id, key, mode, title, note, taken, waiting_list, access, position, uid,
        told_closing, closing_sequence, closing_changed_at) VALUES (1, 1, 'hall', 'in_person', '{}', '{}', 1, true,
        'anyone', 0, 'option', '2031-03-01 08:00:00', 2, '2030-01-01 00:00:00')""",
    """INSERT INTO removed_option (event_id, uid, mode, title, told_closing, closing_sequence, removed_at)
        VALUES (1, 'removed', 'online', '{}', '2031-03-02 08:00:00', 1, '2030-02-02 00:00:00')""",
    """INSERT INTO registration (id, event_id, option_id, status, token, uid, sequence, family_name, given_name, email,
        email_key, organization_name, searchable, language, zone, answers, generated, created_at, updated_at)
        VALUES (7, 1, 1, 'confirmed', 't', 'u', 0, 'A', 'B', 'a@example.org', 'a@example.org', '', '', 'en', '', '{}',
        false, '2030-01-01 00:00:00', '2030-01-01 00:00:00')""",
    """INSERT INTO person (id, code, family, given, reading, honorific, "order", biography, sought)
        VALUES (3, 'ADA', '{}', '{}', '{}', '{}', 'given_first', '{}', '')""",
    """INSERT INTO speaker_link (id, event_id, person_id, token, email, language, answer, zone, asked_at)
        VALUES (5, 1, 3, 's', 'ada@example.org', 'en', 'confirmed', '', '2030-01-01 00:00:00')""",
    """INSERT INTO registration_news (registration_id, due_at) VALUES (7, '2030-04-01 00:00:00')""",
    """INSERT INTO speaker_news (link_id, due_at) VALUES (5, '2030-04-02 00:00:00')""",
    """INSERT INTO calendar_look (event_id, says, desk) VALUES (1, 8, 9)""",
    """INSERT INTO declared_count (event_id, rounding, people, of_what, source) VALUES (1, 'over', 300, '{}', 'x')""",
    """INSERT INTO mail (id, topic, kind, "to", language, subject, text, html, message_id, created_at, due_at, status,
        attempts, last_error) VALUES (2, 'event:1', 'registration.confirmed', 'a@example.org', 'en', 'S', 'T', '', '<m>',
        '2030-01-01 00:00:00', '2030-01-01 00:00:00', 'sent', 1, '')""",
]
INVITATION = """INSERT INTO {table} ({owner}, code, uid, sequence, facts, mark, sent_at)
    VALUES (:number, :code, :uid, :sequence, :facts, 'mark', '2030-01-03 00:00:00')"""


def test_everything_is_there_under_its_new_name_and_under_the_old_one_again(app: Any, at: Any) -> None:
    at("0016")
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "draft", "visibility": "public"})
        for statement in BEFORE:
            connection.execute(text(statement))
        connection.execute(
            text(
                "INSERT INTO mail_calendar (mail_id, position, name, method, content) VALUES (2, 0, 'e', 'REQUEST', :c)"
            ),
            {"c": b"BEGIN"},
        )
        for table, owner, number, code in (
            ("registration_invitation", "registration_id", 7, ""),
            ("registration_invitation", "registration_id", 7, "TALK"),
            ("speaker_invitation", "link_id", 5, "TALK"),
        ):
            values = {
                "number": number,
                "code": code,
                "uid": f"{table}{code}",
                "sequence": 3,
                "facts": json.dumps(FACTS),
            }
            connection.execute(text(INVITATION.format(table=table, owner=owner)), values)
    before = _rows()
    at("head")
    sent = db.session.query(SentInvitation).order_by(SentInvitation.id).all()
    assert [(row.registration_id, row.speaker_link_id, row.code, row.sequence) for row in sent] == [
        (7, None, "", 3),
        (7, None, "TALK", 3),
        (None, 5, "TALK", 3),
    ]
    assert {row.snapshot.state for row in sent} == {ParticipationState.RELEASED}
    pending = db.session.query(PendingNotification).order_by(PendingNotification.due_at).all()
    assert [(row.recipient, row.kind, row.topic) for row in pending] == [
        ("registration:7", "registration.changes", "event:1"),
        ("speaker:5", "proposals.changes", "event:1"),
    ]
    memory = db.session.query(FeedMemory).one()
    assert (memory.published_sequence, memory.published_zone) == (4, "Asia/Tokyo")
    assert memory.published_deadlines[0]["uid"] == "removed"
    db.session.rollback()
    db.session.remove()
    downgrade(directory=app.config["MIGRATIONS"], revision="0016")
    assert _rows() == before
    at("head")
    assert db.session.query(SentInvitation).count() == 3
    db.session.remove()


def _rows() -> dict[str, list[dict[str, Any]]]:
    """The content of the tables of version 0016 that later versions change, without the ids of new rows."""
    found = {}
    with db.engine.connect() as connection:
        for table, order in (
            ("event", "id"),
            ("attendance_option", "id"),
            ("removed_option", "uid"),
            ("registration_invitation", "uid"),
            ("speaker_invitation", "uid"),
            ("registration_news", "registration_id"),
            ("speaker_news", "link_id"),
            ("calendar_look", "event_id"),
            ("declared_count", "id"),
            ("mail", "id"),
            ("mail_calendar", "mail_id"),
        ):
            rows = connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}")).mappings()
            found[table] = [
                {key: _plain(value) for key, value in row.items() if not (key == "id" and "invitation" in table)}
                for row in rows
            ]
    return found


def _plain(value: Any) -> Any:
    """A value in a form common to both engines and both schemas."""
    if isinstance(value, str):
        value = value.removesuffix(".000000")
    try:
        return read_json(value)
    except ValueError:
        return value
