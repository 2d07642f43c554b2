"""What becomes of users when they get a language, a time zone and one spelling of their address."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import text

from eventapp.core.db import db

pytestmark = [pytest.mark.slow, pytest.mark.both_engines("every migration runs on both engines")]

USER = """INSERT INTO user_account (id, email, name, active, admin, language, created_at, fs_uniquifier)
    VALUES (:id, :email, '', true, false, 'en', '2030-01-01 00:00:00', :email)"""
SESSION = """INSERT INTO login_session (user_id, digest, device, created_at, seen_at)
    VALUES (1, :digest, '', '2030-01-01 00:00:00', :seen)"""


def test_users_keep_their_login_and_the_desk_keeps_the_language_of_their_browser(at: Any, app: Flask) -> None:
    at("0039")
    with db.engine.begin() as connection:
        # The last two are one mailbox: somebody has to look at them, and neither is lost.
        emails = ["ada@例え.jp", "bo@example.org", "cy@münchen.de", "cy@xn--mnchen-3ya.de"]
        for number, email in enumerate(emails, 1):
            connection.execute(text(USER), {"id": number, "email": email})
        for day in (3, 5, 4):
            connection.execute(text(SESSION), {"digest": f"d{day}", "seen": f"2030-02-0{day} 00:00:00"})
    at("0040")
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT email, language, zone, seen_at FROM user_account ORDER BY id")).all()
    assert [row.email for row in rows] == [
        "ada@xn--r8jz45g.jp",
        "bo@example.org",
        "cy@münchen.de",
        "cy@xn--mnchen-3ya.de",
    ]
    assert {(row.language, row.zone) for row in rows} == {("", "")}
    assert [str(row.seen_at)[:10] if row.seen_at else None for row in rows] == ["2030-02-05", None, None, None]
    downgrade(directory=app.config["MIGRATIONS"], revision="0039")
    with db.engine.connect() as connection:
        assert set(connection.execute(text("SELECT language FROM user_account")).scalars()) == {"en"}
