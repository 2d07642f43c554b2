"""Markdown as plain text with paragraphs, lists and URLs, which calendars show best."""

from __future__ import annotations

import re

from markdown_it.token import Token

from eventapp.core.caching import memoized
from eventapp.core.markdown import parse

# A text without any of these is already plain; parsing is a hundred times slower than this check.
_MARKUP = re.compile(r"[*_`#\[\]<>!|~\\&]|^\s{0,3}([-+=]|\d+[.)])|^ {4}|^\t", re.MULTILINE)
_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def _inline(tokens: list[Token]) -> str:
    out: list[str] = []
    targets: list[tuple[str, int]] = []
    for token in tokens:
        if token.type in {"text", "code_inline", "html_inline", "text_special"}:
            out.append(token.content)
        elif token.type == "softbreak":
            out.append(" ")
        elif token.type == "hardbreak":
            out.append("\n")
        elif token.type == "image":
            out.append(token.content)
        elif token.type == "link_open":
            targets.append((str(token.attrs.get("href", "")), len(out)))
        elif token.type == "link_close" and targets:
            href, start = targets.pop()
            if "".join(out[start:]) != href and href.startswith(("http://", "https://", "mailto:")):
                out.append(f" ({href.removeprefix('mailto:')})")
    return "".join(out)


@memoized(budget=8 * 1024 * 1024)
def text(markdown: str) -> str:
    """The text with paragraphs separated by empty lines, list items marked, and links followed by their URL."""
    source = markdown.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _MARKUP.search(source) is None:
        return "\n\n".join(" ".join(part.split()) for part in _GAP.split(source))
    lines = _Lines()
    for token in parse(source):
        lines.take(token)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines.lines)).strip()


class _Lines:
    """The lines of a text while its tokens are read, and the lists that are open."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._numbers: list[int | None] = []  # the next number of each open list, None for an unordered one
        self._mark = ""

    def take(self, token: Token) -> None:
        """Add the content of the next token."""
        match token.type:
            case "bullet_list_open":
                self._numbers.append(None)
            case "ordered_list_open":
                self._numbers.append(int(token.attrs.get("start", 1)))
            case "list_item_open":
                self._begin_item()
            case "inline":
                self.lines.append(self._mark + _inline(token.children or []))
                self._mark = ""
            case "fence" | "code_block" | "html_block":
                self.lines += [token.content.rstrip("\n"), ""]
            case _ if token.type.endswith("_close"):
                self._close(token.type)

    def _begin_item(self) -> None:
        number = self._numbers[-1]
        self._mark = "  " * (len(self._numbers) - 1) + ("– " if number is None else f"{number}. ")
        if number is not None:
            self._numbers[-1] = number + 1

    def _close(self, kind: str) -> None:
        if kind in {"bullet_list_close", "ordered_list_close"}:
            self._numbers.pop()
        elif kind not in {"paragraph_close", "heading_close", "table_close"}:
            return
        if not self._numbers:
            self.lines.append("")
