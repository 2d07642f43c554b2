"""Typed text is reduced to one line without invisible characters."""

from __future__ import annotations

import pytest

from eventapp.core.text import can_be_greeted_by, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada\r\nBcc: all@example.org", "Ada Bcc: all@example.org"),
        ("Ada\tLovelace", "Ada Lovelace"),
        ("Ada\u2028Lovelace\u2029\x85", "Ada Lovelace"),
        ("\u202eadA\u202c", "adA"),
        ("\u2066Ada\u2069\u200e\u200f\u061c", "Ada"),
        ("A\u200bd\u2060a\ufeff\u00ad", "Ada"),
        ("Ada\u200d\u200c", "Ada"),
        ("A\u200dda", "Ada"),
        ("\u3164\u115f\u1160\uffa0", ""),
        ("Ada\x00\x1b[31m\x7f\x9b", "Ada[31m"),
        ("Ada\U000e0041\U000e007f", "Ada"),
        ("\ud800Ada\ufffe", "Ada"),
        ("山田　花子", "山田　花子"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("\U0003134a\U00031350\ue000", "\U0003134a\U00031350\ue000"),  # Unicode 15, and private-use characters
        ("  O’Brien  ", "O’Brien"),
    ],
)
def test_one_line_is_what_can_be_seen(typed, kept):
    assert one_line(typed) == kept
    assert one_line(kept) == kept


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "Dr. Ada Lovelace",
        "Prof. Dr. h.c. Ada Lovelace",
        "J.R.R. Tolkien",
        "J.R.Smith",
        "Ph.D. Ada",
        "Maria del Carmen Fernández de la Cruz y Borbón",
        "山田 花子",
        "山田　花子",
        "O’Brien",
        "Jean-Luc",
        "Smith, Jr.",
        "H.E. Mr. Kim",
        "محمد بن سلمان",
        "Hội Nguyễn",
        "Louis XIV",
        "St. John",
        "中村・ジョン",
        "Madonna",
        "李",
    ],
)
def test_names_are_greeted(name):
    assert can_be_greeted_by(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "You have won! Click",
        "Congratulations. Your prize",
        "prize.example",
        "Visit evil.com today",
        "x.com",
        "EVIL.COM",
        "evil。com",
        "www.evil",
        "http://x",
        "pay to ada@example.org",
        "evil.рф",
        "xn.xn--p1ai",
        "a/b",
        "You won 10000 dollars",
        "Your account is locked: call",
        "おめでとうございます。当選",
        "name " * 13,
    ],
)
def test_a_name_like_a_sentence_or_url_is_not_used_as_greeting(name):
    assert not can_be_greeted_by(name)
