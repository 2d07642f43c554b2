"""Japanese kana: two spellings of one sound, and their Latin letters (Hepburn), to search names by their reading; and
forms of one kanji.
"""

from __future__ import annotations

import re

from eventapp.core.localized import fold

_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}

_ROWS = {
    "アイウエオ": "a i u e o",
    "カキクケコ": "ka ki ku ke ko",
    "サシスセソ": "sa shi su se so",
    "タチツテト": "ta chi tsu te to",
    "ナニヌネノ": "na ni nu ne no",
    "ハヒフヘホ": "ha hi fu he ho",
    "マミムメモ": "ma mi mu me mo",
    "ヤユヨ": "ya yu yo",
    "ラリルレロ": "ra ri ru re ro",
    "ワヰヱヲン": "wa i e o n",
    "ガギグゲゴ": "ga gi gu ge go",
    "ザジズゼゾ": "za ji zu ze zo",
    "ダヂヅデド": "da ji zu de do",
    "バビブベボ": "ba bi bu be bo",
    "パピプペポ": "pa pi pu pe po",
    "ァィゥェォヴ": "a i u e o vu",
}
_LETTERS = {kana: latin for row, all_ in _ROWS.items() for kana, latin in zip(row, all_.split(), strict=True)}
_SMALL_Y = {"ャ": "a", "ュ": "u", "ョ": "o"}


# Forms of one kanji in names, each with its usual one: 髙橋 is found by 高橋. The check-in app has the same table
# (static/check-in/people.js).
VARIANTS = "髙高 﨑崎 𠮷吉 濵浜 濱浜 邊辺 邉辺 齋斎 齊斎 斉斎 德徳 廣広 澤沢 櫻桜 國国 嶋島 嶌島"
_USUAL = {ord(pair[0]): pair[1] for pair in VARIANTS.split()}
_FOLDED: dict[int, int | str] = {**_KATAKANA, **_USUAL}


def fold_kana(text: str) -> str:
    """Fold a text for searching: like `fold`, hiragana becomes katakana, and a kanji its usual form."""
    return fold(text).translate(_FOLDED)


def romanized(text: str) -> str:
    """A reading in Latin letters, folded: すずき is "suzuki". Empty if it has no kana."""
    folded = fold_kana(text)
    if not any(kana in _LETTERS for kana in folded):
        return ""
    said = ""
    double = False
    for kana in folded:
        if kana in _SMALL_Y and said.endswith("i"):
            said = said[:-1] + ("" if said.endswith(("shi", "chi", "ji")) else "y") + _SMALL_Y[kana]
        elif kana in "ァィゥェォ" and said[-1:] in "aiueo" and said:
            said = said[:-1] + _LETTERS[kana]  # フェ is fe, ティ is ti
        elif kana == "ッ":
            double = True
        elif kana != "ー":
            letters = _LETTERS.get(kana, kana)
            said += ("t" if letters.startswith("ch") else letters[0]) * double + letters
            double = False
    return said


def spellings(text: str) -> list[str]:
    """What to find a reading by: in katakana, and in Latin letters with and without long vowels: "satou", "sato"."""
    latin = romanized(text)
    short = re.sub(r"ou|oo", "o", latin).replace("uu", "u")
    return list(dict.fromkeys(filter(None, [fold_kana(text), latin, short])))
