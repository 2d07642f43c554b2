"""Answers with a document, typeset with the fonts of the product and of this installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, current_app

from eventapp.pdf import typeset
from eventapp.pdf.fonts import FontSet, font_set


def fonts() -> FontSet:
    """The fonts, with those in the folder “fonts” of the instance."""
    return font_set(current_app.config["SETTINGS"].instance / "fonts")


def answer(template: str, data: dict[str, Any], *, name: str, at: datetime) -> Response:
    """A document that the browser shows and nothing stores; `name` is that of the file, without its ending."""
    response = Response(typeset.pdf(template, data, fonts(), at=at), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
