"""Blocks as the event page shows them, in the reader's language."""

from __future__ import annotations

from eventapp.blocks import rules
from eventapp.blocks.models import Block
from eventapp.blocks.rules import BlockLink
from eventapp.core import languages
from eventapp.core.link_lines import NotALink
from eventapp.core.localized import LocalizedText, ResolvedText


def block_questions(block: Block) -> list[tuple[ResolvedText, LocalizedText]]:
    """(question, answer) of a block of questions."""
    said = languages.resolve(block.text)
    return [
        (ResolvedText(question, said.language), LocalizedText({said.language: answer}))
        for question, answer in rules.questions(said.text)
    ]


def block_links(block: Block) -> list[BlockLink]:
    """The links of a block that is a list of them."""
    try:
        return rules.links(languages.resolve(block.text).text, address_needed=False)
    except NotALink:
        return []
