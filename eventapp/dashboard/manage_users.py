"""Desk pages for administrators: the users of the site, with the number of their events."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts import operations, queries
from eventapp.accounts.access import current_organizer, needs_administrator
from eventapp.accounts.forms import NewUserForm
from eventapp.accounts.models import User
from eventapp.accounts.rules import UserFilter
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, page_number, submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface
from eventapp.core.pages import page
from eventapp.events import queries as events

manage = Blueprint("users_manage", __name__, url_prefix="/manage/users")


@manage.get("")
@needs_administrator
def users() -> ResponseReturnValue:
    """The list of users."""
    text, at = request.args.get("q", "")[:100], page_number(request.args.get("page"))
    known = request.args.get("show") in list(UserFilter)
    shown = UserFilter(request.args["show"]) if known else UserFilter.ALL
    rows = queries.users(text, shown, first=(at - 1) * queries.PAGE)
    return page(
        "dashboard/users.html",
        event=None,
        users=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        at=at,
        text=text,
        shown=shown,
        numbers=queries.numbers_of_users(),
        teams=events.numbers_of_events(rows),
        zone=current_organizer().zone or "UTC",
    )


@manage.route("/new", methods=["GET", "POST"])
@needs_administrator
def new() -> ResponseReturnValue:
    """Invite a user, who chooses a password with the link in the e-mail."""
    form, me = NewUserForm(data={"language": interface()}), current_organizer()
    values = {"name": form.name.data or "", "language": form.language.data, "by": me}
    if done := submit(form, lambda: operations.invite_user(form.email.data or "", **values)):
        flash(_("We have sent %(email)s a link to choose a password.", email=done.value.email))
        return redirect(url_for(".user", number=done.value.id), 303)
    return page("dashboard/new_user.html", event=None, form=form)


@manage.get("/<int:number>")
@needs_administrator
def user(number: int) -> ResponseReturnValue:
    """A user, their teams, and what can be done."""
    return _page(_user(number), Form())


def _user(number: int) -> User:
    return or_404(db.session.get(User, number))


def _page(shown: User, form: Form) -> Response:
    me = current_organizer()
    values: dict[str, Any] = {"teams": events.teams_of(shown), "myself": shown.id == me.id, "zone": me.zone or "UTC"}
    return page("dashboard/user.html", event=None, form=form, user=shown, **values)


@manage.post("/<int:number>/password-link")
@needs_administrator
def password_link(number: int) -> ResponseReturnValue:
    """E-mail a link to choose a password."""
    shown, form, me = _user(number), Form(), current_organizer()
    if submit(form, lambda: operations.send_password_link(shown, by=me, language=interface())):
        flash(_("We have sent %(email)s a link to choose a password.", email=shown.email))
        return redirect(url_for(".user", number=number), 303)
    return _page(shown, form)


@manage.post("/<int:number>/enable")
@needs_administrator
def enable(number: int) -> ResponseReturnValue:
    """Let a user log in again."""
    shown, form, me = _user(number), Form(), current_organizer()
    if submit(form, lambda: operations.enable(shown, by=me)):
        flash(_("The account is enabled."))
        return redirect(url_for(".user", number=number), 303)
    return _page(shown, form)


@manage.route("/<int:number>/disable", methods=["GET", "POST"])
@needs_administrator
def disable(number: int) -> ResponseReturnValue:
    """Let a user no longer log in, after confirmation."""
    shown, form, me = _user(number), Form(), current_organizer()
    if submit(form, lambda: operations.disable(shown, by=me)):
        flash(_("The account is disabled."))
        return redirect(url_for(".user", number=number), 303)
    return page("dashboard/disable_user.html", event=None, form=form, user=shown, alone=events.owned_alone(shown))


@manage.route("/<int:number>/make-administrator", methods=["GET", "POST"])
@needs_administrator
def make_administrator(number: int) -> ResponseReturnValue:
    """Let a user do everything, after confirmation."""
    shown, form, me = _user(number), Form(), current_organizer()
    if submit(form, lambda: operations.make_administrator(shown, by=me)):
        flash(_("The rights of the user have been saved."))
        return redirect(url_for(".user", number=number), 303)
    return page("dashboard/make_administrator.html", event=None, form=form, user=shown)


@manage.route("/<int:number>/unmake-administrator", methods=["GET", "POST"])
@needs_administrator
def unmake_administrator(number: int) -> ResponseReturnValue:
    """Let a user do only what their teams let them do, after confirmation."""
    shown, form, me = _user(number), Form(), current_organizer()
    if submit(form, lambda: operations.unmake_administrator(shown, by=me)):
        flash(_("The rights of the user have been saved."))
        return redirect(url_for(".user", number=number), 303)
    return page("dashboard/unmake_administrator.html", event=None, form=form, user=shown)
