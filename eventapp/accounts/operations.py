"""Creating users, and logging them in and out."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from flask_security.utils import hash_password
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from eventapp.accounts import notices, queries, rules
from eventapp.accounts.models import LoginSession, PasswordResetRequest, User
from eventapp.core import clock, tokens
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, savepoint, transaction
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.mail.content import RenderedEmail
from eventapp.mail.operations import TooManyEmails, may_email

# At most how often `seen_at` is written.
SEEN_EVERY = timedelta(minutes=10)


def create_user(email: str, *, password: str, name: str = "", admin: bool = False) -> User:
    """Create an organizer. Raises Refused for a weak password or an address that already has a login."""
    hashed = hashed_password(password, about=(email, name))
    return add_user(email, hashed=hashed, name=name, admin=admin)


def hashed_password(password: str, *, about: Iterable[str]) -> str:
    """The hash of a new password, which takes a while: call it before anything is written.

    `about` as in `rules.weakness`. Raises Refused for a weak password.
    """
    weakness = rules.weakness(password, about=about)
    if weakness:
        raise Refused(weakness, field="password")
    return str(hash_password(password))


def add_user(email: str, *, hashed: str | None, name: str, admin: bool = False, language: str = "") -> User:
    """Add an organizer; `hashed` is None if they will choose a password later.

    Raises Refused for an address that already has a login, also if it got one at this moment.
    """
    return _add(_new_user(email, hashed=hashed, name=name, admin=admin, language=language))


def _new_user(email: str, *, hashed: str | None, name: str, admin: bool = False, language: str = "") -> User:
    made = {"name": name, "password": hashed, "admin": admin, "language": language}
    return User(email=mailbox_key(email), fs_uniquifier=secrets.token_hex(16), **made)


def _add(user: User) -> User:
    known = Refused(_("There is already an account with this e-mail address."), field="email")
    if queries.user_by_email(user.email):
        raise known
    try:
        with savepoint():
            db.session.add(user)
    except IntegrityError as error:
        raise known from error
    return user


def change_profile(user: User, *, name: str, language: str, zone: str) -> None:
    """Change what users say about themselves: an interface language and an IANA zone, or nothing of either."""
    user.name, user.language, user.zone = name, language, zone
    db.session.flush()


def open_session(user: User, *, device: str = "") -> str:
    """Log a user in with a browser; returns the key for its cookie."""
    key = tokens.token()
    db.session.add(LoginSession(user_id=user.id, digest=tokens.digest(key), device=device))
    db.session.flush()
    db.session.execute(update(User).where(User.id == user.id).values(seen_at=clock.now()))
    return key


def end_sessions(user: User, *, but: str = "") -> None:
    """Log a user out in all browsers, except the one with the key `but`."""
    query = delete(LoginSession).where(LoginSession.user_id == user.id)
    if but:
        query = query.where(LoginSession.digest != tokens.digest(but))
    db.session.execute(query.execution_options(synchronize_session="fetch"))


def end_session(session: LoginSession) -> None:
    """Log a user out in one browser."""
    db.session.execute(delete(LoginSession).where(LoginSession.id == session.id))


def note_seen(number: int) -> None:
    """Record that a session is in use. Uses its own transaction, because a page that is only read writes nothing."""
    with transaction():
        query = update(LoginSession).where(LoginSession.id == number).values(seen_at=clock.now())
        whose = db.session.scalar(query.returning(LoginSession.user_id))
        db.session.execute(update(User).where(User.id == whose).values(seen_at=clock.now()))


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


def invite_user(email: str, *, name: str, language: str, by: User) -> User:
    """Add a user who gets an e-mail to choose a password.

    Raises Refused for an address that already has a login, TooManyEmails if the mailbox has reached its limit.
    """
    user = _new_user(email, hashed=None, name=name)
    link = notices.password_link(user, by=by, language=language, new=True)
    _add(user)
    _deliver(link)
    return user


def send_password_link(user: User, *, by: User, language: str) -> None:
    """E-mail a user a link to choose a password. Raises Refused if they may not log in, or TooManyEmails."""
    if not user.active:
        raise Refused(_("This account is disabled. Enable it first."))
    _deliver(notices.password_link(user, by=by, language=user.language or language, new=user.password is None))


def _deliver(email: RenderedEmail) -> None:
    email.deliver()
    if not may_email(email.to):
        raise TooManyEmails


def disable(user: User, *, by: User) -> None:
    """Let a user no longer log in. Their sessions end, links to choose a password no longer work, and check-in devices
    of theirs stop. Raises Refused for oneself.
    """
    if user.id == by.id:
        raise Refused(_("You can't disable your own account. Ask another administrator."))
    _check_administrator(by)
    user.active = False
    user.fs_uniquifier = secrets.token_hex(16)
    db.session.flush()
    end_sessions(user)


def enable(user: User, *, by: User) -> None:
    """Let a user log in again."""
    _check_administrator(by)
    user.active = True
    db.session.flush()


def make_administrator(user: User, *, by: User) -> None:
    """Let a user do everything at every event. Raises Refused if their account is disabled."""
    _check_administrator(by)
    if not user.active:
        raise Refused(_("This account is disabled. Enable it first."))
    user.admin = True
    db.session.flush()


def unmake_administrator(user: User, *, by: User) -> None:
    """Let a user do only what their teams let them do. Raises Refused for oneself."""
    if user.id == by.id:
        raise Refused(_("You can't remove your own administrator rights. Ask another administrator."))
    _check_administrator(by)
    user.admin = False
    db.session.flush()


def _check_administrator(by: User) -> None:
    """Raise Refused if who acts has stopped being an active administrator.

    Administrators act on others only, and one after another, because they wait here for each other. So a caller who
    passes is an administrator who is left, and two who act on each other at the same time do not leave a site without
    one.
    """
    query = select(User.id).where(User.active, User.admin).order_by(User.id)
    if by.id not in set(db.session.scalars(query.with_for_update())):
        raise Refused(_("You are no longer an administrator."))
