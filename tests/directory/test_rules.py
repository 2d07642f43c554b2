"""Names as shown and as typed, spellings, and positions on a day."""

from __future__ import annotations

from datetime import date

import pytest

from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory.models import HeldPosition
from eventapp.directory.rules import (
    NameOrder,
    fold_city,
    full_name,
    link_lines_of,
    links,
    monogram,
    own_script_name,
    position_on,
    says_none,
    spellings,
    split_name,
    tenure,
    typed_name,
)

DAY = date(2031, 3, 18)
ADA = LocalizedText(en="Lovelace", ja="ラブレス"), LocalizedText(en="Ada", ja="エイダ")


@pytest.mark.parametrize(
    ("family", "given", "order", "name"),
    [
        ("ラブレス", "エイダ", NameOrder.GIVEN_FIRST, "エイダ・ラブレス"),
        ("キム", "ヨナ", NameOrder.FAMILY_FIRST, "キム・ヨナ"),
        ("ヴァン・ダイク", "ジョン", NameOrder.GIVEN_FIRST, "ジョン・ヴァン・ダイク"),
        ("山田", "太郎", NameOrder.GIVEN_FIRST, "山田太郎"),
        ("山田", "エミリー", NameOrder.GIVEN_FIRST, "山田エミリー"),
        ("ラブレス", "", NameOrder.GIVEN_FIRST, "ラブレス"),
    ],
)
def test_a_foreign_name_in_katakana_is_joined_by_a_dot_in_its_own_order(family, given, order, name):
    assert full_name(LocalizedText(ja=family), LocalizedText(ja=given), order, "ja").text == name


@pytest.mark.parametrize(
    ("family", "given", "order", "language", "name"),
    [
        ({"en": "Sato", "ja": "佐藤"}, {"en": "Ken", "ja": "健"}, NameOrder.FAMILY_FIRST, "en", "Sato Ken"),
        ({"en": "Sato", "ja": "佐藤"}, {"en": "Ken", "ja": "健"}, NameOrder.GIVEN_FIRST, "en", "Ken Sato"),
        ({"en": "Sato", "ja": "佐藤"}, {"en": "Ken", "ja": "健"}, NameOrder.GIVEN_FIRST, "ja", "佐藤健"),
        ({"ko": "김"}, {"ko": "철수"}, NameOrder.GIVEN_FIRST, "ko", "김 철수"),
        ({}, {"en": "Madonna"}, NameOrder.GIVEN_FIRST, "en", "Madonna"),
    ],
)
def test_a_script_keeps_its_order_and_latin_follows_the_person(family, given, order, language, name):
    assert full_name(LocalizedText(family), LocalizedText(given), order, language).text == name


def test_the_name_in_the_own_script_is_another_one_or_none():
    other = own_script_name(*ADA, NameOrder.GIVEN_FIRST, "en")
    assert (other.text, other.language) == ("エイダ・ラブレス", "ja")
    same = LocalizedText(en="Lehtinen", fi="Lehtinen")
    assert own_script_name(same, LocalizedText(en="Aino", fi="Aino"), NameOrder.GIVEN_FIRST, "en") is None


@pytest.mark.parametrize(("name", "letters"), [("Ada Lovelace", "AL"), ("佐藤健", "佐"), ("Madonna", "M"), ("…", "·")])
def test_a_monogram_has_one_or_two_letters(name, letters):
    assert monogram(name) == letters


@pytest.mark.parametrize(
    ("starts", "ends", "state"),
    [
        (None, None, "held"),
        (DAY, DAY, "held"),
        (None, date(2031, 3, 17), "former"),
        (date(2031, 3, 19), None, "future"),
    ],
)
def test_a_position_is_held_from_its_first_to_its_last_day(starts, ends, state):
    assert tenure(starts, ends, DAY) == state


def position(title: str, starts: date | None, ends: date | None) -> HeldPosition:
    return HeldPosition(LocalizedText(en=title), None, starts, ends)


def test_the_position_of_a_day_is_the_one_held_or_the_last_one_before():
    mayor = position("Mayor", date(2020, 1, 1), date(2025, 12, 31))
    clerk, adviser = position("Clerk", None, date(2019, 12, 31)), position("Adviser", date(2031, 1, 1), None)
    assert position_on([mayor, clerk, adviser], DAY) == (adviser, False)
    assert position_on([clerk, mayor], DAY) == (mayor, True)
    assert position_on([adviser], date(2030, 1, 1)) is None


def test_a_name_is_spelt_in_each_language_with_either_part_first_and_as_it_is_read():
    found = spellings(LocalizedText(ja="佐藤", en="Sato"), LocalizedText(ja="健", en="Ken"), "さとう けん")
    assert found == ["佐藤健", "健佐藤", "satoken", "kensato", "さとうけん"]


@pytest.mark.parametrize(
    "name", ["Pittsburgh", "City of Pittsburgh", "Pittsburgh City", "PITTSBURGH city hall", "Pittsburgh Municipality"]
)
def test_a_city_is_the_same_with_or_without_the_words_for_it(name):
    assert fold_city(name) == "pittsburgh"


def test_a_japanese_city_is_the_same_without_its_ending():
    assert fold_city("鳴門市") == fold_city("鳴門市役所") == fold_city("鳴門")
    assert fold_city("津市") == "津市", "of two letters none is cut off"


@pytest.mark.parametrize(
    ("family", "given", "name"),
    [
        ("O’Brien", "Conan", "Conan O’Brien"),
        ("Smith-Jones", "Ann", "Ann Smith-Jones"),
        ("Şahin", "Ayşe", "Ayşe Şahin"),
        ("Nguyễn", "Thị", "Thị Nguyễn"),
        ("山田", "花子", "山田 花子"),
        ("やまだ", "はなこ", "やまだ はなこ"),
        ("김", "철수", "김 철수"),
        ("スミス", "ジョン", "ジョン・スミス"),
        ("佐藤", "ケン", "佐藤 ケン"),
        ("Иванов", "Пётр", "Пётр Иванов"),
        ("حسن", "علي", "علي حسن"),
        ("Sukarno", "", "Sukarno"),
        ("", "Madonna", "Madonna"),
        ("スミス", "", "スミス"),
    ],
)
def test_the_letters_of_a_name_decide_its_order(family, given, name):
    assert typed_name(family, given) == name


@pytest.mark.parametrize(
    "typed", ["", " ", "none", "NONE", "N/A", "n.a.", "-", "–", "なし", "無し", "個人", "無所属", "Ｎ／Ａ"]
)
def test_these_say_that_there_is_no_organization(typed):
    assert says_none(typed)


@pytest.mark.parametrize("typed", ["None Such Records", "個人情報保護委員会", "NASA", "Private Bank", "なし農園"])
def test_these_are_organizations(typed):
    assert not says_none(typed)


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("Ada Lovelace", "Lovelace", "Ada"),
        ("LOVELACE Ada", "LOVELACE", "Ada"),
        ("Yukiko ISHIDA", "ISHIDA", "Yukiko"),
        ("Lovelace, Ada", "Lovelace", "Ada"),
        ("鈴木 美咲", "鈴木", "美咲"),
        ("鈴木　美咲", "鈴木", "美咲"),
        ("Plato", "Plato", ""),
        ("ADA LOVELACE", "LOVELACE", "ADA"),
        ("Juan Carlos García", "García", "Juan Carlos"),
    ],
)
def test_a_whole_name_is_split_as_its_writing_says(text, family, given):
    assert split_name(text) == (family, given)


def test_a_web_page_of_a_person_is_an_address_or_a_title_with_one():
    lines = " Research group ｜ https://example.org/group \n\nhttps://www.mori.example/mayor?x=1\n"
    assert links(lines) == [
        ("Research group", "https://example.org/group"),
        ("mori.example", "https://www.mori.example/mayor?x=1"),
    ]
    assert link_lines_of(lines).splitlines() == [
        "Research group ｜ https://example.org/group",
        "https://www.mori.example/mayor?x=1",
    ]
    assert link_lines_of(" \n ") == ""


@pytest.mark.parametrize(
    "typed",
    [
        "Research group",
        "Me | javascript:alert(1)",
        "javascript:alert(1)",
        "| https://example.org",
        "mori.example",
        "https://[",
        "Me | https://example.org/" + "x" * 500,
        "x" * 81 + " | https://example.org",
        "\n".join(f"https://example.org/{n}" for n in range(9)),
    ],
)
def test_what_is_no_link_of_a_person_is_refused(typed):
    with pytest.raises(Refused) as refused:
        link_lines_of(typed)
    assert refused.value.field == "links"
