"""The e-mails in the outbox, and the calendar entries attached to them."""

from __future__ import annotations

from sqlalchemy import delete, select

from eventapp.core.db import db, transaction
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due
from tests.support import ical_lint as lint


def emails() -> list[Email]:
    """All e-mails since the last call, in order, once the worker has written what is due."""
    send_due(limit=10_000)
    found = list(db.session.scalars(select(Email).order_by(Email.id)))
    for email in found:
        email.calendars  # noqa: B018 - read while the row is there
        db.session.expunge(email)
    with transaction():
        db.session.execute(delete(Email))
    return found


def entry(email: Email, place: int | None = None) -> lint.Component:
    """The one entry in an e-mail; with several files, that at index `place`. Checks that it is from the site, for the
    recipient.
    """
    (file,) = email.calendars if place is None else [email.calendars[place]]
    calendar = lint.check(file.content, feed=False)
    assert calendar.one("METHOD") == file.method
    (found,) = [part for part in calendar.parts if part.name == "VEVENT"]
    assert found.one("ATTENDEE") == f"mailto:{email.to}"
    assert found.one("ORGANIZER") == "mailto:events@localhost"
    return found


def sequence(email: Email, place: int | None = None) -> int:
    """The SEQUENCE of that entry."""
    return int(entry(email, place).one("SEQUENCE"))
