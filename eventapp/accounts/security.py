"""Flask-Security, fitted to our tables, our outbox and our forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Response, render_template, request
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.decorators import default_unauthn_handler
from flask_security.mail_util import MailUtil
from flask_wtf import FlaskForm
from werkzeug.exceptions import Unauthorized

from eventapp.accounts.models import SiteRole, User
from eventapp.core import csrf
from eventapp.core.db import SAFE_METHODS, db
from eventapp.core.errors import wants_json
from eventapp.core.languages import interface
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.limits import limit
from eventapp.core.pages import page
from eventapp.mail import operations as mail

datastore = SQLAlchemyUserDatastore(db, User, SiteRole)


class Outbox(MailUtil):
    """Letters of the login pages go the way of all letters: into the outbox."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        mail.enqueue(
            to=recipient if isinstance(recipient, str) else recipient[1],
            subject=str(subject),
            text=body or "",
            html=html or "",
            kind=f"login.{template}",
            language=interface(),
        )


def _rendered(template: str, **context: Any) -> str | Response:
    """A letter as text; a page as everywhere: the answer to a wrong form is a 422."""
    if csrf.outdated():
        for form in context.values():
            if isinstance(form, FlaskForm):
                form.csrf_token.errors = [csrf.sentence()]
    return render_template(template, **context) if "/email/" in template else page(template, **context)


def _unknown() -> Any:
    """Who is not signed in: a page leads to the login and back; a script, which can't go there, is told 401."""
    if wants_json() or request.method not in SAFE_METHODS:
        raise Unauthorized  # of a form the page keeps what was typed, which a way to the login and back would lose
    return default_unauthn_handler()  # type: ignore[no-untyped-call]


def _few_tries() -> None:
    """A password can be guessed ten times a minute from one address, not more."""
    if request.method == "POST" and request.endpoint in {"security.login", "security.forgot_password"}:
        limit("10/minute", "login")


def init_app(app: Flask) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=str(app.config["SECRET_KEY"])[::-1],
        SECURITY_PASSWORD_HASH="argon2",
        # No look-up in the DNS: a login must not hang on somebody else's name server.
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_CHANGEABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_REGISTERABLE=False,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,
        SECURITY_EMAIL_SENDER=app.config["SETTINGS"].mail_from,
        SECURITY_POST_LOGIN_VIEW="/manage",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_POST_RESET_VIEW="/login",
        SECURITY_POST_CHANGE_VIEW="/manage",
        SECURITY_CLI_USERS_NAME=False,  # ours are in cli.py
        SECURITY_CLI_ROLES_NAME=False,
        SECURITY_LOGIN_URL="/login",
        SECURITY_LOGOUT_URL="/logout",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_CHANGE_URL="/login/change",
        SECURITY_RESET_URL="/login/reset",
        # Whoever asks for a link learns nothing about which addresses have an account.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_MSG_GENERIC_AUTHN_FAILED=(_l("The address or the password is not right."), "error"),
        SECURITY_MSG_UNAUTHENTICATED=(_l("Log in to open this page."), "info"),
        # Nothing asks for the password once more, so there is no page for it; nor for files of its own.
        SECURITY_FRESHNESS=timedelta(minutes=-1),
        SECURITY_STATIC_FOLDER=None,
        SECURITY_BACKWARDS_COMPAT_AUTH_TOKEN=False,
    )
    # Its pages' views hand on what this returns, so a Response is as good as the text it asks for.
    security = Security(app, datastore, mail_util_cls=Outbox, render_template=_rendered)  # type: ignore[arg-type]
    security.login_manager.unauthorized_handler(_unknown)
    # Logging in is for people with a browser: no answers as JSON, and no tokens, neither given nor taken.
    security.want_json(lambda request: False)
    security.login_manager.request_loader(lambda request: None)
    app.before_request(_few_tries)
