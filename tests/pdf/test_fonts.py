"""Fonts: which characters they have is read once, and is what a full reading says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from fontTools.ttLib import TTFont

from eventapp.pdf import fonts


def test_the_characters_of_each_font_are_those_that_have_a_named_glyph():
    for path in sorted(fonts.FOLDER.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            assert fonts._code_points(path) == set(font.getBestCmap()), path.name


def test_many_who_ask_at_once_wait_for_one_reading(monkeypatch):
    read = []
    reading = fonts._code_points
    monkeypatch.setattr(fonts, "_code_points", lambda path: read.append(path) or reading(path))
    known = fonts.FontSet()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: known.characters(), range(8)))
    assert all(answer is answers[0] for answer in answers)
    assert sorted(read) == sorted(fonts.FOLDER.glob("*.ttf"))


def test_a_name_in_latin_letters_is_kept_without_a_font_being_read(monkeypatch):
    monkeypatch.setattr(fonts, "_code_points", lambda path: 1 / 0)
    known = fonts.FontSet()
    assert known.keeps("Forum of cities 2027")
    assert not known.keeps("   ")
    assert not known.keeps("")
