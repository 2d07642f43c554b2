"""The reading of a name is found in either kana and in Latin letters."""

from __future__ import annotations

import pytest

from eventapp.core.kana import fold_kana, romanized, spellings


@pytest.mark.parametrize(
    ("reading", "latin"),
    [
        ("スズキ ハナコ", "suzukihanako"),
        ("すずき", "suzuki"),
        ("ｽｽﾞｷ", "suzuki"),
        ("シュウジ", "shuuji"),
        ("きょうこ", "kyouko"),
        ("チャールズ", "charuzu"),
        ("ジョン", "jon"),
        ("はっとり", "hattori"),
        ("えっちゅう", "etchuu"),
        ("フェルナンデス", "ferunandesu"),
        ("Ada", ""),
        ("", ""),
    ],
)
def test_a_reading_is_written_in_latin_letters(reading, latin):
    assert romanized(reading) == latin


def test_long_vowels_are_found_with_and_without_their_length():
    assert spellings("さとう ゆうこ") == ["サトウユウコ", "satouyuuko", "satoyuko"]
    assert spellings("Ada") == ["ada"]


def test_both_kana_are_one():
    assert fold_kana("さとう") == fold_kana("サトウ") == fold_kana("ｻﾄｳ")
    assert fold_kana("か") != fold_kana("が")
