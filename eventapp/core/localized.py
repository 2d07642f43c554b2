"""Texts in several languages, and how the one for a reader is chosen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from babel.core import get_global

# Language tags that we accept: `en`, `ja`, `zh-Hant`, `pt-BR`.
TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")

# Right-to-left scripts, by their ISO 15924 codes.
_RIGHT_TO_LEFT = frozenset(
    {"Adlm", "Arab", "Gara", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"}
)


class ResolvedText(NamedTuple):
    """A text and its language."""

    text: str
    language: str


class LocalizedText(dict[str, str]):
    """Language tag → text, without empty texts. Treat it as a value: assign a new one instead of changing it."""

    def __init__(self, texts: Mapping[str, str] | None = None, /, **more: str) -> None:
        given = {**(texts or {}), **more}
        super().__init__({tag: text for tag, text in given.items() if text and text.strip()})

    def resolve(self, language: str) -> ResolvedText:
        """The text for a reader: in the language, else its base language, English, Japanese, or any other."""
        base = language.split("-")[0]
        for tag in (language, base, "en", "ja"):
            if tag in self:
                return ResolvedText(self[tag], tag)
        for tag, text in self.items():
            if tag.split("-")[0] == base:
                return ResolvedText(text, tag)
        for tag, text in self.items():
            return ResolvedText(text, tag)
        return ResolvedText("", language)

    def __str__(self) -> str:
        return self.resolve("en").text


@lru_cache(maxsize=512)
def script(language: str) -> str:
    """The ISO 15924 code of the script that a language is written in: "Latn", "Jpan"; empty if it is unknown.

    This is the tag's own script subtag, else the one of CLDR's likely subtags (UTS #35, "Likely Subtags").
    """
    base, *rest = language.split("-")
    for part in rest:
        if len(part) == 4 and part.isalpha():
            return part.title()
    likely = get_global("likely_subtags")
    region = next((part.upper() for part in rest if len(part) == 2), "")
    full = likely.get(f"{base}_{region}") or likely.get(base) or ""
    return full.split("_")[1] if full.count("_") else ""


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the HTML attribute."""
    return "rtl" if script(language) in _RIGHT_TO_LEFT else "ltr"


def fold(name: str) -> str:
    """A normal form for comparing names: NFKC, no case, no accents, no spaces or punctuation.

    "Nürnberg" and "NURNBERG", "New York" and "NewYork", full-width and half-width forms become equal. Marks that are
    part of a script rather than accents (か and が, Bengali vowels) are kept.
    """
    decomposed = unicodedata.normalize("NFKD", name).casefold().replace("ß", "ss")
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    composed = unicodedata.normalize("NFKC", bare)
    return "".join(c for c in composed if unicodedata.category(c)[0] in "LNM")
