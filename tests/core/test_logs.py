"""Logs for the person on call, without anything personal."""

from __future__ import annotations

import json
import logging

from eventapp.core.logs import JsonFormatter


def test_the_token_of_a_registration_is_not_logged(client, make, caplog):
    event = make.event("forum")
    registration = make.registration(event, make.option(event), "ada@example.org")
    with caplog.at_level(logging.INFO, logger="eventapp.access"):
        client.get(f"/registrations/{registration.token}")
        client.get("/events/forum/register/link?email=ada@example.org")
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert "/registrations/<token>" in "".join(lines)
    for secret in (registration.token, "ada@", "Guest"):
        assert secret not in "".join(lines)
    assert json.loads(lines[0])["status"] == 200


def test_an_exception_is_logged_without_its_text():
    try:
        raise ValueError("ada@example.org")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "failed", None, (type(error), error, error.__traceback__))
    line = JsonFormatter().format(record)
    assert "ValueError" in line
    assert "ada@" not in line


def test_a_request_keeps_the_id_of_the_proxy_if_it_is_one(client):
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef0123456789"}).headers["X-Request-ID"] == (
        "abcdef0123456789"
    )
    assert client.get("/healthz", headers={"X-Request-ID": "a b<script>"}).headers["X-Request-ID"] != "a b<script>"
