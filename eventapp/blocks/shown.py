"""Blocks as the event page shows them, in one language."""

from __future__ import annotations

from eventapp.blocks import rules
from eventapp.blocks.models import Block
from eventapp.blocks.rules import BlockLink
from eventapp.core.link_lines import NotALink
from eventapp.core.localized import LocalizedText, ResolvedText


def block_questions(block: Block, language: str) -> list[tuple[ResolvedText, LocalizedText]]:
    """(question, answer) of a block of questions."""
    said = block.text.resolve(language)
    return [
        (ResolvedText(question, said.language), LocalizedText({said.language: answer}))
        for question, answer in rules.questions(said.text)
    ]


def block_links(block: Block, language: str) -> list[BlockLink]:
    """The links of a block that is a list of them."""
    try:
        return rules.links(block.text.resolve(language).text, address_needed=False)
    except NotALink:
        return []
