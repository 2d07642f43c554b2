"""Home, list, event page."""

from __future__ import annotations


def test_home_of_an_empty_site_says_what_there_is(client):
    assert client.get("/").status_code == 200
    assert client.get("/events").status_code == 200


def test_an_event_has_its_page(client, make):
    event = make.event("forum")
    make.session(event, people=[make.person()])
    make.option(event, capacity=5)
    for path in (
        "/events/forum",
        "/events/forum?lang=ja",
        "/events/forum/programme",
        "/events/forum/speakers",
        "/events/forum/register",
    ):
        assert client.get(path).status_code == 200, path
