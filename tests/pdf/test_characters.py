"""Characters: what is said to be printable is printed, and the typesetter refuses nothing."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest

from eventapp.badges.sheets import SHEETS
from eventapp.pdf import typeset
from eventapp.pdf.fonts import font_set

FONTS = font_set()
AT = datetime(2031, 3, 18, tzinfo=UTC)


def statement(parts: list[str]) -> dict[str, object]:
    """A document with each text in both weights."""
    texts = {"title": "x", "author": "x", "lang": "en", "event": "x", "basis": "", "method": "", "headings": ["", ""]}
    return {**texts, "summaries": [], "numbers": [], "lists": [(text, text) for text in parts], "names_size": 6}


def assigned() -> list[str]:
    """The characters of Unicode, and what is written with them."""
    return [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in {"Cn", "Cs"}]


@pytest.mark.slow
def test_the_typesetter_takes_every_character_that_is_not_called_missing():
    shown = [c for c in assigned() if not FONTS.missing(c)]
    assert len(shown) > 30_000
    # A mark needs a letter to stand on, and a letter on each side tells what a joiner joins.
    words = [f"a{c}a" for c in shown]
    # Lines of one long text are slow to break.
    parts = [" ".join(words[start : start + 300]) for start in range(0, len(words), 300)]
    assert typeset.pdf("statement", statement(parts), FONTS, at=AT).startswith(b"%PDF")


@pytest.mark.parametrize(
    "name", ["ಕನ್ನಡ", "ਪੰਜਾਬੀ", "ଓଡ଼ିଆ", "བོད་ཡིག", "މުޙައްމަދު", "A\u0711", "A\u1680B", "A\u0001", "A\ufff9"]
)
def test_marks_and_spaces_that_no_font_has_are_missing(name):
    assert set(FONTS.missing(name)) >= {c for c in name if ord(c) not in FONTS.characters()}
    sheet = {"sheet": SHEETS[0].values(), "marks": False, "code_alt": "x"}
    one = {"reading": "", "organization": "", "role": "", "event": "x", "lang": "en", "code": ""}
    shown = {"title": "x", "author": "x", "lang": "en", **sheet, "badges": [{**one, "name": FONTS.printable(name)}]}
    assert typeset.pdf("badges", shown, FONTS, at=AT).startswith(b"%PDF")


@pytest.mark.parametrize("text", ["葛\U000e0100飾", "a\u180bb", "3\ufe0f", "Ada\nLovelace", "a\u200db"])
def test_what_is_not_drawn_is_not_missing(text):
    assert FONTS.missing(text) == ""
