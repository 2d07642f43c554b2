"""Desk pages: further parts of the event page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.blocks import operations, queries
from eventapp.blocks.forms import BlockForm
from eventapp.blocks.models import Block
from eventapp.blocks.rules import HOW_TO_WRITE, BlockKind
from eventapp.core.errors import or_404
from eventapp.core.forms import sent_position, submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import reader
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event

manage = Blueprint("blocks", __name__, url_prefix="/manage/events/<slug>/blocks")


@manage.get("")
@requires(Permission.PROGRAMME)
def blocks(event: Event) -> ResponseReturnValue:
    """The blocks in order, and the kinds that can be added."""
    return page("blocks/blocks.html", event=event, blocks=queries.of_event(event), kinds=list(BlockKind))


@manage.route("/new/<kind>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def new(event: Event, kind: str) -> ResponseReturnValue:
    """Add a block."""
    return _edit(event, None, or_404(BlockKind(kind) if kind in set(BlockKind) else None))


@manage.route("/<int:number>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def edit(event: Event, number: int) -> ResponseReturnValue:
    """Change a block."""
    shown = or_404(queries.block(event, number))
    return _edit(event, shown, shown.kind)


def _edit(event: Event, shown: Block | None, kind: BlockKind) -> ResponseReturnValue:
    form = BlockForm(data={"title": shown.title, "text": shown.text} if shown else {})
    form.title.offer(event.languages)
    form.text.offer(event.languages)
    form.text.description = HOW_TO_WRITE[kind]
    if done := submit(
        form, lambda: operations.save(event, shown, kind=kind, title=form.title.data, text=form.text.data)
    ):
        flash(_("“%(title)s” is on the event page.", title=done.value.title.resolve(reader()).text))
        return redirect(url_for(".blocks", slug=event.slug), 303)
    return page("blocks/block.html", event=event, form=form, block=shown, kind=kind)


@manage.post("/<int:number>/move")
@requires(Permission.PROGRAMME)
def move(event: Event, number: int) -> ResponseReturnValue:
    """Move a block to another place."""
    operations.move(event, or_404(queries.block(event, number)), sent_position())
    return redirect(url_for(".blocks", slug=event.slug, _anchor=f"place-{number}"), 303)


@manage.post("/<int:number>/remove")
@requires(Permission.PROGRAMME)
def remove(event: Event, number: int) -> ResponseReturnValue:
    """Remove a block."""
    operations.remove(or_404(queries.block(event, number)))
    flash(_("This part has been removed from the event page."))
    return redirect(url_for(".blocks", slug=event.slug), 303)
