"""Scheduled work on logins: password reset e-mails, and deletion of unused sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from eventapp.accounts import notices, operations, queries
from eventapp.accounts.models import PasswordResetRequest
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.mail.content import RenderedEmail

_AT_ONCE = 50
# After this long, the user will have asked again.
_TOO_LATE = timedelta(hours=6)


def write_reset_emails() -> int:
    """Queue an e-mail for each reset request that has a login; returns the number of requests handled."""
    asked = select(PasswordResetRequest).order_by(PasswordResetRequest.id).limit(_AT_ONCE)
    emails = {request.id: _email(request) for request in db.session.scalars(asked)}
    if not emails:
        return 0
    with transaction():
        # Another worker may have answered some of them meanwhile.
        left = select(PasswordResetRequest).where(PasswordResetRequest.id.in_(emails))
        answered = list(db.session.scalars(left.with_for_update(skip_locked=True)))
        for request in answered:
            email = emails[request.id]
            if email is not None:
                email.deliver()
            db.session.delete(request)
    return len(answered)


def _email(request: PasswordResetRequest) -> RenderedEmail | None:
    user = queries.user_by_email(request.email)
    if user is None or not user.active or clock.now() - request.asked_at > _TOO_LATE:
        return None
    return notices.forgotten_password(user, language=request.language)


def forget_sessions() -> int:
    """Delete expired sessions and return their number."""
    return operations.forget_sessions()
