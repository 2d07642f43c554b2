"""XML as a small tree with line numbers. Document types and entities are refused.

Expat alone would expand entities: a file of a few lines could fill the memory, and one with an external entity could
read any file that the server can read. A programme needs neither, so document types are not accepted at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from eventapp.core.languages import gettext as _
from eventapp.exchange.damaged import Damaged

DEEPEST = 40


@dataclass(slots=True)
class Element:
    """An element: its own text, and its children in order."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, *tags: str) -> Iterator[Element]:
        return (child for child in self.children if child.tag in tags)

    def first(self, tag: str) -> Element | None:
        return next(self.all(tag), None)

    def text_of(self, *tags: str) -> str:
        """The text of the first of these children that has one."""
        for tag in tags:
            for child in self.all(tag):
                if child.text.strip():
                    return child.text
        return ""


def _utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Forbidden(Exception):
    pass


def parse(data: bytes) -> Element:
    """The root element. Raises Refused for XML that is not well-formed, and for a document type."""
    parser = expat.ParserCreate(namespace_separator=" ")
    root: list[Element] = []
    stack: list[Element] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(stack) >= DEEPEST:
            raise _Forbidden(_("This file is nested too deeply to be a programme."))
        bare = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        element = Element(tag.rpartition(" ")[2], bare, parser.CurrentLineNumber)
        (stack[-1].children if stack else root).append(element)
        stack.append(element)

    def forbidden(*_rest: object) -> None:
        raise _Forbidden(_("For security reasons, we don't read files that declare a document type or entities."))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: stack.pop() and None
    parser.CharacterDataHandler = lambda piece: stack[-1].pieces.append(piece)
    parser.StartDoctypeDeclHandler = forbidden
    parser.EntityDeclHandler = forbidden
    parser.buffer_text = True
    try:
        # Some systems write an empty line before the declaration, which XML does not allow.
        parser.Parse(re.sub(rb"\A((?:\xef\xbb\xbf)?)\s+(?=<)", rb"\1", data), True)
    except expat.ExpatError as error:
        if expat.ErrorString(error.code) == expat.errors.XML_ERROR_NO_MEMORY:
            raise MemoryError from error
        if expat.ErrorString(error.code) == expat.errors.XML_ERROR_INVALID_TOKEN and not _utf8(data):
            message = _("Line %(line)d contains characters that don't match the file's encoding.", line=error.lineno)
            raise Damaged(message) from error
        reason = expat.ErrorString(error.code)
        raise Damaged(
            _("This XML file is not valid (line %(line)d: %(reason)s).", line=error.lineno, reason=reason)
        ) from error
    except (_Forbidden, ValueError, LookupError) as error:
        message = str(error) if isinstance(error, _Forbidden) else _("We can't read the encoding of this XML file.")
        raise Damaged(message) from error
    return root[0]
