"""A query that changes nothing does not create another response."""

from __future__ import annotations

import pytest

from eventapp.core import cache_middleware
from eventapp.core.parameters import MOST_FIELDS, canonical, language, nearest, one_of, parameters, several, text
from tests.core.test_cache_middleware import flask_asked, forum  # noqa: F401

KNOWN = {"lang": language, "kind": one_of(["panel", "talk"]), "q": text(5), "alarm": nearest([5, 15, 60], most=100)}
KNOWN["track"] = several(3, most=2)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", ""),
        ("x=1&utm_source=mail", ""),
        ("q=tea&kind=panel&lang=ja", "lang=ja&kind=panel&q=tea"),
        ("kind=panel&kind=talk", "kind=panel"),
        ("kind=&q=", ""),
        ("kind=nonsense", ""),
        ("q=++green+tea", "q=green"),
        ("lang=zh-Hant", "lang=zh-Hant"),
        ("lang=xx", ""),
        ("lang=../etc", ""),
        ("track=b,,a,b", "track=a%2Cb"),
        ("track=c,b,a,long", "track=a%2Cb"),
        ("track=,long,", ""),
        ("alarm=16", "alarm=15"),
        ("alarm=10", "alarm=5"),
        ("alarm=101", ""),
        ("alarm=%EF%BC%91", ""),
        ("&".join(f"x{n}=1" for n in range(MOST_FIELDS + 1)) + "&q=tea", ""),
        ("q=%FF%00", "q=%EF%BF%BD%00"),
        ("q=日本".encode().decode("latin-1"), "q=%E6%97%A5%E6%9C%AC"),
        ("q=\xff", "q=%EF%BF%BD"),
    ],
)
def test_a_query_has_one_spelling(query, asked):
    assert canonical(query, KNOWN) == asked
    assert canonical(asked, KNOWN) == asked


PATHS = [
    "/",
    "/events",
    "/events/forum",
    "/events/forum/programme",
    "/events/forum/speakers",
    "/events/forum/changes",
    "/events/forum/changes.atom",
    "/events/forum/calendar",
    "/events/forum/calendar.ics",
    "/events/forum/calendar.jcal",
    "/calendar.ics",
    "/events/forum/schedule.json",
]


@pytest.mark.parametrize("path", PATHS)
def test_what_nobody_reads_in_a_query_makes_nothing_anew(client, forum, flask_asked, path):  # noqa: F811
    first = client.get(path)
    for query in ("?x=1", "?utm_source=mail&x=2", "?kind=", "?lang=xx"):
        again = client.get(path + query)
        assert again.status_code == 200
        assert again.data == first.data
    assert flask_asked == [path]
    old = {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}  # for which Flask is called
    assert client.get(f"{path}?x=3", headers=old).data == first.data
    shelves = (client.application.extensions["pages"], client.application.extensions["feeds"])
    assert not [name for shelf in shelves for name in shelf._entries if "x=" in name]


def test_what_nobody_reads_does_not_get_into_links(client, forum):  # noqa: F811
    client.get("/events/forum/programme?x=1&view=list")
    links = [a.get("href") or "" for a in client.page.all("a")]
    assert any("view=list" in link for link in links)
    assert not [link for link in links if "x=1" in link]


@pytest.mark.parametrize("minutes", [14, 15, 16, 20])
def test_reminders_are_of_a_short_list(client, make, forum, minutes):  # noqa: F811
    asked = client.get(f"/events/forum/calendar.ics?alarm={minutes}").get_data(as_text=True)
    assert "TRIGGER:-PT15M" in asked
    assert asked == client.get("/events/forum/calendar.ics?alarm=15").get_data(as_text=True)


def test_a_cached_view_must_declare_its_parameters(app):
    @parameters(q=text(9))
    def view() -> None: ...

    assert list(view.parameters) == ["lang", "q"]
    with app.test_request_context("/login"), pytest.raises(LookupError, match="does not declare"):
        cache_middleware.offer(etag="x", body=b"", gzipped=b"", is_fresh=lambda: True, until=0)


def test_a_client_that_forces_rebuilding_gets_429_and_others_do_not(app, client, forum):  # noqa: F811
    """Cached responses are still served to everybody."""
    app.config["BUILDING_SECONDS"] = 0.05
    try:
        client.get("/events/forum")
        codes = [client.get(f"/events?q={number}").status_code for number in range(20)]
        assert codes[0] == 200
        assert codes[-1] == 429
        assert client.get("/events?q=more").headers["Retry-After"] == "60"
        assert client.get("/events/forum").status_code == 200
        neighbour = {"X-Forwarded-For": "192.0.2.7"}
        assert client.get("/events?q=more", headers=neighbour).status_code == 200
    finally:
        app.config["BUILDING_SECONDS"] = 10
