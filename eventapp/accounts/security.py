"""Flask-Security, configured for our tables, outbox and forms."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from flask import Flask, Response, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import user_logged_in, user_logged_out
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.decorators import default_unauthn_handler
from flask_security.mail_util import MailUtil
from flask_security.password_util import PasswordUtil
from flask_security.signals import password_changed, password_reset
from flask_security.utils import set_request_attr
from flask_wtf import FlaskForm
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Unauthorized

from eventapp.accounts import operations, queries, rules
from eventapp.accounts.access import signed_in
from eventapp.accounts.forms import ForgotPasswordForm
from eventapp.accounts.models import SiteRole, User
from eventapp.core import budgets, clock, csrf, languages
from eventapp.core.addresses import half_width, mailbox_key
from eventapp.core.db import SAFE_METHODS, db
from eventapp.core.errors import wants_json
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.limits import limit, start_anew
from eventapp.core.pages import page

log = logging.getLogger("eventapp.accounts")

datastore = SQLAlchemyUserDatastore(db, User, SiteRole)

# Attempts at a password: from one IP address, and for one login from anywhere. The second window is short, because an
# attacker can use it up to lock the owner out; a new password by e-mail resets it.
FROM_ADDRESS = "10/minute"
FOR_LOGIN = "10/5minutes"
# How long a link to choose a password works; the e-mails say it too.
LINK, FIRST_LINK = timedelta(days=1), timedelta(days=14)


class Passwords(PasswordUtil):
    """Our password rules, on all of Flask-Security's pages."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        plain = self.normalize(password)
        user = kwargs.get("user")
        weakness = rules.weakness(plain, about=(user.email, user.name) if isinstance(user, User) else ())
        return [weakness] if weakness else None, plain


class Mailboxes(MailUtil):
    """Logins are looked up by the one spelling of an address that is stored."""

    def normalize(self, email: str) -> str:
        return mailbox_key(super().normalize(half_width(email)))

    def validate(self, email: str) -> str:
        return mailbox_key(super().validate(half_width(email)))


class PasswordLinks(URLSafeTimedSerializer):
    """Links to choose a password. The first one of a user, who has none yet, lives as long as other invitations."""

    def loads(self, s: str | bytes, max_age: int | None = None, **more: Any) -> Any:  # type: ignore[override]
        data = super().loads(s, None, **more)
        first = isinstance(data, list) and data[1:] == [None]  # the digest of the password at that time
        return super().loads(s, int(FIRST_LINK.total_seconds()) if first else max_age, **more)


def _rendered(template: str, **context: Any) -> Response:
    """Render a page like all others: an invalid form is answered with 422."""
    if csrf.outdated():
        for form in context.values():
            if isinstance(form, FlaskForm):
                form.csrf_token.errors = [csrf.sentence()]
    return page(template, **context)


def _unknown() -> Any:
    """For a request without a login: redirect a page to the login and back, answer a script with 401."""
    if wants_json() or request.method not in SAFE_METHODS:
        raise Unauthorized  # the page keeps what was typed into a form; a redirect to the login would lose it
    return default_unauthn_handler()  # type: ignore[no-untyped-call]


def _account(email: str) -> str:
    return budgets.digest("login", mailbox_key(email))


def _few_tries() -> None:
    """Count attempts at a password before it is checked, whether or not there is such a login."""
    if request.method != "POST":
        return
    if request.endpoint in {"security.login", "security.change_password", "security.forgot_password"}:
        limit(FROM_ADDRESS, "login")
    if request.endpoint == "security.login":
        limit(FOR_LOGIN, "login of", key=_account(request.form.get("email", "")[:254]))
    elif request.endpoint == "security.change_password" and (user := signed_in()):
        limit(FOR_LOGIN, "login of", key=_account(user.email))


def _user_of(key: str) -> User | None:
    """The user of the session in a cookie, for Flask-Login."""
    shown = queries.session_by_key(key)
    if shown is None:
        return None
    g.login_session = shown
    if clock.now() - shown.seen_at >= operations.SEEN_EVERY:
        g.login_to_note = shown.id
    # As the library's own loader does: the request is authenticated by session, not by token.
    set_request_attr("fs_authn_via", "session")
    _speak_to(shown.user)
    return shown.user


def _speak_to(user: User) -> None:
    """On the desk, use the language that the user chose at the login, or else in their profile."""
    language = session.get("language") or user.language
    if language and (request.path.startswith("/manage") or request.endpoint == "security.change_password"):
        languages.prefer(language)


def _note_seen(error: BaseException | None) -> None:
    number = g.pop("login_to_note", None)
    if number is not None:
        try:
            operations.note_seen(number)
        except SQLAlchemyError:
            # Only a time shown on a page: no reason to fail a response that is complete.
            log.warning("it could not be noted that a session is in use")


def _logged_in(app: Flask, user: User) -> None:
    # Both the session cookie and the "stay logged in" cookie hold this, so ending the session ends both.
    session["_user_id"] = operations.open_session(user, device=rules.device(request.user_agent.string))
    session.pop("language", None)
    if languages.asked() in languages.INTERFACE:
        session["language"] = languages.asked()


def _logged_out(app: Flask, user: Any) -> None:
    if isinstance(user, User):
        operations.end_sessions(user)
    session.pop("language", None)


def _changed(app: Flask, user: User, **more: Any) -> None:
    operations.end_sessions(user, but=session.get("_user_id", ""))


def _reset(app: Flask, user: User, **more: Any) -> None:
    operations.end_sessions(user)
    start_anew(FOR_LOGIN, "login of", key=_account(user.email))


def _forgot_password() -> ResponseReturnValue:
    """Request an e-mail with a link. The answer and its timing are the same whether or not there is such a login."""
    form = ForgotPasswordForm()
    if submit(form, lambda: operations.ask_for_reset(form.email.data or "", language=interface())):
        flash(_("If there is an account with this e-mail address, we have sent a link to it."))
        return redirect(url_for("security.forgot_password"), 303)
    return page("security/forgot_password.html", forgot_password_form=form)


def init_app(app: Flask) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=str(app.config["SECRET_KEY"])[::-1],
        SECURITY_PASSWORD_HASH="argon2",
        # No DNS look-up: a login must not hang on another party's name server.
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_CHANGEABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_REGISTERABLE=False,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_EMAIL=False,  # tasks.py writes ours
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,
        SECURITY_RESET_PASSWORD_WITHIN=LINK,
        SECURITY_POST_LOGIN_VIEW="/manage",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_POST_RESET_VIEW="/login?saved=1",
        SECURITY_POST_CHANGE_VIEW="/manage",
        SECURITY_CLI_USERS_NAME=False,  # ours are in cli.py
        SECURITY_CLI_ROLES_NAME=False,
        SECURITY_LOGIN_URL="/login",
        SECURITY_LOGOUT_URL="/logout",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_CHANGE_URL="/login/change",
        SECURITY_RESET_URL="/login/reset",
        # Asking for a link must not reveal which addresses have an account.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_MSG_GENERIC_AUTHN_FAILED=(_l("The e-mail address or password is incorrect."), "error"),
        SECURITY_MSG_UNAUTHENTICATED=(_l("Log in to open this page."), "info"),
        # Nothing asks for the password again, so there is no page for it, nor for static files of its own.
        SECURITY_FRESHNESS=timedelta(minutes=-1),
        SECURITY_STATIC_FOLDER=None,
        SECURITY_BACKWARDS_COMPAT_AUTH_TOKEN=False,
        REMEMBER_COOKIE_DURATION=queries.IDLE,
    )
    # Its views return what this returns, so a Response works as well as the expected string.
    security = Security(app, datastore, password_util_cls=Passwords, mail_util_cls=Mailboxes, render_template=_rendered)  # type: ignore[arg-type]
    security.reset_serializer = PasswordLinks(app.config["SECRET_KEY"], salt=app.config["SECURITY_RESET_SALT"])
    security.login_manager.unauthorized_handler(_unknown)
    # Login is for browsers: no JSON answers, and no tokens, neither issued nor accepted.
    security.want_json(lambda request: False)
    security.login_manager.user_loader(_user_of)
    security.login_manager.request_loader(lambda request: None)
    # The library's own view looks up the login, so its timing would reveal it.
    app.view_functions["security.forgot_password"] = _forgot_password
    user_logged_in.connect(_logged_in, app)
    user_logged_out.connect(_logged_out, app)
    password_changed.connect(_changed, app)
    password_reset.connect(_reset, app)
    app.before_request(_few_tries)
    app.teardown_request(_note_seen)
