"""Organizers log in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.accounts import tasks
from eventapp.core.db import db
from eventapp.mail.models import Email
from tests.support.make import PASSWORD


def log_in(client, email, password):
    return client.fill("/login", {"email": email, "password": password})


def test_the_right_password_opens_the_desk(client, make):
    make.owner()
    assert log_in(client, "organizer@example.org", PASSWORD).status_code == 302
    assert client.get("/manage").status_code == 200


def test_a_wrong_password_says_the_same_as_an_unknown_address(client, make):
    make.owner()
    pages = []
    for email in ("organizer@example.org", "nobody@example.org"):
        response = log_in(client, email, "wrong password")
        assert response.status_code == 422
        pages.append(client.page.text(client.page.one("main")))
    assert pages[0] == pages[1]
    assert client.get("/manage").status_code == 302


def test_after_the_login_one_is_where_one_wanted_to_be(client, make):
    make.event("forum")
    response = client.get("/manage/events/forum/mail")
    assert response.status_code == 302
    response = client.fill(response.location, {"email": "organizer@example.org", "password": PASSWORD})
    assert response.location == "/manage/events/forum/mail"


def test_the_login_does_not_lead_to_another_site(client, make):
    make.owner()
    response = client.fill(
        "/login?next=https://evil.example/", {"email": "organizer@example.org", "password": PASSWORD}
    )
    assert "evil" not in (response.location or "")


@pytest.mark.both_engines("an upsert")
def test_guessing_is_slowed_down(client, make):
    make.owner()
    codes = [log_in(client, "a@example.org", "x").status_code for _ in range(11)]
    assert 429 not in codes[:10]
    assert codes[10] == 429


@pytest.mark.both_engines("requests for a new password are taken with SKIP LOCKED")
def test_a_forgotten_password_is_reset_by_email(client, make):
    make.owner()
    response = client.fill("/login/reset", {"email": "organizer@example.org"})
    assert response.status_code == 303
    assert tasks.write_reset_emails() == 1
    email = db.session.scalars(select(Email)).one()
    link = next(word for word in email.text.split() if "/login/reset/" in word)
    path = "/" + link.split("/", 3)[3]
    new = "a new long password"
    saved = client.fill(path, {"password": new, "password_confirm": new})
    assert saved.status_code == 302
    client.get(saved.location)
    assert "Your new password has been saved." in client.page.text(client.page.one("main"))
    client.looks = False
    visitor = client.application.test_client()
    assert visitor.fill("/login", {"email": "organizer@example.org", "password": new}).status_code == 302


@pytest.mark.both_engines("requests for a new password are taken with SKIP LOCKED")
def test_an_unknown_address_gets_no_email(client, make):
    make.owner()
    answers = [client.fill("/login/reset", {"email": f"{name}@example.org"}) for name in ("organizer", "nobody")]
    assert answers[0].status_code == answers[1].status_code
    tasks.write_reset_emails()
    assert [email.to for email in db.session.scalars(select(Email))] == ["organizer@example.org"]


@pytest.mark.both_engines("requests for a new password are taken with SKIP LOCKED")
def test_the_email_links_to_our_own_host_whatever_the_request_says(client, make):
    """Otherwise an attacker could request somebody's e-mail with a false Host and receive the reset link."""
    make.owner()
    client.get("/login/reset")
    (token,) = [node.get("value") for node in client.page.all("input") if node.get("name") == "csrf_token"]
    client.post(
        "/login/reset", data={"email": "organizer@example.org", "csrf_token": token}, headers={"Host": "evil.example"}
    )
    tasks.write_reset_emails()
    emails = db.session.scalars(select(Email)).all()
    assert all("evil.example" not in email.text + email.html for email in emails)
    client.fill("/login/reset", {"email": "organizer@example.org"})
    tasks.write_reset_emails()
    assert "http://localhost/login/reset/" in db.session.scalars(select(Email).order_by(Email.id.desc())).first().text


@pytest.mark.both_engines("no other test runs one of its statements")
def test_the_password_can_be_changed(organizer):
    new = "a new long password"
    response = organizer.fill("/login/change", {"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    assert response.status_code == 302


def test_logging_out_takes_a_button_and_not_a_link(organizer):
    assert organizer.get("/logout").status_code == 405
    assert organizer.fill("/manage", action="/logout").status_code == 302
    assert organizer.get("/manage").status_code == 302


def test_logging_in_gives_and_takes_no_tokens(app, client, make):
    """Flask-Security can do both if a query parameter asks for it, which nobody would expect."""
    owner = make.owner()
    visitor = app.test_client()
    with app.test_request_context():
        token = owner.get_auth_token()
    for how in ({"query_string": {"auth_token": token}}, {"headers": {"Authentication-Token": token}}):
        assert visitor.get("/manage", **how).status_code == 302
    client.get("/login")
    key = next(field.get("value") for field in client.page.all("input") if field.get("name") == "csrf_token")
    answer = client.post(
        "/login?include_auth_token",
        data={"email": owner.email, "password": PASSWORD, "csrf_token": key},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 302
    assert b"token" not in answer.data


def test_login_pages_are_pages_whatever_a_client_says_it_reads(client, organizer):
    for path, status in (("/login/change", 302), ("/us-verify", 404), ("/fs-static/js/webauthn.js", 404)):
        assert client.get(path, headers={"Accept": "application/json"}).status_code in {status, 401}, path
    assert organizer.get("/login/change", headers={"Accept": "application/json"}).status_code == 200
    assert organizer.post("/login/change", json={"password": 1}).status_code == 400  # no CSRF token
    assert organizer.get("/us-verify").status_code == 404
