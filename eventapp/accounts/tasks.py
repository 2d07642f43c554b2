"""Scheduled work on logins: password reset e-mails, and deletion of unused sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from eventapp.accounts import notices, operations, queries
from eventapp.accounts.models import PasswordResetRequest
from eventapp.core import clock
from eventapp.core.db import db, transaction

_AT_ONCE = 50
# After this long, the user will have asked again.
_TOO_LATE = timedelta(hours=6)


def write_reset_emails() -> int:
    """Queue an e-mail for each reset request that has a login; returns the number of requests handled."""
    if db.session.scalar(select(PasswordResetRequest.id).limit(1)) is None:
        return 0
    with transaction():
        query = select(PasswordResetRequest).order_by(PasswordResetRequest.id).limit(_AT_ONCE)
        asked = list(db.session.scalars(query.with_for_update(skip_locked=True)))
        for request in asked:
            _answer(request)
            db.session.delete(request)
    return len(asked)


def _answer(request: PasswordResetRequest) -> None:
    user = queries.user_by_email(request.email)
    if user is None or not user.active or clock.now() - request.asked_at > _TOO_LATE:
        return
    notices.forgotten_password(user, language=request.language)


def forget_sessions() -> int:
    """Delete expired sessions and return their number."""
    return operations.forget_sessions()
