"""Markdown of organizers can't hurt readers."""

from __future__ import annotations

import pytest

from eventapp.core.markdown import plain, render


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "[x](data:text/html,x)",
    ],
)
def test_nothing_of_it_runs(hostile):
    html = str(render(hostile))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_headings_stand_below_those_of_the_page():
    assert "<h3>Aim</h3>" in str(render("# Aim"))


def test_plain_text_has_no_marks():
    assert plain("**Bold** and [a link](https://example.org)\n\n- one\n- two") == "Bold and a link one two"
