"""What migrations do to existing rows."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import select, text

from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import spellings
from eventapp.events.models import Event
from eventapp.notifications.snapshots import Snapshot, event_snapshot
from eventapp.programme.models import Release
from eventapp.registration.models import Registration
from eventapp.registration.rules import name_key

pytestmark = pytest.mark.slow

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


def test_what_is_unpublished_stays_as_it_was_published(at: Any) -> None:
    at("0008")
    option = """INSERT INTO attendance_option (id, event_id, key, mode, title, note, taken, waiting_list, access,
        closes_at, position, uid, told_closing, closing_sequence, closing_changed_at) VALUES (:id, :event, :uid,
        'in_person', '{}', '{}', 0, true, 'anyone', :closes, 0, :uid, :closes, 2, :changed)"""
    with db.engine.begin() as connection:
        for number in (1, 2):
            values = {"id": number, "slug": f"e{number}", "status": "draft", "visibility": "public"}
            connection.execute(text(EVENT), values)
        connection.execute(
            text("UPDATE event SET withdrawn_at = '2030-06-01 00:00:00', told_ends_at = ends_at WHERE id = 1")
        )
        for number, (event, changed) in enumerate([(1, "2030-05-01"), (1, "2030-07-01"), (2, "2030-05-01")], 1):
            closes = None if event == 2 else "2031-03-01 08:00:00"
            values = {"id": number, "event": event, "uid": f"u{number}", "closes": closes, "changed": changed}
            connection.execute(text(option), values)
        connection.execute(
            text("""INSERT INTO removed_option (event_id, uid, mode, title, told_closing, closing_sequence, removed_at)
                VALUES (1, 'gone', 'online', '{}', '2031-03-02 08:00:00', 1, '2030-05-02 00:00:00')""")
        )
    at("0009")
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT told_zone, told_precision, told_deadlines FROM event ORDER BY id"))
        assert [(zone, precision, read_json(deadlines)) for zone, precision, deadlines in rows] == [
            (
                "Asia/Tokyo",
                "day",
                [
                    {"uid": "u1", "sequence": 2, "at": "2031-03-01T08:00:00+00:00"},
                    {"uid": "gone", "sequence": 1, "at": "2031-03-02T08:00:00+00:00"},
                ],
            ),
            (None, None, []),
        ]


def test_who_came_into_a_session_or_left_it_is_known_of_old_releases(at: Any) -> None:
    at("0008")
    first, second, other = (
        {
            "sessions": [
                {"code": code, "parts": [[person, "speaker", "online"] for person in people]}
                for code, people in rows.items()
            ]
        }
        for rows in ({"A": [1, 2], "B": []}, {"A": [2], "B": [1], "C": [3]}, {"A": [1]})
    )
    with db.engine.begin() as connection:
        for number in (1, 2):
            values = {"id": number, "slug": f"e{number}", "status": "published", "visibility": "public"}
            connection.execute(text(EVENT), values)
        for event, number, content in ((1, 1, first), (2, 1, other), (1, 2, second)):
            connection.execute(
                text("""INSERT INTO release (event_id, number, at, note, changes, content)
                    VALUES (:event, :number, '2030-06-01 00:00:00', '{}', '[]', :content)"""),
                {"event": event, "number": number, "content": json.dumps(content)},
            )
    at("0009")
    with db.engine.connect() as connection:
        rows = connection.execute(select(Release.turned).order_by(Release.event_id, Release.number)).scalars().all()
    assert rows == [[], [{"code": "A", "person": 1}, {"code": "B", "person": 1}], []]


def read_json(value: Any) -> Any:
    """A JSON column as returned by a plain statement: text on SQLite, a value on PostgreSQL."""
    return json.loads(value) if isinstance(value, str) else value


def test_known_sessions_are_not_changes_because_locations_are_now_distinguished(at: Any) -> None:
    at("0009")
    hall = {"rooms": [{"en": "Hall A"}], "venue": [{"en": "Arena"}, {"ja": "1-1 中央"}], "place": "hall-a/arena-1"}
    told = {
        "starts": "2031-03-18T01:00:00+00:00",
        "ends": "2031-03-18T02:00:00+00:00",
        "zone": "Asia/Tokyo",
        "precision": "day",
        "state": "confirmed",
        "place": "",
        "rooms": [],
        "venue": [],
        "link": "",
    }
    facts = {"HALL": told | hall, "AIR": told, "OFF": told | {"state": "cancelled"}, "": told | {"place": "kept"}}
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "published", "visibility": "public"})
        connection.execute(text("""UPDATE event SET place = '{"en": "City Hall"}'"""))
        connection.execute(
            text("""INSERT INTO attendance_option (id, event_id, key, mode, title, note, taken, waiting_list, access,
                position, uid, closing_sequence, closing_changed_at) VALUES (1, 1, 'hall', 'in_person', '{}', '{}', 1,
                true, 'anyone', 0, 'u', 0, '2030-01-01 00:00:00')""")
        )
        connection.execute(
            text(
                REGISTRATION.replace("language, answers", "language, zone, answers").replace(
                    "'en', '{}'", "'en', '', '{}'"
                )
            )
        )
        for code, known in facts.items():
            connection.execute(
                text("""INSERT INTO registration_invitation (registration_id, code, uid, sequence, facts, mark, sent_at)
                    VALUES (1, :code, :uid, 0, :facts, :mark, '2030-01-01 00:00:00')"""),
                {
                    "code": code,
                    "uid": f"u{code}",
                    "facts": json.dumps(known),
                    "mark": Snapshot.from_json(known).fingerprint,
                },
            )
    at("0010")
    found = db.session.execute(text("SELECT code, facts, mark FROM registration_invitation")).all()
    rows = {code: (Snapshot.from_json(read_json(facts)), mark) for code, facts, mark in found}
    assert {code: snapshot.place for code, (snapshot, _mark) in rows.items()} == {
        "HALL": "hall-a/arena/11中央",
        "AIR": "cityhall",
        "OFF": "cityhall",
        "": "kept",
    }
    assert [code for code, (snapshot, mark) in rows.items() if mark != snapshot.fingerprint] == []
    assert rows["AIR"][0].venue == (LocalizedText(en="City Hall"),)
    db.session.rollback()


def test_one_mailbox_gets_one_key_and_two_that_were_let_in_both_stay(at: Any) -> None:
    at("0010")
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "published", "visibility": "public"})
        connection.execute(text(OPTION), {"id": 1, "key": "hall", "closes": None})
        for number, email in enumerate(["ada@例え.jp", "bob@example.org", "bob@example。org", "Cat@ｅxample.org"], 1):
            row = REGISTRATION.replace("VALUES (1, 1, 1", "VALUES (:id, 1, 1").replace("'t', 'u'", ":uid, :uid")
            row = row.replace("'a@example.org', 'a@example.org'", ":email, :key")
            values = {"id": number, "uid": f"u{number}", "email": email, "key": email.casefold()}
            connection.execute(text(row), values)
    at("0011")
    with db.engine.begin() as connection:
        keys = connection.scalars(text("SELECT email_key FROM registration ORDER BY id")).all()
    assert keys == ["ada@xn--r8jz45g.jp", "bob@example.org", "bob@example。org", "cat@example.org"]


def test_a_yes_that_had_to_be_given_becomes_a_consent_and_goes_back(at: Any, app: Flask) -> None:
    at("0011")
    add = """INSERT INTO question (id, event_id, key, kind, label, hint, choices, required, position)
        VALUES (:id, 1, :key, :kind, '{}', '{}', '[]', :required, 0)"""
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "published", "visibility": "public"})
        for number, (kind, required) in enumerate([("yes_no", True), ("yes_no", False), ("text", True)], 1):
            connection.execute(text(add), {"id": number, "key": f"q{number}", "kind": kind, "required": required})
    kinds = text("SELECT kind, required FROM question ORDER BY id")
    at("0012")
    with db.engine.begin() as connection:
        assert connection.execute(kinds).all() == [("consent", True), ("yes_no", False), ("text", True)]
        connection.execute(text("UPDATE question SET removed_at = '2031-01-01 00:00:00' WHERE id = 3"))
    downgrade(directory=app.config["MIGRATIONS"], revision="0011")
    with db.engine.begin() as connection:
        assert connection.execute(kinds).all() == [("yes_no", True), ("yes_no", False)]


def test_a_stored_upload_survives_the_new_column_for_its_result(app: Flask, at: Any) -> None:
    at("0012")
    upload = "INSERT INTO upload (id, key, event_id, name, options, created_at, data) VALUES (1, 'k', 1, 'a.csv', '{}', :at, :data)"
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e", "status": "published", "visibility": "public"})
        connection.execute(text(upload), {"at": "2030-01-01 00:00:00", "data": b"title\nOpening\n"})
    at("0013")
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT data, read FROM upload")).one()
    assert (bytes(row.data), row.read) == (b"title\nOpening\n", None)
    downgrade(directory=app.config["MIGRATIONS"], revision="0012")
    with db.engine.connect() as connection:
        assert bytes(connection.execute(text("SELECT * FROM upload")).one().data) == b"title\nOpening\n"


def test_those_who_were_registered_before_can_be_searched_for(at: Any, app: Flask) -> None:
    at("0014")
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "published", "visibility": "public"})
        connection.execute(text(OPTION), {"id": 1, "key": "hall", "closes": None})
        connection.execute(text(REGISTRATION))
        connection.execute(text("UPDATE registration SET family_name = 'Müller', given_name = 'Zoë'"))
        change = "INSERT INTO mode_change (registration_id, from_option_id, to_option_id, at) VALUES (1, 1, 1, :at)"
        connection.execute(text(change), {"at": "2030-01-01 00:00:00"})
    at("0015")
    with db.engine.begin() as connection:
        assert connection.scalar(text("SELECT searchable FROM registration")) == "mullerzoe zoemuller"
        assert connection.scalar(text("SELECT count(*) FROM mode_change")) == 1, "what points to it is still there"
    downgrade(directory=app.config["MIGRATIONS"], revision="0014")
    with db.engine.begin() as connection:
        assert connection.scalar(text("SELECT family_name FROM registration")) == "Müller"
        assert connection.scalar(text("SELECT count(*) FROM mode_change")) == 1


def test_people_are_found_by_the_names_they_had_and_nothing_else_of_them_changes(app: Flask, at: Any) -> None:
    at("0015")
    person = """INSERT INTO person (id, code, guid, family, given, reading, honorific, "order", biography)
        VALUES (:id, :code, NULL, :family, :given, :reading, '{}', 'given_first', '{}')"""
    names = [({"en": "Müller", "ja": "山田"}, {"en": "Taro", "ja": "太郎"}, "やまだ"), ({}, {}, "")]
    with db.engine.begin() as connection:
        for number, (family, given, reading) in enumerate(names, 1):
            values = {"id": number, "code": f"P{number}", "family": json.dumps(family), "given": json.dumps(given)}
            connection.execute(text(person), {**values, "reading": reading})
    at("0016")
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT sought FROM person ORDER BY id")).scalars().all()
    assert rows == ["\n".join(spellings(LocalizedText(f), LocalizedText(g), reading)) for f, g, reading in names]
    assert {"mullertaro", "taromuller", "山田太郎", "太郎山田", "やまだ"} == set(rows[0].split("\n"))
    downgrade(directory=app.config["MIGRATIONS"], revision="0015")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT code FROM person ORDER BY id")).scalars().all() == ["P1", "P2"]


@pytest.mark.both_engines("copying a table, and locks")
def test_who_shared_an_address_gets_one_contact_and_what_was_typed_comes_back(at: Any, app: Flask) -> None:
    at("0019")
    rows = [
        (1, "ada@example.org", "en", "", "cancelled"),
        (2, "ADA@example.org", "ja", "Asia/Tokyo", "confirmed"),
        (3, "bo@example.org", "fr", "", "waitlisted"),
    ]
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "draft", "visibility": "public"})
        connection.execute(
            text(
                "INSERT INTO attendance_option (id, event_id, key, mode, title, note, seats_taken, waiting_list, access, "
                "position, uid, closing_sequence, closing_changed_at) VALUES (1, 1, 'hall', 'in_person', '{}', '{}', 1, "
                "true, 'anyone', 0, 'option', 0, '2030-01-01 00:00:00')"
            )
        )
        for number, email, language, zone, status in rows:
            connection.execute(
                text(
                    "INSERT INTO registration (id, event_id, option_id, status, token, uid, sequence, family_name, "
                    "given_name, email, email_key, organization_name, searchable, language, zone, answers, generated, "
                    "created_at, updated_at) VALUES (:id, 1, 1, :status, :token, :uid, 0, 'Lovelace', 'Ada', :email, "
                    ":key, '', '', :language, :zone, '{}', false, '2030-01-01 00:00:00', '2030-01-01 00:00:00')"
                ),
                {
                    "id": number,
                    "status": status,
                    "token": f"t{number}",
                    "uid": f"u{number}",
                    "email": email,
                    "key": email.lower(),
                    "language": language,
                    "zone": zone,
                },
            )
        connection.execute(
            text(
                "INSERT INTO mode_change (registration_id, from_option_id, to_option_id, at) "
                "VALUES (2, 1, 1, '2030-01-01 00:00:00')"
            )
        )
    db.session.remove()
    at("head")
    found = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    assert [(one.email, one.language, one.zone) for one in found] == [
        ("ADA@example.org", "ja", "Asia/Tokyo"),
        ("ADA@example.org", "ja", "Asia/Tokyo"),
        ("bo@example.org", "fr", ""),
    ]
    assert found[0].contact is found[1].contact
    assert {one.name_key for one in found} == {name_key("Lovelace", "Ada")}
    assert db.session.scalar(text("SELECT count(*) FROM mode_change")) == 1, "what refers to a registration stays"
    db.session.execute(text("INSERT INTO contact SELECT 9, 1, '', NULL, '', 'en', '', '2030-01-01 00:00:00'"))
    db.session.execute(text("UPDATE registration SET contact_id = 9, status = 'confirmed' WHERE id = 1"))
    db.session.commit()
    db.session.remove()
    downgrade(directory=app.config["MIGRATIONS"], revision="0019")
    with db.engine.connect() as connection:
        before = connection.execute(text("SELECT id, email, email_key, language FROM registration ORDER BY id")).all()
    assert [tuple(row) for row in before] == [
        (1, "", " 1", "en"),
        (2, "ADA@example.org", "ada@example.org", "ja"),
        (3, "bo@example.org", "bo@example.org", "fr"),
    ]
    at("head")


@pytest.mark.both_engines("JSON, and changing tables")
def test_choices_get_keys_and_every_answer_stays_readable_in_both_directions(at: Any, app: Flask) -> None:
    at("0022")
    questions = [
        ("meal", "choice", ["Fish", "None / なし", "魚のみ"]),
        ("days", "choices", ["Monday / Tuesday", "Friday"]),
        ("notes", "text", []),
        ("bus", "yes_no", []),
    ]
    answers = [
        {"meal": "Fish", "days": ["Friday", "Sunday"], "notes": "Fish", "bus": True},
        {"meal": "None / なし", "days": []},
        {"meal": "Beef", "gone": "kept"},
        {"meal": True},
        {},
    ]
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "draft", "visibility": "public"})
        connection.execute(
            text(
                "INSERT INTO attendance_option (id, event_id, key, mode, title, note, seats_taken, waiting_list, access, "
                "domains, position, uid, closing_sequence, closing_changed_at) VALUES (1, 1, 'hall', 'in_person', '{}', "
                "'{}', 1, true, 'anyone', '[]', 0, 'option', 0, '2030-01-01 00:00:00')"
            )
        )
        connection.execute(text("INSERT INTO contact SELECT 1, 1, '', NULL, '', 'en', '', '2030-01-01 00:00:00'"))
        for number, (key, kind, choices) in enumerate(questions, 1):
            connection.execute(
                text(
                    "INSERT INTO question (id, event_id, key, kind, label, hint, choices, required, position) "
                    "VALUES (:id, 1, :key, :kind, '{}', '{}', :choices, false, 0)"
                ),
                {"id": number, "key": key, "kind": kind, "choices": json.dumps(choices)},
            )
        for number, given in enumerate(answers, 1):
            connection.execute(
                text(
                    "INSERT INTO registration (id, event_id, option_id, contact_id, name_key, same_name, status, token, "
                    "uid, sequence, family_name, given_name, organization_name, searchable, answers, generated, "
                    "created_at, updated_at) VALUES (:id, 1, 1, 1, :token, 0, 'cancelled', :token, :token, 0, 'さとう', "
                    "'', '', 'さとう', :answers, false, '2030-01-01 00:00:00', '2030-01-01 00:00:00')"
                ),
                {"id": number, "token": f"t{number}", "answers": json.dumps(given)},
            )
    at("0024")
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT key, choices FROM question ORDER BY id")).all()
        choices = {key: read_json(value) for key, value in found}
        stored = connection.scalars(text("SELECT answers FROM registration ORDER BY id")).all()
        assert connection.scalar(text("SELECT count(*) FROM registration WHERE searchable = 'サトウ'")) == len(answers)
    assert choices["meal"] == [
        {"key": "c1", "texts": {"en": "Fish"}, "retired": False},
        {"key": "c2", "texts": {"en": "None", "ja": "なし"}, "retired": False},
        {"key": "c3", "texts": {"ja": "魚のみ"}, "retired": False},
        {"key": "c4", "texts": {"en": "Beef"}, "retired": True},
    ]
    assert [one["texts"] for one in choices["days"]] == [{"en": "Monday / Tuesday"}, {"en": "Friday"}, {"en": "Sunday"}]
    assert [read_json(one) for one in stored] == [
        {"meal": "c1", "days": ["c2", "c3"], "notes": "Fish", "bus": True},
        {"meal": "c2", "days": []},
        {"meal": "c4", "gone": "kept"},
        {"meal": True},
        {},
    ]
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE question SET kind = 'number' WHERE key = 'notes'"))
        connection.execute(text("UPDATE registration SET answers = :new WHERE id = 5"), {"new": '{"notes": 3}'})
    downgrade(directory=app.config["MIGRATIONS"], revision="0022")
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT key, kind, choices FROM question ORDER BY id")).all()
        assert [(key, kind, read_json(value)) for key, kind, value in found] == questions
        stored = connection.scalars(text("SELECT answers FROM registration ORDER BY id")).all()
    assert [read_json(one) for one in stored] == [*answers[:-1], {"notes": "3"}]
    at("head")


@pytest.mark.both_engines("an INSERT from a SELECT, and JSON columns")
def test_seats_in_sessions_begin_their_history_and_those_of_ended_registrations_are_free(at: Any, app: Flask) -> None:
    """Such a seat came back with the registration, even if somebody else had it by then."""
    at("0022")
    moment = "2030-01-01 00:00:00"
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "draft", "visibility": "public"})
        connection.execute(
            text(
                "INSERT INTO attendance_option (id, event_id, key, mode, title, note, seats_taken, waiting_list, access, "
                f"position, uid, closing_sequence, closing_changed_at) VALUES (1, 1, 'hall', 'in_person', '{{}}', '{{}}', "
                f"1, true, 'anyone', 0, 'option', 0, '{moment}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO contact (id, event_id, email, email_key, phone, language, zone, created_at) "
                f"VALUES (1, 1, 'a@example.org', 'a@example.org', '', 'en', '', '{moment}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO session (id, event_id, code, uid, guid, revision, kind, status, title, subtitle, "
                "abstract, spoken, interpreted, do_not_record, links, join_url, saved_by, created_at, updated_at) VALUES "
                "(1, 1, 'ABC', 'u', 'g', 1, 'lecture', 'draft', '{}', '{}', '{}', '[]', '[]', false, '[]', '', '', "
                f"'{moment}', '{moment}')"
            )
        )
        for number, status in enumerate(["confirmed", "cancelled"], 1):
            connection.execute(
                text(
                    "INSERT INTO registration (id, event_id, option_id, contact_id, status, token, uid, sequence, "
                    "family_name, given_name, name_key, same_name, organization_name, searchable, answers, generated, "
                    f"created_at, updated_at) VALUES (:id, 1, 1, 1, :status, :key, :key, 0, 'A', 'B', 'a b', 0, '', '', "
                    f"'{{}}', false, '{moment}', '{moment}')"
                ),
                {"id": number, "status": status, "key": f"k{number}"},
            )
            connection.execute(
                text(
                    "INSERT INTO session_signup (registration_id, session_id, created_at) "
                    f"VALUES ({number}, 1, '{moment}')"
                )
            )
    at("head")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT registration_id FROM session_signup")).scalars().all() == [1]
        history = connection.execute(text("SELECT registration_id, action FROM session_seat_change")).all()
        assert [tuple(row) for row in history] == [(1, "signed_up")]
    downgrade(directory=app.config["MIGRATIONS"], revision="0022")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT registration_id FROM session_signup")).scalars().all() == [1]


@pytest.mark.both_engines("columns with defaults, an INSERT from a SELECT, and indexes")
def test_events_that_were_there_send_no_reminders_and_emails_keep_their_calendars(at: Any, app: Flask) -> None:
    at("0026")
    moment = "2030-01-01 00:00:00"
    email = (
        'INSERT INTO email (id, topic, kind, "to", language, subject, text, html, message_id, created_at, due_at, status, '
        f"attempts, last_error) VALUES (:id, 'event:1', 'test', 'a@example.org', 'en', 's', 't', '', '<1@x>', '{moment}', "
        f"'{moment}', 'queued', 0, '')"
    )
    with db.engine.begin() as connection:
        day = {"id": 1, "slug": "e1", "status": "published", "visibility": "public"}
        connection.execute(text(EVENT), day)
        for number in (1, 2):
            connection.execute(text(email), {"id": number})
        connection.execute(
            text(
                "INSERT INTO email_calendar (email_id, position, name, method, content) "
                "VALUES (1, 0, 'a.ics', 'REQUEST', :content)"
            ),
            {"content": b"x"},
        )
    at("0027")
    with db.engine.begin() as connection:
        settings = connection.execute(text("SELECT week, day, hour, thanks, asks_again FROM email_settings")).one()
        assert not any(settings)
        row = connection.execute(text("SELECT sender_name, batch, bulk, domain FROM email WHERE id = 1")).one()
        assert tuple(row) == ("", "", False, "")
        connection.execute(text("UPDATE email SET status = 'stopped' WHERE id = 2"))
    downgrade(directory=app.config["MIGRATIONS"], revision="0026")
    with db.engine.connect() as connection:
        assert connection.scalars(text("SELECT status FROM email ORDER BY id")).all() == ["queued", "failed"]
        assert connection.scalars(text("SELECT name FROM email_calendar")).all() == ["a.ics"]


@pytest.mark.both_engines("columns with defaults")
def test_events_that_were_there_keep_the_joining_link_that_they_have_sent(at: Any) -> None:
    at("0035")
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "published", "visibility": "public"})
        connection.execute(text("UPDATE event SET join_url = 'https://meet.example.org/1'"))
    at("head")
    event = db.session.get_one(Event, 1)
    assert (event.personal_join_links, event.join_minutes, event.join_for_all) == (False, 60, False)
    link = event_snapshot(event, [], online=True, confirmed=True).link
    db.session.rollback()
    assert link == hashlib.sha256(b"https://meet.example.org/1").hexdigest()[:24], "as it was last sent"


@pytest.mark.both_engines("a text within JSON")
def test_of_links_that_were_given_out_it_is_known_which_only_the_mailbox_got(at: Any) -> None:
    at("0022")
    moment = "2030-01-01 00:00:00"
    with db.engine.begin() as connection:
        connection.execute(text(EVENT), {"id": 1, "slug": "e1", "status": "published", "visibility": "public"})
        option = OPTION.replace("taken,", "seats_taken,").replace("closes_at,\n    position", "closes_at, position")
        connection.execute(text(option), {"id": 1, "key": "hall", "closes": None})
        connection.execute(
            text(
                "INSERT INTO contact (id, event_id, email, email_key, phone, language, zone, created_at) "
                f"VALUES (1, 1, 'a@example.org', 'a@example.org', '', 'en', '', '{moment}')"
            )
        )
    at("0045")
    with db.engine.begin() as connection:
        for number, status, source in (
            (1, "confirmed", "form"),
            (2, "confirmed", "form"),
            (3, "confirmed", "team"),
            (4, "unconfirmed", "form"),
        ):
            connection.execute(
                text(
                    "INSERT INTO registration (id, event_id, option_id, contact_id, status, token, uid, sequence, "
                    "family_name, given_name, name_key, same_name, organization_name, searchable, answers, generated, "
                    "source, created_at, updated_at) VALUES (:id, 1, 1, 1, :status, :key, :key, 0, 'A', 'B', :key, 0, "
                    f"'', '', '{{}}', false, :source, '{moment}', '{moment}')"
                ),
                {"id": number, "status": status, "source": source, "key": f"k{number}"},
            )
        for number, before in ((1, '"pending"'), (2, '"unconfirmed"')):
            connection.execute(
                text(
                    "INSERT INTO registration_change (registration_id, at, actor, field, before, after, reason) "
                    f"VALUES ({number}, '{moment}', 'visitor', 'status', '{before}', '\"confirmed\"', '')"
                )
            )
    at("head")
    with db.engine.connect() as connection:
        known = connection.scalars(text("SELECT id FROM registration WHERE only_emailed ORDER BY id")).all()
        assert list(known) == [2, 3, 4]
