"""Response headers that keep a page safe."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g
from flask.sessions import SecureCookieSessionInterface, SessionMixin


def nonce() -> str:
    """A nonce for an inline script or style of this response.

    Asked for lazily: a page without inline code has none in its policy, so it can be cached and revalidated
    (a 304 replaces the headers but not the stored body, and a fresh nonce would no longer match it).
    """
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def _headers(response: Response) -> Response:
    extra = f" 'nonce-{g.nonce}'" if "nonce" in g else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self'{extra}; style-src 'self'{extra}; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    return response


class Sessions(SecureCookieSessionInterface):
    """Cookies only for those who need one: an answer that is for everybody neither sets one nor varies with it."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.after_request(_headers)
    app.jinja_env.globals["csp_nonce"] = nonce
