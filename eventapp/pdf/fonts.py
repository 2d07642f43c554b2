"""The fonts of documents, and which texts they can print.

Fonts come with the product (Noto Sans and scripts of its family, OFL); further ones are read from `fonts/` in the
instance folder. System fonts are not used: a document must look the same on every machine.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from typst import Fonts

FOLDER = Path(__file__).parent / "fonts"
# In this order a character is looked for: Noto Sans JP lacks some Latin letters (Ł, ő, ș).
FAMILIES = (
    "Noto Sans",
    "Noto Sans JP",
    "Noto Sans KR",
    "Noto Sans SC",
    "Noto Sans Arabic",
    "Noto Sans Bengali",
    "Noto Sans Devanagari",
    "Noto Sans Khmer",
    "Noto Sans Thai",
)
_SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}


class FontSet:
    """The fonts of the product and of one instance."""

    def __init__(self, more: Path | None = None) -> None:
        self._folders = [FOLDER, *([more] if more is not None and more.is_dir() else [])]
        self.fonts = Fonts(False, False, list(map(str, self._folders)))
        known = self.fonts.families()
        self.families = [*FAMILIES, *sorted(set(known) - set(FAMILIES))]
        self._characters: frozenset[int] | None = None

    def characters(self) -> frozenset[int]:
        """The code points that both a regular and a bold font have, or that the only weight of a family has."""
        if self._characters is None:
            files = [path for folder in self._folders for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES]
            self._characters = frozenset[int]().union(*map(_code_points, sorted(files)))
        return self._characters

    def missing(self, text: str) -> str:
        """The characters of a text that no font has, each once."""
        known = self.characters()
        return "".join(dict.fromkeys(c for c in text if ord(c) not in known and not _invisible(c)))

    def printable(self, text: str) -> str:
        """A text without the characters that no font has."""
        missing = set(self.missing(text))
        return "".join(c for c in text if c not in missing).strip() if missing else text


def _invisible(character: str) -> bool:
    """Variation selectors, joiners, spaces and line ends need no picture of their own."""
    return unicodedata.category(character) in {"Cf", "Cc", "Mn", "Zs"}


def _code_points(path: Path) -> frozenset[int]:
    font = TTFont(path, lazy=True, fontNumber=0)
    try:
        return frozenset(font.getBestCmap() or ())
    finally:
        font.close()


@lru_cache(maxsize=4)
def font_set(more: Path | None = None) -> FontSet:
    """The fonts, read once per process."""
    return FontSet(more)
