"""HTML of other systems as Markdown: what is read as text here would show its tags."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_LOOKS_LIKE = re.compile(r"</(p|div|ul|ol|li|a|strong|em|b|i|h[1-6]|span)>|<br\s*/?>|<p>", re.I)
_BREAKS = {"p": "\n\n", "div": "\n\n", "ul": "\n\n", "ol": "\n\n", "br": "\n", "tr": "\n", "blockquote": "\n\n"}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}


class _Markdown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self.silent += 1
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            self.links.append(address if address.startswith(("http://", "https://", "mailto:")) else "")
            self.pieces.append("[" if self.links[-1] else "")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif re.fullmatch("h[1-6]", tag):
            self.pieces.append("\n\n### ")
        else:
            self.pieces.append(_BREAKS.get(tag) or _MARKS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self.silent = max(self.silent - 1, 0)
        elif tag == "a":
            address = self.links.pop() if self.links else ""
            self.pieces.append(f"]({address})" if address else "")
        elif tag in _MARKS:
            self.pieces.append(_MARKS[tag])
        elif tag != "br" and (tag in _BREAKS or re.fullmatch("h[1-6]", tag)):
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))


def to_markdown(value: str) -> str:
    """The text with its markup as Markdown; a text without markup comes back as it is."""
    if not _LOOKS_LIKE.search(value):
        return value
    reader = _Markdown()
    reader.feed(value)
    reader.close()
    lines = [line.strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
