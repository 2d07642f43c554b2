"""Password attempts are limited, passwords are strong, and nobody learns who has a login."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.accounts import operations, rules, tasks
from eventapp.accounts.models import PasswordResetRequest
from eventapp.accounts.queries import user_by_email
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.mail.models import Email
from tests.support.make import PASSWORD

STRONG = "four odd words trample"


def log_in(visitor, password, email="organizer@example.org", address="192.0.2.1"):
    visitor.environ_base["REMOTE_ADDR"] = address
    return visitor.fill("/login", {"email": email, "password": password}).status_code


@pytest.mark.slow
def test_guesses_from_many_addresses_at_one_login_are_slowed_down(app, make):
    make.owner()
    codes = []
    for number in range(12):
        email = "organizer@example.org" if number % 2 else "Organizer@Example.org "
        codes.append(log_in(app.test_client(), "wrong", email, address=f"192.0.2.{number}"))
    assert codes == [422] * 10 + [429] * 2
    assert log_in(app.test_client(), PASSWORD, "other@example.org", address="192.0.2.99") == 422, "others are free"


def test_one_household_is_one_address(app, make):
    make.owner()
    codes = [log_in(app.test_client(), "x", f"{n}@example.org", address=f"2001:db8:1:2::{n:x}") for n in range(1, 12)]
    assert codes == [422] * 10 + [429]


@pytest.mark.slow
def test_an_owner_who_is_locked_out_gets_in_by_email(app, make):
    make.owner()
    for number in range(11):
        log_in(app.test_client(), "wrong", address=f"192.0.2.{number}")
    assert log_in(app.test_client(), PASSWORD, address="198.51.100.1") == 429
    owner = app.test_client()
    owner.environ_base["REMOTE_ADDR"] = "198.51.100.2"
    assert owner.fill("/login/reset", {"email": "organizer@example.org"}).status_code == 303
    tasks.write_reset_emails()
    email = db.session.scalars(select(Email)).one()
    path = "/" + next(word for word in email.text.split() if "/login/reset/" in word).split("/", 3)[3]
    assert owner.fill(path, {"password": STRONG, "password_confirm": STRONG}).status_code == 302
    assert log_in(app.test_client(), STRONG, address="198.51.100.3") == 302


@pytest.mark.slow
def test_guesses_at_the_present_password_are_counted(app, make, organizer):
    codes = []
    for number in range(11):
        organizer.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        typed = {"password": "wrong", "new_password": STRONG, "new_password_confirm": STRONG}
        codes.append(organizer.fill("/login/change", typed).status_code)
    assert codes == [422] * 10 + [429]


WEAK = [
    "aaaaaaaaaa",
    "password123",
    "abcdefghij",
    "qwertyuiop",
    "2031-03-18x",
    "organizer@example.org",
    "さくらさくらさくら",
]


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused_everywhere(app, organizer, make, password):
    said = "too easy to guess" if len(password) >= 10 else "at least 10 characters"
    typed = {"password": PASSWORD, "new_password": password, "new_password_confirm": password}
    assert organizer.fill("/login/change", typed).status_code == 422
    assert said in organizer.page.text(organizer.page.one("main"))
    with pytest.raises(Refused, match=said), transaction():
        operations.create_user("organizer@example.org", password=password, name="Aoi")
    command = ["users", "create", "organizer@example.org", "--password", password]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1 and said in result.output


def test_the_sentence_of_a_weak_password_is_in_the_readers_language(organizer):
    typed = {"password": PASSWORD, "new_password": "aaaaaaaaaa", "new_password_confirm": "aaaaaaaaaa"}
    organizer.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ja"
    assert organizer.fill("/login/change", typed).status_code == 422
    text = organizer.page.text(organizer.page.one("main"))
    assert "推測" in text and "easy" not in text


@pytest.mark.parametrize("password", [STRONG, PASSWORD, "k9Xw_2LmQpR4", "富士 電車 ごはん 7 りんご", "x7" + "a" * 5000])
def test_a_strong_password_is_taken(password):
    assert (rules.weakness(password) is None) == (not password.startswith("x7"))


@pytest.mark.slow
def test_asking_for_a_new_password_looks_nobody_up(app, make, queries):
    make.owner()
    answers, numbers = [], []
    for email in ("organizer@example.org", "nobody@example.org"):
        visitor = app.test_client()
        visitor.get("/login/reset")
        with queries() as counted:
            answer = visitor.fill("/login/reset", {"email": email}, follow=True)
        numbers.append(len(counted))
        answers.append((answer.status_code, visitor.page.text(visitor.page.one("main"))))
    assert answers[0] == answers[1]
    assert numbers[0] == numbers[1]
    assert db.session.scalars(select(Email)).all() == []
    assert len(db.session.scalars(select(PasswordResetRequest)).all()) == 2
    assert tasks.write_reset_emails() == 2
    assert tasks.write_reset_emails() == 0
    assert [email.to for email in db.session.scalars(select(Email))] == ["organizer@example.org"]


def test_password_emails_are_counted_for_each_mailbox(app, make):
    make.owner()
    for email in ("organizer@example.org", "nobody@example.org"):
        codes = []
        for _n in range(11):
            app.extensions["limits"].storage.reset()
            codes.append(app.test_client().fill("/login/reset", {"email": email}).status_code)
        assert codes == [303] * 10 + [422], email


def test_a_password_is_hashed_before_anything_is_locked(app, make, monkeypatch):
    """Hashing is slow on purpose, and nobody else may have to wait for it."""
    held = []
    real = operations.hash_password
    monkeypatch.setattr(
        operations,
        "hash_password",
        lambda text: held.append(db.session.is_active and db.session().in_transaction()) or real(text),
    )
    with transaction():
        operations.create_user("ada@example.org", password=STRONG)
    assert held == [False]
    assert user_by_email("ADA@example.org ").email == "ada@example.org"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
            "Safari, macOS",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 Mobile/15E148 Safari/604.1",
            "Chrome, iPhone",
        ),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name(agent, device):
    assert rules.device(agent) == device
