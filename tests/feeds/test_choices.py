"""The page for choosing the content of a calendar, and the subscription panel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from eventapp import lifecycle
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Precision, Visibility
from eventapp.feeds.choices import ALARMS, Choice
from eventapp.programme.models import Track
from tests.feeds.test_views import entries, fetch
from tests.support import ical_lint as lint
from tests.support.make import Make, fresh
from tests.support.visitor import Page, Visitor

PAGE = "/events/forum/calendar"


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event("forum", title=LocalizedText(en="Forum", ja="フォーラム"))


@pytest.fixture
def track(make: Make, forum: Event) -> Track:
    track = make.track(forum, "Rivers")
    make.session(forum, "Talk", track=track, people=[make.person()])
    make.session(forum, "Other", rooms=[make.room(forum, "Attic")])
    make.option(forum, closes_at=datetime(2031, 3, 1, tzinfo=UTC))
    return track


def address(client: Visitor, query: str = "", *, status: int = 200) -> str:
    assert client.get(f"{PAGE}{query}").status_code == status
    return str(client.page.by_id("feed-address").get("value")).removeprefix("http://localhost")


def said(client: Visitor) -> str:
    return next(Page.text(one) for one in client.page.all("p") if one.get("class") == "lead")


def test_without_choices_it_is_the_plain_calendar(client: Visitor, track: Track) -> None:
    assert address(client) == "/events/forum/calendar.ics?lang=en"
    assert said(client) == "This calendar contains all sessions and the event itself, as an all-day entry (in English)."


def test_every_choice_is_in_the_url_and_in_the_feed(client: Visitor, track: Track) -> None:
    query = f"?chosen=1&part=tracks/{track.slug}&language=ja&alarm=1440&span=1&deadlines=1&tz=utc"
    feed = address(client, query)
    assert feed == f"/events/forum/tracks/{track.slug}.ics?lang=ja&tz=utc&alarm=1440&deadlines=1&span=1"
    assert said(client) == (
        "This calendar contains the sessions of “Rivers”, the event itself, as an all-day entry, and deadlines "
        "(in Japanese, times in UTC, and a reminder 1 day before)."
    )
    calendar = fetch(client, feed)
    assert list(entries(calendar)) == ["フォーラム", "Talk", "参加登録の締切：対面 – フォーラム"]
    assert calendar.one("SOURCE") == f"http://localhost{feed}", "both spell the address in one way"


@pytest.mark.parametrize(
    "query", ["", "?chosen=1", "?chosen=1&span=1", "?chosen=1&language=ja&alarm=15&tz=utc&deadlines=1"]
)
def test_the_url_is_spelled_as_the_feed_spells_itself(client: Visitor, track: Track, query: str) -> None:
    feed = address(client, query)
    assert fetch(client, feed).one("SOURCE") == f"http://localhost{feed}"


def test_an_unticked_box_counts_as_off(client: Visitor, track: Track) -> None:
    assert address(client, "?chosen=1") == "/events/forum/calendar.ics?lang=en&span=0"
    boxes = {
        node.get("name"): node.get("checked") is not None
        for node in client.page.all("input")
        if node.get("type") == "checkbox"
    }
    assert boxes == {"span": False, "deadlines": False, "tz": False}


def test_the_language_of_the_page_and_of_the_calendar_are_two_things(client: Visitor, track: Track) -> None:
    assert address(client, "?lang=ja") == "/events/forum/calendar.ics?lang=ja"
    assert address(client, "?lang=ja&chosen=1&span=1&language=en") == "/events/forum/calendar.ics?lang=en"
    assert client.page.one("html").get("lang") == "ja"
    assert said(client) == "このカレンダーの内容：すべてのセッション、イベント全体（終日の予定）（言語は英語）"
    (form,) = client.page.forms()
    assert [n.get("value") for n in form.iter("input") if n.get("name") == "lang"] == ["ja"]


def test_a_choice_no_longer_on_the_programme_is_reported(client: Visitor, track: Track) -> None:
    for part in ("tracks/none", "speakers/NOBODY", "../secret"):
        assert address(client, f"?chosen=1&span=1&part={part}", status=422) == "/events/forum/calendar.ics?lang=en"
        assert Page.text(client.page.by_id("part-error"))


def test_only_what_the_public_sees_can_be_chosen(client: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk", people=[make.person("Lovelace", "Ada")])
    hidden = make.track(forum, "Hidden")
    make.session(forum, "Draft", track=hidden, people=[make.person("Ek", "Bo")], release=False)
    client.get(PAGE)
    options = [Page.text(node) for node in client.page.all("option")]
    assert "Ada Lovelace" in options
    assert not {"Hidden", "Bo Ek"} & set(options)


@pytest.mark.parametrize("values", [{"status": EventStatus.DRAFT}, {"visibility": Visibility.PRIVATE}])
def test_an_event_that_is_not_public_has_no_such_page(
    client: Visitor, organizer: Visitor, make: Make, values: Any
) -> None:
    make.event("forum", **values)
    assert client.get(PAGE).status_code == organizer.get(PAGE).status_code == 404


def test_a_former_slug_redirects(client: Visitor, forum: Event) -> None:
    with transaction():
        lifecycle.change_event(fresh(forum), slug="forum-2031")
    assert client.get(PAGE).location == "/events/forum-2031/calendar"


def test_each_state_of_an_event_is_shown(client: Visitor, make: Make, forum: Event) -> None:
    assert "The programme will be published later." in client.get(PAGE).get_data(as_text=True)
    make.event("visit", precision=Precision.MONTH)
    html = client.get("/events/visit/calendar").get_data(as_text=True)
    assert "The exact date is not known yet." in html
    assert 'id="part"' not in html
    march = datetime(2021, 3, 1, tzinfo=UTC)
    make.event("long-ago", precision=Precision.MONTH, starts_at=march, ends_at=march + timedelta(days=31))
    assert "not known yet" not in client.get("/events/long-ago/calendar").get_data(as_text=True)
    make.event("past", starts_at=datetime(2020, 5, 1, tzinfo=UTC))
    html = client.get("/events/past/calendar").get_data(as_text=True)
    assert "This event is over" in html
    assert "webcal:" not in html
    assert "/events/past/calendar.ics" in html
    with transaction():
        lifecycle.cancel_event(fresh(forum), note=LocalizedText())
    assert "All calendar entries are marked as cancelled." in client.get(PAGE).get_data(as_text=True)


def test_it_is_cached_for_everybody_without_a_cookie(client: Visitor, track: Track, queries: Any) -> None:
    first = client.get(PAGE)
    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "public, no-cache"
    with queries() as counted:
        assert client.get(PAGE).data == first.data
    assert counted.statements == ["quick"]


def test_reminders_are_those_of_the_form() -> None:
    chosen = [Choice.of({"alarm": text}, parts=(), languages=("en",), usual="en").alarm for text in ("15", "16", "x")]
    assert chosen == [15, None, None]
    assert ALARMS[-1] == 24 * 60


# ---- the panel ------------------------------------------------------------------------------------------------------


def menus(client: Visitor) -> list[dict[str, str]]:
    """The targets of each calendar menu, by label; the first is that of the whole event."""
    found = [node for node in client.page.all("details") if node.get("data-calendars") is not None]
    return [{Page.text(node): node.get("href") for node in menu.iter("{*}a")} for menu in found]


def panel(client: Visitor) -> dict[str, str]:
    """The targets of the panel's buttons, by label."""
    (box,) = [node for node in client.page.all("div") if "cal" in (node.get("class") or "").split()]
    return {Page.text(node): node.get("href") for node in box.iter("a")}


@pytest.mark.slow
def test_every_page_of_an_event_has_the_menu_of_its_calendar_and_links_the_feed(
    client: Visitor, make: Make, forum: Event, track: Track
) -> None:
    person = make.person("Ek", "Bo")
    room = make.room(forum, "Main hall")
    session = make.session(forum, "Talk two", track=track, people=[person], rooms=[room])
    plain = make.session(forum, "Without a track")
    pages = {
        "/events/forum": "calendar",
        "/events/forum/programme": "calendar",
        f"/events/forum/programme?track={track.slug}": f"tracks/{track.slug}",
        f"/events/forum/programme?room={room.slug}": f"rooms/{room.slug}",
        f"/events/forum/speakers/{person.code}": f"speakers/{person.code}",
        f"/events/forum/sessions/{fresh(session).code}": "calendar",
        f"/events/forum/sessions/{fresh(plain).code}": "calendar",
    }
    for path, feed in pages.items():
        client.get(path)
        of_event, *others = menus(client)
        links = of_event if feed == "calendar" else others[0]
        address = f"http://localhost/events/forum/{feed}.ics?lang=en"
        assert links["Download calendar file (.ics)"] == address, path
        assert links["Apple Calendar and other apps"] == address.replace("http:", "webcal:")
        assert parse_qs(urlsplit(links["Google"]).query) == {"cid": [address.replace("http:", "webcal:")]}
        for name in ("Outlook.com", "Microsoft 365"):
            assert parse_qs(urlsplit(links[name]).query)["url"] == [address]
        assert client.get(links["QR code, feed URL and options"]).status_code == 200
        client.get(path)
        alternates = [n for n in client.page.all("link") if n.get("rel") == "alternate"]
        found = {(n.get("type"), n.get("href")) for n in alternates}
        assert ("application/calendar+json", "/events/forum/calendar.jcal") in found, path
        assert ("text/calendar", "/events/forum/calendar.ics") in found, path
        if not feed.startswith("calendar") and "/sessions/" not in path:
            assert ("text/calendar", f"/events/forum/{feed}.ics") in found, path


def test_the_feed_url_is_available_without_a_script(client: Visitor, track: Track) -> None:
    client.get("/events/forum/calendar")
    (button,) = [one for one in client.page.all("button") if one.get("data-copy")]
    assert button.get("hidden") is not None
    assert button.get("data-copy") == "feed-address"
    assert client.page.by_id("feed-address").get("readonly") is not None


def test_the_code_is_a_picture_that_is_asked_for_when_wanted(client: Visitor, track: Track) -> None:
    html = client.get("/events/forum/calendar").get_data(as_text=True)
    assert "<path" not in html, "the code is not in the page"
    (image,) = [node for node in client.page.all("img") if node.get("class") == "qr"]
    assert (image.get("src"), image.get("loading")) == ("/qr/events/forum/calendar.svg?lang=en", "lazy")
    response = client.get(image.get("src"))
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in response.headers
    other = client.get("/qr/events/forum/calendar.svg?lang=ja").data
    assert other != response.data
    assert client.get("/qr/events/forum/calendar.svg?lang=ja&utm_source=x").data == other


@pytest.mark.parametrize(
    "path",
    ["agenda/secret", "registrations/secret", "events/forum/programme", "//evil.example/x", "events/x/calendar/y"],
)
def test_nothing_but_feeds_is_drawn(client: Visitor, path: str) -> None:
    assert client.get(f"/qr/{path}.svg").status_code in {308, 404}


def test_what_is_chosen_can_be_hung_up_at_the_door(client: Visitor, track: Track) -> None:
    """The printed page has the sentence, the QR code and the URL, and nothing that is useless on paper."""
    client.get("/events/forum/calendar")
    (box,) = [node for node in client.page.all("div") if (node.get("class") or "").startswith("cal ")]
    hidden = {id(inner) for node in box.iter() if "noprint" in (node.get("class") or "") for inner in node.iter()}
    left = [node for node in box.iter() if id(node) not in hidden]
    assert {node.tag for node in left} & {"img", "a", "button", "input", "table"} == {"img"}
    assert "http://localhost/events/forum/calendar.ics?lang=en" in [node.text for node in left]


def test_a_url_that_no_qr_code_can_hold_is_not_found(client: Visitor) -> None:
    for length, status in ((900, 200), (3000, 404)):
        assert client.get(f"/qr/events/{'x' * length}/calendar.svg").status_code == status


def test_the_agenda_keeps_its_url_to_itself(client: Visitor, track: Track) -> None:
    made = client.fill("/agenda", {"star": []})
    token = made.location.rpartition("/")[2]
    html = client.get(f"/agenda/{token}").get_data(as_text=True)
    assert 'class="qr"' in html
    assert "/qr/" not in html
    assert panel(client)["Subscribe"].startswith("webcal://localhost/agenda/")


def test_a_cached_feed_of_choices_lints(client: Visitor, track: Track) -> None:
    for query in ("?span=0&deadlines=1&alarm=60&tz=utc&lang=ja", "?deadlines=1"):
        for _ in range(2):
            lint.check(client.get(f"/events/forum/calendar.ics{query}").data, feed=True)
