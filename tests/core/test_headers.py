"""Headers that keep pages safe."""

from __future__ import annotations


def test_the_policy_allows_nothing_inline_and_nobody_else(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_public_page_has_no_nonce_so_that_it_can_be_kept(client, make):
    make.event("forum")
    assert "nonce" not in client.get("/events/forum").headers["Content-Security-Policy"]


def test_a_page_that_asks_for_a_nonce_gets_it_into_its_policy(app):
    from eventapp.core import headers

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
