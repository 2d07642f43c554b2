"""Addresses of pictures that others may keep: calendars point to them for years."""

from __future__ import annotations

from mimetypes import guess_type

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from eventapp.core import assets
from eventapp.core.errors import or_404
from eventapp.core.links import absolute
from eventapp.events import queries as events
from eventapp.media import queries

views = Blueprint("media", __name__)


@views.get("/events/<slug>/pictures/<int:number>")
def picture(slug: str, number: int) -> ResponseReturnValue:
    """One picture of a public event. It leads to the file, whose own address changes with every version of ours."""
    event = events.by_slug(slug)
    photo = or_404(queries.photo(event, number) if event is not None and event.public else None)
    return redirect(assets.address(photo.path), 302)


def poster_address(event_id: int) -> tuple[str, str]:
    """Address and media type of the picture that stands for an event; empty ones without a picture."""
    found_one = queries.poster(event_id)
    if found_one is None:
        return "", ""
    photo, slug = found_one
    return absolute("media.picture", slug=slug, number=photo.id), guess_type(photo.path)[0] or ""
