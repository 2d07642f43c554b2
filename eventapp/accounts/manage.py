"""Desk pages: the user's own profile, and the browsers in which they are logged in."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, session, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts import operations, queries
from eventapp.accounts.access import current_organizer, needs_login
from eventapp.accounts.forms import AccountForm
from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page

manage = Blueprint("accounts_manage", __name__, url_prefix="/manage/account")


@manage.route("", methods=["GET", "POST"])
@needs_login
def profile() -> ResponseReturnValue:
    """The user's name, language and time zone."""
    user = current_organizer()
    form = AccountForm(data={"name": user.name, "language": user.language, "zone": user.zone})
    if submit(form, lambda: operations.change_profile(user, **form.values())):
        # What was chosen at the login, or in the web address, is replaced by what was chosen last.
        session.pop("language", None)
        languages.prefer(user.language)
        flash(_("Your profile has been saved."))
        return redirect(url_for(".profile", lang=None), 303)
    return page("accounts/profile.html", event=None, form=form, email=user.email, zones=sorted(clock.zones()))


@manage.get("/sessions")
@needs_login
def sessions() -> ResponseReturnValue:
    """List the user's login sessions."""
    user = current_organizer()
    values = {"sessions": queries.sessions_of(user), "here": g.login_session.id, "zone": user.zone or "UTC"}
    return page("accounts/sessions.html", event=None, **values)


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
