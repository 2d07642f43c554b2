"""Error pages help in the reader's language and in the other one, and reveal nothing that they should not."""

from __future__ import annotations

import logging

import pytest
from flask import abort
from werkzeug.exceptions import Gone, ServiceUnavailable, TooManyRequests

from eventapp import create_app
from eventapp.config import Settings
from eventapp.core.db import db
from eventapp.core.refusals import Refused
from eventapp.serve import migrate


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, None), (410, Gone()), (429, TooManyRequests(retry_after=60)), (422, Refused("No seat."))],
)
def test_each_refusal_has_a_page_in_both_languages(app, client, monkeypatch, status, error):
    def view():
        if error is None:
            abort(404)
        raise error

    monkeypatch.setitem(app.view_functions, "site.robots", view)
    for lang, other in (("en", "ja"), ("ja", "en")):
        response = client.get(f"/robots.txt?lang={lang}")
        assert response.status_code == status
        html = response.get_data(as_text=True)
        assert f'<html lang="{lang}"' in html
        assert f'<p class="quiet" lang="{other}">' in html
    if status == 422:
        assert "No seat." in html
    if status == 429:
        assert response.headers["Retry-After"]


def test_an_unknown_url_is_404(client):
    assert client.get("/nowhere").status_code == 404
    assert client.get("/events/nowhere").status_code == 404


def test_a_crash_is_a_page_with_a_number_and_no_details(app, client, monkeypatch, caplog):
    monkeypatch.setitem(app.view_functions, "site.robots", lambda: 1 / 0)
    monkeypatch.setattr(app, "testing", False)
    with caplog.at_level(logging.CRITICAL, logger="eventapp"):
        response = client.get("/robots.txt")
    assert response.status_code == 500
    html = response.get_data(as_text=True)
    assert response.headers["X-Request-ID"] in html
    assert "ZeroDivision" not in html


@pytest.mark.parametrize("error", [ZeroDivisionError, ServiceUnavailable], ids=["500", "503"])
def test_only_who_has_sent_something_is_told_that_it_was_not_saved(app, organizer, make, monkeypatch, error):
    def view(**values):
        raise error

    make.event("forum")
    filled = organizer.values("/manage/events/forum/edit")
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.view_functions, "dashboard_event.edit", view)
    sent = organizer.post("/manage/events/forum/edit", data=filled)
    opened = organizer.get("/manage/events/forum/edit")
    assert sent.status_code == opened.status_code >= 500
    assert "Your changes were not saved." in sent.text
    assert "not saved" not in opened.text


def test_a_client_that_reads_json_gets_json(client):
    response = client.get("/events/nowhere/counts.json")
    assert response.status_code == 404
    assert response.get_json()["error"] == 404


def test_a_form_without_its_proof_is_refused(client, make):
    forum = make.event("forum")
    guest = make.registration(forum, make.option(forum))
    response = client.post(f"/agenda/registrations/{guest.token}", data={"family_name": "Other"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/events/%00",
        "/events/forum/sessions/%00.ics",
        "/registrations/%00",
        "/events?country=%00",
        f"/manage/events/forum/registrations/{2**31}",
        f"/manage/events/forum/questions/{'9' * 30}",
    ],
)
def test_values_that_no_database_holds_are_404(organizer, make, path):
    make.event("forum")
    assert organizer.get(path).status_code == 404


def test_a_list_has_a_first_page_for_whatever_is_asked(organizer, make):
    make.event("forum")
    for number in ("0", "-1", "x", "9" * 5000, "²"):
        assert organizer.get(f"/manage/events/forum/registrations?page={number}").status_code == 200
        assert organizer.get(f"/manage/events/forum/mail?page={number}").status_code == 200


# ---- host names ----------------------------------------------------------------------------------------------------


@pytest.fixture
def named(tmp_path):
    """A site with a public URL and an empty database."""
    environ = {"EVENTAPP_INSTANCE": str(tmp_path), "EVENTAPP_BASE_URL": "https://events.example.org"}
    app = create_app(Settings.from_environment(environ))
    app.testing = True
    migrate(app)
    yield app.test_client()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


HOSTS = [
    ("events.example.org", 200),
    ("events.example.org:443", 200),
    ("EVENTS.example.org", 200),
    ("127.0.0.1:8000", 200),
    ("localhost", 200),
    ("[::1]:8000", 200),
    ("evil.example", 400),
    ("events.example.org.evil.example", 400),
    ("10.0.0.7:8000", 400),
    ("[::2]", 400),
    ("]", 400),
]


@pytest.mark.slow
def test_a_site_with_a_public_url_answers_only_under_that_name(named):
    for host, status in HOSTS:
        named.application.extensions["cache_middleware"].clear()
        for _ in range(2):  # the second time from the cache
            assert named.get("/", headers={"Host": host}).status_code == status, host
        named.get("/", headers={"Host": "events.example.org"})
        assert named.get("/", headers={"Host": host}).status_code == status, host
        assert named.get("/healthz", headers={"Host": host}).status_code == 200, "a load balancer asks by number"


def test_a_laptop_is_asked_under_any_name(tmp_path):
    settings = {"EVENTAPP_INSTANCE": str(tmp_path), "EVENTAPP_PORT": "8123"}
    assert Settings.from_environment(settings).hosts == frozenset()
    named = Settings.from_environment({**settings, "EVENTAPP_BASE_URL": "http://events.example.org:8123"})
    assert named.hosts == {"events.example.org", "localhost", "127.0.0.1", "::1"}
