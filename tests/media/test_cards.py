"""Cards that other sites show for links: what they say, their size, and that nobody can have others made."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus, Visibility
from eventapp.media import cards, storage
from eventapp.pdf.fonts import font_set

FACTS = cards.CardFacts("en", "City of Mori", "Forum of cities", ("Mon 2 May 2033",), "#1f4173", "rings")


def address_in(text: str) -> str:
    found = re.search(r'property="og:image" content="http://[^/]+(/[^"]+)"', text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("motif", ["rings", "waves", "lattice", "hills", "paths"])
def test_a_card_is_as_large_as_other_sites_want_it_and_small_enough_for_messengers(app, motif):
    facts = cards.CardFacts("ja", "森市", "地方連携フォーラム2027　" * 4, ("会場", "", "主催"), "#57305a", motif)
    content = cards.drawn(facts, storage.store(), font_set())
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("JPEG", (1200, 630))
    assert len(content) <= cards.MOST_BYTES


def test_a_title_that_no_font_can_print_is_taken_in_another_language(app, make):
    event = make.event("forum")
    title = LocalizedText(xx="\U00012000\U00012001", en="Forum of cities")
    found = cards.facts(event.cover_style, title=title, kicker="", lines=[], picture=None, language="xx")
    assert (found.title, found.lang) == ("Forum of cities", "xx")
    nothing = cards.facts(
        event.cover_style, title=LocalizedText(xx="\U00012000"), kicker="City", lines=[], picture=None, language="xx"
    )
    assert nothing.title == "City"


def test_each_page_of_an_event_has_its_card_which_is_kept(client, make):
    event = make.event("forum")
    session = make.session(event, "Opening", people=[make.person("Mori", "Akari")])
    code = session.participations[0].person.code
    make.option(event)
    make.session(event, "Closing")
    pages = ("", "/programme", "/speakers", "/changes", "/register", f"/sessions/{session.code}", f"/speakers/{code}")
    for path in pages:
        text = client.get(f"/events/forum{path}").text
        assert 'name="twitter:card" content="summary_large_image"' in text, path
        assert f'property="og:url" content="http://localhost/events/forum{path}"' in text, path
        assert f'rel="canonical" href="http://localhost/events/forum{path}"' in text, path
        answer = client.get(address_in(text))
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg"), path
        assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(address_in(client.get("/events/forum").text)).data[:2] == b"\xff\xd8"
    names = {one.name for one in storage.store().files()}
    assert {address_in(client.get("/events/forum").text).rpartition("/")[2]} <= {n.rpartition("-")[2] for n in names}


@pytest.mark.parametrize("path", ["/", "/events"])
def test_the_pages_of_the_site_have_a_card_with_its_name_in_the_readers_language(client, make, path):
    said = set()
    for lang in ("en", "ja"):
        text = client.get(f"{path}?lang={lang}").text
        assert f'property="og:url" content="http://localhost{path}"' in text
        # The client that fetches the picture says nothing about languages: its address does.
        answer = client.get(address_in(text))
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        said.add(answer.data)
    assert len(said) == 2
    assert client.get("/cards/xx/" + "0" * 24 + ".jpg").status_code == 404


def test_nobody_can_have_another_card_made(client, make):
    make.event("forum")
    present = address_in(client.get("/events/forum").text)
    before = {one.name for one in storage.store().files()}
    for digest in ("0" * 24, "x", "..%2f..%2fsecret_key"):
        answer = client.get(f"/events/forum/cards/en/{digest}.jpg")
        assert answer.status_code in {302, 404}
        assert answer.status_code == 404 or answer.location == present
    assert client.get("/events/forum/cards/xx/" + "0" * 24 + ".jpg").status_code == 404
    assert {one.name for one in storage.store().files()} == before


def test_a_card_of_an_event_that_is_not_public_is_not_there(client, organizer, make):
    make.event("forum", status=EventStatus.DRAFT)
    make.event("inside", visibility=Visibility.PRIVATE)
    for slug in ("forum", "inside"):
        assert client.get(f"/events/{slug}/cards/en/{'0' * 24}.jpg").status_code == 404


def test_the_card_changes_with_what_it_says():
    assert FACTS.digest == cards.CardFacts(*list(FACTS.__dict__.values())).digest
    others = [
        cards.CardFacts(**{**FACTS.__dict__, "title": "Forum"}),
        cards.CardFacts(**{**FACTS.__dict__, "motif": "waves"}),
        cards.CardFacts(**{**FACTS.__dict__, "picture": ("a" * 32, 640, 50, 50)}),
    ]
    assert len({FACTS.digest, *(one.digest for one in others)}) == 4


def test_a_card_that_was_made_is_given_without_reading_the_page_again(client, make, queries):
    make.event("forum")
    address = address_in(client.get("/events/forum").text)
    client.get(address)
    with queries() as counted:
        assert client.get(address).status_code == 200
    assert len(counted) == 1  # the event, which must still be public


def test_a_file_that_no_picture_uses_is_not_asked_for_in_the_storage(app, client, monkeypatch):
    asked = []
    monkeypatch.setattr(storage.PictureStore, "get", lambda self, name: asked.append(name))
    assert client.get(f"/pictures/{'0' * 32}-640.jpg").status_code == 404
    assert asked == []


def test_a_card_of_one_event_is_not_found_below_another(client, organizer, make):
    make.event("forum")
    make.event("other", title="Another forum")
    address = address_in(client.get("/events/forum").text)
    assert client.get(address).status_code == 200
    assert client.get(address.replace("/events/forum/", "/events/other/")).status_code == 302
