"""Cached responses are served before Flask is called, and are never older than the data."""

from __future__ import annotations

import gzip
import logging
import math
import time

import pytest

from eventapp import lifecycle
from eventapp.core.cache_middleware import PAUSE, STALE, CacheEntry, CacheMiddleware, _StoredEntry
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus, Visibility

PATHS = ["/", "/events", "/events/forum", "/events/forum/programme", "/events/forum/calendar.ics", "/calendar.ics"]


@pytest.fixture
def forum(make):
    event = make.event("forum")
    make.session(event, "Opening")
    return event


@pytest.fixture
def flask_asked(app, monkeypatch):
    """How often Flask itself was called."""
    asked = []
    cache_middleware = app.extensions["cache_middleware"]
    inner = cache_middleware._inner

    def count(environ, start):
        asked.append(environ["PATH_INFO"])
        return inner(environ, start)

    monkeypatch.setattr(cache_middleware, "_inner", count)
    return asked


@pytest.mark.both_engines("asks the driver itself, and compares its values as they are")
@pytest.mark.parametrize("path", PATHS)
def test_the_second_visitor_gets_the_same_answer_without_flask(client, forum, flask_asked, path):
    first, second = client.get(path), client.get(path)
    assert flask_asked == [path]
    assert second.data == first.data
    theirs, ours = dict(first.headers), dict(second.headers)
    assert theirs.pop("X-Request-ID") != ours.pop("X-Request-ID")
    assert ours == theirs


@pytest.mark.both_engines("asks the driver itself, and compares its values as they are")
def test_it_asks_one_quick_question(client, forum, queries):
    client.get("/events/forum")
    with queries() as counted:
        client.get("/events/forum")
    assert counted.statements == ["quick"]


@pytest.mark.both_engines("asks the driver itself, and compares its values as they are")
def test_what_has_changed_is_made_anew(client, forum, flask_asked):
    client.get("/events/forum")
    with transaction():
        lifecycle.change_event(forum, slug="forum", title=LocalizedText(en="Forum of rivers"))
    assert "Forum of rivers" in client.get("/events/forum").get_data(as_text=True)
    assert len(flask_asked) == 2


@pytest.mark.both_engines("asks the driver itself, and compares its values as they are")
def test_what_is_no_longer_public_disappears_at_once(client, forum):
    for path in ("/events/forum", "/events/forum/calendar.ics"):
        assert client.get(path).status_code == 200
    with transaction():
        lifecycle.change_event(forum, slug="forum", visibility=Visibility.PRIVATE)
    assert client.get("/events/forum").status_code == 404
    assert "Forum of cities" not in client.get("/events/forum/calendar.ics").get_data(as_text=True)


@pytest.mark.both_engines("asks the driver itself, and compares its values as they are")
def test_an_unchanged_answer_is_a_304_for_each_form_of_its_etag(client, forum, flask_asked):
    client.looks = False
    etag = client.get("/events/forum").headers["ETag"]
    gzipped = client.get("/events/forum", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert gzipped != etag
    for known in (etag, gzipped, f'"other", {etag}', f"W/{etag}", "*"):
        answer = client.get("/events/forum", headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b""), known
        assert answer.headers["ETag"] == etag
        assert "Content-Length" not in answer.headers
    assert client.get("/events/forum", headers={"If-None-Match": '"other"'}).status_code == 200
    assert flask_asked == ["/events/forum"]


def test_it_is_packed_only_for_those_who_can_unpack_it(client, forum):
    client.looks = False
    plain = client.get("/events/forum")
    gzipped = client.get("/events/forum", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert gzipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(gzipped.data) == plain.data
    assert "Content-Encoding" not in client.get("/events/forum", headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_head_has_the_headers_and_no_body(client, forum):
    whole = client.get("/events/forum")
    head = client.head("/events/forum")
    assert head.data == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_each_language_has_its_own(client, forum):
    english = client.get("/events/forum").data
    japanese = client.get("/events/forum", headers={"Accept-Language": "ja"}).data
    assert client.get("/events/forum", headers={"Accept-Language": "ja"}).data == japanese != english


@pytest.mark.both_engines("asks the driver itself, and compares its values as they are")
def test_nothing_personal_is_cached(client, make, forum, flask_asked):
    registration = make.registration(forum, make.option(forum))
    for path in (f"/registrations/{registration.token}", "/login"):
        client.get(path)
        client.get(path)
        assert flask_asked.count(path) == 2, path


def test_a_preview_of_the_team_is_not_shown_to_others(organizer, client, make):
    make.event("draft", status=EventStatus.DRAFT)
    assert organizer.get("/events/draft").status_code == 200
    assert client.get("/events/draft").status_code == 404


def test_it_is_logged_like_every_request(client, forum, caplog):
    with caplog.at_level(logging.INFO, logger="eventapp.access"):
        client.get("/events/forum")
        client.get("/events/forum")
    facts = [record.facts for record in caplog.records]
    assert [f["route"] for f in facts] == ["/events/<slug>"] * 2
    assert [f["status"] for f in facts] == [200, 200]


def test_the_budget_of_bytes_is_kept(app, client, make):
    cache_middleware = app.extensions["cache_middleware"]
    budget, cache_middleware._budget = cache_middleware._budget, 48_000
    try:
        for number in range(6):
            make.event(f"forum-{number}")
            client.get(f"/events/forum-{number}")
        assert 0 < cache_middleware._size <= 48_000
        assert len(cache_middleware._entries) < 6
    finally:
        cache_middleware._budget = budget


@pytest.mark.both_engines("asks the driver itself, and compares its values as they are")
def test_what_was_asked_with_counts_as_well(app):
    """Otherwise small responses to many long queries could fill the memory beyond the budget."""
    cache_middleware = CacheMiddleware(app, budget=100_000)
    for number in range(100):
        key = ("/calendar.ics", f"x={number:08000}", f"en;q=0.{number:08000}")
        cache_middleware._store(key, _StoredEntry(CacheEntry("e", b"x", b"", lambda: True, math.inf, None, {}), []))
    assert sum(len(part) for key in cache_middleware._entries for part in key) <= cache_middleware._size <= 100_000
    for key in list(cache_middleware._entries):
        cache_middleware._drop(key)
    assert cache_middleware._size == 0


def test_what_nobody_asks_for_is_forgotten_first(app):
    cache_middleware = CacheMiddleware(app, budget=4 * 26)
    for name in "abcd":
        cache_middleware._store(
            (name, "", ""), _StoredEntry(CacheEntry("e", b"x" * 25, b"", lambda: True, math.inf, None, {}), [])
        )
    list(cache_middleware({"REQUEST_METHOD": "GET", "PATH_INFO": "a"}, lambda *_: None))
    cache_middleware._store(
        ("e", "", ""), _StoredEntry(CacheEntry("e", b"x" * 25, b"", lambda: True, math.inf, None, {}), [])
    )
    assert [key[0] for key in cache_middleware._entries] == ["c", "d", "a", "e"]


class FakeSite:
    """An application behind CacheMiddleware whose database can stop answering and whose page can become stale or
    change.
    """

    def __init__(self) -> None:
        self.is_fresh: bool | None = True
        self.status = "200 OK"
        self.until = time.time() + 60
        self.asked = 0
        self.wsgi_app = self.flask
        self.cache_middleware = CacheMiddleware(self)

    def flask(self, environ, start):
        self.asked += 1
        if self.status.startswith("200"):
            environ["eventapp.cache_entry"] = CacheEntry("e", b"page", b"", self.is_still, self.until, "/events", {})
        start(self.status, [("Content-Type", "text/plain")])
        return [b"page" if self.status.startswith("200") else b"no page"]

    def is_still(self):
        return self.is_fresh

    def get(self) -> tuple[str, bytes, bool]:
        """(status, body, whether it is marked as stale)"""
        told = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/events"}
        body = b"".join(
            self.cache_middleware(environ, lambda status, headers: told.append((status[:3], dict(headers))))
        )
        ((status, headers),) = told
        return status, body, "Cache-Status" in headers


def test_while_the_database_does_not_answer_cached_responses_are_served():
    site = FakeSite()
    site.get()
    site.is_fresh = None
    assert [site.get() for _ in range(3)] == [("200", b"page", True)] * 3
    assert site.asked == 1


def test_an_expired_page_is_served_instead_of_a_503():
    site = FakeSite()
    site.until = time.time() - 1
    assert site.get() == ("200", b"page", False)
    site.status = "503 Away"
    assert site.get() == ("200", b"page", True)
    assert site.asked == 2


def test_it_is_given_for_a_while_only():
    site = FakeSite()
    site.until = time.time() - STALE - 1
    site.get()
    site.status, site.is_fresh = "503 Away", None
    assert site.get()[0] == "503"


def test_what_is_known_to_have_changed_is_never_given_again():
    site = FakeSite()
    site.get()
    site.is_fresh, site.status = False, "503 Away"
    assert site.get() == ("503", b"no page", False)
    site.status = "404 Gone"
    assert site.get()[0] == "404"


def test_the_database_is_asked_again_after_a_pause_and_then_by_everybody(monkeypatch):
    site = FakeSite()
    site.get()
    asked = []
    monkeypatch.setattr(site, "is_still", lambda: asked.append(1) or site.is_fresh)
    site.cache_middleware.clear()
    site.get()
    site.is_fresh = None
    for _ in range(3):
        site.get()
    assert len(asked) == 1
    site.is_fresh = True
    monkeypatch.setattr("eventapp.core.cache_middleware.monotonic", lambda: time.monotonic() + PAUSE)
    assert [site.get()[2] for _ in range(2)] == [False, False]
    assert len(asked) == 3
