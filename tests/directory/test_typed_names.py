"""Names as people type them, and what is no organization."""

from __future__ import annotations

import pytest

from eventapp.directory.rules import says_none, typed_name


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
