"""Markdown from organizers and the public, as safe HTML of a bounded size."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from eventapp.core.caching import memoized

# A short text can produce a long page: a row with one cell is filled up to the width of the table's head, and a long
# URL is repeated for each reference to it. Beyond these limits the text is shown as typed.
MOST_CELLS = 2_000
MOST_OUTPUT = 200_000
# Characters. Brackets that are never closed take quadratic time.
MOST_INPUT = 20_000

# Characters of the line between a table's head and its rows.
_DELIMITERS = frozenset("|:->\t ")

_without_tables = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("strikethrough")
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_as_typed = MarkdownIt("zero")
_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "s",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "hr",
    "h3",
    "h4",
    "h5",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def parse(text: str) -> list[Token]:
    """The tokens of CommonMark with tables and strikethrough; only paragraphs if the text exceeds the limits."""
    if len(text) <= MOST_INPUT:
        tokens = (_parser if _cells(text) <= MOST_CELLS else _without_tables).parse(text)
        if _size(tokens) <= MOST_OUTPUT:
            return tokens
    return _as_typed.parse(text)


def _cells(text: str) -> int:
    """An upper bound of the table cells in the text: each row of a table is as wide as its head."""
    cells = rows = 0
    below = ""
    for line in reversed(text.splitlines()):
        if line.strip():
            rows += 1
            if "-" in below and _DELIMITERS.issuperset(below):
                cells += rows * (line.count("|") + 1)
        else:
            rows = 0
        below = line
    return cells


def _size(tokens: list[Token]) -> int:
    size = 0
    for token in tokens:
        for one in token.children or [token]:
            size += len(one.content) + sum(len(str(value)) for value in one.attrs.values()) + 16
    return size


def _html(tokens: list[Token]) -> str:
    html: str = _parser.renderer.render(tokens, _parser.options, {})
    return html


def _lower_headings(html: str) -> str:
    # The text appears below the page's <h1> and <h2>.
    def lower(tag: re.Match[str]) -> str:
        return f"<{tag[1]}h{3 if int(tag[2]) < 4 else 4}>"

    return re.sub(r"<(/?)h([1-6])>", lower, html)


@memoized(budget=8 * 1024 * 1024)
def render(text: str) -> Markup:
    """CommonMark with tables to HTML. Raw HTML is shown as text; only http, https, mailto and tel links are kept."""
    html = nh3.clean(
        _lower_headings(_html(parse(text))),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener",
    )
    return Markup(html)


def plain(text: str) -> str:
    """The text without markup, on one line: for meta descriptions, calendars and e-mails."""
    bare = nh3.clean(_html(parse(text)), tags=set())
    return " ".join(Markup(bare).unescape().split())
