"""The answer with a card, for the pages of several features."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, redirect
from flask.typing import ResponseReturnValue

from eventapp.media import cards
from eventapp.media.cards import CardFacts


def answer(
    of: str, digest: str, facts_of: Callable[[], CardFacts], address: Callable[[str], str]
) -> ResponseReturnValue:
    """The card with a digest `of` a public event (its id) or of the site; the `address` of the present one, if that has
    another digest.
    """
    try:
        content = cards.content(of, digest, facts_of)
    except cards.OtherCard as other:
        return redirect(address(other.digest), 302)
    response = Response(content, content_type="image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
