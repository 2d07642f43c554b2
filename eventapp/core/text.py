"""Sanitizing typed text, so that it is safe on one line, in e-mails to others and in spreadsheets."""

from __future__ import annotations

import re
import unicodedata

# Everything that some reader treats as the end of a line, and tabs.
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
# More invisible characters: Hangul fillers and the Mongolian vowel separator.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u180e")
# ZERO WIDTH NON-JOINER and JOINER are part of the spelling in these scripts, and invisible anywhere else.
_JOINERS = frozenset("\u200c\u200d")
_JOINED = (
    "ARABIC",
    "SYRIAC",
    "DEVANAGARI",
    "BENGALI",
    "GURMUKHI",
    "GUJARATI",
    "ORIYA",
    "TAMIL",
    "TELUGU",
    "KANNADA",
    "MALAYALAM",
    "SINHALA",
    "KHMER",
    "MYANMAR",
    "TIBETAN",
    "MONGOLIAN",
)


def one_line(value: str) -> str:
    """The text on one line, without invisible characters, and stripped at both ends.

    Removed: control and format characters (Unicode categories Cc and Cf, including zero-width and bidirectional ones,
    which would reorder the sentence around a name), lone surrogates and non-characters. Line endings and tabs become a
    space. Joiners between letters of scripts that need them are kept, and so are characters newer than this Python's
    Unicode tables.
    """
    if value.isascii() and value.isprintable():
        return value.strip()
    flat = _BREAKS.sub(" ", value)
    return "".join(c for place, c in enumerate(flat) if _seen(flat, place)).strip()


def _seen(text: str, place: int) -> bool:
    letter = text[place]
    if letter in _JOINERS:
        return 0 < place < len(text) - 1 and _joins(text[place - 1]) and _joins(text[place + 1])
    code = ord(letter)
    return (
        letter not in _BLANK
        and unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}
        and code & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= code <= 0xFDEF
    )


def _joins(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_JOINED)


_ADDRESS = re.compile(
    r"://|www[.。．｡]|[@＠/／\\]|[\w-]+[.。．｡](?:[a-z]{2,}|[A-Z]{2,}|[^\W\d_a-zA-Z]{2,}|xn--[\w-]+)\b"
)
_SENTENCE = re.compile(r"[!?。！？:;：；<>{}\[\]|]|\w{6,}[.．]\s|(?:\d.*){4}")
LONGEST_NAME = 60


def reads_as_address(text: str) -> bool:
    """Whether an e-mail client would turn a part of it into a link."""
    return _ADDRESS.search(text) is not None


def can_be_greeted_by(name: str) -> bool:
    """Whether a name looks like one, so that an e-mail can begin with it.

    Anybody can make us send an e-mail to anybody, and choose the name in it: one that is a sentence or a web address
    would turn the e-mail into their message. Titles and initials with full stops are names.
    """
    return bool(name) and len(name) <= LONGEST_NAME and not reads_as_address(name) and not _SENTENCE.search(name)


# A spreadsheet reads a cell that begins with one of these as a formula, also in full width (U+FF1D …), and after white
# space or a quotation mark.
_FORMULA = re.compile(r"['’\s]*[=+\-@＝＋－＠\t\r]")


def guarded(cell: str) -> str:
    """A CSV cell that no spreadsheet treats as a formula: with an apostrophe in front, and no character less."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """A cell without the apostrophe of `guarded`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
