"""Markdown becomes text that calendars show well."""

from __future__ import annotations

import pytest

from eventapp.ical import prose


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("", ""),
        ("One line\nand its rest", "One line and its rest"),
        ("First.\r\n\r\n \r\nSecond.", "First.\n\nSecond."),
        ("# Title\n\nA *soft* **word**", "Title\n\nA soft word"),
        ("See [the page](https://example.org/a) now", "See the page (https://example.org/a) now"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("[bad](javascript:alert)", "[bad](javascript:alert)"),
        ("Write to [us](mailto:a@example.org)", "Write to us (a@example.org)"),
        ("- one\n- two\n\nend", "– one\n– two\n\nend"),
        ("3. one\n4. two\n   - deep", "3. one\n4. two\n  – deep"),
        ("a literal \\N and \\n", "a literal \\N and \\n"),
        ("AT&amp;T", "AT&T"),
        ("`code` and ![alt](x.png)", "code and alt"),
        ("line  \nbreak *x*", "line\nbreak x"),
        ("```\na\n  b\n```\nend", "a\n  b\n\nend"),
    ],
)
def test_markdown_reads_as_text(markdown: str, text: str) -> None:
    assert prose.text(markdown) == text
