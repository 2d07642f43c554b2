"""Links that add feeds to calendar apps."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from eventapp.feeds.links import entry_links, qr
from tests.support.make import START


def test_the_link_of_a_single_entry_has_times_that_no_zone_can_shift():
    links = entry_links(
        title="開会 & more",
        starts=START,
        ends=START + timedelta(hours=1),
        zone="Asia/Tokyo",
        place="Main hall",
        url="https://example.org/s?a=1&b=2",
    )
    google = parse_qs(urlsplit(links.google).query)
    assert google["text"] == ["開会 & more"]
    assert google["dates"] == ["20310318T010000Z/20310318T020000Z"]
    assert google["details"] == ["https://example.org/s?a=1&b=2"]
    for link, host in ((links.outlook, "outlook.live.com"), (links.office, "outlook.office.com")):
        assert urlsplit(link).hostname == host
        values = parse_qs(urlsplit(link).query)
        assert values["startdt"] == ["2031-03-18T01:00:00+00:00"]
        assert values["subject"] == ["開会 & more"]
        assert "+" not in urlsplit(link).query, "Outlook shows a plus sign as it is"


def test_a_qr_code_is_drawn_from_the_url_and_contains_none_of_its_text():
    first, second = qr("webcal://example.org/a.ics"), qr("webcal://example.org/b.ics")
    assert first.startswith("<svg")
    assert first != second
    assert "example" not in first
    assert "style=" not in first
