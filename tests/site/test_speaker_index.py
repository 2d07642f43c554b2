"""The page of the speakers: search by name in any script, and an index by letter or sound."""

from __future__ import annotations

import pytest

from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Person
from eventapp.programme.queries import Speaker
from eventapp.site import speaker_index
from eventapp.site.speaker_index import groups, matching, place
from tests.support.make import START

SPEAKERS = "/events/forum/speakers"


def somebody(reading: str = "", **family: str) -> Speaker:
    given = LocalizedText(dict.fromkeys(family, "") | ({"en": "Ada"} if "en" in family else {}))
    return Speaker(Person(family=LocalizedText(family), given=given, reading=reading))


ISHIDA = somebody("いしだ ゆきこ", en="Ishida", ja="石田")
ORTEGA = somebody(en="Ørtega")
KATAKANA = somebody(ja="ガルシア")
TAKAHASHI = somebody("たかはし", ja="髙橋")
HADDAD = somebody(ar="حداد")


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("ISHI", [ISHIDA]),
        ("石田", [ISHIDA]),
        ("イシダ", [ISHIDA]),
        ("yukiko", [ISHIDA]),
        ("ortega", []),
        ("高橋", [TAKAHASHI]),
        ("takahashi", [TAKAHASHI]),
        ("がるしあ", [KATAKANA]),
        ("حداد", [HADDAD]),
        ("ada i", [ISHIDA]),
        ("・", [ISHIDA, ORTEGA, KATAKANA, TAKAHASHI, HADDAD]),
    ],
)
def test_a_person_is_found_in_any_script_and_by_the_reading(typed, who):
    assert matching([ISHIDA, ORTEGA, KATAKANA, TAKAHASHI, HADDAD], typed) == who


@pytest.mark.parametrize(
    ("speaker", "english", "japanese"),
    [
        (ISHIDA, "I", "あ"),
        (ORTEGA, "O", "O"),
        (KATAKANA, "", "か"),
        (TAKAHASHI, "T", "た"),
        (HADDAD, "", ""),
        (somebody("ぱく", en="Park", ko="박"), "P", "は"),
        (somebody(en="Élan"), "E", "E"),
    ],
)
def test_the_heading_is_the_family_names_letter_or_the_row_of_the_reading(speaker, english, japanese):
    assert place(speaker.person, "en")[0] == english
    assert place(speaker.person, "ja")[0] == japanese


def test_groups_and_their_people_are_in_order_and_those_without_a_letter_last(app):
    more = somebody("いい", en="Ii", ja="井伊")
    with app.test_request_context("/"):
        rows = [(one.heading, one.speakers) for one in groups([HADDAD, ORTEGA, TAKAHASHI, ISHIDA, more], "ja")]
    assert rows == [("あ", [more, ISHIDA]), ("た", [TAKAHASHI]), ("O", [ORTEGA]), ("Others", [HADDAD])]


@pytest.fixture
def forum(make):
    return make.event("forum")


def announce(make, forum, number: int) -> None:
    people = [make.person(f"{chr(65 + n % 26)}family{n}", "Given", reading="たかはし") for n in range(number)]
    make.session(forum, people=people, starts_at=START)


def anchors(client) -> dict[str, str]:
    found = [node for node in client.page.all("nav") if node.get("aria-label") == "Speakers by name"]
    return {client.page.text(one): one.get("href") or "" for nav in found for one in nav.iter("a")}


def test_eight_speakers_are_one_list_without_search_or_index(client, make, forum):
    announce(make, forum, 8)
    client.get(SPEAKERS)
    assert anchors(client) == {}
    assert not [node for node in client.page.all("form") if node.get("role") == "search"]


def test_many_speakers_have_an_index_whose_links_lead_to_headings(client, make, forum, monkeypatch):
    monkeypatch.setattr(speaker_index, "INDEXED", 4)
    announce(make, forum, 5)
    client.get(SPEAKERS)
    assert list(anchors(client)) == ["A", "B", "C", "D", "E"]
    for letter, address in anchors(client).items():
        assert client.page.text(client.page.by_id(address.removeprefix("#"))) == letter
    client.get(f"{SPEAKERS}?lang=ja")
    assert "た" in client.page.text(client.page.one("main"))
    client.get(f"{SPEAKERS}?q=bfamily")
    text = client.page.text(client.page.one("main"))
    assert "1 of 5 speakers" in text and "Bfamily1" in text and "Afamily0" not in text
    client.get(f"{SPEAKERS}?q=nobody")
    assert "No speaker has this name." in client.page.text(client.page.one("main"))
