"""Sheets of badges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventapp.badges.sheets import BY_KEY, SHEETS


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_all_badges_of_a_sheet_are_on_the_page_and_apart(sheet):
    assert sheet.fits() and BY_KEY[sheet.key] is sheet


def test_badges_that_leave_the_page_or_lie_on_each_other_do_not_fit():
    card = BY_KEY["card"]
    assert not replace(card, columns=3).fits()
    assert not replace(card, step_x=80).fits()
    assert not replace(card, rows=6).fits()
