"""Settings of the site: on every page at once, for administrators alone, and never a reason for an error page to fail."""

from __future__ import annotations

import io

import pytest
from flask import g
from PIL import Image
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.site_settings import operations, rules
from eventapp.site_settings.profile import profile

SITE = "/manage/site"


def png(colour="navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 100), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def administrator(organizer, make):
    with transaction():
        make.owner().admin = True
    return organizer


def test_a_link_is_a_text_a_bar_and_an_address_of_the_web():
    assert rules.footer_links("City of Mori | https://mori.example\n\n 森市｜https://mori.example/ja ") == [
        {"text": "City of Mori", "address": "https://mori.example"},
        {"text": "森市", "address": "https://mori.example/ja"},
    ]
    assert rules.as_lines(rules.footer_links("A|https://a.example")) == "A | https://a.example"


@pytest.mark.parametrize(
    "typed",
    [
        "City of Mori",
        "A | javascript:alert(1)",
        "A | //evil.example",
        "| https://a.example",
        "A|https://a b",
        "A | https://[",
        "A | https://ex\u2100mple.org/",
        "A|https://a.example/" + "x" * 600,
    ],
)
def test_another_line_is_refused(typed):
    with pytest.raises(Refused):
        rules.footer_links(typed)


def test_more_links_than_a_footer_holds_are_refused():
    with pytest.raises(Refused):
        rules.footer_links("A | https://a.example\n" * 9)


def test_a_text_that_is_too_long_is_refused_and_not_cut():
    with pytest.raises(Refused, match="80 characters"):
        rules.footer_links("A" * 81 + " | https://a.example")


def test_only_administrators_may_change_the_site(client, organizer):
    assert client.get(SITE).status_code == 302
    assert organizer.get(SITE).status_code == 403
    for path in ("", "/logo", "/logo/remove"):
        assert organizer.post(SITE + path).status_code in {400, 403}


def test_what_is_saved_stands_on_every_page_at_once(administrator, client, make):
    make.event("forum")
    for path in ("/", "/events", "/events/forum"):
        assert "Forum &amp; Summit Desk" in client.get(path).text
    answer = administrator.fill(
        SITE,
        {
            "name_en": "Forum of Mori",
            "name_ja": "森のフォーラム",
            "contact_email": "forum@mori.example",
            "links": "City of Mori | https://mori.example",
            "imprint_en": "**City of Mori**, 1-1 Chuo",
        },
    )
    assert answer.status_code == 303
    for path in ("/", "/events", "/events/forum", "/events/forum/programme", "/imprint"):
        text = client.get(path).text
        assert "Forum of Mori" in text and "https://mori.example" in text, path
        assert "mailto:forum@mori.example" in text and 'href="/imprint"' in text
        assert "/accessibility" not in text
    assert "<strong>City of Mori</strong>" in client.get("/imprint").text
    assert "森のフォーラム" in client.get("/?lang=ja").text
    assert client.get("/privacy").status_code == 404


def test_new_events_begin_with_what_the_site_says(administrator):
    administrator.fill(SITE, {"zone": "Europe/Helsinki", "country_code": "FI", "languages": ["en"]})
    page = administrator.get("/manage/events/new").text
    assert 'value="Europe/Helsinki"' in page
    administrator.fill("/manage/events/new", {"title_en": "Forum"})
    (event,) = db.session.scalars(select(Event)).all()
    assert (event.zone, event.country_code, event.working_languages) == ("Europe/Helsinki", "FI", ["en"])


def test_an_unknown_zone_is_refused_and_nothing_is_lost(administrator):
    answer = administrator.fill(SITE, {"zone": "Mars/Base", "name_en": "Forum of Mori"})
    assert answer.status_code == 422 and "Mars/Base" in answer.text and "Forum of Mori" in answer.text
    assert profile().said_name("en") == "Forum & Summit Desk"


def test_a_logo_takes_the_place_of_the_seal_until_it_is_removed(administrator, client):
    for colour in ("navy", "green"):
        answer = administrator.fill(SITE, {"file": (io.BytesIO(png(colour)), "logo.png")}, action="/logo")
        assert answer.status_code == 303
    address, width, _height = profile().logo
    assert address in client.get("/").text and width == 300
    assert client.get(address).content_type == "image/png"
    administrator.fill(SITE, action="/logo/remove")
    assert address not in client.get("/").text and client.get(address).status_code == 404


def test_a_logo_that_is_no_picture_is_refused(administrator):
    answer = administrator.fill(SITE, {"file": (io.BytesIO(b"<svg/>"), "logo.svg")}, action="/logo")
    assert answer.status_code == 422 and "PNG, JPEG" in answer.text
    assert profile().logo == ("", 0, 0)


def test_an_error_page_asks_the_database_for_nothing(app, queries):
    with transaction():
        operations.save(name=LocalizedText(en="Forum of Mori"))
    with app.test_request_context("/"):
        assert profile().said_name("en") == "Forum of Mori"
    with app.test_request_context("/"), queries() as counted:
        g.pop("site_profile", None)  # of the request before
        g.is_error = True
        assert profile().said_name("en") == "Forum of Mori"
    assert len(counted) == 0
