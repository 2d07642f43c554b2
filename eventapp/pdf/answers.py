"""Answers with a document, typeset with the fonts of the product and of this installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response

from eventapp.core.running import settings
from eventapp.pdf import typeset
from eventapp.pdf.fonts import FontSet, font_set


def fonts() -> FontSet:
    """The fonts, with those in the folder “fonts” of the instance."""
    return font_set(settings().instance / "fonts")


def answer(template: str, data: dict[str, Any], *, name: str, at: datetime) -> Response:
    """A document that the browser shows and nothing stores; `name` is that of the file, without its ending."""
    response = Response(typeset.pdf(template, data, fonts(), at=at), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
