"""Language names as found in files, and the language of a text that states none."""

from __future__ import annotations

import pickle
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from babel import Locale, localedata
from babel.core import get_global

from eventapp.core.languages import gettext as _
from eventapp.core.localized import TAG, script
from eventapp.exchange import values
from eventapp.exchange.values import AmbiguousValue

# Looked up first, because one word can be the name of two languages in two others.
_FIRST = ("en", "ja", "de", "fr", "es", "it", "pt", "nl", "zh", "ko", "ru")
_SEPARATORS = re.compile(r"\s*(?:[;,/、，；・|+&\n]|\s(?:and|und|et|y|e|och|en)\s|(?<=語)[とや])\s*", re.I)
_MOST = 40


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Language codes (ISO 639-1, -2 and -3) → our tag."""
    found = {str(tag): str(tag) for tag in Locale("en").languages if TAG.fullmatch(str(tag))}
    for alias, tags in get_global("language_aliases").items():
        if re.fullmatch(r"[a-z]{3}", alias) and tags.split("_")[0] in found:
            found.setdefault(alias, tags.split("_")[0])
            if len(tags) == 2:
                found[alias] = tags
    return found


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip(" .")


def _names_in(locale: str) -> Iterator[tuple[str, str]]:
    """(name, tag) of languages in one locale, from CLDR.

    Reads Babel's file without Babel's cache, which would keep everything else of 300 locales in memory.
    """
    path = Path(localedata.resolve_locale_filename(locale))
    with path.open("rb") as file:
        data = pickle.load(file)  # noqa: S301 - a file of the installed package, read as Babel itself reads it
    for tag, name in data.get("languages", {}).items():
        plain = str(tag).replace("_", "-")
        if isinstance(name, str) and TAG.fullmatch(plain):
            yield _folded(name), plain


@lru_cache(maxsize=1)
def _well_known() -> dict[str, str]:
    found: dict[str, str] = {}
    for locale in _FIRST:
        for name, tag in _names_in(locale):
            found.setdefault(name, tag)
    return found


@lru_cache(maxsize=1)
def _all() -> dict[str, str]:
    """Language names in every language of Babel: takes half a second, so only for a word not found elsewhere."""
    found = dict(_well_known())
    for locale in localedata.locale_identifiers():
        if "_" not in locale or re.fullmatch(r"[a-z]{2,3}_[A-Z][a-z]{3}", locale):
            for name, tag in _names_in(locale):
                found.setdefault(name, tag)
    return found


@lru_cache(maxsize=4096)
def _known(bare: str) -> str:
    """The tag for a code or name, or an empty string."""
    code, base, rest = bare.replace("_", "-"), "", ""
    if tag := _codes().get(code.casefold()):
        return tag
    base, _dash, rest = code.partition("-")
    if rest and (tag := _codes().get(base.casefold(), "")):
        parts = [part.title() if len(part) == 4 else part.upper() for part in rest.split("-")]
        full = "-".join([tag, *parts])
        if TAG.fullmatch(full):
            return full
    name = _folded(bare)
    return _well_known().get(name) or _all().get(name, "")


def language(value: object) -> str:
    """A language tag from de, DE, de-AT, deu, German, Deutsch, 英語, français; empty for an empty value.

    Raises AmbiguousValue for an unknown one.
    """
    bare = values.line(value)
    if not bare:
        return ""
    if tag := _known(bare):
        return tag
    raise AmbiguousValue(_("We don't know the language “%(said)s”.", said=bare[:40]))


def languages(value: object) -> tuple[list[str], list[str]]:
    """(tags, unknown words) of a list: "de, en", "Spanish, English", 「日本語・英語」, "de en"."""
    found: list[str] = []
    unknown: list[str] = []
    for part in filter(None, (part.strip() for part in _SEPARATORS.split(values.text(value)))):
        words = part.split()
        if tag := _known(part[:100]):
            found.append(tag)
        elif len(words) > 1 and all(_known(word[:100]) for word in words[:_MOST]):
            found += [_known(word[:100]) for word in words[:_MOST]]
        else:
            unknown.append(part)
    return list(dict.fromkeys(found))[:_MOST], unknown[:_MOST]


# First words of Unicode character names, and the ISO 15924 code of their script.
_SCRIPTS = {
    "LATIN": "Latn",
    "CJK": "Hani",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "HANGUL": "Hang",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "GREEK": "Grek",
    "THAI": "Thai",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "KANNADA": "Knda",
    "MALAYALAM": "Mlym",
    "SINHALA": "Sinh",
    "TIBETAN": "Tibt",
    "GEORGIAN": "Geor",
    "ARMENIAN": "Armn",
    "MONGOLIAN": "Mong",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "MYANMAR": "Mymr",
    "ETHIOPIC": "Ethi",
    "THAANA": "Thaa",
    "SYRIAC": "Syrc",
    "NKO": "Nkoo",
    "ADLAM": "Adlm",
    "BOPOMOFO": "Bopo",
}
_COVERS = {
    "Jpan": {"Hani", "Hira", "Kana"},
    "Kore": {"Hang", "Hani"},
    "Hans": {"Hani", "Bopo"},
    "Hant": {"Hani", "Bopo"},
}


def _scripts(text: str) -> dict[str, int]:
    """The number of letters per script at the beginning of a text, without Latin, which all languages use."""
    found: dict[str, int] = {}
    for letter in text[:300]:
        if letter > "\u024f" and unicodedata.category(letter)[0] == "L":
            code = _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0])
            if code and code != "Latn":
                found[code] = found.get(code, 0) + 1
    return found


def text_language(text: str, candidates: Sequence[str]) -> str:
    """The language of a text that states none: the first candidate that is written in its script.

    If there is none, the script's likely language according to CLDR. Latin letters occur in texts of every language and
    decide nothing. `candidates` must not be empty.
    """
    found = _scripts(text)
    if not found:
        return candidates[0]
    if found.keys() & {"Hira", "Kana"}:
        found = {code: number for code, number in found.items() if code not in {"Hani", "Bopo"}}
    main = max(found, key=lambda code: found[code])
    for tag in candidates:
        own = script(tag)
        if main in _COVERS.get(own, {own}):
            return tag
    if main in {"Hira", "Kana"}:
        return "ja"
    likely = get_global("likely_subtags").get(f"und_{main}") or ""
    return likely.split("_")[0] or candidates[0]
