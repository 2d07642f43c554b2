"""Finding users and their login sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from eventapp.accounts.models import LoginSession, User
from eventapp.core import clock, tokens
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db

# A browser that has not been seen for this long must log in again.
IDLE = timedelta(days=30)


def user_by_email(email: str) -> User | None:
    """The organizer with this e-mail address, in any spelling."""
    return db.session.scalar(select(User).where(User.email == mailbox_key(email)))


def session_by_key(key: str) -> LoginSession | None:
    """The session of a cookie's key, with its user; None if it has ended or its user may no longer log in."""
    query = (
        select(LoginSession)
        .join(LoginSession.user)
        .where(LoginSession.digest == tokens.digest(key), LoginSession.seen_at > clock.now() - IDLE, User.active)
        # Flask-Security reads the roles of every user.
        .options(contains_eager(LoginSession.user).joinedload(User.roles))
    )
    return db.session.scalars(query).unique().one_or_none()


def sessions_of(user: User) -> list[LoginSession]:
    """A user's login sessions, the most recently used first."""
    query = select(LoginSession).where(LoginSession.user_id == user.id, LoginSession.seen_at > clock.now() - IDLE)
    return list(db.session.scalars(query.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())))
