"""Security headers and cookies."""

from __future__ import annotations

import os
import re

import pytest

from eventapp import create_app
from eventapp.config import Settings
from eventapp.core import headers
from eventapp.core.db import db
from eventapp.events.rules import EventStatus
from eventapp.serve import migrate


def test_the_policy_allows_nothing_inline_and_nobody_else(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_public_page_has_no_nonce_so_that_it_can_be_cached(client, make):
    make.event("forum")
    assert "nonce" not in client.get("/events/forum").headers["Content-Security-Policy"]


def test_a_page_that_asks_for_a_nonce_gets_it_into_its_policy(app):
    with app.test_request_context("/"):
        value = headers.nonce()
        assert value == headers.nonce()
        response = app.process_response(app.make_response("x"))
    assert f"'nonce-{value}'" in response.headers["Content-Security-Policy"]


def test_public_pages_set_no_cookie_and_do_not_vary_by_one(client, make):
    make.session(make.event("forum"))
    for path in ("/", "/events", "/events/forum", "/events/forum/programme", "/events/forum/calendar.ics"):
        response = client.get(path)
        assert "Set-Cookie" not in response.headers, path
        assert "Cookie" not in response.headers.get("Vary", ""), path


@pytest.fixture
def secured(tmp_path):
    """The app at an https URL with an empty database, and a browser that uses https."""
    environ = {"EVENTAPP_INSTANCE": str(tmp_path / "instance"), "EVENTAPP_BASE_URL": "https://events.example.org"}
    before = os.umask(0o022)
    app = create_app(Settings.from_environment(environ))
    app.testing = True
    migrate(app)
    yield app.test_client()
    os.umask(before)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_cookies_of_a_secured_site_are_of_this_host_alone(secured):
    https = {"base_url": "https://events.example.org"}
    response = secured.get("/login", **https)
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-eventapp=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    for path in ("/", "/login", "/healthz"):
        assert secured.get(path, **https).headers["Strict-Transport-Security"] == "max-age=31536000"
    token = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))[1]
    referrer = {"Referer": "https://events.example.org/agenda"}
    begun = secured.post("/agenda", data={"csrf_token": token}, headers=referrer, **https)
    assert begun.headers["Set-Cookie"].startswith("__Host-agenda=")
    assert "Secure" in begun.headers["Set-Cookie"]
    assert secured.get("/agenda", **https).location == begun.location


def test_a_site_without_https_promises_none(client):
    response = client.get("/login")
    assert response.headers["Set-Cookie"].startswith("eventapp=")
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.slow
def test_what_is_made_in_the_instance_is_its_owners_alone(secured, tmp_path):
    secured.get("/", base_url="https://events.example.org")
    made = [path for path in (tmp_path / "instance").rglob("*") if path.is_file()]
    assert made
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_nobody_keeps_what_is_the_teams_or_was_typed(client, organizer, make):
    make.option(make.event("forum"))
    make.event("draft", status=EventStatus.DRAFT)
    guest = client.fill("/events/forum/register", {"email": "ada@example.org", "family_name": "A"})
    refused = client.fill("/events/forum/register", {"email": "no address", "family_name": "A"})
    assert (guest.status_code, refused.status_code) == (303, 422)
    for response in (guest, refused, client.get(guest.location)):
        assert "no-store" in response.headers["Cache-Control"]
    for path in ("/manage", "/manage/events/forum", "/manage/events/forum/registrations", "/events/draft", "/login"):
        assert "no-store" in organizer.get(path, follow_redirects=True).headers["Cache-Control"], path
    for path in ("/events/forum", "/events/forum/programme"):  # with links to the desk
        assert "no-store" in organizer.get(path).headers["Cache-Control"], path
        assert "no-store" not in client.get(path).headers["Cache-Control"], path
    assert "no-store" not in organizer.get("/").headers["Cache-Control"]


@pytest.mark.slow
def test_a_form_of_a_page_that_sends_no_referrer_works_with_https(secured):
    """Pages of private links say `no-referrer`, so a browser sends `Origin: null`."""
    https = {"base_url": "https://events.example.org"}
    page = secured.get("/agenda", **https)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))[1]
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert secured.post("/agenda", data={"csrf_token": token}, headers=headers, **https).status_code == 303
