"""Spreads e-mails to many people over time, so that no server gets too many of them a minute.

An e-mail becomes due when it is its turn. Confirmations and other single e-mails are never held back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.running import settings
from eventapp.mail.models import Email


def spread(emails: Iterable[Email]) -> None:
    """Set when each of these new bulk e-mails is due: one after the other for each domain, after those that wait."""
    pace = settings().mail_pace
    if not pace:
        return
    by_domain: dict[str, list[Email]] = {}
    for email in emails:
        if email.domain:
            by_domain.setdefault(email.domain, []).append(email)
    now, step = clock.now(), timedelta(minutes=1) / pace
    query = select(Email.domain, func.max(Email.due_at)).where(Email.domain.in_(by_domain), Email.due_at > now - step)
    last = {name: turn for name, turn in db.session.execute(query.group_by(Email.domain))} if by_domain else {}
    for domain, waiting in by_domain.items():
        turn = last.get(domain)
        for email in waiting:
            turn = now if turn is None else max(turn + step, now)
            email.due_at = turn
