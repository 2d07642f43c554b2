"""Markdown as plain text with its paragraphs, lists and addresses: what calendars show best."""

from __future__ import annotations

import re

from markdown_it.token import Token

from eventapp.core.caching import memoized
from eventapp.core.markdown import parse

# Without any of these a text is its own plain form; parsing is a hundred times slower than looking.
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
    """The text with paragraphs parted by an empty line, list items marked, and links followed by their address."""
    source = markdown.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _MARKUP.search(source) is None:
        return "\n\n".join(" ".join(part.split()) for part in _GAP.split(source))
    lines: list[str] = []
    numbers: list[int | None] = []
    mark = ""
    for token in parse(source):
        if token.type == "bullet_list_open":
            numbers.append(None)
        elif token.type == "ordered_list_open":
            numbers.append(int(token.attrs.get("start", 1)))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            numbers.pop()
            if not numbers:
                lines.append("")
        elif token.type == "list_item_open":
            number = numbers[-1]
            mark = "  " * (len(numbers) - 1) + ("– " if number is None else f"{number}. ")
            if number is not None:
                numbers[-1] = number + 1
        elif token.type == "inline":
            lines.append(mark + _inline(token.children or []))
            mark = ""
        elif token.type in {"fence", "code_block", "html_block"}:
            lines += [token.content.rstrip("\n"), ""]
        elif (token.type in {"paragraph_close", "heading_close", "table_close"}) and not numbers:
            lines.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
