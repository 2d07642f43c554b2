"""A session ends where and when it should."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp.accounts import queries, tasks
from eventapp.accounts.models import LoginSession
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.mail.models import Email
from tests.support.make import PASSWORD

NEW = "four odd words trample"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def browsers(app, make):
    """Three browsers of one user, and one of another user."""
    user, other = make.owner(), make.user("other@example.org")
    made = []
    for email in (user.email, user.email, user.email, other.email):
        visitor = app.test_client()
        visitor.environ_base["HTTP_USER_AGENT"] = FIREFOX
        assert visitor.fill("/login", {"email": email, "password": PASSWORD, "remember": "y"}).status_code == 302
        app.extensions["limits"].storage.reset()
        made.append(visitor)
    return made


def open_in(browsers) -> list[bool]:
    return [browser.get("/manage").status_code == 200 for browser in browsers]


def number_of_sessions() -> int:
    return db.session.scalar(select(func.count()).select_from(LoginSession)) or 0


def test_logging_out_ends_every_session_of_the_login(browsers):
    assert open_in(browsers) == [True] * 4
    browsers[0].fill("/manage", action="/logout")
    assert open_in(browsers) == [False, False, False, True]


def test_a_copied_cookie_is_worth_nothing_after_the_logout(app, browsers):
    thief = app.test_client()
    for cookie in browsers[0]._cookies.values():
        thief.set_cookie(cookie.key, cookie.value)
    assert thief.get("/manage").status_code == 200
    browsers[0].fill("/manage", action="/logout")
    assert thief.get("/manage").status_code == 302
    alone = app.test_client()  # the "stay logged in" cookie without the session cookie
    (kept,) = [c for c in thief._cookies.values() if c.key == "remember"] or [None]
    if kept:
        alone.set_cookie(kept.key, kept.value)
    assert alone.get("/manage").status_code == 302


def test_a_changed_password_ends_every_other_session(browsers):
    typed = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert browsers[1].fill("/login/change", typed).status_code == 302
    assert open_in(browsers) == [False, True, False, True]


def test_a_reset_password_ends_every_session(app, browsers):
    visitor = app.test_client()
    visitor.fill("/login/reset", {"email": "organizer@example.org"})
    tasks.write_reset_emails()
    email = db.session.scalars(select(Email)).one()
    link = next(word for word in email.text.split() if "/login/reset/" in word)
    path = "/" + link.split("/", 3)[3]
    assert visitor.fill(path, {"password": NEW, "password_confirm": NEW}).status_code == 302
    assert open_in(browsers) == [False, False, False, True]
    visitor.looks = False
    assert visitor.get(path).status_code == 302, "the link works once"


def test_sessions_are_listed_and_end_one_by_one(browsers):
    page = browsers[0].get("/manage/account/sessions").text
    assert page.count("Firefox, Windows") == 3
    assert page.count("This one") == 1
    ids = [one.id for one in db.session.scalars(select(LoginSession).order_by(LoginSession.id))]
    assert browsers[0].fill("/manage/account/sessions", action=f"/{ids[1]}/end").status_code == 303
    assert open_in(browsers) == [True, False, True, True]
    answer = browsers[0].fill("/manage/account/sessions", action=f"/{ids[0]}/end")
    assert answer.location == "/login"
    assert open_in(browsers) == [False, False, True, True]


def test_nobody_ends_the_session_of_somebody_else(browsers):
    others = db.session.scalars(select(LoginSession.id).order_by(LoginSession.id.desc())).first()
    path = f"/manage/account/sessions/{others}/end"
    assert browsers[0].fill_elsewhere("/manage", path).status_code == 404
    assert open_in(browsers) == [True] * 4


def test_a_session_that_nobody_uses_ends_by_itself(browsers):
    with time_machine.travel(clock.now() + queries.IDLE - timedelta(hours=1), tick=False):
        assert open_in(browsers[:1]) == [True]  # which is recorded
    with time_machine.travel(clock.now() + queries.IDLE + timedelta(hours=1), tick=False):
        assert number_of_sessions() == 4
        assert open_in(browsers[:2]) == [True, False]
        assert tasks.forget_sessions() == 3
        assert number_of_sessions() == 1


@pytest.mark.slow
def test_the_database_holds_no_key_of_a_session(browsers):
    with browsers[0].session_transaction() as session:
        key = session["_user_id"]
    row = db.session.scalars(select(LoginSession).order_by(LoginSession.id)).first()
    assert key not in {row.digest, row.device}
    assert queries.session_by_key(row.digest) is None
    assert queries.session_by_key(key).id == row.id


def test_a_login_that_is_switched_off_is_logged_out_at_once(browsers, make):
    with transaction():
        make.owner().active = False
        db.session.add(make.owner())
    assert open_in(browsers) == [False, False, False, True]


def test_that_a_session_is_in_use_is_noted_seldom_and_with_no_harm(browsers, caplog, monkeypatch):
    first = db.session.scalars(select(LoginSession.seen_at).order_by(LoginSession.id)).first()
    assert open_in(browsers[:1]) == [True]
    assert db.session.scalars(select(LoginSession.seen_at).order_by(LoginSession.id)).first() == first
    later = clock.now() + timedelta(minutes=11)
    with time_machine.travel(later, tick=False):
        assert open_in(browsers[:1]) == [True]
    assert db.session.scalars(select(LoginSession.seen_at).order_by(LoginSession.id)).first() == later
