"""The fonts of documents, and which texts they can print.

Fonts come with the product (Noto Sans and scripts of its family, OFL); further ones are read from `fonts/` in the
instance folder. System fonts are not used: a document must look the same on every machine.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import Lock

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
# What the typesetter lets through although no font has it, for nothing is drawn: ends of lines, and of the characters
# that Unicode calls Default_Ignorable_Code_Point those that HarfBuzz leaves out. No other one: the export for screen
# readers (PDF/UA) refuses the whole file for a space or a combining mark without a glyph.
_NOT_DRAWN = frozenset(b"\t\n\v\f\r\x85") | frozenset[int]().union(
    (0x00AD, 0x034F, 0x061C),
    range(0x180B, 0x1810),
    range(0x200B, 0x2010),
    range(0x2028, 0x202F),
    range(0x2060, 0x2070),
    range(0xFE00, 0xFE10),
    range(0x1BCA0, 0x1BCA4),
    range(0x1D173, 0x1D17B),
    range(0xE0000, 0xE1000),
)
# Fonts have some of them, and PDF/UA (ISO 14289-1, 7.21.7) forbids them all the same.
_FORBIDDEN = frozenset((0x0000, 0xFEFF, 0xFFFE))


class FontSet:
    """The fonts of the product and of one instance."""

    def __init__(self, more: Path | None = None) -> None:
        self._folders = [FOLDER, *([more] if more is not None and more.is_dir() else [])]
        self.fonts = Fonts(False, False, list(map(str, self._folders)))
        known = self.fonts.families()
        self.families = [*FAMILIES, *sorted(set(known) - set(FAMILIES))]
        self._characters: frozenset[int] | None = None
        self._reading = Lock()

    def characters(self) -> frozenset[int]:
        """The code points that both a regular and a bold font have, or that the only weight of a family has."""
        with self._reading:  # it takes a moment, and the first visitors of a rush come together
            if self._characters is None:
                files = [file for folder in self._folders for file in folder.iterdir()]
                fonts = sorted(file for file in files if file.suffix.lower() in _SUFFIXES)
                self._characters = frozenset[int]().union(*map(_code_points, fonts)) - _FORBIDDEN
            return self._characters

    def missing(self, text: str) -> str:
        """The characters of a text that no font has, each once."""
        if text.isascii() and text.isprintable():
            return ""  # every font has these, and pictures are long texts
        known = self.characters()
        return "".join(dict.fromkeys(c for c in text if ord(c) not in known and ord(c) not in _NOT_DRAWN))

    def keeps(self, name: str) -> bool:
        """Whether a name is still that name as `printable` leaves it: no letter, mark or digit of it is missing, and
        something is there to read.
        """
        if name.isascii() and name.isprintable():
            return bool(name.strip())
        known = self.characters()
        return not any(map(_tells_apart, self.missing(name))) and any(ord(c) in known and not c.isspace() for c in name)

    def printable(self, text: str) -> str:
        """A text without the characters that no font has."""
        missing = set(self.missing(text))
        return "".join(c for c in text if c not in missing).strip() if missing else text


def _tells_apart(character: str) -> bool:
    """Whether it may make another name. Private characters and those that are newer than Python may be letters."""
    category = unicodedata.category(character)
    return category[0] in "LMN" or category in {"Co", "Cn"}


def _code_points(path: Path) -> frozenset[int]:
    font = TTFont(path, lazy=True, fontNumber=0)
    try:
        # Only the characters are of interest. To find out what each glyph is called would take four times as long.
        font.setGlyphOrder(list(map(str, range(font["maxp"].numGlyphs))))
        return frozenset(font.getBestCmap() or ())
    finally:
        font.close()


@lru_cache(maxsize=4)
def font_set(more: Path | None = None) -> FontSet:
    """The fonts, read once per process."""
    return FontSet(more)
