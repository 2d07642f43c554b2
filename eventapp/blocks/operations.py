"""Writing and ordering blocks."""

from __future__ import annotations

from eventapp.blocks import queries, rules
from eventapp.blocks.models import Block
from eventapp.blocks.rules import MOST_BLOCKS, BlockKind
from eventapp.core import ordering
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.link_lines import NotALink
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row
from eventapp.events.models import Event


def save(event: Event, block: Block | None, *, kind: BlockKind, title: LocalizedText, text: LocalizedText) -> Block:
    """Add a block at the end, or change one. Raises Refused for a line that should be a link and is none, and if the
    event has too many blocks.
    """
    for words in text.values() if kind.has_links else ():
        try:
            rules.links(words, address_needed=kind is BlockKind.DOCUMENTS)
        except NotALink as error:
            raise Refused(
                _("“%(line)s” is not a title, a bar and an address.", line=str(error)[:80]), field="text"
            ) from error
    if block is None:
        others = queries.of_event(event)
        if len(others) >= MOST_BLOCKS:
            raise Refused(
                _("An event page can have at most %(number)d added parts. Remove one first.", number=MOST_BLOCKS)
            )
        block = Block(event_id=event.id, kind=kind, position=max((one.position for one in others), default=-1) + 1)
        db.session.add(block)
    block.title, block.text = title, text
    db.session.flush()
    return block


def move(event: Event, block: Block, position: int) -> None:
    """Move a block to this place among those of the event, counted from 0."""
    ordering.number(ordering.moved(queries.of_event(event), block, position))


def remove(block: Block) -> None:
    """Remove a block from the event page."""
    delete_row(block)
