"""Documents for paper: every text fits, and what can't be printed is known before."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from eventapp.badges.sheets import SHEETS
from eventapp.pdf import typeset
from eventapp.pdf.fonts import font_set

FONTS = font_set()
AT = datetime(2031, 3, 18, tzinfo=UTC)

NAMES = [
    "Ada Lovelace",
    "鈴木 美咲",
    "髙橋 﨑 𠮷田 濵 德",
    "葛\U000e0100飾 辻\U000e0100",
    "محمد عبد الله",
    "রহমান",
    "ทดสอบ ชื่อยาวมากๆ ของคนไทยที่ยาวจริงๆ",
    "ភាសាខ្មែរ",
    "सुनीता शर्मा",
    "김 서울",
    "张伟 刘洋",
    "נועה שלו",
    "თამარ",
    "Անի",
    "ሰላም",
    "தமிழ்",
    "සිංහල",
    "မြန်မာ",
    "ລາວ",
    "Łőșćž Ğüneş",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Jones",
    "Ministry of Foreign Affairs, Department of Local Partnership Cooperation and International Exchange",
    "#set text(red) *bold* $x$ [a] \\ `code`",
]


def badge(name: str, **values: str) -> dict[str, str]:
    usual = {"reading": "", "organization": "", "role": "In person", "event": "Forum", "lang": "en", "code": ""}
    return {"name": name, **usual, **values}


def badges(rows, sheet=SHEETS[0]) -> dict[str, object]:
    common = {"title": "Badges", "author": "Forum", "lang": "en", "colour": "#234a7d", "marks": False, "code_alt": "x"}
    return {**common, "sheet": sheet.values(), "badges": rows}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_no_text_is_over_its_box_on_any_sheet(sheet):
    rows = [badge(name, reading=name, organization=other, role=name) for name in NAMES for other in (name, NAMES[-2])]
    found = typeset.measured("badges", badges(rows, sheet), FONTS)
    assert len(found) == len(rows) * 5
    assert [one for one in found if one["over"]] == []
    assert {one["text"] for one in found} >= set(NAMES), "nothing in a name is a command"


_LETTERS = st.sampled_from("abcdefgMW ÅéŁ-'鈴木髙のスーロมนทيمনर")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(_LETTERS, min_size=1, max_size=90), min_size=1, max_size=10))
def test_any_name_fits(names):
    found = typeset.measured("badges", badges([badge(name, organization=name) for name in names]), FONTS)
    assert not any(one["over"] for one in found)


def test_the_same_data_and_time_give_the_same_bytes():
    data = badges([badge(name) for name in NAMES])
    assert typeset.pdf("badges", data, FONTS, at=AT) == typeset.pdf("badges", data, FONTS, at=AT)


def test_characters_that_no_font_has_are_known_before_and_left_out_by_the_typesetter():
    assert FONTS.missing("".join(NAMES)) == ""
    assert FONTS.missing("ᠮᠣᠩᠭᠣᠯ Kim 😀") == "ᠮᠣᠩᠭᠯ😀"
    named = badges([badge("ᠮᠣᠩᠭᠣᠯ Kim 😀", organization="\ud800A\u0001"), badge("ᠮᠣᠩ")]) | {
        "title": "Badges: 😀",
        "author": "😀",
    }
    found = typeset.measured("badges", named, FONTS)
    assert [one["text"] for one in found if one["what"] in {"name", "organization"}] == ["Kim", "A", ""]
    assert typeset.pdf("badges", named, FONTS, at=AT).startswith(b"%PDF")


@pytest.mark.parametrize("name", NAMES)
def test_plates_and_signs_fit(name):
    common = {"title": "x", "author": "x", "lang": "en", "colour": "#234a7d"}
    plate = {"name": name, "second": name, "organization": name, "lang": "ja"}
    sign = {"event": name, "first": name, "second": name, "note": name, "lang": "en", "second_lang": "ja"}
    for template, data in (("plates", {"plates": [plate]}), ("signs", {"signs": [sign, {**sign, "second": ""}]})):
        found = typeset.measured(template, {**common, **data}, FONTS)
        assert len(found) >= 6 and not any(one["over"] for one in found)
        assert typeset.pdf(template, {**common, **data}, FONTS, at=AT).startswith(b"%PDF")


def test_an_organization_stands_below_the_name_on_a_ticket_also_where_a_line_may_break_anywhere():
    values = {"title": "Ticket", "author": "Forum", "lang": "ja", "event": "Forum", "name": "花", "name_lang": "ja"}
    code = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
    codes = {"code": code, "code_alt": "x", "code_label": "Code", "short_code": "AX47-QZ3N", "facts": [], "note": ""}
    drawn = typeset.raster("ticket", {**values, **codes, "organization": "松戸市役所"}, FONTS)
    with Image.open(io.BytesIO(drawn)) as page:
        beside_the_name = page.convert("L").crop((310, 150, 340, 220))
        assert beside_the_name.getextrema() == (255, 255)
