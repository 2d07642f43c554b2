"""Pictures: the files of uploaded ones, and permanent URLs, to which calendars refer for years."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.core.errors import or_404
from eventapp.core.languages import INTERFACE
from eventapp.events import queries as events
from eventapp.media import cards, queries, storage
from eventapp.media.card_answer import answer
from eventapp.media.rules import media_type

views = Blueprint("media", __name__)


@views.get("/events/<slug>/pictures/<int:number>")
def picture(slug: str, number: int) -> ResponseReturnValue:
    """Redirect to the file of a picture of a public event. The file's own URL changes with its content."""
    event = events.by_slug(slug)
    photo = or_404(queries.photo(event, number) if event is not None and event.public else None)
    return redirect(or_404(photo if photo.shown else None).address(1280), 302)


@views.get("/events/<slug>/cards/<language>/<digest>.jpg")
def event_card(slug: str, language: str, digest: str) -> ResponseReturnValue:
    """The card that other sites show for a link to a public event."""
    event = events.by_slug(slug)
    shown = or_404(event if event is not None and event.public and language in INTERFACE else None)

    return answer(
        str(shown.id),
        digest,
        lambda: cards.event_card(shown, language),
        lambda now: url_for(".event_card", slug=slug, language=language, digest=now),
    )


@views.get("/cards/<language>/<digest>.jpg")
def site_card(language: str, digest: str) -> ResponseReturnValue:
    """The card that other sites show for a link to the home page or the list of events."""
    or_404(language if language in INTERFACE else None)
    return answer(
        "site",
        digest,
        lambda: cards.site_card(language),
        lambda now: url_for(".site_card", language=language, digest=now),
    )


@views.get("/pictures/<name>")
def file(name: str) -> ResponseReturnValue:
    """A file of a picture. Its name is a digest of what is in it: it never changes, and nobody can guess it who has not
    seen a page with the picture.
    """
    kind = or_404(media_type(name) or None)
    # A storage on the network is asked only for what it should have.
    or_404(queries.is_used(name.partition("-")[0]) or None)
    response = Response(or_404(storage.store().get(name)), content_type=kind)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
