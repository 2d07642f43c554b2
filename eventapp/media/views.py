"""Permanent URLs of pictures: calendars refer to them for years."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from eventapp.core import assets
from eventapp.core.errors import or_404
from eventapp.events import queries as events
from eventapp.media import queries

views = Blueprint("media", __name__)


@views.get("/events/<slug>/pictures/<int:number>")
def picture(slug: str, number: int) -> ResponseReturnValue:
    """Redirect to the file of a picture of a public event. The file's own URL changes with every release of the
    code.
    """
    event = events.by_slug(slug)
    photo = or_404(queries.photo(event, number) if event is not None and event.public else None)
    return redirect(assets.address(photo.path), 302)
