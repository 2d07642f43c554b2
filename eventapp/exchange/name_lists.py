"""Splits the people in one cell into names, in Latin and Japanese lists."""

from __future__ import annotations

import re
import unicodedata

from eventapp.exchange import values

_SEPARATORS = "[;\n；、]"
_LAST = re.compile(r"\s+(?:and|&|und|et|y|e|og|och|ja)\s+")
_LED = re.compile(r"^(?:and|&|und|et|y|e|og|och)\s+")
# Lower-case particles of names.
_PARTICLES = frozenset(
    [
        "af",
        "al",
        "ap",
        "ben",
        "bin",
        "bint",
        "da",
        "dal",
        "de",
        "del",
        "della",
        "den",
        "der",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "las",
        "le",
        "los",
        "'s",
        "'t",
        "te",
        "ten",
        "ter",
        "van",
        "vom",
        "von",
        "zu",
        "zum",
        "zur",
    ]
)


def names(value: object) -> list[str]:
    """The names of a list, separated by semicolons, line breaks or 、.

    Commas and a last "and" separate only if each part is a whole name: "Lovelace, Ada" is one person, "Ada Lovelace, Bo
    Ek and Xu Wen" are three.
    """
    whole = values.unescaped(values.text(value))
    found = values.listed(whole, _SEPARATORS)
    if "\\" in whole:
        return found
    if len(found) == 1:
        return _by_commas(found[0])
    return [*found[:-1], _LED.sub("", found[-1])] if len(found) > 1 else found


def _by_commas(said: str) -> list[str]:
    parts = [part.strip() for part in re.split("[,，]", said)]
    parts = [part for part in parts if part]
    if len(parts) > 1:
        last = _LED.sub("", parts[-1])
        # "A, B, and C" is unambiguous; "A, B and C" if both halves are names.
        ends = [last] if last != parts[-1] else _halves(parts[-1])
        whole = [*parts[:-1], *ends]
        return whole if all(_whole(part) for part in whole) else [said]
    halves = _halves(said)
    return halves if len(halves) > 1 and all(_full(half) for half in halves) else [said]


def _halves(said: str) -> list[str]:
    halves = _LAST.split(said)
    return halves if all(_whole(half) for half in halves) else [said]


def _whole(part: str) -> bool:
    """Whether a part may be a whole name: two words, or at least three ideographs or kana."""
    return " " in part or (len(part) >= 3 and not re.search("[A-Za-z]", part) and _is_cjk(part))


def _is_cjk(part: str) -> bool:
    return all(
        unicodedata.name(letter, "").startswith(("CJK UNIFIED", "CJK COMP", "HIRAGANA", "KATAKANA", "HANGUL"))
        or letter in "々・ー"
        for letter in part
    )


def _full(part: str) -> bool:
    """Whether a part looks like the name of a person rather than a ministry: two to five capitalized words."""
    words = part.split()
    if not 2 <= len(words) <= 5 or any(letter.isdigit() for letter in part):
        return False
    return all(word[0].isupper() or not word[0].isalpha() or word in _PARTICLES for word in words)
