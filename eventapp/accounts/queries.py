"""Finding users and their login sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import contains_eager

from eventapp.accounts.models import LoginSession, User
from eventapp.accounts.rules import UserFilter
from eventapp.core import clock, tokens
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db

# A browser that has not been seen for this long must log in again.
IDLE = timedelta(days=30)
# Users on a page of their list.
PAGE = 50


def user_by_email(email: str) -> User | None:
    """The organizer with this e-mail address, in any spelling."""
    return db.session.scalar(select(User).where(User.email == mailbox_key(email)))


def users(text: str, shown: UserFilter, *, first: int) -> list[User]:
    """Users by name, from a place in the list on: one more than PAGE if there are more. `text` is a part of a name or
    an address.
    """
    query = select(User).where(_shown(shown)).order_by(func.lower(_called), User.id)
    if text:
        lower, key = text.strip().lower(), mailbox_key(text)
        named = func.lower(User.name).contains(lower, autoescape=True)
        query = query.where(or_(named, *(User.email.contains(part, autoescape=True) for part in (lower, key))))
    return list(db.session.scalars(query.offset(first).limit(PAGE + 1)))


_called = func.coalesce(func.nullif(User.name, ""), User.email)


def _shown(shown: UserFilter) -> ColumnElement[bool]:
    if shown is UserFilter.ADMINISTRATORS:
        return and_(User.active, User.admin)
    if shown is UserFilter.INVITED:
        return and_(User.active, User.password.is_(None))
    return ~User.active if shown is UserFilter.DISABLED else true()


def numbers_of_users() -> dict[UserFilter, int]:
    """How many users each filter shows."""
    columns = [func.coalesce(func.sum(case((_shown(shown), 1), else_=0)), 0) for shown in UserFilter]
    return dict(zip(UserFilter, db.session.execute(select(*columns)).one(), strict=True))


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
