"""Security headers of responses, and cookies."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin


def nonce() -> str:
    """A nonce for an inline script or style of this response.

    Created only when asked for: a page without inline code has none in its policy, so it can be cached and revalidated
    (a 304 replaces the headers but not the stored body, and a fresh nonce would no longer match it).
    """
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def _headers(response: Response) -> Response:
    extra = f" 'nonce-{g.nonce}'" if "nonce" in g else ""
    # The desk shows a picture before it is sent.
    preview = " blob:" if request.path.startswith("/manage") else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self'{extra}; style-src 'self'{extra}; img-src 'self' data:{preview}; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        # For this host alone: we don't know whether other names of the domain have certificates.
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in response.headers and _is_somebodys(response):
        response.cache_control.no_store = True
    return response


def _is_somebodys(response: Response) -> bool:
    """Whether a response shows what was typed or what only logged-in users may see: browsers must not cache it.

    An empty public form may be cached: a phone that closes it in the background then shows it again as it was.
    """
    if request.method not in {"GET", "HEAD"} or response.status_code in {400, 403, 422}:
        return True
    return request.path.startswith("/manage") or (session.accessed and "_user_id" in session)


def cookie_name(name: str, *, secure: bool) -> str:
    """The name of a cookie; with https, one that no other host of the domain can set (RFC 6265bis §4.1.3.2)."""
    return f"__Host-{name}" if secure else name


class Sessions(SecureCookieSessionInterface):
    """Sets cookies only if needed: a response that is the same for everybody neither sets one nor varies with it."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.after_request(_headers)
    app.jinja_env.globals["csp_nonce"] = nonce
