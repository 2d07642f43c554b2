"""Creating users, and logging them in and out."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask_security.utils import hash_password
from sqlalchemy import delete, update

from eventapp.accounts import queries, rules
from eventapp.accounts.models import LoginSession, PasswordResetRequest, User
from eventapp.core import clock, tokens
from eventapp.core.db import db, transaction
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.mail.operations import TooManyEmails, may_email

# At most how often `seen_at` is written.
SEEN_EVERY = timedelta(minutes=10)


def create_user(email: str, *, password: str, name: str = "", admin: bool = False) -> User:
    """Create an organizer. Raises Refused for a weak password or an address that already has a login.

    The password is hashed, which takes a while, before the database is queried.
    """
    key = email.strip().casefold()
    weakness = rules.weakness(password, about=(key, name))
    if weakness:
        raise Refused(weakness, field="password")
    hashed = hash_password(password)
    if queries.user_by_email(key):
        raise Refused(_("There is already an account with this e-mail address."), field="email")
    user = User(email=key, name=name, password=hashed, admin=admin, fs_uniquifier=secrets.token_hex(16))
    db.session.add(user)
    db.session.flush()
    return user


def open_session(user: User, *, device: str = "") -> str:
    """Log a user in with a browser; returns the key for its cookie."""
    key = tokens.token()
    db.session.add(LoginSession(user_id=user.id, digest=tokens.digest(key), device=device))
    db.session.flush()
    return key


def end_sessions(user: User, *, but: str = "") -> None:
    """Log a user out in all browsers, except the one with the key `but`."""
    query = delete(LoginSession).where(LoginSession.user_id == user.id)
    if but:
        query = query.where(LoginSession.digest != tokens.digest(but))
    db.session.execute(query.execution_options(synchronize_session="fetch"))


def end_session(session: LoginSession) -> None:
    """Log a user out in one browser."""
    db.session.delete(session)
    db.session.flush()


def note_seen(number: int) -> None:
    """Record that a session is in use. Uses its own transaction, because a page that is only read writes nothing."""
    with transaction():
        db.session.execute(update(LoginSession).where(LoginSession.id == number).values(seen_at=clock.now()))


def forget_sessions() -> int:
    """Delete sessions that have not been used for a long time and return their number."""
    with transaction():
        done = db.session.execute(delete(LoginSession).where(LoginSession.seen_at <= clock.now() - queries.IDLE))
    return int(done.rowcount)  # type: ignore[attr-defined]


def ask_for_reset(email: str, *, language: str) -> None:
    """Record that somebody has forgotten their password.

    Whether there is such a login is not checked here, so neither the answer nor its timing reveals it: the e-mail is
    written a moment later (see tasks.py). Raises TooManyEmails if the mailbox has reached its limit.
    """
    db.session.add(PasswordResetRequest(email=email.strip(), language=language))
    db.session.flush()
    if not may_email(email):
        raise TooManyEmails
