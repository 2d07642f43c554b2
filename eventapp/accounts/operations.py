"""Making users."""

from __future__ import annotations

import secrets

from flask_security.utils import hash_password
from sqlalchemy import select

from eventapp.accounts.models import User
from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _

PASSWORD_MINIMUM = 10


def create_user(email: str, *, password: str, name: str = "", admin: bool = False) -> User:
    """A new organizer. Raises Refused for a short password or an address that has a login."""
    key = email.strip().casefold()
    if len(password) < PASSWORD_MINIMUM:
        raise Refused(_("Use at least %(number)d characters.", number=PASSWORD_MINIMUM), field="password")
    if user_by_email(key):
        raise Refused(_("This address already has a login."), field="email")
    user = User(
        email=key, name=name, password=hash_password(password), admin=admin, fs_uniquifier=secrets.token_hex(16)
    )
    db.session.add(user)
    db.session.flush()
    return user


def user_by_email(email: str) -> User | None:
    """The organizer with this address."""
    return db.session.scalar(select(User).where(User.email == email.strip().casefold()))
