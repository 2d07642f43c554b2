"""Home, list of events, event page, and what machines ask of a site."""

from __future__ import annotations

from flask import Blueprint

views = Blueprint("site", __name__)


@views.get("/healthz")
def healthz() -> str:
    """The process answers."""
    return "ok"
