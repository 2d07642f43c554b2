"""Markdown from organizers, as safe HTML."""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = {
    "p", "br", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr",
    "h3", "h4", "h5", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def _lower_headings(html: str) -> str:
    # A text stands under the page's <h1> and <h2>.
    def lower(tag: re.Match[str]) -> str:
        return f"<{tag[1]}h{3 if int(tag[2]) < 4 else 4}>"

    return re.sub(r"<(/?)h([1-6])>", lower, html)


@lru_cache(maxsize=2048)
def render(text: str) -> Markup:
    """CommonMark with tables to HTML. Raw HTML is shown as text; only http, https, mailto and tel links live."""
    html = nh3.clean(
        _lower_headings(_parser.render(text)),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener",
    )
    return Markup(html)


def plain(text: str) -> str:
    """The text without markup, on one line: for meta descriptions, calendars and mails."""
    bare = nh3.clean(_parser.render(text), tags=set())
    return " ".join(Markup(bare).unescape().split())
