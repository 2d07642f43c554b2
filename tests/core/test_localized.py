"""Texts in several languages; names compared in any spelling."""

from __future__ import annotations

import pytest
from babel import Locale, localedata

from eventapp.core.localized import LocalizedText, ResolvedText, direction, fold


def test_a_reader_gets_the_language_asked_for_else_the_nearest():
    words = LocalizedText(en="Mayor", ja="市長")
    assert words.resolve("ja") == ResolvedText("市長", "ja")
    assert words.resolve("en-GB") == ResolvedText("Mayor", "en")
    assert words.resolve("bn") == ResolvedText("Mayor", "en")
    assert LocalizedText(bn="মেয়র").resolve("en") == ResolvedText("মেয়র", "bn")
    assert LocalizedText({"zh-Hant": "市長"}).resolve("zh") == ResolvedText("市長", "zh-Hant")
    assert LocalizedText().resolve("ja") == ResolvedText("", "ja")


def test_empty_texts_are_not_stored():
    assert LocalizedText(en="  ", ja="会") == {"ja": "会"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("New York", "NewYork"),
        ("Nürnberg", "NURNBERG"),
        ("São Paulo", "Sao Paulo"),
        ("Ｔｏｋｙｏ", "Tokyo"),
        ("ﾅﾗﾔﾝｶﾞﾝｼﾞ", "ナラヤンガンジ"),
        ("Straße", "strasse"),
        ("St. Petersburg", "st petersburg"),
    ],
)
def test_spellings_of_one_name_fold_to_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("かき", "がき"), ("Lyon", "Leon"), ("নারায়ণগঞ্জ", "নারায়ণগঞ্জি")])
def test_different_names_stay_different(one, other):
    assert fold(one) != fold(other)


def test_arabic_runs_right_to_left():
    assert direction("ar") == direction("fa-IR") == "rtl"
    assert direction("ja") == "ltr"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ckb", "rtl"),
        ("ku-Arab", "rtl"),
        ("ku", "ltr"),
        ("yi", "rtl"),
        ("az-Arab", "rtl"),
        ("az", "ltr"),
        ("uz-AF", "rtl"),
        ("pa-PK", "rtl"),
        ("pa", "ltr"),
        ("ff-Adlm", "rtl"),
        ("nqo", "rtl"),
        ("syr", "rtl"),
        ("dv", "rtl"),
        ("ks", "rtl"),
        ("zh-Hant", "ltr"),
        ("ar-Latn", "ltr"),
        ("xx", "ltr"),
    ],
)
def test_the_direction_is_that_of_the_script_and_of_the_likely_one_where_none_is_named(language, expected):
    assert direction(language) == expected


@pytest.mark.slow
def test_every_language_that_cldr_lays_out_from_right_to_left_is_right_to_left():
    for identifier in localedata.locale_identifiers():
        locale = Locale.parse(identifier)
        tag = "-".join(filter(None, (locale.language, locale.script, locale.territory)))
        assert direction(tag) == ("rtl" if locale.text_direction == "rtl" else "ltr"), identifier
