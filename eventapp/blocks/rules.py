"""What a block is made of, and how its text is read. Plain values only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.link_lines import NotALink, link_lines

MOST_BLOCKS = 30


class BlockKind(Labelled):
    """How a block is shown."""

    TEXT = "text", _l("Text")
    QUESTIONS = "questions", _l("Questions and answers")
    DOCUMENTS = "documents", _l("Documents and links")
    PARTNERS = "partners", _l("Partners")

    @property
    def has_links(self) -> bool:
        """Whether its text is a list of links."""
        return self in {BlockKind.DOCUMENTS, BlockKind.PARTNERS}


HOW_TO_WRITE = {
    BlockKind.TEXT: _l("Markdown."),
    BlockKind.QUESTIONS: _l(
        "Write each question on one line and its answer below it (Markdown). Leave an empty line before the next "
        "question."
    ),
    BlockKind.DOCUMENTS: _l(
        "One in a line: the title, a bar, and the address. Floor plan | https://example.org/plan.pdf"
    ),
    BlockKind.PARTNERS: _l("One in a line: the name and, after a bar, the address. City of Mori | https://example.org"),
}


@dataclass(frozen=True)
class BlockLink:
    """A line of a list of links; the address may be empty for a partner. `kind` says what a file is, such as PDF."""

    text: str
    address: str = ""

    @property
    def kind(self) -> str:
        found = re.search(
            r"\.(pdf|docx?|xlsx?|pptx?|zip|odt|ods|odp|csv|mp4)$", urlsplit(self.address).path, re.IGNORECASE
        )
        return found[1].upper() if found else ""


def links(text: str, *, address_needed: bool) -> list[BlockLink]:
    """The links of a list of them. Raises NotALink, also for a line without an address that is needed."""
    found = [BlockLink(*one) for one in link_lines(text)]
    for one in found:
        if address_needed and not one.address:
            raise NotALink(one.text)
    return found


def questions(text: str) -> list[tuple[str, str]]:
    """(question, answer in Markdown) of paragraphs whose first line is the question.

    A paragraph whose first line does not end as a question goes on with the answer before it.
    """
    found: list[tuple[str, str]] = []
    for paragraph in filter(None, (one.strip() for one in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))):
        first, _line, rest = paragraph.partition("\n")
        if found and not rest and not first.rstrip().endswith(("?", "？", "؟", "か。")):
            question, answer = found[-1]
            found[-1] = question, f"{answer}\n\n{paragraph}"
        else:
            found.append((first.strip(), rest.strip()))
    return found
