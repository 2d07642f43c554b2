"""Desk pages: the browsers in which a user is logged in."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, session, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts import operations, queries
from eventapp.accounts.access import current_organizer, needs_login
from eventapp.core.errors import or_404
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page

manage = Blueprint("accounts_manage", __name__, url_prefix="/manage/account")


@manage.get("/sessions")
@needs_login
def sessions() -> ResponseReturnValue:
    """List the user's login sessions."""
    return page(
        "accounts/sessions.html", event=None, sessions=queries.sessions_of(current_organizer()), here=g.login_session.id
    )


@manage.post("/sessions/<int:number>/end")
@needs_login
def end(number: int) -> ResponseReturnValue:
    """End one of the user's login sessions."""
    shown = or_404(next((one for one in queries.sessions_of(current_organizer()) if one.id == number), None))
    here = shown.id == g.login_session.id
    operations.end_session(shown)
    if here:
        session.clear()
        session["_remember"] = "clear"
        return redirect(url_for("security.login"), 303)
    flash(_("That browser is logged out."))
    return redirect(url_for(".sessions"), 303)
