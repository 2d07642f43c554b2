"""Cached pages: fresh after every change, and cheap while nothing changes."""

from __future__ import annotations

import gzip

import pytest

from eventapp import lifecycle
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory import operations as directory
from eventapp.programme import operations as programme
from eventapp.programme import queries
from eventapp.programme.rules import SessionStatus
from eventapp.registration import queries as registration


@pytest.fixture
def forum(make):
    event = make.event("forum")
    person = make.person("Lovelace", "Ada")
    make.session(event, "Opening", rooms=[make.room(event, "Main hall")], people=[person])
    make.option(event, capacity=3)
    return event


def test_an_unchanged_page_is_a_304(client, forum):
    first = client.get("/events/forum")
    again = client.get("/events/forum", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_a_cached_page_costs_one_query(client, forum, queries):
    client.get("/events/forum")
    with queries() as counted:
        client.get("/events/forum")
    assert len(counted) == 1


def test_a_cached_page_is_gzipped_for_clients_that_accept_it(client, forum):
    client.looks = False
    response = client.get("/events/forum", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]
    assert b"Forum of cities" in gzip.decompress(response.data)


@pytest.mark.parametrize(
    "change",
    ["title", "session", "cancelled session", "speaker", "room", "registration", "status"],
)
def test_every_change_that_a_page_shows_is_on_it_at_once(client, make, forum, change):
    before = client.get("/events/forum").get_data(as_text=True)
    with transaction():
        match change:
            case "title":
                lifecycle.change_event(forum, slug="forum", title=LocalizedText(en="Forum of rivers"))
            case "session":
                pass
            case "cancelled session":
                programme.set_status(queries.sessions(forum)[0], SessionStatus.CANCELLED)
            case "speaker":
                directory.save_person(
                    queries.people_of(forum)[0], family=LocalizedText(en="Hopper"), given=LocalizedText(en="Grace")
                )
            case "room":
                programme.save_room(forum, queries.rooms(forum)[0], name=LocalizedText(en="Great hall"))
            case "status":
                lifecycle.postpone_event(forum, note=LocalizedText())
    if change in {"cancelled session", "room"}:
        make.release(forum)
    if change == "session":
        make.session(forum, "Closing", minutes=30)
    if change == "registration":
        make.registration(forum, registration.options(forum)[0])
    assert client.get("/events/forum").get_data(as_text=True) != before


def test_a_page_in_another_language_is_another_page(client, forum):
    assert '<html lang="ja"' in client.get("/events/forum?lang=ja").get_data(as_text=True)
    assert '<html lang="en"' in client.get("/events/forum").get_data(as_text=True)
    japanese = client.get("/events/forum", headers={"Accept-Language": "ja"})
    assert '<html lang="ja"' in japanese.get_data(as_text=True)
    assert "Accept-Language" in japanese.headers["Vary"]


def test_links_of_a_page_asked_for_in_a_language_stay_in_it(client, forum):
    html = client.get("/events/forum?lang=ja").get_data(as_text=True)
    assert "/events/forum/programme?lang=ja" in html
    assert "/events/forum?lang=en" in html


def test_the_link_to_the_other_language_never_leaves_the_site(client):
    response = client.get("/%2Felsewhere.example/%22%3F")
    assert response.status_code == 404
    assert 'href="/elsewhere.example/%22%3F?lang=ja"' in response.get_data(as_text=True)
