"""CSRF protection, and what happens to a form of ours whose token has expired.

A page may stay open overnight, or the browser may drop the session; what was typed must not be lost. Such a form is
passed on to its view, which reads but never writes for it (core/db.py): a form is shown again with everything that was
typed and a new token, and a button is offered once more. This happens only if the browser itself says that the request
came from one of our pages (Sec-Fetch-Site or Origin), so a page of another site gets neither.

A public form, which needs no login, has no token: there is no cookie whose authority another site could use, and a
token would cost a cookie, a page of its own for each visitor, and what was typed when it expires. The browser says
whether another site has sent it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from eventapp.core.db import only_read
from eventapp.core.languages import gettext as _

V = TypeVar("V", bound=Callable[..., Any])


class Protection(CSRFProtect):
    """Flask-WTF's protection, except for public forms, and for forms of ours that come too late."""

    def init_app(self, app: Flask) -> None:
        """Protect the app, and tell its templates which forms have a token."""
        super().init_app(app)
        app.jinja_env.globals["needs_token"] = needs_token

    def protect(self, apply_exemptions: bool = False) -> None:
        """Raise CSRFError for a request that did not come from one of our pages."""
        if not needs_token():
            if _from_another_site():
                raise CSRFError("sent by another site")
            g.csrf_valid = True
            return
        try:
            super().protect(apply_exemptions=apply_exemptions)
        except CSRFError:
            if request.is_json or not from_our_page():
                raise
            g.csrf_outdated = True
            only_read()


def public_form(view: V) -> V:
    """Decorator of a view whose forms are for everybody and have no token."""
    view.public_form = True  # type: ignore[attr-defined]
    return view


def needs_token() -> bool:
    """Whether forms on this page have a token."""
    return not getattr(current_app.view_functions.get(request.endpoint or ""), "public_form", False)


def _from_another_site() -> bool:
    """Whether the browser says that another site made the request. A program that is no browser says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    if request.headers.get("Origin") == "null" and {"token", "key"} & (request.view_args or {}).keys():
        # A page of a private link says `no-referrer`: browsers without Sec-Fetch-Site (older ones, and all of them
        # without TLS) then name no site. Another site would have to know the secret in the URL.
        return False
    return ("Origin" in request.headers or "Referer" in request.headers) and not from_our_page()


def from_our_page() -> bool:
    """Whether the browser says that a page of this site made the request. Scripts on other sites can't fake this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        return bool(origin) and urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def outdated() -> bool:
    """Whether the form of this request came from our page but with an expired token."""
    return bool(g.get("csrf_outdated"))


def sentence() -> str:
    """The message for a person whose form came too late."""
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return _("This page was open for too long. What you entered is still here: check it and send it again.")
    return _(
        "This page was open for too long, or your browser blocks cookies from this site. What you "
        "entered is still here: send it again. If you see this message again, allow cookies for this "
        "site."
    )
