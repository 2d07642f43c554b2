"""The proof that a form came from our page, and what becomes of one whose proof is out of date.

A page may lie open overnight, or the browser throws the session away; what was typed must not be lost by it. Such a
form is taken as far as the view, which reads and never writes for it (core/db.py): a form shows itself again with all
that was typed and a new proof, and a button is offered once more. That is done only where the browser itself says that
the request came from a page of ours (Sec-Fetch-Venue or Origin): a stranger's page gets neither.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from eventapp.core.db import only_read
from eventapp.core.languages import gettext as _


class Protection(CSRFProtect):
    """Flask-WTF's, but for forms of ours that come too late."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Raises CSRFError for what did not come from our page."""
        try:
            super().protect(apply_exemptions=apply_exemptions)
        except CSRFError:
            if request.is_json or not from_our_page():
                raise
            g.csrf_outdated = True
            only_read()


def from_our_page() -> bool:
    """Whether the browser says that a page of this site made the request. Scripts of others can't say so."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        return bool(origin) and urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def outdated() -> bool:
    """Whether the form of this request came from our page, and too late."""
    return bool(g.get("csrf_outdated"))


def sentence() -> str:
    """What somebody reads whose form came too late."""
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return _("This page was open for too long. What you entered is still here: check it and send it again.")
    return _(
        "This page was open for too long, or your browser blocks cookies from this site. What you "
        "entered is still here: send it again. If you see this message again, allow cookies for this "
        "site."
    )
