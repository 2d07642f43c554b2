"""The speakers of an event: who is found by what was typed, and under which letter a person is listed.

Readers of Japanese look for the first sound of the reading, in the rows of the syllabary (あ, か, さ …); others for the
first Latin letter of the family name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventapp.core import kana
from eventapp.core.languages import lazy_pgettext
from eventapp.core.localized import fold
from eventapp.directory.models import ShownPerson
from eventapp.directory.rules import spellings
from eventapp.programme.queries import Speaker

# From this number of speakers on they are sorted and have an index; fewer are in the order of the programme.
INDEXED = 24

_OTHERS = lazy_pgettext("index of names", "Others")
_KANA = (
    "アイウエオァィゥェォヴ",
    "カキクケコ",
    "サシスセソ",
    "タチツテトッ",
    "ナニヌネノ",
    "ハヒフヘホ",
    "マミムメモ",
    "ヤユヨャュョ",
    "ラリルレロ",
    "ワヰヱヲンヮ",
)
_HEADINGS = "あかさたなはまやらわ"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Latin letters that Unicode does not take apart.
_BARE = str.maketrans({"Ø": "O", "Ł": "L", "Đ": "D", "Æ": "A", "Œ": "O", "Þ": "T", "Ð": "D"})


@dataclass(frozen=True)
class SpeakerGroup:
    """Speakers under one heading; `anchor` is its id on the page."""

    heading: str
    anchor: str
    speakers: list[Speaker]


def matching(speakers: Iterable[Speaker], typed: str) -> list[Speaker]:
    """The speakers whose name contains what was typed: in any of its languages and orders, or by its reading, which may
    be typed in kana or Latin letters.
    """
    wanted = kana.fold_kana(typed)
    return (
        [one for one in speakers if any(wanted in spelt for spelt in _spellings(one.person))]
        if wanted
        else list(speakers)
    )


def _spellings(person: ShownPerson) -> list[str]:
    known = spellings(person.family, person.given, person.reading)
    return [*(kana.fold_kana(one) for one in known), *kana.spellings(person.reading)]


def groups(speakers: Iterable[Speaker], language: str) -> list[SpeakerGroup]:
    """The speakers by their heading, both in order; those without one come last."""
    by_heading: dict[str, list[tuple[str, Speaker]]] = {}
    for one in speakers:
        heading, key = place(one.person, language)
        by_heading.setdefault(heading, []).append((key, one))
    order = [*_HEADINGS, *_LETTERS, ""]
    return [
        SpeakerGroup(
            heading or str(_OTHERS),
            f"index-{order.index(heading)}",
            [one for _key, one in sorted(by_heading[heading], key=lambda row: row[0])],
        )
        for heading in sorted(by_heading, key=order.index)
    ]


def place(person: ShownPerson, language: str) -> tuple[str, str]:
    """(heading, what to sort by below it) of a person for a reader; the heading is empty if the name has no letter."""
    family = person.family or person.given
    name = fold(family.resolve(language).text + person.given.resolve(language).text)
    if language.split("-")[0] == "ja":
        sounds = kana.fold_kana(person.reading) or kana.fold_kana(name)
        row = _row(sounds)
        if row:
            return row, sounds
    # A name without Latin letters is found by the Latin spelling of its reading.
    for latin in (family.resolve(language).text, *family.values(), kana.romanized(person.reading)):
        letter = _letter(latin)
        if letter:
            return letter, fold(latin + person.given.resolve(language).text)
    return "", name


def _row(sounds: str) -> str:
    first = unicodedata.normalize("NFKD", sounds[:1])[:1]
    return next((_HEADINGS[number] for number, row in enumerate(_KANA) if first and first in row), "")


def _letter(text: str) -> str:
    first = fold(text)[:1].upper().translate(_BARE)
    return first if first and first in _LETTERS else ""


def indexed(speakers: Sequence[Speaker]) -> bool:
    """Whether there are so many that they need a search and an index."""
    return len(speakers) >= INDEXED
