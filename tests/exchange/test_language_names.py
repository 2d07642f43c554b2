"""Languages by the names used in files."""

from __future__ import annotations

import pytest
from babel import Locale, localedata

from eventapp.core.languages import force_locale
from eventapp.exchange.language_names import language, languages, text_language
from eventapp.exchange.values import AmbiguousValue

# Three names that two languages share.
SHARED = {"nr": "nd", "mgh": "vmw", "lu": "lua"}


@pytest.fixture(autouse=True)
def _english(apps):
    with apps["on"]("sqlite").app_context(), force_locale("en"):
        yield


@pytest.mark.slow
def test_every_language_that_babel_has_is_known_by_its_own_name():
    for tag in localedata.locale_identifiers():
        if "_" not in tag and (name := Locale.parse(tag).languages.get(tag)):
            assert language(name) == SHARED.get(tag, tag), name


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("英語", "en"),
        ("français", "fr"),
        ("FRANÇAIS", "fr"),
        ("Japanisch", "ja"),
        ("японский", "ja"),
        ("Brazilian Portuguese", "pt-BR"),
        ("中国語", "zh"),
        ("deu", "de"),
        ("zh_Hant", "zh-Hant"),
        ("ckb", "ckb"),
    ],
)
def test_names_of_languages_are_known_in_other_languages_too(said, tag):
    assert language(said) == tag


@pytest.mark.parametrize(
    ("said", "tags"),
    [
        ("de, en", ["de", "en"]),
        ("de en", ["de", "en"]),
        ("DE/EN", ["de", "en"]),
        ("Spanish, English", ["es", "en"]),
        ("Spanish and English", ["es", "en"]),
        ("日本語・英語", ["ja", "en"]),
        ("日本語、英語", ["ja", "en"]),
        ("日本語と英語", ["ja", "en"]),
        ("Deutsch und Englisch", ["de", "en"]),
        ("English; English", ["en"]),
        ("", []),
    ],
)
def test_spoken_languages_are_lists(said, tags):
    assert languages(said) == (tags, [])


def test_words_that_are_no_language_are_reported_without_affecting_others():
    assert languages("en, gibberish") == (["en"], ["gibberish"])
    with pytest.raises(AmbiguousValue, match="gibberish"):
        language("gibberish")


@pytest.mark.parametrize(
    ("text", "candidates", "tag"),
    [
        ("Opening", ["ja", "en"], "ja"),
        ("開会式", ["en", "ja"], "ja"),
        ("開幕", ["en", "zh-Hant"], "zh-Hant"),
        ("開幕", ["en"], "zh"),
        ("ひらく", ["en", "zh"], "ja"),
        ("IoT入門", ["en", "ja"], "ja"),
        ("Відкриття", ["en", "uk"], "uk"),
        ("Открытие", ["en"], "ru"),
        ("افتتاح", ["en", "ckb"], "ckb"),
        ("2027", ["fr"], "fr"),
    ],
)
def test_the_script_tells_the_language_of_a_text_except_for_latin(text, candidates, tag):
    assert text_language(text, candidates) == tag
