"""Converts HTML of other systems to Markdown: as plain text it would show its tags.

libxml2 finds the tags in linear time: no tree is built, and unclosed tags cost nothing extra.
"""

from __future__ import annotations

import re

from lxml import etree

_LOOKS_LIKE = re.compile(r"</(p|div|ul|ol|li|a|strong|em|b|i|h[1-6]|span)>|<br\s{0,9}/?>|<p>", re.I)
_BREAKS = {"p": "\n\n", "div": "\n\n", "ul": "\n\n", "ol": "\n\n", "br": "\n", "tr": "\n", "blockquote": "\n\n"}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_SILENT = {"script", "style"}


class _Markdown:
    """A parser target of lxml: it is called for each tag and text in order."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.silent = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "a":
            address = "".join((attributes.get("href") or "").split())
            self.links.append(address if address.startswith(("http://", "https://", "mailto:")) else "")
            self.pieces.append("[" if self.links[-1] else "")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in _HEADINGS:
            self.pieces.append("\n\n### ")
        else:
            self.pieces.append(_BREAKS.get(tag) or _MARKS.get(tag, ""))

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag == "a":
            address = self.links.pop() if self.links else ""
            self.pieces.append(f"]({address})" if address else "")
        elif tag in _MARKS:
            self.pieces.append(_MARKS[tag])
        elif tag != "br" and (tag in _BREAKS or tag in _HEADINGS):
            self.pieces.append("\n\n")

    def data(self, text: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", text))

    def close(self) -> str:
        lines = [line.strip() for line in "".join(self.pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def to_markdown(value: str) -> str:
    """The text with its markup as Markdown; a text without markup is returned unchanged."""
    if not _LOOKS_LIKE.search(value):
        return value
    parser = etree.HTMLParser(target=_Markdown())
    parser.feed(value)
    found: str = parser.close()
    return found
